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
 * In a child, raw calls only; 0 or the negative errno. First the bounding set becomes `caps` and the ambient set
 * empty, which needs the rights of root.
 */
int caps_bound(uint64_t caps);
/* Then, as whatever user it shall be: permitted and effective become `caps`, inheritable empty, no_new_privs on. */
int caps_limit(uint64_t caps);

#endif
