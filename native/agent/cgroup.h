/*
 * Control groups: one group `cantrip/ID` a container in every hierarchy that carries a controller we use. Works
 * on v1 (also with several controllers on one hierarchy), on v2, and on a mixture of both.
 *
 * Nobody ever writes a pid: on v1 the container's first process writes `0` to each opened `tasks` file, on v2 it
 * is born in the group (CLONE_INTO_CGROUP). Writing a pid to cgroup.procs waits 10 ms for the kernel.
 */
#ifndef CANTRIP_CGROUP_H
#define CANTRIP_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/error.h"

enum controller {
	CONTROLLER_CPU = 1,
	CONTROLLER_CPUACCT = 2,
	CONTROLLER_MEMORY = 4,
	CONTROLLER_PIDS = 8,
	CONTROLLER_DEVICES = 16,
};

enum { HIERARCHY_MAX = 8, PIDS_DEFAULT = 4096 };

struct hierarchy {
	int root;             /* descriptor of the mount's top directory */
	unsigned controllers; /* those of ours it carries */
	char name[32];        /* directory below /sys/fs/cgroup as the container shall see it, `cpu` or `cpu,cpuacct` */
};

/* What this host has. */
struct cgroups {
	struct hierarchy v1[HIERARCHY_MAX];
	int v1_count;
	int v2_root;             /* -1 when no controller of ours is on v2 and v1 has some */
	unsigned v2_controllers;
	bool v2_enabled;         /* the controllers have been handed down to the containers' parent */
	int device_program;      /* descriptor of the v2 device filter, -1 = none */
};

struct limits {
	uint64_t cpu;    /* thousandths of a core, 0 = none */
	uint64_t memory; /* bytes, 0 = none */
	uint64_t pids;   /* 0 = PIDS_DEFAULT */
	uint64_t weight; /* 1..10000, 0 = none */
};

/* Open group of one container, for its first process. */
struct group {
	int directories[HIERARCHY_MAX]; /* v1, in the order of cgroups.v1 */
	int tasks[HIERARCHY_MAX];
	int count;
	int v2; /* directory for CLONE_INTO_CGROUP, or -1 */
};

/* Finds the hierarchies. Fails when there is none at all. */
int cgroups_find(struct cgroups *cgroups, struct error *error);
/* Removes the groups' common parent when no agent has a container any more. */
void cgroups_tidy(const struct cgroups *cgroups);
/* Which controllers of ours are somewhere. */
unsigned cgroups_controllers(const struct cgroups *cgroups);

/* Makes the groups (already there succeeds), writes limits and device rules, and opens what joining needs. */
int group_create(struct cgroups *cgroups, const char *id, const struct limits *limits, struct group *group,
		 struct error *error);
/* Opens existing groups, for one more process. */
int group_open(const struct cgroups *cgroups, const char *id, struct group *group, struct error *error);
void group_close(struct group *group);
/* In the child, raw calls only. Returns 0 or the negative errno. */
int group_join(const struct group *group);

/* Live change. A memory limit below what is used fails with EBUSY, and then nothing has changed. */
int group_update(const struct cgroups *cgroups, const char *id, const struct limits *limits, struct error *error);
enum { LIMIT_KINDS = 3 };

/* Names of the limits that are asked for and for which the host has no controller. Returns how many. */
int limits_missing(const struct cgroups *cgroups, const struct limits *limits, const char *missing[static LIMIT_KINDS]);
/* How often the kernel killed a process of the group for want of memory. */
uint64_t group_oom_kills(const struct cgroups *cgroups, const char *id);
/* Kills whatever is still in the groups, for what a crash left behind. */
void group_kill(const struct cgroups *cgroups, const char *id);
/* Removes the groups; already gone succeeds. Fails with EBUSY while the kernel still counts processes in one. */
int group_remove(const struct cgroups *cgroups, const char *id, struct error *error);

#endif
