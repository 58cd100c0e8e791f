#include "overlay.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "files.h"
#include "raw.h"

enum { LAYER_MAX = 64, OPTION_MAX = 256 /* the kernel's limit of one value */ };

struct opened {
	int layers[LAYER_MAX];
	int count;
	int upper;
	int work;
};

static void close_opened(struct opened *opened)
{
	for (int i = 0; i < opened->count; i++)
		close(opened->layers[i]);
	close_descriptor(&opened->upper);
	close_descriptor(&opened->work);
}

static int open_directory(const char *path, struct error *error)
{
	int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return directory < 0 ? error_system(error, "overlay", path) : directory;
}

static int open_writable(const char *path, struct error *error)
{
	if (directories_make(path, 0755) < 0)
		return error_system(error, "overlay", path);
	return open_directory(path, error);
}

static int open_all(const struct overlay *overlay, struct opened *opened, struct error *error)
{
	if (overlay->layer_count < 1 || overlay->layer_count > LAYER_MAX)
		return error_set(error, EINVAL, "overlay", "", "there can be 1 to %d layers: %d", LAYER_MAX,
				 overlay->layer_count);
	for (int i = 0; i < overlay->layer_count; i++) {
		int layer = open_directory(overlay->layers[i], error);

		if (layer < 0)
			return -1;
		opened->layers[opened->count++] = layer;
	}
	if (!overlay->upper)
		return 0;
	opened->upper = open_writable(overlay->upper, error);
	opened->work = opened->upper < 0 ? -1 : open_writable(overlay->work, error);
	return opened->work < 0 ? -1 : 0;
}

static int set_descriptor(int context, const char *key, int descriptor)
{
	char name[16];

	snprintf(name, sizeof name, "%d", descriptor);
	return raw_fsconfig(context, FSCONFIG_SET_STRING, key, name, 0);
}

/* One layer an option (Linux 6.5), the topmost first. */
static int set_layers(int context, const struct opened *opened)
{
	for (int i = opened->count - 1; i >= 0; i--) {
		int result = set_descriptor(context, "lowerdir+", opened->layers[i]);

		if (result < 0)
			return result;
	}
	return 0;
}

/* All layers in one option, for kernels before 6.5. */
static int set_layers_joined(int context, const struct opened *opened)
{
	char names[OPTION_MAX];
	size_t length = 0;

	for (int i = opened->count - 1; i >= 0; i--) {
		length += snprintf(names + length, sizeof names - length, "%s%d", length ? ":" : "", opened->layers[i]);
		if (length >= sizeof names)
			return -E2BIG;
	}
	return raw_fsconfig(context, FSCONFIG_SET_STRING, "lowerdir", names, 0);
}

static int configure(int context, const struct opened *opened, bool joined)
{
	int result = joined ? set_layers_joined(context, opened) : set_layers(context, opened);

	if (result == 0 && opened->upper >= 0)
		result = set_descriptor(context, "upperdir", opened->upper);
	if (result == 0 && opened->work >= 0)
		result = set_descriptor(context, "workdir", opened->work);
	if (result == 0)
		result = raw_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	return result < 0 ? result : raw_fsmount(context, 0);
}

/*
 * Returns the mount or the negative errno. The present directory must be /proc/self/fd. What this kernel takes is
 * remembered, since it complains in its log about the other form.
 */
static int mount_overlay(const struct opened *opened)
{
	static bool only_joined;
	int result = -EINVAL;

	for (int joined = only_joined; joined < 2 && result == -EINVAL; joined++) {
		int context = raw_fsopen("overlay");

		if (context < 0)
			return context;
		result = configure(context, opened, joined);
		raw_close(context);
		only_joined = joined && result >= 0;
	}
	return result;
}

/* The kernel falls back to read-only in silence when it cannot write to upper or work. */
static int check_writable(int mount, const struct overlay *overlay, struct error *error)
{
	struct statvfs status;

	if (!overlay->upper)
		return 0;
	if (fstatvfs(mount, &status) < 0)
		return error_system(error, "overlay", overlay->upper);
	if (status.f_flag & ST_RDONLY)
		return error_set(error, EROFS, "overlay", overlay->upper, "the kernel made the root read-only");
	return 0;
}

int overlay_create(const struct overlay *overlay, struct error *error)
{
	__attribute__((cleanup(close_opened))) struct opened opened = {.upper = -1, .work = -1};
	cleanup_close int mount = -1;

	if (open_all(overlay, &opened, error) < 0)
		return -1;
	if (chdir("/proc/self/fd") < 0)
		return error_system(error, "overlay", "/proc/self/fd");
	mount = mount_overlay(&opened);
	if (chdir("/") < 0)
		return error_system(error, "overlay", "/");
	if (mount < 0) {
		int number = -mount;

		mount = -1;
		return error_set(error, number, "overlay", overlay->upper ? overlay->upper : overlay->layers[0],
				 "cannot be mounted: %s", strerror(number));
	}
	if (check_writable(mount, overlay, error) < 0)
		return -1;
	return take_descriptor(&mount);
}
