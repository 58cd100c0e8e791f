/* The order of services by `after`, as pure functions over names. */
#ifndef CANTRIP_INIT_ORDER_H
#define CANTRIP_INIT_ORDER_H

#include <stdbool.h>
#include <stddef.h>

struct order_node {
	const char *name;
	char *const *after; /* ends with NULL */
};

enum order_fault { ORDER_FINE, ORDER_MISSING, ORDER_CYCLE };

/*
 * Whether nodes[subject] may stand among the nodes, which are in order without it. The names at fault are written to
 * `names`: those missing ("a, b"), or the cycle ("a after b after a").
 */
enum order_fault order_check(const struct order_node *nodes, size_t count, size_t subject, char *names, size_t size);

/* Whether `after` holds the name. */
bool order_names(char *const *after, const char *name);

#endif
