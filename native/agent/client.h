/* Peers of the agent's socket. */
#ifndef CANTRIP_CLIENT_H
#define CANTRIP_CLIENT_H

#include "../common/connection.h"
#include "agent.h"

struct client {
	struct agent *agent;
	struct watch watch;
	struct connection connection;
	struct client *next;
};

/* One frame from a peer, under way. */
struct request {
	struct agent *agent;
	struct client *client;
	uint32_t type;
	uint32_t id;
	struct reader fields;
	struct writer reply; /* fields of the answer */
};

/* What became of a request, beside -1 for an error. */
enum outcome { OUTCOME_ANSWER, OUTCOME_LATER };

/* Accepts whoever connects with the agent's own user id. `listener` is a watch of struct agent. */
void clients_accept(struct watch *listener, uint32_t events);
/* Answers a request, now or later; `fields` may be NULL. */
void client_answer(struct client *client, uint32_t type, uint32_t id, const struct writer *fields);
void client_refuse(struct client *client, uint32_t type, uint32_t id, const struct error *error);
void client_event(struct client *client, uint32_t event, uint32_t id, const struct writer *fields);
void clients_close_all(struct agent *agent);

/* Carries out one request: an enum outcome, or -1. */
int request_handle(struct request *request, struct error *error);

#endif
