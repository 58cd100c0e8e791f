/* What a container sees beside its root, made by the agent as detached mounts before the container exists. */
#ifndef CANTRIP_MOUNTS_H
#define CANTRIP_MOUNTS_H

#include <stdbool.h>

#include "../common/error.h"
#include "cgroup.h"

struct volume {
	char *source;
	char *target;
	bool read_only;
	bool optional; /* leave it out when the source does not exist */
};

/* A detached mount and where the container shall find it. */
struct attachment {
	int tree;
	bool directory;
	char target[256]; /* absolute, inside the container; parents are made */
};

enum { ATTACHMENT_MAX = 64 };

struct attachments {
	struct attachment list[ATTACHMENT_MAX];
	int count;
};

/* /dev with its nodes, links and directories (`pts`, `shm`, `mqueue` stay empty). Returns the descriptor. */
int mounts_dev(struct error *error);
/* A devpts instance of its own. */
int mounts_pts(struct error *error);
/* /dev/shm. */
int mounts_shm(struct error *error);
/* A copy of one mount, for a volume. */
int mounts_add_volume(struct attachments *attachments, const struct volume *volume, struct error *error);
/* The container's own v1 groups, read-only below /sys/fs/cgroup; nothing to add on v2. */
int mounts_add_groups(struct attachments *attachments, const struct cgroups *cgroups, const struct group *group,
		      struct error *error);
void mounts_close(struct attachments *attachments);

#endif
