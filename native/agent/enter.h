/* The way of one more process into a running container, for children that share memory: raw calls only. */
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

	/* What came of it. */
	long pid; /* as the host counts */
	int ended; /* descriptor of the process */
	int number;
	const char *stage;
};

/* Stage one: enters the namespaces and starts stage two in them. Returns an exit code. */
int enter_main(void *enter);

#endif
