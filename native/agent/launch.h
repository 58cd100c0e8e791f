/* Making a container: everything from a checked configuration to a running init. */
#ifndef CANTRIP_LAUNCH_H
#define CANTRIP_LAUNCH_H

#include "child.h"
#include "config.h"
#include "program.h"

/* What all launches share, opened once by the agent. */
struct workshop {
	struct cgroups cgroups;
	struct program init;
	struct filter filter;
	int routing;      /* netlink socket of the host's network namespace */
	char *mountpoint; /* an empty directory */
};

struct launched {
	pid_t pid;
	int pidfd;
};

/*
 * `control` is the container's listening socket, which stays the caller's. On failure nothing is left but the
 * groups, which the caller removes.
 */
int launch(struct workshop *workshop, const struct config *config, int control, struct launched *launched,
	   struct marks *marks, struct error *error);

#endif
