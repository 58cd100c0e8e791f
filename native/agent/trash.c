#include "trash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "background.h"
#include "raw.h"

enum { PLACE_MAX = 16, DEPTH_MAX = 128 };

/* Directories with something to delete, and the child at work there. */
static struct {
	char *path; /* NULL = free */
	bool waiting;
	pid_t deleter; /* 0 = none */
} places[PLACE_MAX];

/* Brings a directory that lies deep up to the top, where its turn comes again. */
static void lift(int top, int parent, const char *name)
{
	static unsigned count;
	char fresh[32];

	do
		snprintf(fresh, sizeof fresh, "deep-%u", ++count);
	while (raw(SYS_renameat2, parent, name, top, fresh, RENAME_NOREPLACE) == -EEXIST);
}

/*
 * Deletes what is in the directory; takes the descriptor over. One directory is open per level, so that there is a
 * limit to levels: a container can make more of them than a process can have descriptors. Returns whether some were
 * lifted out.
 */
static bool empty_directory(int top, int directory, int depth)
{
	DIR *entries = fdopendir(directory);
	struct dirent *entry;
	bool lifted = false;

	if (!entries) {
		close(directory);
		return false;
	}
	while ((entry = readdir(entries))) {
		int inner;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (entry->d_type != DT_DIR && unlinkat(dirfd(entries), entry->d_name, 0) == 0)
			continue;
		if (unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR) == 0)
			continue;
		if (depth == DEPTH_MAX) {
			lift(top, dirfd(entries), entry->d_name);
			lifted = true;
			continue;
		}
		inner = openat(dirfd(entries), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0)
			lifted |= empty_directory(top, inner, depth + 1);
		unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR);
	}
	closedir(entries);
	return lifted;
}

/* In the child. */
static void delete_in_background(int directory, const char *path)
{
	enum { KEPT = 3 };

	background_begin(directory);
	while (empty_directory(KEPT, openat(KEPT, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0))
		continue;
	rmdir(path);
	_exit(0);
}

void trash_reap(void)
{
	for (int i = 0; i < PLACE_MAX; i++) {
		if (places[i].deleter && waitpid(places[i].deleter, NULL, WNOHANG) != 0)
			places[i].deleter = 0;
		if (places[i].path && !places[i].deleter && !places[i].waiting) {
			free(places[i].path);
			places[i].path = NULL;
		}
	}
}

void trash_delete(void)
{
	for (int i = 0; i < PLACE_MAX; i++) {
		cleanup_close int directory = -1;

		if (!places[i].waiting || places[i].deleter)
			continue;
		directory = open(places[i].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		places[i].waiting = false;
		places[i].deleter = directory < 0 ? 0 : fork();
		if (directory >= 0 && places[i].deleter == 0)
			delete_in_background(directory, places[i].path);
		if (places[i].deleter < 0)
			places[i].deleter = 0;
	}
}

/* When no place is free this one waits for the next time something is thrown there. */
static void remember(const char *path)
{
	int free_place = -1;

	for (int i = 0; i < PLACE_MAX; i++) {
		if (!places[i].path)
			free_place = i;
		else if (strcmp(places[i].path, path) == 0) {
			places[i].waiting = true;
			return;
		}
	}
	if (free_place < 0)
		return;
	places[free_place].path = strdup(path);
	places[free_place].waiting = places[free_place].path != NULL;
}

/* A deleter that has finished may remove the place between the two calls. */
static int move(const char *path, const char *place, const char *target, struct error *error)
{
	for (int attempt = 0; attempt < 3; attempt++) {
		if (mkdir(place, 0700) < 0 && errno != EEXIST)
			return error_system(error, "trash", place);
		if (rename(path, target) == 0)
			return 0;
		if (errno != ENOENT)
			break;
	}
	return error_system(error, "trash", path);
}

int trash(const char *path, struct error *error)
{
	char place[PATH_MAX], target[PATH_MAX + 64];
	const char *name = strrchr(path, '/');
	uint32_t chance = 0;

	if (path[0] != '/' || !name[1] || (size_t)(name - path) + sizeof "/.trash" > sizeof place)
		return error_set(error, EINVAL, "trash", path, "is no absolute path of a file or directory");
	snprintf(place, sizeof place, "%.*s/.trash", (int)(name - path), path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	getrandom(&chance, sizeof chance, GRND_NONBLOCK);
	snprintf(target, sizeof target, "%s/%.32s-%08x", place, name + 1, chance);
	if (move(path, place, target, error) < 0)
		return -1;
	remember(place);
	return 0;
}
