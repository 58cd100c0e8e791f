/* Fields of the agent's smaller requests, checked. Results are released also when reading failed. */
#ifndef CANTRIP_REQUEST_FIELDS_H
#define CANTRIP_REQUEST_FIELDS_H

#include "../common/error.h"
#include "../common/wire.h"
#include "cgroup.h"
#include "network.h"
#include "ports.h"

enum { TRASH_MAX = 16 };

/* AGENT_STOP, AGENT_REMOVE, AGENT_WAIT, AGENT_UPDATE, AGENT_SIGNAL. */
struct request_fields {
	char *id;
	uint64_t grace_ms;
	uint64_t signal;
	struct limits limits;
	char *trash[TRASH_MAX];
	int trash_count;
};

int fields_read(struct reader fields, uint32_t type, struct request_fields *result, struct error *error);
int fields_need_id(const struct request_fields *fields, struct error *error);
void fields_release(struct request_fields *fields);

struct bridge_fields {
	char *name;
	bool has_address, has_mac;
	struct address address;
	struct mac mac;
};

int bridge_fields_read(struct reader fields, struct bridge_fields *result, struct error *error);
void bridge_fields_release(struct bridge_fields *fields);

struct hosts_fields {
	char *path;
	const void *content; /* of the frame */
	uint32_t length;
};

int hosts_fields_read(struct reader fields, struct hosts_fields *result, struct error *error);
void hosts_fields_release(struct hosts_fields *fields);

int port_key_read(struct reader fields, struct port_key *key, struct error *error);
void port_key_release(struct port_key *key);

#endif
