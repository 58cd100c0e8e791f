/* The decisions of supervision as pure functions: no system call, no clock, no global. */
#ifndef CANTRIP_INIT_DECIDE_H
#define CANTRIP_INIT_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

/* A process that has run this long ran well: its next failure begins with the shortest back-off again. */
#define RAN_WELL_MS 10000u

/* Probing before the first success: this soon at first, growing by a tenth each time to this. */
#define PROBE_FIRST_MS 20u
#define PROBE_GROWN_MS 250u

/* A service restarted more often than this while somebody awaits it is reported to him as failed. */
#define AWAIT_RESTARTS 5u

enum service_state {
	WAITING,   /* for a service in `after` */
	STARTING,  /* running, its check has not passed yet */
	READY,
	UNHEALTHY, /* was ready, its check fails now */
	BACKOFF,   /* exited, tried again at a known time */
	STOPPED,   /* exited, and its restart policy says that this was all */
	FAILED,    /* cannot be executed */
};

enum restart_policy { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };

struct restart_rule {
	enum restart_policy policy;
	uint32_t min_ms, max_ms;
};

struct exit_decision {
	enum service_state state; /* BACKOFF or STOPPED */
	uint32_t delay_ms;        /* until the next try; 0 when stopped */
};

struct probe_history {
	bool passed;       /* at least once */
	uint32_t failures; /* in a row */
	uint32_t delay_ms; /* before the next probe; 0 before the first */
};

const char *state_name(enum service_state state);

/* What follows the exit of a process with this wait status, which ran for ran_ms, after a back-off of previous_ms. */
struct exit_decision decide_exit(struct restart_rule rule, int wait_status, uint64_t ran_ms, uint32_t previous_ms);

/* The back-off after one of previous_ms (0 = none yet): doubles from the least to the greatest. */
uint32_t decide_backoff(struct restart_rule rule, uint32_t previous_ms);

/* Whether a failure to start a process with this errno may go away by itself. */
bool decide_transient(int error);

/* Whether a service in this state, last left with this wait status, will not hold up those that come after it. */
bool decide_satisfied(enum service_state state, int wait_status);

/* Whether somebody who awaits the service must be told that it does not come. */
bool decide_lost(enum service_state state, int wait_status, uint32_t restarts_since);

struct probe_rule {
	uint32_t interval_ms; /* after the first success */
	uint32_t failures;    /* in a row, after the first success, that make it unhealthy */
};

/*
 * Enters the result of one probe, which took took_ms, into the history and returns the state that follows from it.
 * Before the first success the next probe does not come sooner than this one took: probes that are programs must not
 * take the time that the service needs to start.
 */
enum service_state decide_probe(struct probe_history *history, struct probe_rule rule, bool passed, uint32_t took_ms);

#endif
