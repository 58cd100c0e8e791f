#include <errno.h>
#include <linux/mount.h>
#include <sys/stat.h>

#include "child.h"
#include "raw.h"

/* Below /proc: what tells about the host or reaches it. */
static const char *const hidden_in_proc[] = {
	"acpi",	       "asound",     "interrupts", "kcore", "keys",	  "kpagecount", "kpageflags",
	"latency_stats", "sched_debug", "scsi",	   "timer_list", "timer_stats",
};

static const char *const read_only_in_proc[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};

static const char *const hidden_in_sys[] = {"sys/firmware", "sys/devices/virtual/powercap"};

/* What harmless wishes need: unprivileged ping, and low ports without a capability. */
static const struct {
	const char *path;
	const char *value;
	int length;
} settings[] = {
	{"sys/net/ipv4/ping_group_range", "0 2147483647", 12},
	{"sys/net/ipv4/ip_unprivileged_port_start", "0", 1},
};

static long apply_settings(int proc)
{
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		long file = raw_open_inside(proc, settings[i].path, O_WRONLY, RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);

		if (file == -ENOENT)
			continue; /* the kernel has no such setting */
		if (file < 0)
			return file;
		raw(SYS_write, file, settings[i].value, settings[i].length);
		raw_close((int)file);
	}
	return 0;
}

/* Covers hide directories by an empty one and files by the null device. */
struct covers {
	int empty; /* an attached, empty, read-only directory; -1 before the first use */
	int null;  /* the null device of our own /dev */
};

static long make_empty(void)
{
	int context = raw_fsopen("tmpfs");
	int result = context;

	if (result >= 0)
		result = raw_fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0);
	if (result >= 0)
		result = raw_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (result >= 0)
		result = raw_fsmount(context, MOUNT_ATTR_RDONLY | RAW_HARMLESS);
	if (context >= 0)
		raw_close(context);
	return result;
}

/* A mount to put over the target. A detached mount cannot be copied before it is attached, so the first use moves. */
static long take_cover(struct covers *covers, bool directory, bool *keep)
{
	*keep = false;
	if (!directory)
		return raw_open_tree(covers->null, "", RAW_COPY | AT_EMPTY_PATH);
	if (covers->empty >= 0)
		return raw_open_tree(covers->empty, "", RAW_COPY | AT_EMPTY_PATH);
	covers->empty = (int)make_empty();
	*keep = true;
	return covers->empty;
}

static long hide(int directory, const char *path, struct covers *covers)
{
	long target = raw_open_inside(directory, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	struct stat status;
	bool keep;
	long cover, result;

	if (target < 0)
		return target == -ENOENT ? 0 : target;
	result = raw(SYS_newfstatat, target, "", &status, AT_EMPTY_PATH);
	cover = result < 0 ? result : take_cover(covers, S_ISDIR(status.st_mode), &keep);
	if (cover >= 0) {
		result = raw_attach((int)cover, (int)target);
		if (!keep)
			raw_close((int)cover);
	} else {
		result = cover;
	}
	raw_close((int)target);
	return result;
}

static long make_read_only(int directory, const char *path)
{
	int tree = raw_open_tree(directory, path, RAW_COPY | AT_SYMLINK_NOFOLLOW | AT_RECURSIVE);
	long target, result;

	if (tree < 0)
		return tree == -ENOENT ? 0 : tree;
	target = raw_open_inside(directory, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	result = target < 0 ? target : raw_mount_set(tree, AT_RECURSIVE, MOUNT_ATTR_RDONLY);
	if (result == 0)
		result = raw_attach(tree, (int)target);
	if (target >= 0)
		raw_close((int)target);
	raw_close(tree);
	return result;
}

/* The null device by its node on the /dev we made, checked to be what it should be. */
static long open_null(int dev)
{
	long null = raw_open_inside(dev, "null", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
	struct stat status;
	long result = null < 0 ? null : raw(SYS_newfstatat, null, "", &status, AT_EMPTY_PATH);

	if (result < 0)
		return result;
	return S_ISCHR(status.st_mode) && status.st_rdev == 0x103 ? null : -ENODEV;
}

long child_mask(struct child *child)
{
	struct covers covers = {.empty = -1, .null = (int)open_null(child->dev)};
	long result = covers.null < 0 ? covers.null : apply_settings(child->proc);

	child->object = "/proc";
	for (size_t i = 0; result == 0 && i < sizeof hidden_in_proc / sizeof hidden_in_proc[0]; i++) {
		child->object = hidden_in_proc[i];
		result = hide(child->proc, hidden_in_proc[i], &covers);
	}
	for (size_t i = 0; result == 0 && i < sizeof hidden_in_sys / sizeof hidden_in_sys[0]; i++) {
		child->object = hidden_in_sys[i];
		result = hide(child->root, hidden_in_sys[i], &covers);
	}
	for (size_t i = 0; result == 0 && i < sizeof read_only_in_proc / sizeof read_only_in_proc[0]; i++) {
		child->object = read_only_in_proc[i];
		result = make_read_only(child->proc, read_only_in_proc[i]);
	}
	return result;
}
