#include "launch.h"

#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#include "../common/cleanup.h"
#include "caps.h"
#include "files.h"
#include "spawn.h"

/* What is opened for one launch and closed after it. */
struct parts {
	struct group group;
	struct attachments volumes;
	struct attachments views;
	struct batch outside;
	struct batch inside;
	int root, dev, pts, shm;
};

static void close_parts(struct parts *parts)
{
	group_close(&parts->group);
	mounts_close(&parts->volumes);
	mounts_close(&parts->views);
	close_descriptor(&parts->root);
	close_descriptor(&parts->dev);
	close_descriptor(&parts->pts);
	close_descriptor(&parts->shm);
}

static int open_logs(struct parts *parts, const struct config *config, struct error *error)
{
	struct volume logs = {.source = config->logs, .target = "/var/log/cantrip"};

	if (!config->logs)
		return 0;
	if (directories_make(config->logs, 0755) < 0)
		return error_system(error, "mount", config->logs);
	return mounts_add_volume(&parts->volumes, &logs, error);
}

static int open_mounts(struct parts *parts, const struct workshop *workshop, const struct config *config,
		       struct error *error)
{
	parts->dev = mounts_dev(error);
	parts->pts = parts->dev < 0 ? -1 : mounts_pts(error);
	parts->shm = parts->pts < 0 ? -1 : mounts_shm(error);
	if (parts->shm < 0)
		return -1;
	for (int i = 0; i < config->volume_count; i++)
		if (mounts_add_volume(&parts->volumes, &config->volumes[i], error) < 0)
			return -1;
	if (open_logs(parts, config, error) < 0)
		return -1;
	return mounts_add_groups(&parts->views, &workshop->cgroups, &parts->group, error);
}

static int open_parts(struct parts *parts, struct workshop *workshop, const struct config *config,
		      struct marks *marks, struct error *error)
{
	if (group_create(&workshop->cgroups, config->id, &config->limits, &parts->group, error) < 0)
		return -1;
	marks_add(marks, "groups");
	parts->root = overlay_create(&config->root, error);
	if (parts->root < 0)
		return -1;
	marks_add(marks, "overlay");
	if (open_mounts(parts, workshop, config, error) < 0)
		return -1;
	marks_add(marks, "mounts");
	return network_plan(config->id, config->has_nic ? &config->nic : NULL, &parts->outside, &parts->inside, error);
}

static int run_child(struct child *child, struct launched *launched, struct error *error)
{
	struct spawn options = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_PIDFD,
		.group = child->group->v2,
	};
	long pid;

	launched->pidfd = -1;
	pid = spawn(&options, child_main, child, &launched->pidfd);
	if (pid < 0)
		return error_set(error, (int)-pid, "clone", "", "%s", strerror((int)-pid));
	launched->pid = (pid_t)pid;
	if (child->number == 0)
		return 0;
	waitpid(launched->pid, NULL, 0);
	close_descriptor(&launched->pidfd);
	return error_set(error, child->number, child->stage, child->object, "%s", strerror(child->number));
}

int launch(struct workshop *workshop, const struct config *config, int control, struct launched *launched,
	   struct marks *marks, struct error *error)
{
	__attribute__((cleanup(close_parts))) struct parts parts = {
		.group = {.v2 = -1}, .root = -1, .dev = -1, .pts = -1, .shm = -1};
	struct child child = {
		.group = &parts.group,
		.groups_v2 = workshop->cgroups.v2_root >= 0,
		.outside = &parts.outside,
		.inside = &parts.inside,
		.routing = workshop->routing,
		.mountpoint = workshop->mountpoint,
		.volumes = &parts.volumes,
		.views = &parts.views,
		.hostname = config->hostname,
		.control = control,
		.caps = caps_for(config->builder),
		.filter = &workshop->filter,
		.marks = marks,
		.object = "",
	};

	child.init = program_load(&workshop->init, config->init, "cantrip-init", error);
	if (child.init < 0 || open_parts(&parts, workshop, config, marks, error) < 0)
		return -1;
	child.root = parts.root;
	child.dev = parts.dev;
	child.pts = parts.pts;
	child.shm = parts.shm;
	if (run_child(&child, launched, error) < 0)
		return -1;
	marks_add(marks, "executed");
	return 0;
}
