#include <errno.h>
#include <linux/mount.h>

#include "child.h"
#include "raw.h"

/* Private before anything is hung in, so that nothing shows on the host. */
static long make_private(void)
{
	enum { RECURSIVE = 16384, PRIVATE = 1 << 18 };

	return raw(SYS_mount, "none", "/", NULL, RECURSIVE | PRIVATE, NULL);
}

/* Opens `path` inside the root without following a link at its end; raw because the root is not trusted. */
static long open_target(int root, const char *path)
{
	return raw_open_inside(root, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
}

static long attach_and_close(int tree, long target)
{
	long result;

	if (target < 0)
		return target;
	result = raw_attach(tree, (int)target);
	raw_close((int)target);
	return result;
}

/* Attaches at a directory that every root has; made when the image has forgotten it. */
static long attach_top(int root, int tree, const char *name)
{
	long target = open_target(root, name);

	if (target == -ENOENT) {
		raw(SYS_mkdirat, root, name, 0755);
		target = open_target(root, name);
	}
	return attach_and_close(tree, target);
}

/* A file system that belongs to the namespaces the child is in. */
static int make_mount(const char *type, unsigned attributes)
{
	int context = raw_fsopen(type);
	int result = context;

	if (result >= 0)
		result = raw_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (result >= 0)
		result = raw_fsmount(context, attributes);
	if (context >= 0)
		raw_close(context);
	return result;
}

static long attach_new(struct child *child, const char *type, const char *target, unsigned attributes)
{
	int tree;
	long result;

	child->object = target;
	tree = make_mount(type, attributes);
	if (tree < 0)
		return tree;
	result = attach_top(child->root, tree, target);
	raw_close(tree);
	return result;
}

/* Makes one missing component of a target: a directory, or an empty file to bind a file on. */
static long make_component(int parent, const char *name, bool directory)
{
	long made;

	if (directory)
		return raw(SYS_mkdirat, parent, name, 0755);
	made = raw(SYS_openat, parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (made >= 0)
		raw_close((int)made);
	return made < 0 ? made : 0;
}

/*
 * Opens the path inside the root, making what is missing, component by component: each is looked up below the
 * root only, with links resolved inside it. `path` is absolute; it is cut at each slash and restored.
 */
static long open_or_make(int root, char *path, bool directory)
{
	long parent = raw(SYS_fcntl, root, F_DUPFD_CLOEXEC, 0);
	char *start = path;

	while (parent >= 0) {
		char *name, *end, last;
		long next;

		for (name = start; *name == '/'; name++)
			;
		for (end = name; *end && *end != '/'; end++)
			;
		last = *end;
		*end = 0;
		next = raw_open_inside(root, path, O_PATH, 0);
		if (next == -ENOENT) {
			next = make_component((int)parent, name, directory || last);
			if (next == 0)
				next = raw_open_inside(root, path, O_PATH, 0);
		}
		*end = last;
		raw_close((int)parent);
		parent = next;
		if (!last)
			return parent;
		start = end;
	}
	return parent;
}

static long attach_list(struct child *child, struct attachments *attachments)
{
	for (int i = 0; i < attachments->count; i++) {
		struct attachment *attachment = &attachments->list[i];
		long target, result;

		child->object = attachment->target;
		target = open_or_make(child->root, attachment->target, attachment->directory);
		result = attach_and_close(attachment->tree, target);
		if (result < 0)
			return result;
	}
	return 0;
}

static long attach_dev(struct child *child)
{
	long result;

	child->object = "/dev";
	result = attach_top(child->root, child->dev, "dev");
	if (result == 0)
		result = attach_top(child->dev, child->pts, "pts");
	if (result == 0)
		result = attach_top(child->dev, child->shm, "shm");
	if (result == 0)
		result = attach_new(child, "mqueue", "dev/mqueue", RAW_HARMLESS);
	return result;
}

/* The container's proc stays open: masks and settings go through it and never through a path of the image. */
static long attach_proc(struct child *child)
{
	child->object = "/proc";
	child->proc = make_mount("proc", RAW_HARMLESS);
	return child->proc < 0 ? child->proc : attach_top(child->root, child->proc, "proc");
}

/*
 * Volumes come before proc, sys and dev: wherever a link of the image leads one, it cannot cover those three.
 */
long child_attach_all(struct child *child)
{
	const unsigned read_only = MOUNT_ATTR_RDONLY | RAW_HARMLESS;
	const char *unified = child->views->count ? "sys/fs/cgroup/unified" : "sys/fs/cgroup";
	long result = make_private();

	child->object = child->mountpoint;
	if (result == 0)
		result = raw(SYS_move_mount, child->root, "", AT_FDCWD, child->mountpoint, MOVE_MOUNT_F_EMPTY_PATH);
	if (result == 0)
		result = attach_list(child, child->volumes);
	if (result == 0)
		result = attach_proc(child);
	if (result == 0)
		result = attach_new(child, "sysfs", "sys", read_only);
	if (result == 0)
		result = attach_dev(child);
	if (result == 0)
		result = attach_list(child, child->views);
	if (result == 0 && child->groups_v2)
		result = attach_new(child, "cgroup2", unified, read_only);
	return result;
}
