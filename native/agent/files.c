#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"

int file_write_at(int directory, const char *path, const char *text)
{
	cleanup_close int file = openat(directory, path, O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return -1;
	return write(file, text, strlen(text)) < 0 ? -1 : 0;
}

ssize_t file_read_at(int directory, const char *path, char *text, size_t size)
{
	cleanup_close int file = openat(directory, path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	if (file < 0)
		return -1;
	while (length < size - 1 && (got = read(file, text + length, size - 1 - length)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		length += got;
	}
	text[length] = 0;
	return (ssize_t)length;
}

int directories_make(const char *path, mode_t mode)
{
	char prefix[PATH_MAX];
	size_t length = strlen(path);

	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	if (length >= sizeof prefix) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(prefix, path, length + 1);
	for (char *at = prefix + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = 0;
		if (mkdir(prefix, mode) < 0 && errno != EEXIST)
			return -1;
		*at = '/';
	}
	return mkdir(path, mode) == 0 || errno == EEXIST ? 0 : -1;
}
