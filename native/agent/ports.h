/*
 * Ports kept from everybody else: bound, never listened on. A kernel rule sends what arrives there to containers,
 * and a program that bound the port too would be shadowed without ever knowing why. Recorded, and held again by
 * the next agent.
 */
#ifndef CANTRIP_PORTS_H
#define CANTRIP_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/error.h"
#include "../common/wire.h"

struct held_port {
	char owner[128];
	uint32_t address; /* network byte order */
	uint16_t port;
	bool udp;
	int fd; /* -1 when somebody took it while no agent ran */
	struct held_port *next;
};

struct ports {
	int directory; /* where the record lies */
	struct held_port *first;
};

/* What a port request names; `owner` NULL where it is missing. */
struct port_key {
	char *owner;
	bool has_address;
	uint32_t address;
	uint16_t port; /* 0 when missing */
	bool udp;
};

/* Holds the recorded ports again; one that is taken meanwhile is logged and kept on record. */
void ports_load(struct ports *ports);
/* Fails with EADDRINUSE. Held already by the same owner succeeds. */
int ports_hold(struct ports *ports, const struct port_key *key, struct error *error);
/* Everything of the owner, or only the given address and port. Not held succeeds. */
int ports_release(struct ports *ports, const struct port_key *key, struct error *error);
/* Repeated `tag` with held_record. */
void ports_write(const struct ports *ports, struct writer *fields, uint16_t tag);

#endif
