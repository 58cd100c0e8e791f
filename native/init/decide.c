#include "decide.h"

#include <errno.h>

const char *state_name(enum service_state state)
{
	switch (state) {
	case WAITING: return "waiting";
	case STARTING: return "starting";
	case READY: return "ready";
	case UNHEALTHY: return "unhealthy";
	case BACKOFF: return "backoff";
	case STOPPED: return "stopped";
	case FAILED: return "failed";
	}
	return "unknown";
}

struct exit_decision decide_exit(struct restart_rule rule, int wait_status, uint64_t ran_ms, uint32_t previous_ms)
{
	bool again = rule.policy == RESTART_ALWAYS || (rule.policy == RESTART_ON_FAILURE && wait_status != 0);
	if (!again)
		return (struct exit_decision){STOPPED, 0};
	return (struct exit_decision){BACKOFF, decide_backoff(rule, ran_ms >= RAN_WELL_MS ? 0 : previous_ms)};
}

uint32_t decide_backoff(struct restart_rule rule, uint32_t previous_ms)
{
	uint64_t next = (uint64_t)previous_ms * 2;
	if (next > rule.max_ms)
		next = rule.max_ms;
	return next < rule.min_ms ? rule.min_ms : (uint32_t)next;
}

bool decide_transient(int error)
{
	switch (error) {
	case EAGAIN: /* the limit of processes */
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case ETXTBSY: /* the program is being written at this moment */
		return true;
	default: return false;
	}
}

bool decide_satisfied(enum service_state state, int wait_status)
{
	return state == READY || (state == STOPPED && wait_status == 0);
}

bool decide_lost(enum service_state state, int wait_status, uint32_t restarts_since)
{
	if (state == READY)
		return false;
	return state == FAILED || (state == STOPPED && wait_status != 0) || restarts_since > AWAIT_RESTARTS;
}

enum service_state decide_probe(struct probe_history *history, struct probe_rule rule, bool passed, uint32_t took_ms)
{
	if (passed) {
		*history = (struct probe_history){.passed = true, .delay_ms = rule.interval_ms};
		return READY;
	}
	if (history->failures < UINT32_MAX)
		history->failures++;
	if (history->passed) {
		history->delay_ms = rule.interval_ms;
		return history->failures >= rule.failures ? UNHEALTHY : READY;
	}
	uint32_t grown = history->delay_ms == 0 ? PROBE_FIRST_MS : history->delay_ms + history->delay_ms / 10;
	if (grown < took_ms)
		grown = took_ms;
	history->delay_ms = grown > PROBE_GROWN_MS ? PROBE_GROWN_MS : grown;
	return STARTING;
}
