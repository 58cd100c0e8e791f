/*
 * System calls without a C library between: they return the negative errno and touch no memory of their own.
 * That makes them the only calls allowed in a child that shares the agent's memory, and the C library has no
 * names for half of them anyway.
 */
#ifndef CANTRIP_RAW_H
#define CANTRIP_RAW_H

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>

/* raw(SYS_name, arguments…) */
#define raw(...) RAW_PAD(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define RAW_PAD(number, a, b, c, d, e, f, ...) \
	raw_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#if defined(__x86_64__)
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#else
#error "this processor is not supported"
#endif

/* A copy of a mount, and a mount from which nothing can be executed, gained or reached. */
enum { RAW_COPY = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC };
enum { RAW_HARMLESS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

static inline int raw_open_tree(int directory, const char *path, unsigned flags)
{
	return (int)raw(SYS_open_tree, directory, path, flags);
}

static inline int raw_fsopen(const char *name)
{
	return (int)raw(SYS_fsopen, name, FSOPEN_CLOEXEC);
}

static inline int raw_fsconfig(int context, unsigned command, const char *key, const void *value, int aux)
{
	return (int)raw(SYS_fsconfig, context, command, key, value, aux);
}

static inline int raw_fsmount(int context, unsigned attributes)
{
	return (int)raw(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
}

/* Attaches a detached mount to an open O_PATH target. */
static inline int raw_attach(int tree, int target)
{
	return (int)raw(SYS_move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* Sets MOUNT_ATTR_* on an open mount, on all below it as well with AT_RECURSIVE in `flags`. */
static inline int raw_mount_set(int tree, unsigned flags, uint64_t attributes)
{
	struct mount_attr change = {.attr_set = attributes};

	return (int)raw(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | flags, &change, sizeof change);
}

/* Opens `path` as seen from `root`, following no link of /proc and never leaving it. */
static inline int raw_open_inside(int root, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};

	return (int)raw(SYS_openat2, root, path, &how, sizeof how);
}

static inline void raw_close(int descriptor)
{
	raw(SYS_close, descriptor);
}

#endif
