#include "tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 256, READ_SIZE = 4096, READS_AT_ONCE = 17 };

static void grow(struct tail *tail, size_t wanted);

void tail_add(struct tail *tail, const char *bytes, size_t length)
{
	if (length > tail->limit) {
		bytes += length - tail->limit;
		length = tail->limit;
	}
	grow(tail, tail->length + length);
	if (tail->capacity == 0)
		return;
	if (length > tail->capacity) {
		bytes += length - tail->capacity;
		length = tail->capacity;
	}
	size_t end = (tail->start + tail->length) % tail->capacity;
	size_t first = tail->capacity - end < length ? tail->capacity - end : length;
	memcpy(tail->data + end, bytes, first);
	memcpy(tail->data, bytes + first, length - first);
	tail->length += length;
	if (tail->length > tail->capacity) {
		tail->start = (tail->start + tail->length - tail->capacity) % tail->capacity;
		tail->length = tail->capacity;
	}
}

static void reverse(char *from, char *to)
{
	while (from < to) {
		char byte = *from;
		*from++ = *--to;
		*to = byte;
	}
}

/* Rotates in place: three reversals move the oldest byte to the front. */
void tail_straighten(struct tail *tail)
{
	if (tail->start == 0)
		return;
	reverse(tail->data, tail->data + tail->start);
	reverse(tail->data + tail->start, tail->data + tail->capacity);
	reverse(tail->data, tail->data + tail->capacity);
	tail->start = 0;
}

void tail_last_line(struct tail *tail, char *line, size_t size)
{
	tail_straighten(tail);
	size_t end = tail->length;
	while (end > 0 && (tail->data[end - 1] == '\n' || tail->data[end - 1] == '\r'))
		end--;
	size_t start = end;
	while (start > 0 && tail->data[start - 1] != '\n')
		start--;
	size_t length = end - start < size - 1 ? end - start : size - 1;
	if (length > 0)
		memcpy(line, tail->data + start, length);
	line[length] = '\0';
}

/* A pipe's content at most, so that an output without end does not keep the loop here. */
int tail_read(struct tail *tail, int fd)
{
	char buffer[READ_SIZE];

	for (int i = 0; i < READS_AT_ONCE; i++) {
		ssize_t length = read(fd, buffer, sizeof buffer);
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return 1;
		if (length <= 0)
			return 0;
		tail_add(tail, buffer, (size_t)length);
	}
	return 1;
}

void tail_release(struct tail *tail)
{
	free(tail->data);
	*tail = (struct tail){.limit = tail->limit};
}

/* Only while the bytes are in order, which they are until the limit is reached. */
static void grow(struct tail *tail, size_t wanted)
{
	size_t capacity = tail->capacity ? tail->capacity : FIRST_CAPACITY;

	if (wanted > tail->limit)
		wanted = tail->limit;
	while (capacity < wanted)
		capacity *= 2;
	if (capacity > tail->limit)
		capacity = tail->limit;
	if (capacity <= tail->capacity)
		return;
	tail_straighten(tail);
	char *data = realloc(tail->data, capacity);
	if (!data)
		return;
	tail->data = data;
	tail->capacity = capacity;
}
