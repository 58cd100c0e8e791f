/* What the files about containers share among themselves. */
#ifndef CANTRIP_CONTAINER_PARTS_H
#define CANTRIP_CONTAINER_PARTS_H

#include "container.h"

/* Frees it and takes it off the list. */
void container_drop(struct container *container);
/* Watches process 1; takes the descriptor over. */
int container_follow(struct container *container, int pidfd, struct error *error);
void container_kill(struct container *container);
/* The timer of container_stop: SIGKILL. */
void container_grace_over(struct timer *timer);
/* After process 1 has gone: answers who waits, goes on with removing. */
void container_ended(struct container *container);
/* Writes the record. */
int container_save(const struct container *container, struct error *error);

#endif
