/*
 * Children that share the agent's memory until they execute something, which is ten times cheaper than a fork.
 * The agent stands still meanwhile. Code in such a child makes raw calls only and allocates nothing.
 *
 * Nobody in a container may see such a child: who can stop it stops the agent, and who can write its memory writes
 * the agent's. Hence what goes where others are runs apart.
 */
#ifndef CANTRIP_SPAWN_H
#define CANTRIP_SPAWN_H

#include <linux/sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "../common/error.h"

/* Makes the children's stacks, each with a page below it that faults. */
int spawn_init(struct error *error);

/* A child of a child needs the other stack. */
enum spawn_stack { STACK_FIRST, STACK_SECOND };

struct spawn {
	uint64_t flags; /* CLONE_NEW*, CLONE_PARENT, CLONE_PIDFD */
	int group;      /* v2 directory to be born in, -1 = none */
	enum spawn_stack stack;
	bool apart; /* in a copy of the memory, and the caller goes on at once */
};

/*
 * Runs `run(argument)` in a child with all signals blocked; its result is the exit code. Returns the pid once the
 * child has executed a program or is gone (at once for `apart`), or the negative errno. `pidfd` is filled in with
 * CLONE_PIDFD.
 */
long spawn(const struct spawn *options, int (*run)(void *), void *argument, int *pidfd);

#endif
