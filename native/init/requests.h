/* The requests of the protocol, each a function of its fields. */
#ifndef CANTRIP_INIT_REQUESTS_H
#define CANTRIP_INIT_REQUESTS_H

#include "control.h"

/* Answers now, or sees to it that the answer comes later. */
void requests_handle(const struct request *request);

/* When init has started, in milliseconds since the epoch. */
void requests_begin(uint64_t wall_ms);

/* From now on nothing new is begun. */
void requests_refuse_changes(void);

#endif
