/* What this host can and cannot do, for AGENT_HELLO. */
#ifndef CANTRIP_FEATURES_H
#define CANTRIP_FEATURES_H

#include "../common/wire.h"
#include "launch.h"

/* Repeated HELLO_FEATURE. */
void features_write(const struct workshop *workshop, struct writer *reply);

#endif
