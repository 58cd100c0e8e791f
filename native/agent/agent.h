/* The agent: everything there is one of. */
#ifndef CANTRIP_AGENT_H
#define CANTRIP_AGENT_H

#include "launch.h"
#include "loop.h"
#include "ports.h"

struct agent {
	struct loop loop;
	int run;        /* the run directory */
	int containers; /* `containers` below it */
	struct workshop workshop;
	struct container *first_container;
	struct client *first_client;
	struct execution *first_execution;
	struct ports ports;
	struct watch listener;
	struct watch signals;
	struct timer tidy;
	struct timer idle;
	unsigned idle_limit; /* seconds after which it ends, 0 = never */
	uint64_t idle_since; /* loop_now, 0 = not idle */
};

#define OWNER(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

#endif
