/* All services and their order: what may start, what may stop, and what was asked for them. */
#ifndef CANTRIP_INIT_SERVICES_H
#define CANTRIP_INIT_SERVICES_H

#include "service.h"

enum { MAX_SERVICES = 256 };

size_t services_count(void);
struct supervised *services_at(size_t index);
/* NULL when there is none of that name. */
struct supervised *services_find(const char *name);

/* Takes the definition over. Refused (stage `after`) when it names what is not there, or itself in the end. */
int services_set(struct definition *definition, struct error *error);
/* Stops and forgets; nothing happens when there is none of that name. */
void services_remove(const char *name);
void services_remove_all(void);
/* Stage `service` when there is none of that name, or no process to signal. */
int services_restart(const char *name, struct error *error);
int services_signal(const char *name, int signal, struct error *error);

/* Starts and stops what may start and stop now. Calls for nothing when nothing has changed. */
void services_settle(void);

/* Whether it will not become ready as things stand, or because one that it waits for will not. */
bool services_lost(const struct supervised *service, uint32_t restarts_before);

#endif
