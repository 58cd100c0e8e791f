#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* How long a killed process may take to vanish before it is given up: longer only in an uninterruptible wait. */
enum { KILLED_MS = 2000 };

void (*service_changed)(void);

static void started(struct process *process);
static void warned(struct process *process, const char *text);
static void ended(struct process *process, int wait_status, const struct error *fault);
static void cannot_start(struct supervised *service, const struct error *error);
static void retry(struct timer *timer);
static void lose_patience(struct timer *timer);
static void probed(struct prober *prober);

struct supervised *service_new(struct definition *definition)
{
	struct supervised *service = calloc(1, sizeof *service);
	if (!service)
		return NULL;
	strcpy(service->name, definition->name);
	service->definition = definition;
	service->out.pipe.fd = service->err.pipe.fd = -1;
	service->process = (struct process){
		.child.alone = true, .started = started, .warned = warned, .ended = ended,
	};
	log_init(&service->log, service->name);
	return service;
}

void service_free(struct supervised *service)
{
	prober_stop(&service->prober);
	timer_stop(&service->timer);
	process_abandon(&service->process);
	log_stream_stop(&service->out);
	log_stream_stop(&service->err);
	log_close(&service->log);
	definition_free(service->definition);
	definition_free(service->next);
	free(service);
}

const struct definition *service_definition(const struct supervised *service)
{
	return service->next ? service->next : service->definition;
}

bool service_has_process(const struct supervised *service)
{
	return service->process.child.pid != 0;
}

void service_set_state(struct supervised *service, enum service_state state, const char *message)
{
	struct text text;

	if (service->state != state || service->since_ms == 0)
		service->since_ms = wall_ms();
	else if (strcmp(service->message, message) == 0)
		return;
	service->state = state;
	text = text_into(service->message, sizeof service->message);
	text_add(&text, "%s", message);
	service_changed();
}

void service_begin(struct supervised *service)
{
	timer_stop(&service->timer);
	if (service->next) {
		definition_free(service->definition);
		service->definition = service->next;
		service->next = NULL;
	}
	service->again = false;
	service->restarts = 0;
	service->backoff_ms = 0;
	service_set_state(service, WAITING, "");
	service_changed();
}

/* Init's end does not wait; the program's does, as programs expect. */
static int open_stream(struct log_stream *stream, struct log *log, char letter, int *program_end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*program_end = ends[1];
	return log_stream_start(stream, log, letter, ends[0]);
}

static int start(struct supervised *service, int streams[3], struct error *error)
{
	const struct definition *definition = service->definition;
	const struct command command = {
		.arguments = definition->arguments,
		.environment = definition->environment,
		.directory = definition->directory,
		.user = definition->user,
		.group = definition->group,
		.nofile = definition->nofile,
	};

	if (open_stream(&service->out, &service->log, 'o', &streams[1]) < 0 ||
	    open_stream(&service->err, &service->log, 'e', &streams[2]) < 0)
		return error_system(error, "stdio", definition->arguments[0]);
	return process_start(&service->process, &command, streams, error);
}

/* Says why it is started again, for as long as nothing newer is known. */
static void set_starting(struct supervised *service)
{
	char message[CHECK_MESSAGE];
	struct text text = text_into(message, sizeof message);

	if (service->restarts > 0 && service->has_exited) {
		text_add(&text, "restarted %u times, last after ", service->restarts);
		text_add_status(&text, service->last_exit);
	}
	service_set_state(service, STARTING, message);
}

void service_launch(struct supervised *service)
{
	int streams[3] = {-1, -1, -1};
	struct error error;

	log_limit(&service->log, service->definition->log_bytes, (uint32_t)service->definition->log_files);
	int result = start(service, streams, &error);
	for (int i = 1; i < 3; i++) {
		if (streams[i] >= 0)
			close(streams[i]);
	}
	if (result == 0) {
		service->executed_ms = now_ms();
		set_starting(service);
		return;
	}
	log_stream_stop(&service->out);
	log_stream_stop(&service->err);
	cannot_start(service, &error);
}

void service_stop(struct supervised *service)
{
	const struct definition *definition = service->definition;

	prober_stop(&service->prober);
	service->stopping = true;
	log_note(&service->log, "stopping: signal %d to process %d", (int)definition->stop_signal,
		 service->process.child.pid);
	process_signal(&service->process, (int)definition->stop_signal);
	service->timer.fire = lose_patience;
	timer_start(&service->timer, definition->stop_timeout_ms);
	service_set_state(service, service->goal == REMOVE ? STOPPED : WAITING, "its process is being stopped");
}

static void started(struct process *process)
{
	struct supervised *service = container_of(process, struct supervised, process);

	log_note(&service->log, "started: process %d", process->child.pid);
	service->executed_ms = now_ms();
	if (service->stopping)
		return;
	if (service->definition->has_check)
		prober_start(&service->prober, &service->definition->check, probed);
	else
		service_set_state(service, READY, "");
}

static void warned(struct process *process, const char *text)
{
	log_note(&container_of(process, struct supervised, process)->log, "warning: %s", text);
}

static void probed(struct prober *prober)
{
	struct supervised *service = container_of(prober, struct supervised, prober);

	if (prober->state == UNHEALTHY && service->state == READY)
		log_note(&service->log, "unhealthy: %s", prober->message);
	else if (prober->state == READY && service->state != READY)
		log_note(&service->log, "ready");
	service_set_state(service, prober->state, prober->message);
}

static void back_off(struct supervised *service, uint32_t delay_ms, const char *reason)
{
	char message[CHECK_MESSAGE];
	struct text text = text_into(message, sizeof message);

	service->backoff_ms = delay_ms;
	service->timer.fire = retry;
	timer_start(&service->timer, delay_ms);
	text_add(&text, "%s; next try after %u ms", reason, delay_ms);
	log_note(&service->log, "%s", message);
	service_set_state(service, BACKOFF, message);
}

static void follow_exit(struct supervised *service, int wait_status)
{
	uint64_t ran_ms = now_ms() - service->executed_ms;
	struct exit_decision decision =
		decide_exit(service->definition->rule, wait_status, ran_ms, service->backoff_ms);
	char reason[32];
	struct text text = text_into(reason, sizeof reason);

	text_add_status(&text, wait_status);
	if (decision.state == BACKOFF) {
		back_off(service, decision.delay_ms, reason);
		return;
	}
	log_note(&service->log, "%s; it is not started again", reason);
	service_set_state(service, STOPPED, reason);
}

static void ended(struct process *process, int wait_status, const struct error *fault)
{
	struct supervised *service = container_of(process, struct supervised, process);
	bool asked = service->stopping;

	prober_stop(&service->prober);
	timer_stop(&service->timer);
	log_stream_stop(&service->out);
	log_stream_stop(&service->err);
	service->stopping = false;
	if (!fault) {
		service->has_exited = true;
		service->last_exit = wait_status;
	}
	if (service->goal == KEEP && !service->again) {
		if (fault)
			cannot_start(service, fault);
		else
			follow_exit(service, wait_status);
		return;
	}
	if (asked)
		log_note(&service->log, "stopped");
	/* What follows is for those who keep the order of services. */
	service_set_state(service, service->goal == REMOVE ? STOPPED : WAITING, "");
	service_changed();
}

static void cannot_start(struct supervised *service, const struct error *error)
{
	char message[CHECK_MESSAGE];
	struct text text = text_into(message, sizeof message);

	text_add(&text, "%s '%s': %s", error->stage, error->object, error->message);
	if (decide_transient(error->number)) {
		back_off(service, decide_backoff(service->definition->rule, service->backoff_ms), message);
		return;
	}
	log_note(&service->log, "cannot be executed: %s", message);
	service_set_state(service, FAILED, message);
}

static void retry(struct timer *timer)
{
	struct supervised *service = container_of(timer, struct supervised, timer);

	if (service->restarts < UINT32_MAX)
		service->restarts++;
	service_launch(service);
}

static void give_up(struct timer *timer)
{
	struct supervised *service = container_of(timer, struct supervised, timer);

	/* Two processes of one service could spoil its data, so a restart waits on; a removal need not. */
	if (service->goal != REMOVE) {
		process_kill_group(&service->process);
		timer_start(timer, KILLED_MS);
		return;
	}
	log_note(&service->log, "process %d cannot be killed: given up", service->process.child.pid);
	process_abandon(&service->process);
	service->stopping = false;
	service_changed();
}

static void lose_patience(struct timer *timer)
{
	struct supervised *service = container_of(timer, struct supervised, timer);

	log_note(&service->log, "process %d runs on after %llu ms: killed", service->process.child.pid,
		 (unsigned long long)service->definition->stop_timeout_ms);
	process_kill_group(&service->process);
	timer->fire = give_up;
	timer_start(timer, KILLED_MS);
}
