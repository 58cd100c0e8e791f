#include "services.h"

#include <errno.h>
#include <string.h>

#include "order.h"
#include "text.h"

static struct supervised *services[MAX_SERVICES];
static size_t count;

static char *const *after_of(const struct supervised *service);
static int check_order(const struct definition *definition, const struct supervised *service, struct error *error);
static int add(struct definition *definition, struct error *error);
static void settle_removal(size_t index);
static void settle_kept(struct supervised *service);
static bool is_held(const struct supervised *service);

size_t services_count(void)
{
	return count;
}

struct supervised *services_at(size_t index)
{
	return services[index];
}

struct supervised *services_find(const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(services[i]->name, name) == 0)
			return services[i];
	}
	return NULL;
}

/* Whether it is on its way or there, so that the same definition asks for nothing new. */
static bool is_settled(const struct supervised *service)
{
	return service->goal == KEEP && service->state != FAILED &&
	       (service->state != STOPPED || decide_satisfied(STOPPED, service->last_exit));
}

/* From now on nobody may take it for ready. */
static void begin_again(struct supervised *service)
{
	service->again = true;
	service_set_state(service, WAITING, "");
	service_changed();
}

int services_set(struct definition *definition, struct error *error)
{
	struct supervised *service = services_find(definition->name);

	if (check_order(definition, service, error) < 0) {
		definition_free(definition);
		return -1;
	}
	if (!service)
		return add(definition, error);
	if (strcmp(service_definition(service)->digest, definition->digest) == 0 && is_settled(service)) {
		definition_free(definition);
		return 0;
	}
	definition_free(service->next);
	service->next = definition;
	service->goal = KEEP;
	begin_again(service);
	return 0;
}

void services_remove(const char *name)
{
	struct supervised *service = services_find(name);

	if (!service)
		return;
	service->goal = REMOVE;
	service_changed();
}

void services_remove_all(void)
{
	for (size_t i = 0; i < count; i++)
		services[i]->goal = REMOVE;
	service_changed();
}

static struct supervised *find_kept(const char *name, struct error *error)
{
	struct supervised *service = services_find(name);

	if (service && service->goal == KEEP)
		return service;
	error_set(error, ENOENT, "service", name, "there is no such service");
	return NULL;
}

int services_restart(const char *name, struct error *error)
{
	struct supervised *service = find_kept(name, error);

	if (!service)
		return -1;
	begin_again(service);
	return 0;
}

int services_signal(const char *name, int signal, struct error *error)
{
	struct supervised *service = find_kept(name, error);

	if (!service)
		return -1;
	if (!service_has_process(service))
		return error_set(error, ESRCH, "service", name, "it has no process: %s", state_name(service->state));
	log_note(&service->log, "signal %d to process %d", signal, service->process.child.pid);
	process_signal(&service->process, signal);
	return 0;
}

void services_settle(void)
{
	for (size_t i = 0; i < count; i++) {
		if (services[i]->goal == KEEP)
			settle_kept(services[i]);
	}
	/* From the end, because a removal moves the last one into its place. */
	for (size_t i = count; i > 0; i--) {
		if (services[i - 1]->goal == REMOVE)
			settle_removal(i - 1);
	}
}

bool services_lost(const struct supervised *service, uint32_t restarts_before)
{
	uint32_t since = service->restarts > restarts_before ? service->restarts - restarts_before : 0;

	if (service->again || service->goal == REMOVE)
		return false;
	if (service->state != WAITING)
		return decide_lost(service->state, service->last_exit, since);
	for (char *const *name = after_of(service); *name; name++) {
		const struct supervised *other = services_find(*name);
		if (other && services_lost(other, other->restarts))
			return true;
	}
	return false;
}

static char *const *after_of(const struct supervised *service)
{
	static char *const none[] = {NULL};
	char *const *after = service_definition(service)->after;

	return after ? after : none;
}

/* `service` is the one the definition is for, NULL when it is new. */
static int check_order(const struct definition *definition, const struct supervised *service, struct error *error)
{
	static char *const none[] = {NULL};
	struct order_node nodes[MAX_SERVICES + 1];
	char names[sizeof error->message];
	size_t size = 0;

	nodes[size++] = (struct order_node){definition->name, definition->after ? definition->after : none};
	for (size_t i = 0; i < count; i++) {
		if (services[i] != service)
			nodes[size++] = (struct order_node){services[i]->name, after_of(services[i])};
	}
	switch (order_check(nodes, size, 0, names, sizeof names)) {
	case ORDER_MISSING:
		return error_set(error, ENOENT, "after", definition->name, "there is no service %s", names);
	case ORDER_CYCLE:
		return error_set(error, ELOOP, "after", definition->name, "they wait for each other: %s", names);
	case ORDER_FINE:
		break;
	}
	return 0;
}

static int add(struct definition *definition, struct error *error)
{
	struct supervised *service = count < MAX_SERVICES ? service_new(definition) : NULL;

	if (!service) {
		error_set(error, count < MAX_SERVICES ? ENOMEM : ENOSPC, "service", definition->name,
			  "there are %d services, the limit is %d", (int)count, MAX_SERVICES);
		definition_free(definition);
		return -1;
	}
	services[count++] = service;
	service_begin(service);
	return 0;
}

static void settle_removal(size_t index)
{
	struct supervised *service = services[index];

	if (is_held(service) || service->stopping)
		return;
	if (service_has_process(service)) {
		service_stop(service);
		return;
	}
	services[index] = services[--count];
	service_free(service);
	service_changed();
}

/* Whether one that comes after it is still being removed: those go first. */
static bool is_held(const struct supervised *service)
{
	for (size_t i = 0; i < count; i++) {
		if (services[i]->goal == REMOVE && order_names(after_of(services[i]), service->name))
			return true;
	}
	return false;
}

/* Whether all it comes after are ready. A name that has been removed since holds nobody up. */
static bool may_start(const struct supervised *service, struct text *message)
{
	for (char *const *name = after_of(service); *name; name++) {
		const struct supervised *other = services_find(*name);
		if (!other || (!other->again && decide_satisfied(other->state, other->last_exit)))
			continue;
		text_add(message, message->length == 0 ? "waits for %s (%s)" : ", %s (%s)", *name,
			 state_name(other->state));
	}
	return message->length == 0;
}

static void settle_kept(struct supervised *service)
{
	char message[CHECK_MESSAGE];
	struct text text = text_into(message, sizeof message);

	if (service->again && !service_has_process(service))
		service_begin(service);
	if (service->again && !service->stopping)
		service_stop(service);
	if (service->state != WAITING || service_has_process(service))
		return;
	if (may_start(service, &text))
		service_launch(service);
	else
		service_set_state(service, WAITING, message);
}
