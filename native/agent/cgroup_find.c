#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "cgroup_parts.h"
#include "files.h"

static const struct {
	const char *name;
	enum controller controller;
} names[] = {
	{"cpu", CONTROLLER_CPU},   {"cpuacct", CONTROLLER_CPUACCT}, {"memory", CONTROLLER_MEMORY},
	{"pids", CONTROLLER_PIDS}, {"devices", CONTROLLER_DEVICES},
};

/* Which of ours stand in a list separated by commas or spaces. */
static unsigned controllers_in(const char *list)
{
	unsigned found = 0;

	while (*list) {
		size_t length = strcspn(list, ", \n");

		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			if (strlen(names[i].name) == length && memcmp(list, names[i].name, length) == 0)
				found |= names[i].controller;
		list += length;
		list += strspn(list, ", \n");
	}
	return found;
}

static int open_directory(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void add_v1(struct cgroups *cgroups, const char *mountpoint, const char *options)
{
	unsigned controllers = controllers_in(options) & ~cgroups_controllers(cgroups);
	const char *name = strrchr(mountpoint, '/');
	struct hierarchy *hierarchy = &cgroups->v1[cgroups->v1_count];

	if (!controllers || cgroups->v1_count == HIERARCHY_MAX || !name)
		return;
	hierarchy->root = open_directory(mountpoint);
	if (hierarchy->root < 0)
		return;
	hierarchy->controllers = controllers;
	snprintf(hierarchy->name, sizeof hierarchy->name, "%s", name + 1);
	cgroups->v1_count++;
}

static void add_v2(struct cgroups *cgroups, const char *mountpoint)
{
	char text[512];

	if (cgroups->v2_root >= 0)
		return;
	cgroups->v2_root = open_directory(mountpoint);
	if (cgroups->v2_root >= 0 && file_read_at(cgroups->v2_root, "cgroup.controllers", text, sizeof text) >= 0)
		cgroups->v2_controllers = controllers_in(text);
}

/* One line of mountinfo: id parent device root mountpoint options… - type source options */
static void read_mount(struct cgroups *cgroups, char *line)
{
	char *fields[5], *rest = line, *tail = strstr(line, " - ");
	char *type, *options;

	for (int i = 0; i < 5; i++)
		fields[i] = strsep(&rest, " ");
	if (!tail || !fields[4])
		return;
	tail += strlen(" - ");
	type = strsep(&tail, " ");
	strsep(&tail, " ");
	options = strsep(&tail, "\n");
	if (options && strcmp(type, "cgroup") == 0)
		add_v1(cgroups, fields[4], options);
	else if (strcmp(type, "cgroup2") == 0)
		add_v2(cgroups, fields[4]);
}

int cgroups_find(struct cgroups *cgroups, struct error *error)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	cleanup_free char *line = NULL;
	size_t size = 0;

	*cgroups = (struct cgroups){.v2_root = -1, .device_program = -1};
	if (!mounts)
		return error_system(error, "cgroup", "/proc/self/mountinfo");
	while (getline(&line, &size, mounts) > 0)
		read_mount(cgroups, line);
	fclose(mounts);
	if (cgroups->v1_count && !cgroups->v2_controllers && cgroups->v2_root >= 0) {
		close(cgroups->v2_root);
		cgroups->v2_root = -1;
	}
	if (!cgroups->v1_count && cgroups->v2_root < 0)
		return error_set(error, ENOENT, "cgroup", "/sys/fs/cgroup", "no control group hierarchy is mounted");
	return 0;
}

unsigned cgroups_controllers(const struct cgroups *cgroups)
{
	unsigned controllers = cgroups->v2_controllers;

	for (int i = 0; i < cgroups->v1_count; i++)
		controllers |= cgroups->v1[i].controllers;
	return controllers;
}

int controller_root(const struct cgroups *cgroups, enum controller controller)
{
	for (int i = 0; i < cgroups->v1_count; i++)
		if (cgroups->v1[i].controllers & controller)
			return cgroups->v1[i].root;
	return -1;
}
