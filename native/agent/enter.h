/*
 * The way of one more process into a running container, whose root may be hostile: it sees that process and may stop
 * it, or make it wait for a file, at any moment from its birth on. So it runs apart from the agent, cannot be traced,
 * and tells by a pipe how far it has come.
 */
#ifndef CANTRIP_ENTER_H
#define CANTRIP_ENTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "seccomp.h"

enum { ENTER_GROUPS = 32, ENTER_PATH = 256 };

struct enter {
	/* What to do. */
	int pidfd; /* of the container's process 1 */
	const struct group *group;
	int standard[3]; /* become 0, 1, 2; with `terminal` all the same */
	bool terminal;   /* make it the controlling terminal of a new session */
	char *const *arguments;
	char *const *environment;
	const char *path; /* PATH to search, or NULL */
	const char *directory;
	uid_t uid;
	gid_t gid;
	gid_t groups[ENTER_GROUPS];
	int group_count;
	uint64_t caps;
	const struct filter *filter;
	int report; /* the pipe's end to write; closed by the execution */
};

/* One message through the pipe: the process begins, or why it does not. */
struct enter_report {
	int32_t pid;    /* as the host counts; 0 in a failure */
	int32_t number; /* errno, 0 = it begins */
	uint32_t stage;
};

/* Stage one: enters the namespaces and starts stage two in them, a child of the agent's. Returns an exit code. */
int enter_main(void *enter);
/* What was being done when it failed. */
const char *enter_stage(uint32_t stage);

#endif
