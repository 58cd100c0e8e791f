/* One supervised service: its process, check, log, and how they change its state. */
#ifndef CANTRIP_INIT_SERVICE_H
#define CANTRIP_INIT_SERVICE_H

#include "definition.h"
#include "log.h"

enum goal { KEEP, REMOVE };

struct supervised {
	char name[SERVICE_NAME_SIZE];
	struct definition *definition; /* of the process, or of the next one when there is no process */
	struct definition *next;       /* takes its place when the process has ended; NULL = stays */
	enum goal goal;
	bool again;    /* the process is to be stopped and the service begun anew */
	bool stopping; /* the process has been told to stop */
	enum service_state state;
	uint64_t since_ms;    /* when it came into this state, since the epoch */
	uint64_t executed_ms; /* of the loop's clock */
	uint32_t restarts;    /* after exits, not asked for; since the service was begun */
	uint32_t backoff_ms;
	bool has_exited;
	int last_exit; /* wait status */
	char message[CHECK_MESSAGE];
	struct process process;
	struct prober prober;
	struct timer timer; /* the next try, or the end of patience with a process that is to stop */
	struct log log;
	struct log_stream out, err;
};

/* Called after every change that may concern others. */
extern void (*service_changed)(void);

/* Takes the definition over. NULL without memory, and then it does not. */
struct supervised *service_new(struct definition *definition);
/* Also ends what is left of its process. */
void service_free(struct supervised *service);

/* The definition that will hold from the next process on. */
const struct definition *service_definition(const struct supervised *service);
bool service_has_process(const struct supervised *service);

/* Only without a process: waits for its turn, with the newest definition. */
void service_begin(struct supervised *service);
/* Only when waiting. */
void service_launch(struct supervised *service);
/* Only with a process that has not been told yet. */
void service_stop(struct supervised *service);

/* Nothing changes when both are as before. */
void service_set_state(struct supervised *service, enum service_state state, const char *message);

#endif
