#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

static int make_memory(const char *name)
{
	int memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (memory < 0 && errno == EINVAL) /* before Linux 6.3 every one can be executed */
		memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return memory;
}

static int copy(int file, int memory, off_t size)
{
	while (size > 0) {
		ssize_t sent = sendfile(memory, file, NULL, size);

		if (sent < 0)
			return -1;
		if (sent == 0) {
			errno = EIO;
			return -1;
		}
		size -= sent;
	}
	return fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

int program_load(struct program *program, const char *path, const char *name, struct error *error)
{
	cleanup_close int file = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_close int memory = -1;
	struct stat status;
	char link[32];
	int readable;

	if (file < 0 || fstat(file, &status) < 0)
		return error_system(error, "init", path);
	if (program->descriptor >= 0 && program->device == status.st_dev && program->inode == status.st_ino &&
	    program->changed.tv_sec == status.st_mtim.tv_sec && program->changed.tv_nsec == status.st_mtim.tv_nsec)
		return program->descriptor;
	memory = make_memory(name);
	if (memory < 0 || copy(file, memory, status.st_size) < 0)
		return error_system(error, "init", path);
	snprintf(link, sizeof link, "/proc/self/fd/%d", memory);
	readable = open(link, O_RDONLY | O_CLOEXEC); /* what is open for writing cannot be executed */
	if (readable < 0)
		return error_system(error, "init", path);
	close_descriptor(&program->descriptor);
	*program = (struct program){readable, status.st_dev, status.st_ino, status.st_mtim};
	return readable;
}

int program_seal(char **arguments, struct error *error)
{
	struct program copy = {.descriptor = -1};
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	if (length < 0)
		return error_system(error, "program", "/proc/self/exe");
	path[length] = 0;
	if (strncmp(path, "/memfd:", strlen("/memfd:")) == 0)
		return 0;
	if (program_load(&copy, path, "cantrip-agent", error) < 0)
		return -1;
	fexecve(copy.descriptor, arguments, environ);
	return error_system(error, "program", path);
}
