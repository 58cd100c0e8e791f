#include "execution.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "caps.h"
#include "container.h"
#include "enter.h"
#include "execution_request.h"
#include "log.h"
#include "process.h"
#include "raw.h"
#include "spawn.h"
#include "terminal.h"

/* How long a program may take to be executed: the container's root can make it take for ever. */
enum { BEGIN_MS = 5000 };

/* First it is on its way into the container and reports, then it runs; it is over when both are. */
struct execution {
	struct agent *agent;
	struct client *client; /* NULL when it has gone */
	uint32_t request;
	char *program;
	pid_t entering; /* stage one */
	struct watch report;
	struct timer patience;
	struct error failure; /* number 0 = none */
	int master;           /* of its terminal, until that is handed over */
	pid_t pid;            /* 0 = not known yet */
	struct watch process; /* its pidfd, -1 when there is none or it has ended */
	int status;
	struct execution *next;
};

static void drop(struct execution *execution)
{
	struct execution **at = &execution->agent->first_execution;
	struct watch *watches[] = {&execution->report, &execution->process};

	while (*at != execution)
		at = &(*at)->next;
	*at = execution->next;
	loop_cancel(&execution->agent->loop, &execution->patience);
	for (int i = 0; i < 2; i++) {
		if (watches[i]->fd >= 0)
			loop_unwatch(&execution->agent->loop, watches[i]);
		close_descriptor(&watches[i]->fd);
	}
	close_descriptor(&execution->master);
	free(execution->program);
	free(execution);
}

static void finish(struct execution *execution)
{
	struct writer fields = {0};

	if (execution->client) {
		wire_number(&fields, EXEC_END_STATUS, (uint32_t)execution->status);
		client_event(execution->client, EVENT_EXEC_END, execution->request, &fields);
		wire_release(&fields);
	}
	drop(execution);
}

static void ended(struct watch *watch, uint32_t events)
{
	struct execution *execution = OWNER(watch, struct execution, process);

	(void)events;
	process_reap(execution->pid, watch->fd, &execution->status);
	loop_unwatch(&execution->agent->loop, watch);
	close_descriptor(&watch->fd);
	if (execution->report.fd < 0)
		finish(execution);
}

/* From its birth on its end is watched for. */
static void born(struct execution *execution, pid_t pid)
{
	struct error error;

	execution->pid = pid;
	execution->process.fd = (int)raw(SYS_pidfd_open, pid, 0);
	if (execution->process.fd >= 0 &&
	    loop_watch(&execution->agent->loop, &execution->process, EPOLLIN, &error) == 0)
		return;
	close_descriptor(&execution->process.fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	error_set(&execution->failure, ENOMEM, "exec", execution->program, "the program cannot be followed");
}

static void answer(struct execution *execution)
{
	struct writer fields = {0};

	if (!execution->client)
		return;
	if (execution->failure.number) {
		log_error("refused", &execution->failure);
		client_refuse(execution->client, AGENT_EXEC, execution->request, &execution->failure);
		execution->client = NULL;
		return;
	}
	if (execution->master >= 0)
		connection_attach(&execution->client->connection, take_descriptor(&execution->master));
	wire_number(&fields, EXEC_PID, (uint32_t)execution->pid);
	client_answer(execution->client, AGENT_EXEC, execution->request, &fields);
	wire_release(&fields);
}

/* Nobody reports any more: it has been executed, or never will be. */
static void begun(struct execution *execution)
{
	loop_cancel(&execution->agent->loop, &execution->patience);
	loop_unwatch(&execution->agent->loop, &execution->report);
	close_descriptor(&execution->report.fd);
	waitpid(execution->entering, NULL, 0); /* it is ending, else its end of the pipe would be open */
	if (!execution->pid && !execution->failure.number)
		error_set(&execution->failure, ESRCH, "exec", execution->program, "the container has ended meanwhile");
	answer(execution);
	if (execution->process.fd < 0)
		finish(execution);
}

static void reported(struct watch *watch, uint32_t events)
{
	struct execution *execution = OWNER(watch, struct execution, report);
	struct enter_report report;
	ssize_t got;

	(void)events;
	while ((got = read(watch->fd, &report, sizeof report)) == sizeof report) {
		if (report.number == 0)
			born(execution, report.pid);
		else if (!execution->failure.number)
			error_set(&execution->failure, report.number, enter_stage(report.stage), execution->program,
				  "%s", strerror(report.number));
	}
	if (got == 0)
		begun(execution);
}

/* While it is on its way both stages are killed; what runs already is only told. */
static void hang_up(struct execution *execution)
{
	bool entering = execution->report.fd >= 0;

	if (entering)
		kill(execution->entering, SIGKILL);
	if (execution->process.fd >= 0)
		raw(SYS_pidfd_send_signal, execution->process.fd, entering ? SIGKILL : SIGHUP, NULL, 0);
}

static void too_late(struct timer *timer)
{
	struct execution *execution = OWNER(timer, struct execution, patience);

	error_set(&execution->failure, ETIMEDOUT, "exec", execution->program, "has not begun within %d seconds",
		  BEGIN_MS / 1000);
	hang_up(execution);
}

/* Starts stage one. The end of the pipe to read is the execution's. */
static int enter(struct execution *execution, const struct container *container, struct enter *enter,
		 struct error *error)
{
	struct spawn options = {.group = -1, .apart = true};
	struct group group;
	long pid;

	if (group_open(&execution->agent->workshop.cgroups, container->id, &group, error) < 0)
		return -1;
	enter->group = &group;
	options.group = group.v2;
	pid = spawn(&options, enter_main, enter, NULL);
	group_close(&group);
	execution->entering = (pid_t)pid;
	return pid < 0 ? error_set(error, (int)-pid, "clone", container->id, "%s", strerror((int)-pid)) : 0;
}

static struct execution *begin(const struct request *request, const char *program, struct error *error)
{
	struct execution *execution = calloc(1, sizeof *execution);
	char *copy = strdup(program);

	if (!execution || !copy) {
		free(execution);
		free(copy);
		error_set(error, ENOMEM, "exec", program, "there is no memory");
		return NULL;
	}
	*execution = (struct execution){
		.agent = request->agent,
		.client = request->client,
		.request = request->id,
		.program = copy,
		.report = {-1, reported},
		.process = {-1, ended},
		.master = -1,
		.next = request->agent->first_execution,
	};
	request->agent->first_execution = execution;
	return execution;
}

static void fill(struct enter *to, const struct execution_request *wanted, const struct container *container,
		 const struct workshop *workshop)
{
	to->pidfd = container->pidfd;
	to->terminal = wanted->terminal;
	to->arguments = wanted->arguments.items;
	to->environment = wanted->environment.items;
	to->path = execution_search_path(wanted);
	to->directory = wanted->directory ? wanted->directory : "/";
	to->uid = wanted->uid;
	to->gid = wanted->gid;
	memcpy(to->groups, wanted->groups, sizeof to->groups);
	to->group_count = wanted->group_count;
	to->caps = caps_for(container->builder);
	to->filter = &workshop->filter;
}

/* The descriptors of `parts` are the caller's. */
static int send_in(struct execution *execution, const struct container *container, struct enter *parts,
		   struct error *error)
{
	struct loop *loop = &execution->agent->loop;
	cleanup_close int writing = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_system(error, "exec", "pipe");
	execution->report.fd = ends[0];
	writing = parts->report = ends[1];
	if (loop_watch(loop, &execution->report, EPOLLIN, error) < 0 || enter(execution, container, parts, error) < 0)
		return -1;
	loop_set(loop, &execution->patience, BEGIN_MS, too_late);
	return OUTCOME_LATER;
}

static int run(struct request *request, const struct execution_request *wanted, struct error *error)
{
	struct connection *connection = &request->client->connection;
	struct container *container = container_find(request->agent, wanted->id);
	cleanup_close int master = -1, slave = -1;
	struct enter parts = {.standard = {-1, -1, -1}};
	struct execution *execution;
	int outcome;

	if (!container || !container->running)
		return error_set(error, ESRCH, "exec", wanted->id, "the container does not run");
	if (wanted->terminal && terminal_open(container, wanted, &master, &slave, error) < 0)
		return -1;
	if (!wanted->terminal && connection->arrived_count != 3)
		return error_set(error, EBADF, "exec", wanted->id, "the request needs three descriptors");
	for (int i = 0; i < 3; i++)
		parts.standard[i] = wanted->terminal ? slave : connection->arrived[i];
	fill(&parts, wanted, container, &request->agent->workshop);
	execution = begin(request, wanted->arguments.items[0], error);
	if (!execution)
		return -1;
	execution->master = take_descriptor(&master);
	outcome = send_in(execution, container, &parts, error);
	if (outcome < 0)
		drop(execution);
	return outcome;
}

int execution_start(struct request *request, struct error *error)
{
	struct execution_request wanted;
	int outcome = execution_read(request->fields, &wanted, error);

	if (outcome == 0)
		outcome = run(request, &wanted, error);
	execution_release(&wanted);
	return outcome;
}

int execution_signal(struct request *request, struct error *error)
{
	uint64_t id = 0, number = 0;
	struct field field;

	while (wire_next(&request->fields, &field) > 0) {
		if (field.tag == EXEC_SIGNAL_REQUEST)
			wire_read_number(&field, &id);
		else if (field.tag == EXEC_SIGNAL_NUMBER)
			wire_read_number(&field, &number);
	}
	for (struct execution *execution = request->agent->first_execution; execution; execution = execution->next) {
		if (execution->client != request->client || execution->request != id || execution->process.fd < 0)
			continue;
		if (raw(SYS_pidfd_send_signal, execution->process.fd, number, NULL, 0) < 0)
			return error_set(error, EINVAL, "signal", "", "signal %u cannot be sent", (unsigned)number);
		return OUTCOME_ANSWER;
	}
	return error_set(error, ESRCH, "signal", "", "there is no such program");
}

void executions_forget_client(struct agent *agent, const struct client *client)
{
	for (struct execution *execution = agent->first_execution; execution; execution = execution->next) {
		if (execution->client != client)
			continue;
		execution->client = NULL;
		hang_up(execution);
	}
}

void executions_close(struct agent *agent)
{
	while (agent->first_execution)
		drop(agent->first_execution);
}
