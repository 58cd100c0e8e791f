/* What the files about control groups share among themselves. */
#ifndef CANTRIP_CGROUP_PARTS_H
#define CANTRIP_CGROUP_PARTS_H

#include "cgroup.h"

enum { GROUP_PATH = 96 };

/* `cantrip/ID` or `cantrip/ID/FILE`, below a hierarchy's root. */
void group_path(const char *id, const char *file, char path[static GROUP_PATH]);
/* Root of the v1 hierarchy that carries the controller, -1 when none does. */
int controller_root(const struct cgroups *cgroups, enum controller controller);
/* With `live` also what is not limited is written, and memory is checked first. */
int limits_write(const struct cgroups *cgroups, const char *id, const struct limits *limits, bool live,
		 struct error *error);
/* Only the harmless devices of /dev may be opened or made. */
int devices_restrict(struct cgroups *cgroups, const char *id, const struct group *group, struct error *error);

#endif
