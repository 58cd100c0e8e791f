/*
 * The log of one service: lines `2026-11-24T15:04:05.123Z o text` in /var/log/cantrip/NAME.log, rotated by size.
 * A log that cannot be written never holds a service up: lines are dropped, counted, and the count is written as
 * soon as writing works again.
 */
#ifndef CANTRIP_INIT_LOG_H
#define CANTRIP_INIT_LOG_H

#include "loop.h"

#define LOG_DIRECTORY "/var/log/cantrip"

enum { LOG_MAX_LINE = 8192 };

struct log {
	const char *name; /* of the service, whose owner keeps it */
	int fd;           /* -1 = not open now */
	uint64_t size, limit;
	uint32_t kept;    /* rotated files */
	uint64_t dropped; /* lines, since the last that could be written */
	int fault;        /* errno of the first of them */
};

/* One output of the service, which goes line by line to its log. */
struct log_stream {
	struct watch pipe;
	struct log *log;
	char letter;
	char *partial; /* a line that has not ended yet; NULL = none */
	size_t partial_length;
};

void log_init(struct log *log, const char *name);
void log_limit(struct log *log, uint64_t bytes, uint32_t kept);
void log_close(struct log *log);

/* Init's own words about the service. */
void log_note(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes the pipe over. Returns -1 with errno when it cannot be watched. */
int log_stream_start(struct log_stream *stream, struct log *log, char letter, int pipe);
/* Writes what the pipe still holds, and closes it; nothing happens when there is none. */
void log_stream_stop(struct log_stream *stream);

#endif
