#include "child.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <time.h>

#include "caps.h"
#include "raw.h"

enum { CONTROL = 3, INIT = 4, FIRST_FREE = 10 };

static uint64_t now(void)
{
	struct timespec time;

	raw(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void marks_start(struct marks *marks)
{
	marks->count = 0;
	marks->last = now();
}

void marks_add(struct marks *marks, const char *stage)
{
	uint64_t present = now();

	if (marks->count < MARK_MAX)
		marks->list[marks->count++] = (struct mark){stage, present - marks->last};
	marks->last = present;
}

static long join_groups(struct child *child)
{
	long result = group_join(child->group);

	return result < 0 ? result : raw(SYS_unshare, CLONE_NEWCGROUP);
}

static long make_network(struct child *child)
{
	int failed = 0;
	long result = 0;
	int own;

	if (child->outside->count)
		result = netlink_send(child->routing, child->outside, NULL);
	if (result < 0) {
		child->object = "eth0";
		return result;
	}
	own = netlink_socket();
	if (own < 0)
		return own;
	result = netlink_send(own, child->inside, &failed);
	if (result < 0)
		child->object = failed == 0 ? "lo" : failed == 3 ? "default route" : "address";
	raw_close(own);
	return result;
}

static long pivot(struct child *child)
{
	long result = raw(SYS_fchdir, child->root);

	child->object = "/";
	if (result == 0)
		result = raw(SYS_pivot_root, ".", ".");
	if (result == 0)
		result = raw(SYS_umount2, ".", 2 /* MNT_DETACH */);
	return result < 0 ? result : raw(SYS_chdir, "/");
}

static long set_identity(struct child *child)
{
	size_t length = 0;
	long result;

	while (child->hostname[length])
		length++;
	child->object = child->hostname;
	result = raw(SYS_sethostname, child->hostname, length);
	if (result < 0)
		return result;
	raw(SYS_setsid);
	raw(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
	raw(SYS_umask, 022);
	return 0;
}

/* 0, 1, 2 on the container's own null device, the control socket, the program, and nothing else. */
static long arrange_descriptors(struct child *child)
{
	long null = raw(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_NOFOLLOW);
	long control = raw(SYS_fcntl, child->control, F_DUPFD, FIRST_FREE);
	long init = raw(SYS_fcntl, child->init, F_DUPFD, FIRST_FREE);

	child->object = "/dev/null";
	if (null < 0 || control < 0 || init < 0)
		return null < 0 ? null : control < 0 ? control : init;
	for (int standard = 0; standard < 3; standard++)
		if (null != standard && raw(SYS_dup3, null, standard, 0) < 0)
			return -EBADF;
	if (raw(SYS_dup3, control, CONTROL, 0) < 0 || raw(SYS_dup3, init, INIT, O_CLOEXEC) < 0)
		return -EBADF;
	return raw(SYS_close_range, INIT + 1, ~0U, 0);
}

long child_restrict(uint64_t caps, const struct filter *filter)
{
	struct sock_fprog program = {filter->length, (struct sock_filter *)filter->code};
	long result = caps_limit(caps);

	return result < 0 ? result : raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static long restrict_rights(struct child *child)
{
	long result = caps_bound(child->caps);

	child->object = "";
	return result < 0 ? result : child_restrict(child->caps, child->filter);
}

/*
 * All signals stay blocked: one that came before the init is ready for it waits, where process 1 of a namespace
 * would otherwise never see it.
 */
static long execute(struct child *child)
{
	static const char *const arguments[] = {"cantrip-init", NULL};
	static const char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=cantrip", NULL};

	child->object = "cantrip-init";
	return raw(SYS_execveat, INIT, "", arguments, environment, AT_EMPTY_PATH);
}

int child_main(void *argument)
{
	static const struct {
		const char *stage;
		long (*run)(struct child *);
	} steps[] = {
		{"join", join_groups},
		{"network", make_network},
		{"attach", child_attach_all},
		{"mask", child_mask},
		{"pivot", pivot},
		{"identity", set_identity},
		{"descriptors", arrange_descriptors},
		{"restrict", restrict_rights},
		{"exec", execute},
	};
	struct child *child = argument;

	marks_add(child->marks, "clone");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		long result;

		child->stage = steps[i].stage;
		result = steps[i].run(child);
		if (result < 0) {
			child->number = (int)-result;
			return 1;
		}
		marks_add(child->marks, steps[i].stage);
	}
	return 1;
}
