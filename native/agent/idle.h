/* An agent that nobody needs ends by itself; the next command starts another. */
#ifndef CANTRIP_IDLE_H
#define CANTRIP_IDLE_H

#include "agent.h"

/* Looks from time to time; after `idle_limit` seconds without container, port and client the loop ends. */
void idle_watch(struct agent *agent);

#endif
