#include "process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>

#include "files.h"

enum { START_TIME_FIELD = 22, EXIT_TRIES = 20 };

/* Linux 6.15: what a pidfd opened before the end still tells after somebody else has reaped the process. */
struct pidfd_info {
	uint64_t mask;
	uint64_t group;
	uint32_t ids[11];
	int32_t exit_code;
};

#define PIDFD_INFO_EXIT (UINT64_C(1) << 3)
#define PIDFD_GET_INFO _IOWR(0xff, 11, struct pidfd_info)

_Static_assert(sizeof(struct pidfd_info) == 64, "the first published size");

int process_start_ticks(pid_t pid, uint64_t *ticks)
{
	char path[64], text[1024];
	char *at;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (file_read_at(AT_FDCWD, path, text, sizeof text) < 0)
		return -1;
	at = strrchr(text, ')'); /* the name, field 2, may hold anything */
	for (int field = 2; at && field < START_TIME_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (!at) {
		errno = EBADMSG;
		return -1;
	}
	*ticks = strtoull(at + 1, NULL, 10);
	return 0;
}

int process_pid_namespace(pid_t pid, uint64_t *inode)
{
	char path[64];
	struct stat status;

	snprintf(path, sizeof path, "/proc/%d/ns/pid", pid);
	if (stat(path, &status) < 0)
		return -1;
	*inode = status.st_ino;
	return 0;
}

/* The new parent reaps at once, but not before us. */
static bool ask_pidfd(int pidfd, int *status)
{
	for (int i = 0; i < EXIT_TRIES; i++) {
		struct pidfd_info info = {.mask = PIDFD_INFO_EXIT};
		struct timespec pause = {.tv_nsec = 1000000};

		if (ioctl(pidfd, PIDFD_GET_INFO, &info) == 0 && info.mask & PIDFD_INFO_EXIT) {
			*status = info.exit_code;
			return true;
		}
		if (errno == ENOTTY || errno == EINVAL)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

bool process_reap(pid_t pid, int pidfd, int *status)
{
	pid_t reaped;

	do
		reaped = waitpid(pid, status, WNOHANG | __WALL);
	while (reaped < 0 && errno == EINTR);
	return reaped == pid || ask_pidfd(pidfd, status);
}
