#include "mounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "raw.h"

struct option {
	const char *key;
	const char *value; /* NULL = a flag */
};

/* A new file system as a detached mount. */
static int make_mount(const char *type, const struct option *options, unsigned attributes, struct error *error)
{
	cleanup_close int context = raw_fsopen(type);
	int result = context;

	for (; result >= 0 && options->key; options++)
		result = raw_fsconfig(context, options->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options->key,
				      options->value, 0);
	if (result >= 0)
		result = raw_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (result >= 0)
		result = raw_fsmount(context, attributes);
	if (result < 0)
		return error_set(error, -result, "mount", type, "cannot be made: %s", strerror(-result));
	return result;
}

static int fill_dev(int dev)
{
	static const struct {
		const char *name;
		int minor;
		int major;
	} nodes[] = {{"null", 3, 1},   {"zero", 5, 1},    {"full", 7, 1},
		     {"random", 8, 1}, {"urandom", 9, 1}, {"tty", 0, 5}};
	static const struct {
		const char *name;
		const char *target;
	} links[] = {{"fd", "/proc/self/fd"},	     {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
		     {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},	   {"core", "/proc/kcore"}};
	static const char *const directories[] = {"pts", "shm", "mqueue"};

	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		if (mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)) < 0)
			return -1;
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0)
			return -1;
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
		if (mkdirat(dev, directories[i], 0755) < 0)
			return -1;
	return 0;
}

int mounts_dev(struct error *error)
{
	static const struct option options[] = {{"mode", "755"}, {"size", "65536k"}, {NULL, NULL}};
	cleanup_close int dev = make_mount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, error);

	if (dev < 0)
		return -1;
	if (fill_dev(dev) < 0)
		return error_system(error, "dev", "/dev");
	return take_descriptor(&dev);
}

int mounts_pts(struct error *error)
{
	static const struct option options[] = {{"newinstance", NULL}, {"ptmxmode", "0666"}, {"mode", "0620"},
						{"gid", "5"},	       {"max", "1024"},	     {NULL, NULL}};

	return make_mount("devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, error);
}

int mounts_shm(struct error *error)
{
	static const struct option options[] = {{"mode", "1777"}, {"size", "65536k"}, {NULL, NULL}};

	return make_mount("tmpfs", options, RAW_HARMLESS, error);
}

/* Takes over `tree`, also when it fails. */
static int add(struct attachments *attachments, int tree, const char *target, struct error *error)
{
	struct attachment *attachment = &attachments->list[attachments->count];
	struct stat status;

	if (attachments->count == ATTACHMENT_MAX || strlen(target) >= sizeof attachment->target ||
	    fstat(tree, &status) < 0) {
		close(tree);
		return error_set(error, EINVAL, "mount", target, "too many mounts, or too long a target");
	}
	attachment->tree = tree;
	attachment->directory = S_ISDIR(status.st_mode);
	strcpy(attachment->target, target);
	attachments->count++;
	return 0;
}

int mounts_add_volume(struct attachments *attachments, const struct volume *volume, struct error *error)
{
	unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (volume->read_only ? MOUNT_ATTR_RDONLY : 0);
	cleanup_close int tree = raw_open_tree(AT_FDCWD, volume->source, RAW_COPY);
	int result = tree;

	if (tree == -ENOENT && volume->optional)
		return 0;
	if (result >= 0)
		result = raw_mount_set(tree, 0, attributes);
	if (result < 0)
		return error_set(error, -result, "mount", volume->source, "cannot be bound: %s", strerror(-result));
	return add(attachments, take_descriptor(&tree), volume->target, error);
}

/* The read-only directory that holds the views of the hierarchies. */
static int make_group_directory(const struct cgroups *cgroups, struct error *error)
{
	static const struct option options[] = {{"mode", "755"}, {"size", "64k"}, {NULL, NULL}};
	cleanup_close int top = make_mount("tmpfs", options, RAW_HARMLESS, error);
	int result = 0;

	if (top < 0)
		return -1;
	for (int i = 0; i < cgroups->v1_count; i++)
		if (mkdirat(top, cgroups->v1[i].name, 0755) < 0)
			return error_system(error, "mount", cgroups->v1[i].name);
	if (cgroups->v2_root >= 0 && mkdirat(top, "unified", 0755) < 0)
		return error_system(error, "mount", "unified");
	result = raw_mount_set(top, 0, MOUNT_ATTR_RDONLY);
	if (result < 0)
		return error_set(error, -result, "mount", "/sys/fs/cgroup", "cannot be made read-only");
	return take_descriptor(&top);
}

int mounts_add_groups(struct attachments *attachments, const struct cgroups *cgroups, const struct group *group,
		      struct error *error)
{
	const unsigned attributes = MOUNT_ATTR_RDONLY | RAW_HARMLESS;
	int top;

	if (!group->count)
		return 0;
	top = make_group_directory(cgroups, error);
	if (top < 0 || add(attachments, top, "/sys/fs/cgroup", error) < 0)
		return -1;
	for (int i = 0; i < group->count; i++) {
		char target[64];
		cleanup_close int tree = raw_open_tree(group->directories[i], "", RAW_COPY | AT_EMPTY_PATH);
		int result = tree < 0 ? tree : raw_mount_set(tree, 0, attributes);

		snprintf(target, sizeof target, "/sys/fs/cgroup/%s", cgroups->v1[i].name);
		if (result < 0)
			return error_set(error, -result, "mount", target, "cannot be bound: %s", strerror(-result));
		if (add(attachments, take_descriptor(&tree), target, error) < 0)
			return -1;
	}
	return 0;
}

void mounts_close(struct attachments *attachments)
{
	while (attachments->count)
		close(attachments->list[--attachments->count].tree);
}
