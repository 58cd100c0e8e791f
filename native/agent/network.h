/*
 * Bridges, and the network of a container: one request makes its veth pair with the peer born inside the
 * container, in the bridge and up; one batch inside gives it its address. A veth is not deleted by request (that
 * takes 20 ms) but goes with its namespace; only where something keeps that, see departed.h.
 */
#ifndef CANTRIP_NETWORK_H
#define CANTRIP_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/error.h"
#include "netlink.h"

struct address {
	uint32_t ip; /* network byte order */
	unsigned prefix;
};

struct mac {
	uint8_t bytes[6];
};

struct nic {
	char *bridge;
	struct address address;
	uint32_t gateway; /* network byte order; 0 = no default route */
	struct mac mac;
};

/* "10.1.2.3/24"; a missing prefix is 32. Returns 0, or -1 for rubbish. */
int address_parse(const char *text, struct address *address);
/* "02:00:0a:01:02:03", never a multicast one. Returns 0, or -1 for rubbish. */
int mac_parse(const char *text, struct mac *mac);

/*
 * What a container's first process sends: `outside` through the host's socket (it names the sender's own network
 * namespace as process 1 of its pid namespace), `inside` through one of its own. Without a NIC `outside` stays
 * empty and `inside` only brings the loopback up.
 */
int network_plan(const char *id, const struct nic *nic, struct batch *outside, struct batch *inside,
		 struct error *error);

/* Whether the name is that of the host's end of a link of the container's. */
bool link_belongs(const char *name, const char *id);
/* Already gone succeeds; takes 20 ms. */
void link_delete(int socket, int index);
/* Deletes what an earlier run of the container left, before its id, names and address are used again. */
void links_remove(int socket, const char *id);

/* Makes the bridge or corrects it: address, MAC, up, forwarding; already there succeeds. */
int bridge_ensure(int socket, const char *name, const struct address *address, const struct mac *mac,
		  struct error *error);
/* Already gone succeeds. */
int bridge_remove(int socket, const char *name, struct error *error);

#endif
