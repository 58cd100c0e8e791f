/* Capability sets of containers. */
#ifndef CANTRIP_CAPS_H
#define CANTRIP_CAPS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Docker's default set without NET_RAW (ping works by net.ipv4.ping_group_range); a builder, where packages are
 * unpacked, also has MKNOD and AUDIT_WRITE. One bit a capability.
 */
uint64_t caps_for(bool builder);

/*
 * In the child, raw calls only: bounding, permitted and effective set become `caps`, inheritable and ambient
 * empty, no_new_privs on. Returns 0 or the negative errno.
 */
int caps_apply(uint64_t caps);

/* The same bounding set for a process that will run as another user: nothing permitted after its setresuid. */
int caps_bound(uint64_t caps);

#endif
