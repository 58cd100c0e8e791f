/* The health of the unit as a whole: one check that belongs to no service. */
#ifndef CANTRIP_INIT_HEALTH_H
#define CANTRIP_INIT_HEALTH_H

#include "check.h"

/* Takes the check over; NULL = none from now on. */
void health_set(struct check *check);

/* Whether there is no check, or it passes. */
bool health_passes(void);

/* Adds STATUS_HEALTH when there is a check. */
void health_write(struct writer *writer);

#endif
