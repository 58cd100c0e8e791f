/* Text put together in a buffer of fixed size: always ends with NUL, is cut when the buffer is full. */
#ifndef CANTRIP_INIT_TEXT_H
#define CANTRIP_INIT_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *start;
	size_t length;
	size_t size; /* counts the NUL */
};

struct text text_into(char *buffer, size_t size);
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "exit 2" or "signal 9" from a wait status. */
void text_add_status(struct text *text, int wait_status);

/* "2026-11-24T15:04:05.123Z" from milliseconds since the epoch. */
void text_add_time(struct text *text, uint64_t wall_ms);

void text_cut(struct text *text, size_t length);

#endif
