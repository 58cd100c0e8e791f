/* Clients on the control socket: their frames come in as requests, answers go out when they are known. */
#ifndef CANTRIP_INIT_CONTROL_H
#define CANTRIP_INIT_CONTROL_H

#include "../common/wire.h"

enum { MAX_CLIENTS = 64 };

/* Where an answer goes. The client may have gone by then: the answer is then dropped. */
struct answer {
	uint32_t client;
	uint32_t type;
	uint32_t id;
};

struct request {
	struct answer answer;
	struct reader fields; /* only until the handler returns */
};

/* Takes the listening socket over; `gone` hears of every client that left. -1 with errno when it cannot be watched. */
int control_start(int fd, void (*handle)(const struct request *request), void (*gone)(uint32_t client));

/* Where to write the fields of an answer; NULL when the client has gone. One answer at a time, always ended. */
struct writer *answer_begin(const struct answer *answer);
void answer_end(const struct answer *answer);

void answer_done(const struct answer *answer);
void answer_error(const struct answer *answer, const struct error *error);

/*
 * Between the two no further request of the client is taken: answers that may be large are made one at a time, so that
 * a client cannot make init remember more than one of them.
 */
void answer_hold(const struct answer *answer);
void answer_release(const struct answer *answer);

/* Sends what can be sent now, for the last moment. */
void control_flush(void);

#endif
