/*
 * What programs in a container may ask of the kernel: Docker's default profile as it applies to a container
 * without CAP_SYS_ADMIN, SYS_PTRACE, SYS_TIME and the like, without the audit socket. Not here, hence refused with
 * EPERM: mount and namespace calls, keyrings, bpf, io_uring, userfaultfd, perf, modules, kexec, clock setting, swap,
 * file handles by number.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>

#include "seccomp.h"

/* Known to Linux 6.18: file_setattr. */
enum { HIGHEST_NUMBER = 469 };

enum { NAMESPACE_FLAGS = 0x7e020000 }; /* the CLONE_NEW* that clone can carry */

enum { FAMILY_NETLINK = 16, PROTOCOL_AUDIT = 9 };

#define ALLOW(name) {.number = SYS_##name, .action = SECCOMP_RET_ALLOW}
#define WHEN(name, outcome, ...) {.number = SYS_##name, .action = outcome, .conditions = {__VA_ARGS__}}
#define REFUSE(number) (SECCOMP_RET_ERRNO | (number))
#define EQUAL(index, wanted) {.comparison = COMPARE_EQUAL, .argument = index, .value = wanted}
#define AT_LEAST(index, wanted) {.comparison = COMPARE_GREATER_OR_EQUAL, .argument = index, .value = wanted}
#define AT_MOST(index, wanted) {.comparison = COMPARE_LESS_OR_EQUAL, .argument = index, .value = wanted}
#define MASKED(index, bits, wanted) \
	{.comparison = COMPARE_MASKED_EQUAL, .argument = index, .mask = bits, .value = wanted}
/* The kernel looks at the low half of an int argument only, so must a rule that refuses. */
#define EQUAL_INT(index, wanted) MASKED(index, UINT32_MAX, wanted)

static const struct rule rules[] = {
	ALLOW(accept), ALLOW(accept4), ALLOW(adjtimex), ALLOW(bind), ALLOW(brk), ALLOW(capget), ALLOW(capset),
	ALLOW(chdir), ALLOW(chroot), ALLOW(clock_adjtime), ALLOW(clock_getres), ALLOW(clock_gettime),
	ALLOW(clock_nanosleep), ALLOW(close), ALLOW(connect), ALLOW(copy_file_range), ALLOW(dup), ALLOW(dup3),
	ALLOW(epoll_create1), ALLOW(epoll_ctl), ALLOW(epoll_pwait), ALLOW(eventfd2), ALLOW(execve),
	ALLOW(execveat), ALLOW(exit), ALLOW(exit_group), ALLOW(faccessat), ALLOW(fadvise64), ALLOW(fallocate),
	ALLOW(fanotify_mark), ALLOW(fchdir), ALLOW(fchmod), ALLOW(fchmodat), ALLOW(fchown), ALLOW(fchownat),
	ALLOW(fcntl), ALLOW(fdatasync), ALLOW(fgetxattr), ALLOW(flistxattr), ALLOW(flock), ALLOW(fremovexattr),
	ALLOW(fsetxattr), ALLOW(fstat), ALLOW(fstatfs), ALLOW(fsync), ALLOW(ftruncate), ALLOW(futex),
	ALLOW(get_robust_list), ALLOW(getcpu), ALLOW(getcwd), ALLOW(getdents64), ALLOW(getegid), ALLOW(geteuid),
	ALLOW(getgid), ALLOW(getgroups), ALLOW(getitimer), ALLOW(getpeername), ALLOW(getpgid), ALLOW(getpid),
	ALLOW(getppid), ALLOW(getpriority), ALLOW(getrandom), ALLOW(getresgid), ALLOW(getresuid),
	ALLOW(getrlimit), ALLOW(getrusage), ALLOW(getsid), ALLOW(getsockname), ALLOW(getsockopt), ALLOW(gettid),
	ALLOW(gettimeofday), ALLOW(getuid), ALLOW(getxattr), ALLOW(inotify_add_watch), ALLOW(inotify_init1),
	ALLOW(inotify_rm_watch), ALLOW(io_cancel), ALLOW(io_destroy), ALLOW(io_getevents), ALLOW(io_pgetevents),
	ALLOW(io_setup), ALLOW(io_submit), ALLOW(ioctl), ALLOW(ioprio_get), ALLOW(ioprio_set), ALLOW(kill),
	ALLOW(lgetxattr), ALLOW(linkat), ALLOW(listen), ALLOW(listxattr), ALLOW(llistxattr), ALLOW(lremovexattr),
	ALLOW(lseek), ALLOW(lsetxattr), ALLOW(madvise), ALLOW(membarrier), ALLOW(memfd_create), ALLOW(mincore),
	ALLOW(mkdirat), ALLOW(mknodat), ALLOW(mlock), ALLOW(mlock2), ALLOW(mlockall), ALLOW(mmap),
	ALLOW(mprotect), ALLOW(mq_getsetattr), ALLOW(mq_notify), ALLOW(mq_open), ALLOW(mq_timedreceive),
	ALLOW(mq_timedsend), ALLOW(mq_unlink), ALLOW(mremap), ALLOW(msgctl), ALLOW(msgget), ALLOW(msgrcv),
	ALLOW(msgsnd), ALLOW(msync), ALLOW(munlock), ALLOW(munlockall), ALLOW(munmap), ALLOW(name_to_handle_at),
	ALLOW(nanosleep), ALLOW(newfstatat), ALLOW(openat), ALLOW(pipe2), ALLOW(pkey_alloc), ALLOW(pkey_free),
	ALLOW(pkey_mprotect), ALLOW(ppoll), ALLOW(prctl), ALLOW(pread64), ALLOW(preadv), ALLOW(preadv2),
	ALLOW(prlimit64), ALLOW(process_vm_readv), ALLOW(process_vm_writev), ALLOW(pselect6), ALLOW(ptrace),
	ALLOW(pwrite64), ALLOW(pwritev), ALLOW(pwritev2), ALLOW(read), ALLOW(readahead), ALLOW(readlinkat),
	ALLOW(readv), ALLOW(recvfrom), ALLOW(recvmmsg), ALLOW(recvmsg), ALLOW(remap_file_pages),
	ALLOW(removexattr), ALLOW(renameat), ALLOW(renameat2), ALLOW(restart_syscall), ALLOW(rseq),
	ALLOW(rt_sigaction), ALLOW(rt_sigpending), ALLOW(rt_sigprocmask), ALLOW(rt_sigqueueinfo),
	ALLOW(rt_sigreturn), ALLOW(rt_sigsuspend), ALLOW(rt_sigtimedwait), ALLOW(rt_tgsigqueueinfo),
	ALLOW(sched_get_priority_max), ALLOW(sched_get_priority_min), ALLOW(sched_getaffinity),
	ALLOW(sched_getattr), ALLOW(sched_getparam), ALLOW(sched_getscheduler), ALLOW(sched_rr_get_interval),
	ALLOW(sched_setaffinity), ALLOW(sched_setattr), ALLOW(sched_setparam), ALLOW(sched_setscheduler),
	ALLOW(sched_yield), ALLOW(seccomp), ALLOW(semctl), ALLOW(semget), ALLOW(semop), ALLOW(semtimedop),
	ALLOW(sendfile), ALLOW(sendmmsg), ALLOW(sendmsg), ALLOW(sendto), ALLOW(set_robust_list),
	ALLOW(set_tid_address), ALLOW(setfsgid), ALLOW(setfsuid), ALLOW(setgid), ALLOW(setgroups),
	ALLOW(setitimer), ALLOW(setpgid), ALLOW(setpriority), ALLOW(setregid), ALLOW(setresgid), ALLOW(setresuid),
	ALLOW(setreuid), ALLOW(setrlimit), ALLOW(setsid), ALLOW(setsockopt), ALLOW(setuid), ALLOW(setxattr),
	ALLOW(shmat), ALLOW(shmctl), ALLOW(shmdt), ALLOW(shmget), ALLOW(shutdown), ALLOW(sigaltstack),
	ALLOW(signalfd4), ALLOW(socketpair), ALLOW(splice), ALLOW(statfs), ALLOW(statx), ALLOW(symlinkat),
	ALLOW(sync), ALLOW(sync_file_range), ALLOW(syncfs), ALLOW(sysinfo), ALLOW(tee), ALLOW(tgkill),
	ALLOW(timer_create), ALLOW(timer_delete), ALLOW(timer_getoverrun), ALLOW(timer_gettime),
	ALLOW(timer_settime), ALLOW(timerfd_create), ALLOW(timerfd_gettime), ALLOW(timerfd_settime), ALLOW(times),
	ALLOW(tkill), ALLOW(truncate), ALLOW(umask), ALLOW(uname), ALLOW(unlinkat), ALLOW(utimensat),
	ALLOW(vmsplice), ALLOW(wait4), ALLOW(waitid), ALLOW(write), ALLOW(writev),
	ALLOW(access), ALLOW(alarm), ALLOW(arch_prctl), ALLOW(chmod), ALLOW(chown), ALLOW(creat), ALLOW(dup2),
	ALLOW(epoll_create), ALLOW(epoll_ctl_old), ALLOW(epoll_wait), ALLOW(epoll_wait_old), ALLOW(eventfd),
	ALLOW(fork), ALLOW(futimesat), ALLOW(get_thread_area), ALLOW(getdents), ALLOW(getpgrp),
	ALLOW(inotify_init), ALLOW(lchown), ALLOW(link), ALLOW(lstat), ALLOW(mkdir), ALLOW(mknod),
	ALLOW(modify_ldt), ALLOW(open), ALLOW(pause), ALLOW(pipe), ALLOW(poll), ALLOW(readlink), ALLOW(rename),
	ALLOW(rmdir), ALLOW(select), ALLOW(set_thread_area), ALLOW(signalfd), ALLOW(stat), ALLOW(symlink),
	ALLOW(time), ALLOW(unlink), ALLOW(utime), ALLOW(utimes), ALLOW(vfork),
	/* Numbers that are the same everywhere and younger than some C libraries. */
	{.number = 424, .action = SECCOMP_RET_ALLOW}, /* pidfd_send_signal */
	{.number = 434, .action = SECCOMP_RET_ALLOW}, /* pidfd_open */
	{.number = 436, .action = SECCOMP_RET_ALLOW}, /* close_range */
	{.number = 437, .action = SECCOMP_RET_ALLOW}, /* openat2 */
	{.number = 439, .action = SECCOMP_RET_ALLOW}, /* faccessat2 */
	{.number = 441, .action = SECCOMP_RET_ALLOW}, /* epoll_pwait2 */
	{.number = 444, .action = SECCOMP_RET_ALLOW}, /* landlock_create_ruleset */
	{.number = 445, .action = SECCOMP_RET_ALLOW}, /* landlock_add_rule */
	{.number = 446, .action = SECCOMP_RET_ALLOW}, /* landlock_restrict_self */
	{.number = 447, .action = SECCOMP_RET_ALLOW}, /* memfd_secret */
	{.number = 448, .action = SECCOMP_RET_ALLOW}, /* process_mrelease */
	{.number = 449, .action = SECCOMP_RET_ALLOW}, /* futex_waitv */
	{.number = 451, .action = SECCOMP_RET_ALLOW}, /* cachestat */
	{.number = 452, .action = SECCOMP_RET_ALLOW}, /* fchmodat2 */
	{.number = 453, .action = SECCOMP_RET_ALLOW}, /* map_shadow_stack */
	{.number = 454, .action = SECCOMP_RET_ALLOW}, /* futex_wake */
	{.number = 455, .action = SECCOMP_RET_ALLOW}, /* futex_wait */
	{.number = 456, .action = SECCOMP_RET_ALLOW}, /* futex_requeue */
	{.number = 457, .action = SECCOMP_RET_ALLOW}, /* statmount */
	{.number = 458, .action = SECCOMP_RET_ALLOW}, /* listmount */
	{.number = 462, .action = SECCOMP_RET_ALLOW}, /* mseal */
	{.number = 463, .action = SECCOMP_RET_ALLOW}, /* setxattrat */
	{.number = 464, .action = SECCOMP_RET_ALLOW}, /* getxattrat */
	{.number = 465, .action = SECCOMP_RET_ALLOW}, /* listxattrat */
	{.number = 466, .action = SECCOMP_RET_ALLOW}, /* removexattrat */

	/* glibc falls back to clone, whose flags can be seen, when clone3 does not exist. */
	{.number = SYS_clone3, .action = REFUSE(ENOSYS)},
	WHEN(clone, SECCOMP_RET_ALLOW, MASKED(0, NAMESPACE_FLAGS, 0)),

	/* PER_LINUX, PER_LINUX32, UNAME26, both, and asking. */
	WHEN(personality, SECCOMP_RET_ALLOW, EQUAL(0, 0)),
	WHEN(personality, SECCOMP_RET_ALLOW, EQUAL(0, 8)),
	WHEN(personality, SECCOMP_RET_ALLOW, EQUAL(0, 0x20000)),
	WHEN(personality, SECCOMP_RET_ALLOW, EQUAL(0, 0x20008)),
	WHEN(personality, SECCOMP_RET_ALLOW, EQUAL(0, 0xffffffff)),

	/* All families but the obsolete ones, AF_ALG (38) and AF_VSOCK (40). */
	/* As a kernel without audit says it: groupadd and useradd go on after this, but give up after EPERM. */
	WHEN(socket, REFUSE(EPROTONOSUPPORT), EQUAL_INT(0, FAMILY_NETLINK), EQUAL_INT(2, PROTOCOL_AUDIT)),
	WHEN(socket, SECCOMP_RET_ALLOW, AT_MOST(0, 11)),
	WHEN(socket, SECCOMP_RET_ALLOW, AT_LEAST(0, 13), AT_MOST(0, 18)),
	WHEN(socket, SECCOMP_RET_ALLOW, AT_LEAST(0, 21), AT_MOST(0, 22)),
	WHEN(socket, SECCOMP_RET_ALLOW, EQUAL(0, 24)),
	WHEN(socket, SECCOMP_RET_ALLOW, AT_LEAST(0, 26), AT_MOST(0, 33)),
	WHEN(socket, SECCOMP_RET_ALLOW, AT_LEAST(0, 35), AT_MOST(0, 36)),
	WHEN(socket, SECCOMP_RET_ALLOW, EQUAL(0, 39)),
	WHEN(socket, SECCOMP_RET_ALLOW, AT_LEAST(0, 41), AT_MOST(0, 45)),
};

enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

/* By number; rules of one number keep their order. */
static void sort_rules(struct rule *sorted)
{
	memcpy(sorted, rules, sizeof rules);
	for (int i = 1; i < RULE_COUNT; i++) {
		struct rule rule = sorted[i];
		int at = i;

		for (; at > 0 && sorted[at - 1].number > rule.number; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = rule;
	}
}

int seccomp_default_policy(struct policy *policy, struct error *error)
{
	static struct rule sorted[RULE_COUNT];

	sort_rules(sorted);
	*policy = (struct policy){sorted, RULE_COUNT, HIGHEST_NUMBER, REFUSE(EPERM)};
	for (int i = 1; i < RULE_COUNT; i++)
		if (sorted[i].number == sorted[i - 1].number && sorted[i - 1].conditions[0].comparison == COMPARE_END)
			return error_set(error, EINVAL, "seccomp", "", "number %d has two rules", sorted[i].number);
	return 0;
}
