/* What a check asks for, and the prober that asks again and again. Nothing here waits. */
#ifndef CANTRIP_INIT_CHECK_H
#define CANTRIP_INIT_CHECK_H

#include "decide.h"
#include "loop.h"
#include "process.h"
#include "tail.h"
#include "../common/wire.h"

enum check_kind { TCP_CHECK, HTTP_CHECK, EXEC_CHECK };

enum { CHECK_MESSAGE = 256 };

struct check {
	enum check_kind kind;
	char *kind_name, *path, *host, *user;
	char **arguments;
	uint64_t port;
	uint64_t expect; /* status; 0 = any 2xx or 3xx */
	uint64_t interval_ms, timeout_ms, failures;
};

/* From the fields of a check_record. On failure `check` is empty. */
int check_read(struct reader fields, struct check *check, struct error *error);
void check_release(struct check *check);

struct prober {
	const struct check *check; /* NULL = not probing */
	enum service_state state;  /* STARTING, READY or UNHEALTHY */
	char message[CHECK_MESSAGE]; /* why the last probe failed; empty after one that passed */
	void (*probed)(struct prober *prober); /* after each probe */
	struct probe_history history;
	struct timer timer; /* until the next probe, or the time-out of the present one */
	uint64_t began_ms;
	struct watch watch; /* the socket, or the output of the program */
	bool connected;
	bool timed_out;
	char head[16]; /* of an HTTP answer */
	size_t head_length;
	struct process process;
	struct tail output;
};

/* Begins with a probe at once. The check must stay until prober_stop. */
void prober_start(struct prober *prober, const struct check *check, void (*probed)(struct prober *prober));
/* Nothing happens when it is not probing. */
void prober_stop(struct prober *prober);

/* The pure parts of an HTTP probe. */
/* The request; 0 when it does not fit. */
size_t http_request(const struct check *check, char *request, size_t size);
/* The status an answer begins with; 0 when more bytes are needed, -1 when this is no HTTP. */
int http_status(const char *head, size_t length);
bool http_passes(int status, uint64_t expect);

#endif
