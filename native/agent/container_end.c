#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../common/protocol.h"
#include "container_parts.h"
#include "control.h"
#include "departed.h"
#include "log.h"
#include "raw.h"
#include "trash.h"

enum { RETRY_MS = 2, REMOVE_LIMIT_MS = 10000, TIDY_MS = 200 };

/* Answers the waiters of that type, or all but AGENT_REMOVE's for 0. */
static void answer(struct container *container, uint32_t type, const struct error *error)
{
	struct writer fields = {0};
	struct waiter **at = &container->waiters;

	if (container->has_status)
		wire_number(&fields, STOP_STATUS, (uint32_t)container->status);
	while (*at) {
		struct waiter *waiter = *at;

		if (type ? waiter->type != type : waiter->type == AGENT_REMOVE) {
			at = &waiter->next;
			continue;
		}
		*at = waiter->next;
		if (waiter->client && error)
			client_refuse(waiter->client, waiter->type, waiter->id, error);
		else if (waiter->client)
			client_answer(waiter->client, waiter->type, waiter->id, &fields);
		free(waiter);
	}
	wire_release(&fields);
}

int container_await(struct container *container, const struct request *request, struct error *error)
{
	struct waiter *waiter = malloc(sizeof *waiter);

	if (!waiter)
		return error_set(error, ENOMEM, "container", container->id, "there is no memory");
	*waiter = (struct waiter){container->waiters, request->client, request->type, request->id};
	container->waiters = waiter;
	if (!container->running)
		answer(container, 0, NULL);
	return OUTCOME_LATER;
}

void containers_forget_client(struct agent *agent, const struct client *client)
{
	for (struct container *container = agent->first_container; container; container = container->next)
		for (struct waiter *waiter = container->waiters; waiter; waiter = waiter->next)
			if (waiter->client == client)
				waiter->client = NULL;
}

void container_kill(struct container *container)
{
	raw(SYS_pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0);
}

void container_grace_over(struct timer *timer)
{
	struct container *container = OWNER(timer, struct container, timer);

	log_line("%s did not end in time and is killed", container->id);
	container_kill(container);
}

static void tidy(struct timer *timer)
{
	struct agent *agent = OWNER(timer, struct agent, tidy);

	trash_delete();
	departed_tidy();
	if (!agent->first_container)
		cgroups_tidy(&agent->workshop.cgroups);
}

static void finish(struct container *container)
{
	struct agent *agent = container->agent;
	struct error error;
	bool failed = false;

	control_remove(agent->containers, container->id);
	for (int i = 0; i < container->trash_count; i++) {
		if (trash(container->trash[i], &error) < 0) {
			log_error(container->id, &error);
			failed = true;
		}
	}
	answer(container, AGENT_REMOVE, failed ? &error : NULL);
	log_line("%s removed", container->id);
	departed_note(container->id);
	container_drop(container);
	loop_set(&agent->loop, &agent->tidy, TIDY_MS, tidy);
}

/* The kernel may count a reaped process for a moment longer; then the next try comes by the timer. */
static void remove_groups(struct timer *timer)
{
	struct container *container = OWNER(timer, struct container, timer);
	struct agent *agent = container->agent;
	struct error error;

	if (group_remove(&agent->workshop.cgroups, container->id, &error) == 0) {
		finish(container);
		return;
	}
	if (error.number == EBUSY && loop_now() < container->give_up) {
		if (!container->pid)
			group_kill(&agent->workshop.cgroups, container->id);
		loop_set(&agent->loop, &container->timer, RETRY_MS, remove_groups);
		return;
	}
	container->removing = false;
	log_error(container->id, &error);
	answer(container, AGENT_REMOVE, &error);
}

/* Process 1 does not go although it was killed: the answer must not wait for it. */
static void kill_over(struct timer *timer)
{
	struct container *container = OWNER(timer, struct container, timer);
	struct error error;

	container->removing = false;
	error_set(&error, EBUSY, "container", container->id, "process %d does not end although it was killed",
		  container->pid);
	log_error(container->id, &error);
	answer(container, AGENT_REMOVE, &error);
}

static void remove_grace_over(struct timer *timer)
{
	struct container *container = OWNER(timer, struct container, timer);

	container_kill(container);
	loop_set(&container->agent->loop, timer, REMOVE_LIMIT_MS, kill_over);
}

void container_ended(struct container *container)
{
	answer(container, 0, NULL);
	if (container->removing)
		remove_groups(&container->timer);
}

void container_remove(struct container *container, uint64_t grace_ms)
{
	container->removing = true;
	container->give_up = loop_now() + grace_ms + REMOVE_LIMIT_MS;
	if (!container->running) {
		if (!container->pid)
			group_kill(&container->agent->workshop.cgroups, container->id);
		remove_groups(&container->timer);
		return;
	}
	if (grace_ms) {
		raw(SYS_pidfd_send_signal, container->pidfd, SIGTERM, NULL, 0);
		loop_set(&container->agent->loop, &container->timer, grace_ms, remove_grace_over);
	} else {
		remove_grace_over(&container->timer);
	}
}
