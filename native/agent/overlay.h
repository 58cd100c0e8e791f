/* A container's root: an overlay on shared layers, as a detached mount. */
#ifndef CANTRIP_OVERLAY_H
#define CANTRIP_OVERLAY_H

#include "../common/error.h"

struct overlay {
	char **layers; /* absolute paths, lowest first */
	int layer_count;
	char *upper;
	char *work;
};

/*
 * Makes upper and work when missing, opens every directory once and hands the kernel names of open descriptors,
 * so that nobody can exchange a path meanwhile and the container's mount table shows no path of the host.
 * Returns the descriptor of the mount. Without `upper` the mount is read-only.
 */
int overlay_create(const struct overlay *overlay, struct error *error);

#endif
