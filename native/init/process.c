#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "users.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { EXIT_NOT_EXECUTED = 127 };

/* Written by the new process before it executes the program; smaller than PIPE_BUF, so it arrives whole. */
struct report {
	bool fatal;
	struct error error;
};

static struct rlimit given_nofile;

static void report_ready(struct watch *watch, uint32_t events);
static void process_exited(struct child *child, int wait_status);
static _Noreturn void become(const struct command *command, const int streams[3], int report_fd);

void process_prepare(void)
{
	getrlimit(RLIMIT_NOFILE, &given_nofile);
	struct rlimit raised = {given_nofile.rlim_max, given_nofile.rlim_max};
	setrlimit(RLIMIT_NOFILE, &raised);
}

int process_start(struct process *process, const struct command *command, const int streams[3], struct error *error)
{
	int report[2];

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_system(error, "fork", command->arguments[0]);
	process->fault.number = 0;
	process->executed = false;
	process->report.ready = report_ready;
	if (watch_start(&process->report, report[0], EPOLLIN) < 0) {
		error_system(error, "fork", command->arguments[0]);
		close(report[1]);
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0)
		become(command, streams, report[1]);
	if (pid < 0)
		error_system(error, "fork", command->arguments[0]);
	close(report[1]);
	if (pid < 0) {
		watch_stop(&process->report);
		return -1;
	}
	process->child.pid = pid;
	process->child.exited = process_exited;
	child_track(&process->child);
	return 0;
}

void process_signal(struct process *process, int signal)
{
	kill(process->child.pid, signal);
}

void process_kill_group(struct process *process)
{
	kill(-process->child.pid, SIGKILL);
	kill(process->child.pid, SIGKILL); /* it may not have made its group yet */
}

void process_abandon(struct process *process)
{
	if (process->child.pid == 0)
		return;
	process_kill_group(process);
	child_forget(&process->child);
	watch_stop(&process->report);
	process->child.pid = 0;
}

bool process_nofile_refused(uint64_t nofile)
{
	struct rlimit present, asked;

	getrlimit(RLIMIT_NOFILE, &present);
	if (nofile <= present.rlim_max)
		return false;
	asked = (struct rlimit){present.rlim_cur, nofile};
	if (setrlimit(RLIMIT_NOFILE, &asked) < 0)
		return true;
	setrlimit(RLIMIT_NOFILE, &present);
	return false;
}

/* End of file means that the program has been executed, or that the process has died before: its exit tells which. */
static void read_reports(struct process *process)
{
	struct report report;
	ssize_t length;

	while ((length = read(process->report.fd, &report, sizeof report)) == (ssize_t)sizeof report) {
		if (report.fatal)
			process->fault = report.error;
		else if (process->warned)
			process->warned(process, report.error.message);
	}
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	watch_stop(&process->report);
	process->executed = process->fault.number == 0;
}

static void report_ready(struct watch *watch, uint32_t events)
{
	struct process *process = container_of(watch, struct process, report);

	(void)events;
	read_reports(process);
	if (process->executed && process->started)
		process->started(process);
}

static void process_exited(struct child *child, int wait_status)
{
	struct process *process = container_of(child, struct process, child);

	if (process->report.fd >= 0) {
		report_ready(&process->report, EPOLLIN);
		watch_stop(&process->report);
	}
	process->ended(process, wait_status, process->fault.number ? &process->fault : NULL);
}

/* ---- In the new process ------------------------------------------------------------------------------------- */

static void tell(int report_fd, bool fatal, const struct error *error)
{
	struct report report = {.fatal = fatal, .error = *error};

	if (write(report_fd, &report, sizeof report) < 0 && fatal)
		_exit(EXIT_NOT_EXECUTED);
}

static int arrange_streams(const int streams[3], struct error *error)
{
	for (int target = 0; target < 3; target++) {
		int source = streams[target];
		if (source < 0)
			source = open("/dev/null", (target == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
		/* Init holds 0, 1 and 2 itself, so that a source is never one of them. */
		if (source < 0 || dup2(source, target) < 0)
			return error_system(error, "stdio", "/dev/null");
	}
	return 0;
}

/* A limit that cannot be had is a warning: the program gets as many as there are. */
static void limit_descriptors(uint64_t wanted, int report_fd)
{
	struct rlimit limit = given_nofile;
	struct error error;

	if (wanted > 0)
		limit.rlim_cur = wanted;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	error_set(&error, errno, "nofile", "", "limit of %llu descriptors: %s; it gets %llu",
		  (unsigned long long)wanted, strerror(errno), (unsigned long long)given_nofile.rlim_max);
	tell(report_fd, false, &error);
	limit.rlim_cur = limit.rlim_max = given_nofile.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int become_user(const struct command *command, struct identity *identity, struct error *error)
{
	if (users_resolve(command->user, command->group, identity, error) < 0)
		return -1;
	if (setgroups(identity->group_count, identity->groups) < 0)
		return error_system(error, "groups", identity->name);
	if (setgid(identity->gid) < 0)
		return error_system(error, "group", identity->name);
	if (setuid(identity->uid) < 0)
		return error_system(error, "user", identity->name);
	return 0;
}

static int set_environment(char *const *given, const struct identity *identity, struct error *error)
{
	static char path[] = DEFAULT_PATH, lang[] = "LANG=C.UTF-8";
	static char home[USERS_HOME + 8], user[USERS_NAME + 8];

	snprintf(home, sizeof home, "HOME=%s", identity->home);
	snprintf(user, sizeof user, "USER=%s", identity->name);
	clearenv();
	int failed = putenv(path) | putenv(home) | putenv(user) | putenv(lang);
	for (; given && *given; given++)
		failed |= putenv(*given);
	return failed ? error_set(error, ENOMEM, "environment", "", "%s", strerror(ENOMEM)) : 0;
}

static int execute(const struct command *command, const int streams[3], int report_fd, struct error *error)
{
	struct identity identity;
	const char *directory = command->directory && *command->directory ? command->directory : "/";
	sigset_t none;

	setsid();
	if (arrange_streams(streams, error) < 0)
		return -1;
	limit_descriptors(command->nofile, report_fd);
	if (become_user(command, &identity, error) < 0)
		return -1;
	if (chdir(directory) < 0)
		return error_system(error, "directory", directory);
	if (set_environment(command->environment, &identity, error) < 0)
		return -1;
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(command->arguments[0], command->arguments);
	return error_system(error, "exec", command->arguments[0]);
}

static _Noreturn void become(const struct command *command, const int streams[3], int report_fd)
{
	struct error error;

	execute(command, streams, report_fd, &error);
	tell(report_fd, true, &error);
	_exit(EXIT_NOT_EXECUTED);
}
