/* Programs started in their own session: how, with what, and how their start and end are told. Never waits. */
#ifndef CANTRIP_INIT_PROCESS_H
#define CANTRIP_INIT_PROCESS_H

#include "../common/error.h"
#include "loop.h"

struct command {
	char **arguments;   /* ends with NULL, at least one */
	char **environment; /* KEY=VALUE, ends with NULL; NULL = only the defaults PATH, HOME, USER, LANG */
	const char *directory; /* NULL = / */
	const char *user;   /* name or number; NULL = root */
	const char *group;  /* NULL = the user's own */
	uint64_t nofile;    /* descriptors; 0 = as init was given */
};

/*
 * Owned by whoever embeds it, who sets the three functions and zeroes the rest. `ended` is called exactly once for
 * every successful process_start that is not abandoned: with `fault` set when the program could not be executed.
 */
struct process {
	struct child child; /* pid 0 = no process */
	struct watch report;
	struct error fault; /* number 0 = none */
	bool executed;
	void (*started)(struct process *process); /* the program has been executed; may be NULL */
	void (*warned)(struct process *process, const char *text); /* may be NULL */
	void (*ended)(struct process *process, int wait_status, const struct error *fault);
};

/* Remembers the limit of descriptors that programs get, and raises init's own. */
void process_prepare(void);

/* Descriptors for 0, 1 and 2 stay the caller's; -1 = /dev/null. Fails with stage `fork`. */
int process_start(struct process *process, const struct command *command, const int streams[3], struct error *error);

/* To the program, or to its whole process group. */
void process_signal(struct process *process, int signal);
void process_kill_group(struct process *process);

/* Kills the group and forgets the process: nothing of it will be told any more. */
void process_abandon(struct process *process);

/* Whether the kernel refuses init this many descriptors, so that a program will get fewer than it asks for. */
bool process_nofile_refused(uint64_t nofile);

#endif
