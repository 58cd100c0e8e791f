/* Bytes from one descriptor to another, without waiting for either. */
#ifndef CANTRIP_EXEC_RELAY_H
#define CANTRIP_EXEC_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum { RELAY_SIZE = 65536 };

struct relay {
	int from;
	int to;
	bool close_to; /* tell the other side about the end */
	bool ended;    /* nothing more will come */
	size_t length;
	size_t sent;
	char data[RELAY_SIZE];
};

/* What to wait for: `from` while the buffer is empty, `to` while it is not; -1 for the one not waited for. */
void relay_poll(const struct relay *relay, struct pollfd *from, struct pollfd *to);
/* Moves what can be moved after poll. */
void relay_move(struct relay *relay, const struct pollfd *from, const struct pollfd *to);
/* Moves what is there already, waiting only for `to`. */
void relay_drain(struct relay *relay);

#endif
