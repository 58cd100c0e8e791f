#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "cgroup_parts.h"
#include "files.h"
#include "raw.h"

#define PARENT "cantrip"

void group_path(const char *id, const char *file, char path[static GROUP_PATH])
{
	snprintf(path, GROUP_PATH, PARENT "/%s%s%s", id, file ? "/" : "", file ? file : "");
}

/* The parent may have been removed by another agent that had nothing left. */
static int make_group(int root, const char *path, bool *new_parent)
{
	*new_parent = false;
	for (int attempt = 0; attempt < 3; attempt++) {
		if (mkdirat(root, path, 0755) == 0 || errno == EEXIST)
			return 0;
		if (errno != ENOENT)
			return -1;
		if (mkdirat(root, PARENT, 0755) < 0 && errno != EEXIST)
			return -1;
		*new_parent = true;
	}
	return -1;
}

static int create_v1(const struct cgroups *cgroups, const char *id, struct group *group, struct error *error)
{
	char path[GROUP_PATH];
	bool new_parent;

	group_path(id, NULL, path);
	for (int i = 0; i < cgroups->v1_count; i++)
		if (make_group(cgroups->v1[i].root, path, &new_parent) < 0)
			return error_system(error, "cgroup", cgroups->v1[i].name);
	return group_open(cgroups, id, group, error);
}

/* Hands the controllers down to the group: "" is the root. */
static int enable_controllers(const struct cgroups *cgroups, const char *group)
{
	static const struct {
		enum controller controller;
		const char *text;
	} names[] = {{CONTROLLER_CPU, "+cpu"}, {CONTROLLER_MEMORY, "+memory"}, {CONTROLLER_PIDS, "+pids"}};
	char path[GROUP_PATH];

	snprintf(path, sizeof path, "%s%scgroup.subtree_control", group, *group ? "/" : "");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (cgroups->v2_controllers & names[i].controller &&
		    file_write_at(cgroups->v2_root, path, names[i].text) < 0)
			return -1;
	return 0;
}

static int create_v2(struct cgroups *cgroups, const char *id, struct error *error)
{
	char path[GROUP_PATH];
	bool new_parent;

	if (cgroups->v2_root < 0)
		return 0;
	group_path(id, NULL, path);
	if (make_group(cgroups->v2_root, path, &new_parent) < 0)
		return error_system(error, "cgroup", path);
	if (cgroups->v2_enabled && !new_parent)
		return 0;
	if (enable_controllers(cgroups, "") < 0 || enable_controllers(cgroups, PARENT) < 0)
		return error_system(error, "cgroup", "cgroup.subtree_control");
	cgroups->v2_enabled = true;
	return 0;
}

int group_create(struct cgroups *cgroups, const char *id, const struct limits *limits, struct group *group,
		 struct error *error)
{
	*group = (struct group){.v2 = -1};
	if (create_v2(cgroups, id, error) < 0 || create_v1(cgroups, id, group, error) < 0 ||
	    limits_write(cgroups, id, limits, false, error) < 0 || devices_restrict(cgroups, id, group, error) < 0) {
		group_close(group);
		return -1;
	}
	return 0;
}

int group_open(const struct cgroups *cgroups, const char *id, struct group *group, struct error *error)
{
	char path[GROUP_PATH];

	*group = (struct group){.v2 = -1};
	group_path(id, NULL, path);
	if (cgroups->v2_root >= 0) {
		group->v2 = openat(cgroups->v2_root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (group->v2 < 0)
			return error_system(error, "cgroup", path);
	}
	for (int i = 0; i < cgroups->v1_count; i++) {
		int directory = openat(cgroups->v1[i].root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int tasks = directory < 0 ? -1 : openat(directory, "tasks", O_WRONLY | O_CLOEXEC);

		group->directories[i] = directory;
		group->tasks[i] = tasks;
		group->count = i + 1;
		if (tasks < 0) {
			error_system(error, "cgroup", cgroups->v1[i].name);
			group_close(group);
			return -1;
		}
	}
	return 0;
}

void group_close(struct group *group)
{
	for (int i = 0; i < group->count; i++) {
		close_descriptor(&group->directories[i]);
		close_descriptor(&group->tasks[i]);
	}
	group->count = 0;
	if (group->v2 >= 0)
		close(group->v2);
	group->v2 = -1;
}

int group_join(const struct group *group)
{
	for (int i = 0; i < group->count; i++) {
		long result = raw(SYS_write, group->tasks[i], "0", 1);

		if (result < 0)
			return (int)result;
	}
	return 0;
}

uint64_t group_oom_kills(const struct cgroups *cgroups, const char *id)
{
	char path[GROUP_PATH], text[1024];
	bool v2 = cgroups->v2_controllers & CONTROLLER_MEMORY;
	int root = v2 ? cgroups->v2_root : controller_root(cgroups, CONTROLLER_MEMORY);
	const char *at;

	group_path(id, v2 ? "memory.events" : "memory.oom_control", path);
	if (root < 0 || file_read_at(root, path, text, sizeof text) < 0)
		return 0;
	at = strstr(text, "oom_kill ");
	return at ? strtoull(at + strlen("oom_kill "), NULL, 10) : 0;
}

static void kill_members(int root, const char *id)
{
	char path[GROUP_PATH], text[4096];

	group_path(id, "cgroup.procs", path);
	if (file_read_at(root, path, text, sizeof text) < 0)
		return;
	for (char *at = text, *end; *at; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at || *end != '\n')
			break; /* the list is cut there, perhaps in the middle of a number: the rest comes the next time */
		if (pid > 1 && pid != getpid())
			kill((pid_t)pid, SIGKILL);
	}
}

void group_kill(const struct cgroups *cgroups, const char *id)
{
	char path[GROUP_PATH];

	group_path(id, "cgroup.kill", path);
	if (cgroups->v2_root >= 0 && file_write_at(cgroups->v2_root, path, "1") < 0)
		kill_members(cgroups->v2_root, id);
	for (int i = 0; i < cgroups->v1_count; i++)
		kill_members(cgroups->v1[i].root, id);
}

int group_remove(const struct cgroups *cgroups, const char *id, struct error *error)
{
	char path[GROUP_PATH];
	int result = 0;

	group_path(id, NULL, path);
	for (int i = 0; i < cgroups->v1_count; i++)
		if (unlinkat(cgroups->v1[i].root, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
			result = error_system(error, "cgroup", cgroups->v1[i].name);
	if (cgroups->v2_root >= 0 && unlinkat(cgroups->v2_root, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
		result = error_system(error, "cgroup", path);
	return result;
}

void cgroups_tidy(const struct cgroups *cgroups)
{
	for (int i = 0; i < cgroups->v1_count; i++)
		unlinkat(cgroups->v1[i].root, PARENT, AT_REMOVEDIR);
	if (cgroups->v2_root >= 0)
		unlinkat(cgroups->v2_root, PARENT, AT_REMOVEDIR);
}
