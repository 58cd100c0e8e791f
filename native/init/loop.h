/* The loop: descriptors, timers and children, each with the function to call. Single-threaded; nothing else waits. */
#ifndef CANTRIP_INIT_LOOP_H
#define CANTRIP_INIT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

/* A descriptor that is waited on. Owned by the structure that embeds it; fd is -1 when there is none. */
struct watch {
	int fd;
	void (*ready)(struct watch *watch, uint32_t events);
};

struct timer {
	uint64_t at_ms;
	void (*fire)(struct timer *timer);
	struct timer *next;
	bool armed;
};

/* A process that was started here. `exited` is called once, after which the child is no longer tracked. */
struct child {
	pid_t pid;      /* also its process group; 0 = none */
	bool alone;     /* whatever else is in its process group is killed when it exits */
	void (*exited)(struct child *child, int wait_status);
	struct child *next;
};

/* Sets up epoll and the signal descriptor; -1 with errno. `on_stop` is called at SIGTERM and SIGINT. */
int loop_open(void (*on_stop)(void));

/* Waits once and calls what is due. */
void loop_turn(void);

/* Closes the descriptor and returns -1 with errno when it cannot be watched. */
int watch_start(struct watch *watch, int fd, uint32_t events);
void watch_change(struct watch *watch, uint32_t events);
/* Closes the descriptor; nothing happens when there is none. */
void watch_stop(struct watch *watch);
/* Gives the descriptor back instead of closing it; -1 when there is none. */
int watch_release(struct watch *watch);

/* Arms or re-arms. */
void timer_start(struct timer *timer, uint64_t delay_ms);
void timer_stop(struct timer *timer);

void child_track(struct child *child);
/* Its end will be reaped but told to nobody. */
void child_forget(struct child *child);

/* Milliseconds that only go forward, and milliseconds since the epoch. */
uint64_t now_ms(void);
uint64_t wall_ms(void);

#endif
