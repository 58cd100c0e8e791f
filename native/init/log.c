#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { READ_SIZE = 8192, PREFIX = 27, OUT_SIZE = LOG_MAX_LINE + 4096, PATH_SIZE = 128, READS_AT_END = 8 };

/* Lines on their way to one log. Nothing stays here between two calls from outside, so one is enough for all. */
static struct {
	char bytes[OUT_SIZE];
	size_t length;
	uint64_t lines;
} out;

static void end_partial(struct log_stream *stream, const char *prefix);
static void add_line(struct log *log, const char *prefix, const char *text, size_t length);
static void write_out(struct log *log);
static int ensure_open(struct log *log);
static void rotate(struct log *log);
static void drop(struct log *log, int fault, uint64_t lines);
static void stream_ready(struct watch *watch, uint32_t events);
static ssize_t pump(struct log_stream *stream);

void log_init(struct log *log, const char *name)
{
	*log = (struct log){.name = name, .fd = -1};
}

void log_limit(struct log *log, uint64_t bytes, uint32_t kept)
{
	log->limit = bytes;
	log->kept = kept;
}

void log_close(struct log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

/* "2026-11-24T15:04:05.123Z o " */
static void make_prefix(char prefix[PREFIX + 1], char letter)
{
	struct text text = text_into(prefix, PREFIX + 1);
	text_add_time(&text, wall_ms());
	text_add(&text, " %c ", letter);
}

void log_note(struct log *log, const char *format, ...)
{
	char prefix[PREFIX + 1], line[512];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	make_prefix(prefix, 'i');
	add_line(log, prefix, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
	write_out(log);
}

int log_stream_start(struct log_stream *stream, struct log *log, char letter, int pipe)
{
	*stream = (struct log_stream){.log = log, .letter = letter, .pipe.ready = stream_ready};
	return watch_start(&stream->pipe, pipe, EPOLLIN);
}

void log_stream_stop(struct log_stream *stream)
{
	char prefix[PREFIX + 1];

	if (stream->pipe.fd < 0)
		return;
	for (int i = 0; i < READS_AT_END && pump(stream) > 0; i++)
		continue;
	watch_stop(&stream->pipe);
	if (!stream->partial)
		return;
	make_prefix(prefix, stream->letter);
	end_partial(stream, prefix);
	write_out(stream->log);
}

static void stream_ready(struct watch *watch, uint32_t events)
{
	struct log_stream *stream = container_of(watch, struct log_stream, pipe);

	(void)events;
	if (pump(stream) == 0)
		log_stream_stop(stream);
}

/* Keeps the beginning of a line. Without memory for it, it becomes a line of its own. */
static void keep_partial(struct log_stream *stream, const char *prefix, const char *text, size_t length)
{
	if (!stream->partial) {
		stream->partial_length = 0;
		stream->partial = malloc(LOG_MAX_LINE);
	}
	if (!stream->partial) {
		add_line(stream->log, prefix, text, length);
		return;
	}
	while (length > 0) {
		size_t room = LOG_MAX_LINE - stream->partial_length;
		size_t part = length < room ? length : room;
		memcpy(stream->partial + stream->partial_length, text, part);
		stream->partial_length += part;
		text += part;
		length -= part;
		if (stream->partial_length < LOG_MAX_LINE || length == 0)
			continue;
		add_line(stream->log, prefix, stream->partial, LOG_MAX_LINE);
		stream->partial_length = 0;
	}
}

/* Empty after a line of the greatest length, which has been written already. */
static void end_partial(struct log_stream *stream, const char *prefix)
{
	if (stream->partial_length > 0)
		add_line(stream->log, prefix, stream->partial, stream->partial_length);
	free(stream->partial);
	stream->partial = NULL;
}

static void end_line(struct log_stream *stream, const char *prefix, const char *text, size_t length)
{
	if (!stream->partial) {
		add_line(stream->log, prefix, text, length);
		return;
	}
	keep_partial(stream, prefix, text, length);
	end_partial(stream, prefix);
}

/* Reads once; returns what read(2) did, where "nothing now" is -1. */
static ssize_t pump(struct log_stream *stream)
{
	static char bytes[READ_SIZE];
	char prefix[PREFIX + 1];
	ssize_t length = read(stream->pipe.fd, bytes, sizeof bytes);

	if (length <= 0)
		return length < 0 && errno != EAGAIN && errno != EINTR ? 0 : length;
	make_prefix(prefix, stream->letter);
	const char *end = bytes + length;
	for (const char *start = bytes; start < end;) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));
		if (newline)
			end_line(stream, prefix, start, (size_t)(newline - start));
		else
			keep_partial(stream, prefix, start, (size_t)(end - start));
		start = newline ? newline + 1 : end;
	}
	write_out(stream->log);
	return length;
}

/* At most LOG_MAX_LINE bytes of text. */
static void add_line(struct log *log, const char *prefix, const char *text, size_t length)
{
	if (out.length + PREFIX + length + 1 > sizeof out.bytes)
		write_out(log);
	memcpy(out.bytes + out.length, prefix, PREFIX);
	if (length > 0)
		memcpy(out.bytes + out.length + PREFIX, text, length);
	out.length += PREFIX + length;
	out.bytes[out.length++] = '\n';
	out.lines++;
}

/* One write for many lines. What was written in part is taken back, so that a log holds whole lines only. */
static void write_out(struct log *log)
{
	size_t length = out.length;
	uint64_t lines = out.lines;

	out.length = 0;
	out.lines = 0;
	if (length == 0)
		return;
	if (log->fd >= 0 && log->limit > 0 && log->size > 0 && log->size + length > log->limit)
		rotate(log);
	if (ensure_open(log) < 0) {
		drop(log, errno, lines);
		return;
	}
	ssize_t written = write(log->fd, out.bytes, length);
	if (written == (ssize_t)length) {
		log->size += length;
		return;
	}
	drop(log, written < 0 ? errno : ENOSPC, lines);
	if (written > 0 && ftruncate(log->fd, (off_t)log->size) < 0)
		log->size += (size_t)written;
}

/* The first thing after lines were lost is how many. */
static void confess(struct log *log)
{
	char line[160];
	struct text text = text_into(line, sizeof line);

	text_add_time(&text, wall_ms());
	text_add(&text, " i %llu lines lost: %s\n", (unsigned long long)log->dropped, strerror(log->fault));
	ssize_t written = write(log->fd, line, text.length);
	if (written == (ssize_t)text.length) {
		log->size += text.length;
		log->dropped = 0;
	} else if (written > 0 && ftruncate(log->fd, (off_t)log->size) < 0) {
		log->size += (size_t)written;
	}
}

static void path_of(const struct log *log, uint32_t number, char path[PATH_SIZE])
{
	if (number == 0)
		snprintf(path, PATH_SIZE, LOG_DIRECTORY "/%s.log", log->name);
	else
		snprintf(path, PATH_SIZE, LOG_DIRECTORY "/%s.log.%u", log->name, number);
}

/* Never through a link or into a pipe that somebody in the container has put there. */
static int ensure_open(struct log *log)
{
	char path[PATH_SIZE];
	struct stat status;

	if (log->fd < 0) {
		path_of(log, 0, path);
		int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
		int fd = open(path, flags, 0640);
		if (fd < 0)
			return -1;
		if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
			close(fd);
			errno = EINVAL;
			return -1;
		}
		log->fd = fd;
		log->size = (uint64_t)status.st_size;
	}
	if (log->dropped > 0)
		confess(log);
	return 0;
}

/* NAME.log becomes NAME.log.1, and so on; the oldest goes. */
static void rotate(struct log *log)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	log_close(log);
	path_of(log, log->kept, to);
	if (log->kept == 0)
		unlink(to);
	for (uint32_t number = log->kept; number > 0; number--) {
		path_of(log, number - 1, from);
		path_of(log, number, to);
		rename(from, to);
	}
}

static void drop(struct log *log, int fault, uint64_t lines)
{
	if (log->dropped == 0)
		log->fault = fault;
	log->dropped += lines;
}
