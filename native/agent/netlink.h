/*
 * Requests to the kernel's routing socket, encoded by hand: several messages are built into one batch, sent at
 * once, and each is acknowledged. Building allocates nothing, sending and reading are raw calls, so that a child
 * sharing memory can do it.
 */
#ifndef CANTRIP_NETLINK_H
#define CANTRIP_NETLINK_H

#include <stddef.h>
#include <stdint.h>

enum { BATCH_SIZE = 2048 };

/* Start from all zero. Overflow is remembered and refused by netlink_send. */
struct batch {
	_Alignas(4) unsigned char data[BATCH_SIZE];
	size_t length;
	size_t message; /* where the present message begins */
	int count;
	int overflow;
};

/* Begins a message of type RTM_*; NLM_F_REQUEST and NLM_F_ACK are always set. */
void netlink_begin(struct batch *batch, uint16_t type, uint16_t flags);
/* The message's fixed header, right after netlink_begin. */
void netlink_header(struct batch *batch, const void *header, size_t length);
void netlink_attribute(struct batch *batch, uint16_t type, const void *data, size_t length);
void netlink_text(struct batch *batch, uint16_t type, const char *text);
void netlink_number(struct batch *batch, uint16_t type, uint32_t value);
/* Attributes inside an attribute; the result goes to netlink_close. */
size_t netlink_open(struct batch *batch, uint16_t type);
void netlink_close(struct batch *batch, size_t nest);

/* A routing socket of the present network namespace, or the negative errno. */
int netlink_socket(void);
/*
 * Sends the batch and reads every acknowledgement. Returns 0 or the first negative errno; `failed` (may be NULL)
 * becomes the index of the message it was for.
 */
int netlink_send(int socket, const struct batch *batch, int *failed);

#endif
