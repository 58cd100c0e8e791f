/* What a container shall be: the fields of AGENT_START, checked. Also what its record keeps. */
#ifndef CANTRIP_CONFIG_H
#define CANTRIP_CONFIG_H

#include "../common/error.h"
#include "../common/wire.h"
#include "cgroup.h"
#include "mounts.h"
#include "network.h"
#include "overlay.h"

enum { ID_LENGTH = 16, VOLUME_MAX = 32 };

struct config {
	char *id;
	char *hostname;
	struct overlay root;
	struct volume volumes[VOLUME_MAX];
	int volume_count;
	bool has_nic;
	struct nic nic;
	struct limits limits;
	char *init;
	char *logs;
	bool builder;
};

/* 16 lower-case hexadecimal characters. */
bool id_valid(const char *id);
/* Reads and checks; the caller releases the result also when it fails. Fails with EINVAL naming the field. */
int config_read(struct reader fields, struct config *config, struct error *error);
/* A record of limits_record. */
int limits_read(struct reader fields, struct limits *limits, struct error *error);
void config_release(struct config *config);

#endif
