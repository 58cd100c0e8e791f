/*
 * The first process of a container, from its birth in new namespaces to the execution of the init. Everything
 * it needs is opened and encoded before; it shares the agent's memory and therefore makes raw calls only.
 */
#ifndef CANTRIP_CHILD_H
#define CANTRIP_CHILD_H

#include <stdint.h>

#include "cgroup.h"
#include "mounts.h"
#include "netlink.h"
#include "seccomp.h"

struct mark {
	const char *stage;
	uint64_t nanoseconds; /* how long it took */
};

enum { MARK_MAX = 24 };

struct marks {
	struct mark list[MARK_MAX];
	int count;
	uint64_t last; /* monotonic clock */
};

/* Starts the clock. */
void marks_start(struct marks *marks);
/* Books the time since the last mark on `stage`. */
void marks_add(struct marks *marks, const char *stage);

struct child {
	/* What to do. Descriptors belong to the agent, the child has copies. */
	const struct group *group;
	bool groups_v2;
	const struct batch *outside;
	const struct batch *inside;
	int routing;            /* netlink socket of the host */
	const char *mountpoint; /* an empty directory of the host to hang the root on */
	int root, dev, pts, shm;
	struct attachments *volumes;
	struct attachments *views; /* what lies on the container's /sys */
	const char *hostname;
	int control; /* listening socket, becomes 3 */
	int init;    /* program to execute */
	uint64_t caps;
	const struct filter *filter;

	/* What came of it. */
	struct marks *marks;
	int proc; /* the container's /proc, until the masks are on */
	int number; /* errno, 0 = executed */
	const char *stage;
	const char *object;
};

/* Runs in the child; returns only when something failed, with the reason in `child`. */
int child_main(void *child);

/* Steps that stand in files of their own; 0 or the negative errno. */
long child_attach_all(struct child *child);
long child_mask(struct child *child);
/* After caps_bound: capabilities, no_new_privs, and the filter last. */
long child_restrict(uint64_t caps, const struct filter *filter);

#endif
