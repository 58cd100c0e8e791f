#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/cleanup.h"

enum { BACKLOG = 1024 };

int socket_listen(int directory, const char *name, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int result;

	if (fd < 0)
		return error_system(error, "socket", name);
	/* The way round by the open directory keeps the address short. */
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, name);
	unlinkat(directory, name, 0);
	mask = umask(0177);
	result = bind(fd, (struct sockaddr *)&address, sizeof address);
	umask(mask);
	if (result < 0 || listen(fd, BACKLOG) < 0)
		return error_system(error, "socket", name);
	return take_descriptor(&fd);
}

int control_create(int containers, const char *id, struct error *error)
{
	cleanup_close int directory = -1;

	if (mkdirat(containers, id, 0700) < 0 && errno != EEXIST)
		return error_system(error, "control", id);
	directory = openat(containers, id, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (directory < 0)
		return error_system(error, "control", id);
	return socket_listen(directory, "control.sock", error);
}

void control_remove(int containers, const char *id)
{
	static const char *const names[] = {"control.sock", "record", "record.new"};
	cleanup_close int directory = openat(containers, id, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (directory < 0)
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlinkat(directory, names[i], 0);
	unlinkat(containers, id, AT_REMOVEDIR);
}
