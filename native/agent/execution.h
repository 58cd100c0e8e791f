/* Programs run inside containers on behalf of a client that stays connected: `cantrip-exec`. */
#ifndef CANTRIP_EXECUTION_H
#define CANTRIP_EXECUTION_H

#include "client.h"

/* AGENT_EXEC. Without a terminal the request brings descriptors 0, 1 and 2; with one its master goes back. */
int execution_start(struct request *request, struct error *error);
/* AGENT_EXEC_SIGNAL. */
int execution_signal(struct request *request, struct error *error);
/* Hangs up on what the client has started. */
void executions_forget_client(struct agent *agent, const struct client *client);
void executions_close(struct agent *agent);

#endif
