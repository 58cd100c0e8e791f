#include "execution.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "caps.h"
#include "container.h"
#include "enter.h"
#include "execution_request.h"
#include "process.h"
#include "raw.h"
#include "spawn.h"

struct execution {
	struct agent *agent;
	struct client *client; /* NULL when it has gone */
	uint32_t request;
	pid_t pid;
	struct watch watch; /* its pidfd */
	struct execution *next;
};

static void drop(struct execution *execution)
{
	struct execution **at = &execution->agent->first_execution;

	while (*at != execution)
		at = &(*at)->next;
	*at = execution->next;
	loop_unwatch(&execution->agent->loop, &execution->watch);
	close(execution->watch.fd);
	free(execution);
}

static void ended(struct watch *watch, uint32_t events)
{
	struct execution *execution = OWNER(watch, struct execution, watch);
	struct writer fields = {0};
	int status = 0;

	(void)events;
	process_reap(execution->pid, watch->fd, &status);
	if (execution->client) {
		wire_number(&fields, EXEC_END_STATUS, (uint32_t)status);
		client_event(execution->client, EVENT_EXEC_END, execution->request, &fields);
		wire_release(&fields);
	}
	drop(execution);
}

/* The container's own /dev/pts/ptmx, made sure to be one although the container's root could lie about it. */
static int open_master(const struct container *container, struct error *error)
{
	char path[64];
	struct stat status;
	struct statfs system;
	cleanup_close int root = -1, found = -1;
	int master;

	snprintf(path, sizeof path, "/proc/%d/root", container->pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	found = root < 0 ? -1 : raw_open_inside(root, "dev/pts/ptmx", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	if (found < 0 || fstat(found, &status) < 0 || fstatfs(found, &system) < 0)
		return error_set(error, ENODEV, "terminal", "/dev/pts/ptmx", "cannot be opened");
	if (system.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(status.st_mode) || status.st_rdev != makedev(5, 2))
		return error_set(error, ENODEV, "terminal", "/dev/pts/ptmx", "is no terminal multiplexer");
	snprintf(path, sizeof path, "/proc/self/fd/%d", found);
	master = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return master < 0 ? error_system(error, "terminal", "/dev/pts/ptmx") : master;
}

static int open_terminal(const struct container *container, const struct execution_request *wanted, int *master,
			 int *slave, struct error *error)
{
	struct winsize size = {.ws_row = wanted->rows, .ws_col = wanted->columns};
	int unlocked = 0;

	*master = open_master(container, error);
	if (*master < 0)
		return -1;
	if (ioctl(*master, TIOCSPTLCK, &unlocked) < 0 || (size.ws_row && ioctl(*master, TIOCSWINSZ, &size) < 0))
		return error_system(error, "terminal", "pts");
	*slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || fchown(*slave, wanted->uid, (gid_t)-1) < 0)
		return error_system(error, "terminal", "pts");
	return 0;
}

/* Returns the pid of the program, running in the container. */
static int enter(struct agent *agent, const struct container *container, struct enter *enter, struct error *error)
{
	struct spawn options = {.group = -1};
	struct group group;
	long stage_one;

	if (group_open(&agent->workshop.cgroups, container->id, &group, error) < 0)
		return -1;
	enter->group = &group;
	options.group = group.v2;
	stage_one = spawn(&options, enter_main, enter, NULL);
	group_close(&group);
	prctl(PR_SET_DUMPABLE, 1); /* a change of user in a child that shares memory has cleared it */
	if (stage_one < 0)
		return error_set(error, (int)-stage_one, "clone", container->id, "%s", strerror((int)-stage_one));
	waitpid((pid_t)stage_one, NULL, 0);
	if (enter->number == 0)
		return (int)enter->pid;
	if (enter->pid > 0)
		waitpid((pid_t)enter->pid, NULL, __WALL);
	return error_set(error, enter->number, enter->stage, enter->arguments[0], "%s", strerror(enter->number));
}

static int follow(struct request *request, pid_t pid, struct error *error)
{
	struct execution *execution = calloc(1, sizeof *execution);
	int pidfd = (int)raw(SYS_pidfd_open, pid, 0);

	if (!execution || pidfd < 0) {
		kill(pid, SIGKILL);
		free(execution);
		return error_set(error, ENOMEM, "exec", "", "the program cannot be followed");
	}
	*execution = (struct execution){
		request->agent, request->client, request->id, pid, {pidfd, ended}, request->agent->first_execution};
	request->agent->first_execution = execution;
	if (loop_watch(&request->agent->loop, &execution->watch, EPOLLIN, error) < 0) {
		drop(execution);
		return -1;
	}
	return 0;
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

static int run(struct request *request, const struct execution_request *wanted, struct error *error)
{
	struct connection *connection = &request->client->connection;
	struct container *container = container_find(request->agent, wanted->id);
	cleanup_close int master = -1, slave = -1;
	struct enter parts = {.standard = {-1, -1, -1}};
	int pid;

	if (!container || !container->running)
		return error_set(error, ESRCH, "exec", wanted->id, "the container does not run");
	if (wanted->terminal && open_terminal(container, wanted, &master, &slave, error) < 0)
		return -1;
	if (!wanted->terminal && connection->arrived_count != 3)
		return error_set(error, EBADF, "exec", wanted->id, "the request needs three descriptors");
	for (int i = 0; i < 3; i++)
		parts.standard[i] = wanted->terminal ? slave : connection->arrived[i];
	fill(&parts, wanted, container, &request->agent->workshop);
	pid = enter(request->agent, container, &parts, error);
	if (pid < 0 || follow(request, pid, error) < 0)
		return -1;
	wire_number(&request->reply, EXEC_PID, (uint32_t)pid);
	if (wanted->terminal)
		connection_attach(connection, take_descriptor(&master));
	return OUTCOME_ANSWER;
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
		if (execution->client != request->client || execution->request != id)
			continue;
		if (raw(SYS_pidfd_send_signal, execution->watch.fd, number, NULL, 0) < 0)
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
		raw(SYS_pidfd_send_signal, execution->watch.fd, SIGHUP, NULL, 0);
	}
}

void executions_close(struct agent *agent)
{
	while (agent->first_execution)
		drop(agent->first_execution);
}
