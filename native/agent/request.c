#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "client.h"
#include "container.h"
#include "execution.h"
#include "features.h"
#include "raw.h"
#include "request_fields.h"

static int hello(struct request *request, struct error *error)
{
	(void)error;
	wire_number(&request->reply, HELLO_VERSION, PROTOCOL_VERSION);
	wire_number(&request->reply, HELLO_PID, (uint32_t)getpid());
	features_write(&request->agent->workshop, &request->reply);
	return OUTCOME_ANSWER;
}

static void write_timings(struct writer *reply, const struct marks *marks)
{
	for (int i = 0; i < marks->count; i++) {
		size_t record = wire_open(reply, START_TIMING);

		wire_text(reply, TIMING_STAGE, marks->list[i].stage);
		wire_number(reply, TIMING_NANOSECONDS, marks->list[i].nanoseconds);
		wire_close(reply, record);
	}
}

static void write_warnings(struct writer *reply, const struct cgroups *cgroups, const struct limits *limits)
{
	const char *missing[LIMIT_KINDS];
	int count = limits_missing(cgroups, limits, missing);

	for (int i = 0; i < count; i++) {
		char text[96];

		snprintf(text, sizeof text, "%s is not limited: this host has no controller for it", missing[i]);
		wire_text(reply, REPLY_WARNING, text);
	}
}

static int start(struct request *request, struct error *error)
{
	__attribute__((cleanup(config_release))) struct config config;
	struct marks marks = {.count = 0};
	struct container *container;

	if (config_read(request->fields, &config, error) < 0)
		return -1;
	container = container_start(request->agent, &config, &marks, error);
	if (!container)
		return -1;
	wire_number(&request->reply, START_PID, (uint32_t)container->pid);
	wire_number(&request->reply, START_ALREADY, marks.count == 0);
	write_timings(&request->reply, &marks);
	write_warnings(&request->reply, &request->agent->workshop.cgroups, &config.limits);
	return OUTCOME_ANSWER;
}

static int stop(struct request *request, struct error *error)
{
	__attribute__((cleanup(fields_release))) struct request_fields fields;
	struct container *container;

	if (fields_read(request->fields, request->type, &fields, error) < 0 || fields_need_id(&fields, error) < 0)
		return -1;
	container = container_find(request->agent, fields.id);
	if (!container)
		return OUTCOME_ANSWER;
	container_stop(container, fields.grace_ms);
	return container_await(container, request, error);
}

/* The container takes the list over. */
static int add_trash(struct container *container, struct request_fields *fields)
{
	int count = container->trash_count + fields->trash_count;
	char **trash = realloc(container->trash, (count + 1) * sizeof *trash);

	if (!trash)
		return -1;
	container->trash = trash;
	while (fields->trash_count) {
		trash[container->trash_count++] = fields->trash[--fields->trash_count];
	}
	return 0;
}

static int remove_container(struct request *request, struct error *error)
{
	__attribute__((cleanup(fields_release))) struct request_fields fields;
	struct container *container;

	if (fields_read(request->fields, request->type, &fields, error) < 0 || fields_need_id(&fields, error) < 0)
		return -1;
	container = container_find(request->agent, fields.id);
	if (!container)
		container = container_adopt(request->agent, fields.id, error);
	if (!container)
		return -1;
	if (add_trash(container, &fields) < 0)
		return error_set(error, ENOMEM, "remove", fields.id, "there is no memory");
	if (container_await(container, request, error) < 0)
		return -1;
	container_remove(container, fields.grace_ms);
	return OUTCOME_LATER;
}

static int list(struct request *request, struct error *error)
{
	struct writer *reply = &request->reply;

	(void)error;
	for (struct container *at = request->agent->first_container; at; at = at->next) {
		size_t record = wire_open(reply, LIST_CONTAINER);

		wire_text(reply, CONTAINER_ID, at->id);
		wire_text(reply, CONTAINER_STATE, at->running ? "running" : "exited");
		wire_number(reply, CONTAINER_PID, (uint32_t)at->pid);
		if (at->has_status)
			wire_number(reply, CONTAINER_STATUS, (uint32_t)at->status);
		wire_number(reply, CONTAINER_STARTED_MS, at->started_ms);
		wire_number(reply, CONTAINER_OOM_KILLS, group_oom_kills(&request->agent->workshop.cgroups, at->id));
		wire_close(reply, record);
	}
	return OUTCOME_ANSWER;
}

/* The container a request names, which must be there. */
static struct container *named(struct request *request, const struct request_fields *fields, struct error *error)
{
	struct container *container;

	if (fields_need_id(fields, error) < 0)
		return NULL;
	container = container_find(request->agent, fields->id);
	if (!container)
		error_set(error, ESRCH, "container", fields->id, "there is no such container");
	return container;
}

static int update(struct request *request, struct error *error)
{
	__attribute__((cleanup(fields_release))) struct request_fields fields;

	if (fields_read(request->fields, request->type, &fields, error) < 0 || !named(request, &fields, error))
		return -1;
	return group_update(&request->agent->workshop.cgroups, fields.id, &fields.limits, error);
}

static int await_end(struct request *request, struct error *error)
{
	__attribute__((cleanup(fields_release))) struct request_fields fields;
	struct container *container;

	if (fields_read(request->fields, request->type, &fields, error) < 0)
		return -1;
	container = named(request, &fields, error);
	return container ? container_await(container, request, error) : -1;
}

static int signal_init(struct request *request, struct error *error)
{
	__attribute__((cleanup(fields_release))) struct request_fields fields;
	struct container *container;
	long result;

	if (fields_read(request->fields, request->type, &fields, error) < 0)
		return -1;
	container = named(request, &fields, error);
	if (!container)
		return -1;
	if (!container->running)
		return error_set(error, ESRCH, "signal", fields.id, "the container does not run");
	result = raw(SYS_pidfd_send_signal, container->pidfd, fields.signal, NULL, 0);
	return result < 0 ? error_set(error, (int)-result, "signal", fields.id, "%s", strerror((int)-result)) : 0;
}

static int ensure_bridge(struct request *request, struct error *error)
{
	__attribute__((cleanup(bridge_fields_release))) struct bridge_fields fields;

	if (bridge_fields_read(request->fields, &fields, error) < 0)
		return -1;
	if (!fields.has_address || !fields.has_mac)
		return error_set(error, EINVAL, "request", "bridge", "needs an address and a MAC");
	return bridge_ensure(request->agent->workshop.routing, fields.name, &fields.address, &fields.mac, error);
}

static int remove_bridge(struct request *request, struct error *error)
{
	__attribute__((cleanup(bridge_fields_release))) struct bridge_fields fields;

	if (bridge_fields_read(request->fields, &fields, error) < 0)
		return -1;
	return bridge_remove(request->agent->workshop.routing, fields.name, error);
}

static int hold_port(struct request *request, struct error *error)
{
	__attribute__((cleanup(port_key_release))) struct port_key key;

	if (port_key_read(request->fields, &key, error) < 0)
		return -1;
	if (!key.has_address || !key.port)
		return error_set(error, EINVAL, "request", "port", "needs an address and a port");
	return ports_hold(&request->agent->ports, &key, error);
}

static int release_port(struct request *request, struct error *error)
{
	__attribute__((cleanup(port_key_release))) struct port_key key;

	if (port_key_read(request->fields, &key, error) < 0)
		return -1;
	return ports_release(&request->agent->ports, &key, error);
}

static int list_ports(struct request *request, struct error *error)
{
	(void)error;
	ports_write(&request->agent->ports, &request->reply, PORT_LIST_HELD);
	return OUTCOME_ANSWER;
}

static int shut_down(struct request *request, struct error *error)
{
	(void)error;
	request->agent->loop.ended = true;
	return OUTCOME_ANSWER;
}

/* In place, because the file is bound into containers: they see this very inode. */
static int write_hosts(struct request *request, struct error *error)
{
	__attribute__((cleanup(hosts_fields_release))) struct hosts_fields fields;
	cleanup_close int file = -1;

	if (hosts_fields_read(request->fields, &fields, error) < 0)
		return -1;
	file = open(fields.path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file < 0 || ftruncate(file, 0) < 0 ||
	    write(file, fields.content, fields.length) != (ssize_t)fields.length)
		return error_system(error, "hosts", fields.path);
	return OUTCOME_ANSWER;
}

int request_handle(struct request *request, struct error *error)
{
	static int (*const handlers[])(struct request *, struct error *) = {
		[AGENT_HELLO] = hello,		  [AGENT_START] = start,
		[AGENT_STOP] = stop,		  [AGENT_REMOVE] = remove_container,
		[AGENT_LIST] = list,		  [AGENT_UPDATE] = update,
		[AGENT_WAIT] = await_end,	  [AGENT_EXEC] = execution_start,
		[AGENT_BRIDGE_ENSURE] = ensure_bridge, [AGENT_BRIDGE_REMOVE] = remove_bridge,
		[AGENT_PORT_HOLD] = hold_port,	  [AGENT_PORT_RELEASE] = release_port,
		[AGENT_PORT_LIST] = list_ports,	  [AGENT_SHUTDOWN] = shut_down,
		[AGENT_SIGNAL] = signal_init,	  [AGENT_HOSTS_WRITE] = write_hosts,
		[AGENT_EXEC_SIGNAL] = execution_signal,
	};

	if (request->type >= sizeof handlers / sizeof handlers[0] || !handlers[request->type])
		return error_set(error, ENOSYS, "request", "", "there is no request %u", request->type);
	return handlers[request->type](request, error);
}
