/* The agent's one thread: descriptors that become ready, and times that come. */
#ifndef CANTRIP_LOOP_H
#define CANTRIP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/error.h"

/* Embedded in whatever waits for a descriptor. */
struct watch {
	int fd;
	void (*ready)(struct watch *watch, uint32_t events);
};

/* Embedded in whatever waits for a time. All zero = not set. */
struct timer {
	uint64_t at; /* loop_now, milliseconds */
	void (*due)(struct timer *timer);
	struct timer *next;
	bool set;
};

struct loop {
	int epoll;
	struct timer *timers;
	bool ended;
};

int loop_init(struct loop *loop, struct error *error);
/* `events` as for epoll. */
int loop_watch(struct loop *loop, struct watch *watch, uint32_t events, struct error *error);
void loop_change(struct loop *loop, struct watch *watch, uint32_t events);
/* The caller closes the descriptor afterwards. */
void loop_unwatch(struct loop *loop, struct watch *watch);
/* Milliseconds of the monotonic clock. */
uint64_t loop_now(void);
/* Sets the timer anew. */
void loop_set(struct loop *loop, struct timer *timer, uint64_t milliseconds, void (*due)(struct timer *));
void loop_cancel(struct loop *loop, struct timer *timer);
/* Runs until `ended`. One event is taken at a time, so that whoever handles one may free any other waiter. */
void loop_run(struct loop *loop);

#endif
