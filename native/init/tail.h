/* The last bytes of an output of any length, in memory that grows with it up to a limit. */
#ifndef CANTRIP_INIT_TAIL_H
#define CANTRIP_INIT_TAIL_H

#include <stddef.h>

/* Start with zeroes and the limit. */
struct tail {
	size_t limit;
	char *data;
	size_t capacity;
	size_t length; /* bytes held, ≤ limit */
	size_t start;  /* of the oldest; not 0 only when full */
};

/* When memory runs out bytes are lost, the oldest first where that is possible. */
void tail_add(struct tail *tail, const char *bytes, size_t length);

/* Puts the bytes in order: afterwards they stand at `data`. */
void tail_straighten(struct tail *tail);

/* The last line that is not empty, cut to fit; empty when there is none. Straightens. */
void tail_last_line(struct tail *tail, char *line, size_t size);

/* Reads what the pipe holds: 1 when more may come, 0 at its end. */
int tail_read(struct tail *tail, int fd);

void tail_release(struct tail *tail);

#endif
