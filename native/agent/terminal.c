#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "raw.h"

/* The container's own /dev/pts/ptmx, made sure to be one although the container's root could lie about it. */
static int open_master(const struct container *container, struct error *error)
{
	char path[64];
	struct stat status;
	struct statfs system;
	cleanup_close int root = -1, found = -1;
	int master;

	snprintf(path, sizeof path, "/proc/%d/root", container->pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	found = root < 0 ? -1 : raw_open_inside(root, "dev/pts/ptmx", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	if (found < 0 || fstat(found, &status) < 0 || fstatfs(found, &system) < 0)
		return error_set(error, ENODEV, "terminal", "/dev/pts/ptmx", "cannot be opened");
	if (system.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(status.st_mode) || status.st_rdev != makedev(5, 2))
		return error_set(error, ENODEV, "terminal", "/dev/pts/ptmx", "is no terminal multiplexer");
	snprintf(path, sizeof path, "/proc/self/fd/%d", found);
	master = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return master < 0 ? error_system(error, "terminal", "/dev/pts/ptmx") : master;
}

int terminal_open(const struct container *container, const struct execution_request *wanted, int *master, int *slave,
		  struct error *error)
{
	struct winsize size = {.ws_row = wanted->rows, .ws_col = wanted->columns};
	int unlocked = 0;

	*master = open_master(container, error);
	if (*master < 0)
		return -1;
	if (ioctl(*master, TIOCSPTLCK, &unlocked) < 0 || (size.ws_row && ioctl(*master, TIOCSWINSZ, &size) < 0))
		return error_system(error, "terminal", "pts");
	*slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || fchown(*slave, wanted->uid, (gid_t)-1) < 0)
		return error_system(error, "terminal", "pts");
	return 0;
}
