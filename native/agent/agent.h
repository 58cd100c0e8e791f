/* The agent: everything there is one of. */
#ifndef CANTRIP_AGENT_H
#define CANTRIP_AGENT_H

#include "launch.h"
#include "loop.h"
#include "ports.h"

/* A container that was removed a moment ago. */
struct departed {
	struct departed *next;
	char id[];
};

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
	struct departed *departed; /* whose links are looked for when it is tidied */
	struct timer idle;
	unsigned idle_limit; /* seconds after which it ends, 0 = never */
	uint64_t idle_since; /* loop_now, 0 = not idle */
};

#define OWNER(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

#endif
