/* cantrip-agent: makes containers, watches over them, removes them. See native/PROTOCOL.md. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "agent.h"
#include "client.h"
#include "container.h"
#include "control.h"
#include "departed.h"
#include "execution.h"
#include "files.h"
#include "idle.h"
#include "log.h"
#include "program.h"
#include "spawn.h"
#include "trash.h"

enum { ANSWER_TRIES = 300, DESCRIPTORS_WANTED = 65536, IDLE_LIMIT = 10 };

struct options {
	const char *run;
	bool foreground;
	unsigned idle_limit;
};

static int read_options(int count, char **arguments, struct options *options)
{
	*options = (struct options){.idle_limit = IDLE_LIMIT};
	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--foreground") == 0)
			options->foreground = true;
		else if (strcmp(arguments[i], "--run") == 0 && i + 1 < count)
			options->run = arguments[++i];
		else if (strcmp(arguments[i], "--idle") == 0 && i + 1 < count)
			options->idle_limit = strtoul(arguments[++i], NULL, 10);
		else
			return -1;
	}
	return options->run ? 0 : -1;
}

/* Whether an agent answers on the socket. */
static bool answers(int run)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/agent.sock", run);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

/* The lock, held as long as the agent lives; -1 with `error` untouched when another agent has it. */
static int take_lock(int run)
{
	int lock = openat(run, "agent.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0)
		close_descriptor(&lock);
	return lock;
}

/* The caller gets on as soon as the socket is there, by the exit code of the first process. */
static void report_ready(int *pipe_end)
{
	if (*pipe_end >= 0 && write(*pipe_end, "", 1) < 0)
		log_line("nobody waits for the start");
	close_descriptor(pipe_end);
}

/* Somebody else runs or is about to: it must answer, or it goes and we take over. Returns the lock, or -1. */
static int win_or_yield(int run, int *ready)
{
	struct timespec pause = {.tv_nsec = 10000000};

	for (int i = 0; i < ANSWER_TRIES; i++) {
		int lock = take_lock(run);

		if (lock >= 0)
			return lock;
		if (answers(run)) {
			report_ready(ready);
			exit(0);
		}
		nanosleep(&pause, NULL);
	}
	return -1;
}

static void close_standard(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int standard = 0; null >= 0 && standard < 3; standard++)
		dup2(null, standard);
	if (null > 2)
		close(null);
}

/* Goes on in a child of its own session; the parent waits until the child is ready. Returns the report's pipe. */
static int daemonise(void)
{
	int ends[2];
	pid_t pid;
	char byte;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid > 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
	}
	close(ends[0]);
	setsid();
	return ends[1];
}

static void on_signal(struct watch *watch, uint32_t events)
{
	struct agent *agent = OWNER(watch, struct agent, signals);
	struct signalfd_siginfo info;

	(void)events;
	if (read(watch->fd, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo != SIGCHLD) {
		agent->loop.ended = true;
		return;
	}
	trash_reap();
	trash_delete();
	departed_reap();
}

static int watch_signals(struct agent *agent, struct error *error)
{
	sigset_t wanted, all;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGCHLD);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	agent->signals = (struct watch){signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK), on_signal};
	if (agent->signals.fd < 0)
		return error_system(error, "signals", "");
	return loop_watch(&agent->loop, &agent->signals, EPOLLIN, error);
}

static int open_workshop(struct workshop *workshop, const char *run_path, struct error *error)
{
	struct policy policy;
	char path[PATH_MAX];

	workshop->init.descriptor = -1;
	workshop->routing = netlink_socket();
	if (workshop->routing < 0)
		return error_set(error, -workshop->routing, "network", "netlink", "%s", strerror(-workshop->routing));
	snprintf(path, sizeof path, "%s/root", run_path);
	workshop->mountpoint = strdup(path);
	if (!workshop->mountpoint || (mkdir(path, 0700) < 0 && errno != EEXIST))
		return error_system(error, "run", path);
	if (spawn_init(error) < 0 || cgroups_find(&workshop->cgroups, error) < 0 ||
	    seccomp_default_policy(&policy, error) < 0)
		return -1;
	return seccomp_compile(&policy, &workshop->filter, error);
}

static int open_agent(struct agent *agent, const char *run_path, struct error *error)
{
	struct rlimit files = {DESCRIPTORS_WANTED, DESCRIPTORS_WANTED};

	setrlimit(RLIMIT_NOFILE, &files);
	if (mkdirat(agent->run, "containers", 0700) < 0 && errno != EEXIST)
		return error_system(error, "run", "containers");
	agent->containers = openat(agent->run, "containers", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (agent->containers < 0)
		return error_system(error, "run", "containers");
	if (loop_init(&agent->loop, error) < 0 || watch_signals(agent, error) < 0 ||
	    open_workshop(&agent->workshop, run_path, error) < 0 || containers_load(agent, error) < 0)
		return -1;
	agent->ports.directory = agent->run;
	ports_load(&agent->ports);
	agent->listener = (struct watch){socket_listen(agent->run, "agent.sock", error), clients_accept};
	if (agent->listener.fd < 0)
		return -1;
	return loop_watch(&agent->loop, &agent->listener, EPOLLIN, error);
}

/* Containers go on; only what is of use to nobody any more goes with the agent. */
static void close_agent(struct agent *agent)
{
	bool alone = !agent->first_container;

	unlinkat(agent->run, "agent.sock", 0);
	executions_close(agent);
	clients_close_all(agent);
	containers_close(agent);
	trash_delete();
	if (!alone)
		return;
	cgroups_tidy(&agent->workshop.cgroups);
	rmdir(agent->workshop.mountpoint);
	unlinkat(agent->run, "containers", AT_REMOVEDIR);
}

int main(int count, char **arguments)
{
	struct options options;
	static struct agent agent;
	struct error error = {0};
	char run_path[PATH_MAX];
	int ready = -1, lock;

	if (read_options(count, arguments, &options) < 0) {
		fputs("usage: cantrip-agent --run DIR [--foreground] [--idle SECONDS]\n", stderr);
		return 2;
	}
	if (program_seal(arguments, &error) < 0) {
		fprintf(stderr, "cantrip-agent: %s '%s': %s\n", error.stage, error.object, error.message);
		return 1;
	}
	prctl(PR_SET_NAME, "cantrip-agent");
	if (directories_make(options.run, 0700) < 0 || !realpath(options.run, run_path)) {
		fprintf(stderr, "cantrip-agent: %s: %s\n", options.run, strerror(errno));
		return 1;
	}
	agent.run = open(run_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!options.foreground)
		ready = daemonise();
	lock = agent.run < 0 ? -1 : win_or_yield(agent.run, &ready);
	if (lock < 0 || chdir("/") < 0) {
		fprintf(stderr, "cantrip-agent: %s: another agent holds the lock and does not answer\n", run_path);
		return 1;
	}
	umask(0);
	if (!options.foreground)
		log_open(agent.run, "agent.log");
	if (open_agent(&agent, run_path, &error) < 0) {
		log_error("cannot start", &error);
		fprintf(stderr, "cantrip-agent: %s '%s': %s\n", error.stage, error.object, error.message);
		return 1;
	}
	if (!options.foreground)
		close_standard();
	log_line("the agent runs, pid %d", getpid());
	report_ready(&ready);
	agent.idle_limit = options.idle_limit;
	idle_watch(&agent);
	loop_run(&agent.loop);
	close_agent(&agent);
	log_line("the agent ends");
	close(lock);
	return 0;
}
