/* Terminals of containers. */
#ifndef CANTRIP_TERMINAL_H
#define CANTRIP_TERMINAL_H

#include "container.h"
#include "execution_request.h"

/* A new pair of the container's own devpts, of the size and for the user that are asked for. */
int terminal_open(const struct container *container, const struct execution_request *wanted, int *master, int *slave,
		  struct error *error);

#endif
