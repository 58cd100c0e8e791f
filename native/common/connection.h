/*
 * One peer on a non-blocking Unix stream socket: what has arrived and is not read yet, what is not sent yet,
 * and descriptors that travel along. Nothing here blocks; the owner waits with epoll (EPOLLIN always, EPOLLOUT
 * while connection_pending).
 */
#ifndef CANTRIP_CONNECTION_H
#define CANTRIP_CONNECTION_H

#include "wire.h"

enum { CONNECTION_DESCRIPTORS = 4 };

/* Start with connection_init. */
struct connection {
	int fd;
	uint8_t *data; /* arrived, `taken` of it read already */
	size_t length;
	size_t taken;
	size_t capacity;
	struct writer out; /* whole frames, `sent` bytes of them gone */
	size_t sent;
	int arrived[CONNECTION_DESCRIPTORS]; /* descriptors received and not taken by anybody */
	int arrived_count;
	int attached[CONNECTION_DESCRIPTORS]; /* go with the byte at `attached_at` of `out` */
	int attached_count;
	size_t attached_at;
};

/* Takes over the descriptor, which must be non-blocking. */
void connection_init(struct connection *connection, int fd);
/* Reads what is there. Returns 0 when the peer is still there, -1 when it has gone or memory ran out. */
int connection_receive(struct connection *connection);
/* The next whole frame, valid until the next connection_receive: 1, 0 when there is none, -1 for rubbish. */
int connection_take(struct connection *connection, struct frame *frame);
/* Sends what goes without waiting. Returns 0, or -1 when the peer has gone. */
int connection_flush(struct connection *connection);
/* Whether something is left to send. */
bool connection_pending(const struct connection *connection);
/*
 * Sends `fd` along with the frame that is about to begin in `out`; takes the descriptor over. Several may go with
 * one frame, but only one frame at a time can have some.
 */
void connection_attach(struct connection *connection, int fd);
/* Closes the received descriptors that nobody took. */
void connection_drop_arrived(struct connection *connection);
/* Closes the socket and frees everything. */
void connection_close(struct connection *connection);

#endif
