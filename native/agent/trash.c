#include "trash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "raw.h"

enum { DELETER_MAX = 16 };

static pid_t deleters[DELETER_MAX];

/* Deletes what is in the directory; takes the descriptor over. One directory is open per level. */
static void empty_directory(int directory)
{
	DIR *entries = fdopendir(directory);
	struct dirent *entry;

	if (!entries) {
		close(directory);
		return;
	}
	while ((entry = readdir(entries))) {
		int inner;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (entry->d_type != DT_DIR && unlinkat(dirfd(entries), entry->d_name, 0) == 0)
			continue;
		inner = openat(dirfd(entries), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0)
			empty_directory(inner);
		unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR);
	}
	closedir(entries);
}

/* In the child: nothing of the agent's stays open, neither its sockets nor its lock. */
static void delete_in_background(int directory, const char *path)
{
	enum { IDLE_CLASS = 3 << 13, OF_PROCESS = 1, KEPT = 3 };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(directory, KEPT);
	raw(SYS_close_range, KEPT + 1, ~0U, 0);
	setpriority(PRIO_PROCESS, 0, 19);
	raw(SYS_ioprio_set, OF_PROCESS, 0, IDLE_CLASS);
	empty_directory(KEPT);
	rmdir(path);
	_exit(0);
}

void trash_reap(void)
{
	for (int i = 0; i < DELETER_MAX; i++)
		if (deleters[i] && waitpid(deleters[i], NULL, WNOHANG) != 0)
			deleters[i] = 0;
}

/* With all places taken the next call to delete here does this one's work too. */
static void start_deleter(int directory, const char *path)
{
	trash_reap();
	for (int i = 0; i < DELETER_MAX; i++) {
		pid_t pid;

		if (deleters[i])
			continue;
		pid = fork();
		if (pid == 0)
			delete_in_background(directory, path);
		if (pid > 0)
			deleters[i] = pid;
		return;
	}
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
	cleanup_close int directory = -1;
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
	directory = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return error_system(error, "trash", place);
	start_deleter(directory, place);
	return 0;
}
