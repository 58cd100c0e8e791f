#include "enter.h"

#include <errno.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "caps.h"
#include "child.h"
#include "raw.h"
#include "spawn.h"

enum { FIRST_FREE = 10, SIGNAL_SET_SIZE = 8, REPORT = 3 };

enum stage { STAGE_JOIN, STAGE_SETNS, STAGE_CLONE, STAGE_STEPS };

static void report(const struct enter *enter, long pid, long result, uint32_t stage)
{
	const struct enter_report message = {(int32_t)pid, (int32_t)-result, stage};

	raw(SYS_write, enter->report, &message, sizeof message);
}

static long arrange_descriptors(struct enter *enter)
{
	long copies[3], report = raw(SYS_fcntl, enter->report, F_DUPFD, FIRST_FREE);

	if (report < 0)
		return report;
	enter->report = (int)report;
	for (int i = 0; i < 3; i++) {
		copies[i] = raw(SYS_fcntl, enter->standard[i], F_DUPFD, FIRST_FREE);
		if (copies[i] < 0)
			return copies[i];
	}
	for (int i = 0; i < 3; i++) {
		long result = raw(SYS_dup3, copies[i], i, 0);

		if (result < 0)
			return result;
	}
	report = raw(SYS_dup3, report, REPORT, O_CLOEXEC);
	if (report < 0)
		return report;
	enter->report = REPORT;
	return raw(SYS_close_range, REPORT + 1, ~0U, 0);
}

static long own_session(struct enter *enter)
{
	long result = raw(SYS_setsid);

	return result < 0 || !enter->terminal ? result : raw(SYS_ioctl, 0, TIOCSCTTY, 0);
}

/* The working directory belongs to the user's wish; one outside the root cannot be named from here. */
static long change_directory(struct enter *enter)
{
	return raw(SYS_chdir, enter->directory);
}

static long become_user(struct enter *enter)
{
	long result = caps_bound(enter->caps);

	if (result == 0)
		result = raw(SYS_setgroups, enter->group_count, enter->groups);
	if (result == 0)
		result = raw(SYS_setresgid, enter->gid, enter->gid, enter->gid);
	return result < 0 ? result : raw(SYS_setresuid, enter->uid, enter->uid, enter->uid);
}

static long restrict_rights(struct enter *enter)
{
	raw(SYS_umask, 022);
	return child_restrict(enter->uid == 0 ? enter->caps : 0, enter->filter);
}

/* One directory of PATH with the program's name; 0 when it does not fit. */
static int join(char full[static ENTER_PATH], const char *directory, const char *end, const char *name)
{
	int length = 0;

	for (; directory < end && length < ENTER_PATH - 1; directory++)
		full[length++] = *directory;
	if (length < ENTER_PATH - 1)
		full[length++] = '/';
	while (*name && length < ENTER_PATH - 1)
		full[length++] = *name++;
	full[length] = 0;
	return *name == 0;
}

static long execute(struct enter *enter)
{
	const char *name = enter->arguments[0], *at = enter->path;
	char full[ENTER_PATH];
	uint64_t none = 0;
	long result = -ENOENT;

	raw(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, SIGNAL_SET_SIZE);
	for (const char *slash = name; *slash; slash++)
		if (*slash == '/')
			return raw(SYS_execve, name, enter->arguments, enter->environment);
	while (at && *at) {
		const char *end = at;
		long tried;

		while (*end && *end != ':')
			end++;
		if (join(full, at, end, name)) {
			tried = raw(SYS_execve, full, enter->arguments, enter->environment);
			if (tried != -ENOENT && tried != -ENOTDIR)
				result = tried;
		}
		at = *end ? end + 1 : end;
	}
	return result;
}

static const struct {
	const char *stage;
	long (*run)(struct enter *);
} steps[] = {
	{"descriptors", arrange_descriptors},
	{"session", own_session},
	{"directory", change_directory},
	{"user", become_user},
	{"restrict", restrict_rights},
	{"exec", execute},
};

enum { STEP_COUNT = sizeof steps / sizeof steps[0] };

const char *enter_stage(uint32_t stage)
{
	static const char *const first[] = {"join", "setns", "clone"};

	if (stage < STAGE_STEPS)
		return first[stage];
	return stage - STAGE_STEPS < STEP_COUNT ? steps[stage - STAGE_STEPS].stage : "exec";
}

/* Stage two, in all of the container's namespaces. */
static int run_program(void *argument)
{
	struct enter *enter = argument;

	for (uint32_t i = 0; i < STEP_COUNT; i++) {
		long result = steps[i].run(enter);

		if (result < 0) {
			report(enter, 0, result, STAGE_STEPS + i);
			return 1;
		}
	}
	return 1;
}

static int fail(const struct enter *enter, uint32_t stage, long result)
{
	report(enter, 0, result, stage);
	return 1;
}

int enter_main(void *argument)
{
	const int all = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;
	struct spawn options = {.flags = CLONE_PARENT, .group = -1, .stack = STACK_SECOND, .apart = true};
	struct enter *enter = argument;
	long result = raw(SYS_prctl, PR_SET_DUMPABLE, 0); /* until something is executed */

	if (result == 0)
		result = group_join(enter->group);
	if (result < 0)
		return fail(enter, STAGE_JOIN, result);
	result = raw(SYS_setns, enter->pidfd, all);
	if (result < 0)
		return fail(enter, STAGE_SETNS, result);
	result = spawn(&options, run_program, enter, NULL);
	if (result < 0)
		return fail(enter, STAGE_CLONE, result);
	report(enter, result, 0, STAGE_CLONE);
	return 0;
}
