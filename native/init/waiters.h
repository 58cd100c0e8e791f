/* Requests whose answer comes later: somebody awaits services, or their removal. */
#ifndef CANTRIP_INIT_WAITERS_H
#define CANTRIP_INIT_WAITERS_H

#include "control.h"

enum { MAX_WAITERS = 256 };

/*
 * Answers with the services' states when all of them are ready and the health check passes, when one will not become
 * ready, or after deadline_ms. Takes the names over (NULL = all services). Stage `await` when a name is unknown.
 */
int waiters_await(const struct answer *answer, char **names, uint64_t deadline_ms, struct error *error);

/* Answers when none of the names is being removed any more. Takes the names over. */
int waiters_await_removal(const struct answer *answer, char **names, struct error *error);

/* Answers those whose time has come; called after changes. */
void waiters_settle(void);

/* STATUS_SERVICE for each service, and STATUS_HEALTH. */
void status_write(struct writer *writer);

#endif
