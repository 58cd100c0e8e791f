#include "waiters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "health.h"
#include "../common/protocol.h"
#include "services.h"

struct waiter {
	struct waiter *next;
	struct answer answer;
	bool removal;
	bool late;
	char **names;    /* NULL = all services */
	size_t baseline; /* number of entries of `restarts` */
	struct timer timer;
	struct {
		char name[SERVICE_NAME_SIZE];
		uint32_t count; /* when the wait began */
	} restarts[];
};

static struct waiter *waiters;
static size_t waiter_count;

static struct waiter *add(const struct answer *answer, char **names, struct error *error);
static void deadline_passed(struct timer *timer);
static const char *result_of(const struct waiter *waiter);
static void answer_waiter(struct waiter *waiter, const char *result);
static void write_service(struct writer *writer, const struct supervised *service);
static void release_names(char **names);

int waiters_await(const struct answer *answer, char **names, uint64_t deadline_ms, struct error *error)
{
	for (char **name = names; name && *name; name++) {
		if (services_find(*name))
			continue;
		error_set(error, ENOENT, "await", *name, "there is no such service");
		release_names(names);
		return -1;
	}
	struct waiter *waiter = add(answer, names, error);
	if (!waiter)
		return -1;
	waiter->timer.fire = deadline_passed;
	timer_start(&waiter->timer, deadline_ms);
	return 0;
}

int waiters_await_removal(const struct answer *answer, char **names, struct error *error)
{
	struct waiter *waiter = add(answer, names, error);

	if (!waiter)
		return -1;
	waiter->removal = true;
	return 0;
}

void waiters_settle(void)
{
	for (struct waiter **place = &waiters; *place;) {
		struct waiter *waiter = *place;
		const char *result = result_of(waiter);
		if (!result) {
			place = &waiter->next;
			continue;
		}
		*place = waiter->next;
		waiter_count--;
		answer_waiter(waiter, result);
	}
}

void status_write(struct writer *writer)
{
	for (size_t i = 0; i < services_count(); i++)
		write_service(writer, services_at(i));
	health_write(writer);
}

/* Remembers how often each service has been restarted until now. */
static struct waiter *add(const struct answer *answer, char **names, struct error *error)
{
	size_t count = services_count();
	struct waiter *waiter = NULL;

	if (waiter_count < MAX_WAITERS)
		waiter = calloc(1, sizeof *waiter + count * sizeof waiter->restarts[0]);
	if (!waiter) {
		error_set(error, EAGAIN, "await", "", "%d requests wait already", (int)waiter_count);
		release_names(names);
		return NULL;
	}
	waiter->answer = *answer;
	waiter->names = names;
	for (size_t i = 0; i < count; i++) {
		strcpy(waiter->restarts[i].name, services_at(i)->name);
		waiter->restarts[i].count = services_at(i)->restarts;
	}
	waiter->baseline = count;
	waiter->next = waiters;
	waiters = waiter;
	waiter_count++;
	service_changed();
	return waiter;
}

static void deadline_passed(struct timer *timer)
{
	container_of(timer, struct waiter, timer)->late = true;
	service_changed();
}

static bool is_named(char *const *names, const char *name)
{
	if (!names)
		return true;
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static uint32_t restarts_before(const struct waiter *waiter, const char *name)
{
	for (size_t i = 0; i < waiter->baseline; i++) {
		if (strcmp(waiter->restarts[i].name, name) == 0)
			return waiter->restarts[i].count;
	}
	return 0;
}

/* "ready", "failed", "deadline", or NULL when there is nothing to say yet. */
static const char *result_of(const struct waiter *waiter)
{
	bool ready = health_passes(), lost = false, removing = false;

	for (size_t i = 0; i < services_count(); i++) {
		const struct supervised *service = services_at(i);
		if (!is_named(waiter->names, service->name))
			continue;
		removing |= service->goal == REMOVE;
		ready &= !service->again && decide_satisfied(service->state, service->last_exit);
		lost |= services_lost(service, restarts_before(waiter, service->name));
	}
	if (waiter->removal)
		return removing ? NULL : "removed";
	for (char **name = waiter->names; name && *name; name++)
		lost |= services_find(*name) == NULL;
	if (ready && !lost)
		return "ready";
	if (lost)
		return "failed";
	return waiter->late ? "deadline" : NULL;
}

static void answer_waiter(struct waiter *waiter, const char *result)
{
	struct writer *writer = answer_begin(&waiter->answer);

	if (writer && !waiter->removal) {
		wire_text(writer, STATUS_RESULT, result);
		status_write(writer);
	}
	if (writer)
		answer_end(&waiter->answer);
	timer_stop(&waiter->timer);
	release_names(waiter->names);
	free(waiter);
}

static void write_service(struct writer *writer, const struct supervised *service)
{
	size_t record = wire_open(writer, STATUS_SERVICE);

	wire_text(writer, STATE_NAME, service->name);
	wire_text(writer, STATE_DIGEST, service_definition(service)->digest);
	wire_text(writer, STATE_STATE, state_name(service->state));
	if (service_has_process(service))
		wire_number(writer, STATE_PID, (uint64_t)service->process.child.pid);
	wire_number(writer, STATE_SINCE_MS, service->since_ms);
	wire_number(writer, STATE_RESTARTS, service->restarts);
	if (service->has_exited)
		wire_number(writer, STATE_LAST_EXIT, (uint64_t)service->last_exit);
	wire_text(writer, STATE_MESSAGE, service->message);
	wire_close(writer, record);
}

static void release_names(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}
