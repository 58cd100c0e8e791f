#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "fields.h"
#include "../common/protocol.h"
#include "users.h"

enum { TEMPORARY_NAME = 32, TRIES = 100 };

struct file {
	char *path, *owner, *group;
	uint64_t mode; /* NO_MODE = the usual one */
	uint64_t directory;
	struct reader content;
	uid_t uid;
	gid_t gid;
};

static const uint64_t NO_MODE = UINT64_MAX;

#define MEMBER(name) offsetof(struct file, name)

static const struct field_rule rules[] = {
	{FILE_PATH, FIELD_TEXT, MEMBER(path), "path", 0, 0},
	{FILE_MODE, FIELD_NUMBER, MEMBER(mode), "mode", 0, 07777},
	{FILE_OWNER, FIELD_TEXT, MEMBER(owner), "owner", 0, 0},
	{FILE_GROUP, FIELD_TEXT, MEMBER(group), "group", 0, 0},
	{FILE_CONTENT, FIELD_SPAN, MEMBER(content), "content", 0, 0},
	{FILE_DIRECTORY, FIELD_NUMBER, MEMBER(directory), "directory", 0, 1},
};

static int write_one(struct reader fields, struct error *error);
static int remove_one(const struct field *field, struct error *error);
static int put_file(const struct file *file, struct error *error);
static int put_directory(const struct file *file, struct error *error);
static int open_parent(const char *path, struct error *error);
static int dress(int fd, const struct file *file, mode_t mode);

int files_write(struct reader fields, struct error *error)
{
	struct field field;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		if (field.tag == FILES_FILE && write_one(wire_record(&field), error) < 0)
			return -1;
	}
	return more < 0 ? refuse(error, "", "the bytes are no fields") : 0;
}

int files_remove(struct reader fields, struct error *error)
{
	struct field field;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		if (field.tag == FILES_PATH && remove_one(&field, error) < 0)
			return -1;
	}
	return more < 0 ? refuse(error, "", "the bytes are no fields") : 0;
}

int files_check_path(const char *path, struct error *error)
{
	if (path[0] != '/')
		return error_set(error, EINVAL, "path", path, "it is not absolute");
	if (strlen(path) >= PATH_MAX)
		return error_set(error, ENAMETOOLONG, "path", path, "%s", strerror(ENAMETOOLONG));
	for (const char *part = path + 1;; part++) {
		size_t length = strcspn(part, "/");
		if (length == 0 || (length == 1 && part[0] == '.'))
			return error_set(error, EINVAL, "path", path, "it is not in its simplest form");
		if (length == 2 && part[0] == '.' && part[1] == '.')
			return error_set(error, EINVAL, "path", path, "it holds ..");
		part += length;
		if (*part == '\0')
			return 0;
	}
}

static int write_one(struct reader fields, struct error *error)
{
	struct file file = {.mode = NO_MODE};
	int result = fields_read(fields, RULES(rules), &file, error);

	if (result == 0 && !file.path)
		result = refuse(error, "path", "a file must have one");
	if (result == 0)
		result = files_check_path(file.path, error);
	if (result == 0)
		result = users_owner(file.owner, file.group, &file.uid, &file.gid, error);
	if (result == 0)
		result = file.directory ? put_directory(&file, error) : put_file(&file, error);
	fields_release(RULES(rules), &file);
	return result;
}

static int remove_one(const struct field *field, struct error *error)
{
	cleanup_free char *path = NULL;

	if (wire_read_text(field, &path) < 0)
		return refuse(error, "path", "it holds a NUL");
	if (files_check_path(path, error) < 0)
		return -1;
	if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	if (errno == EISDIR && rmdir(path) == 0)
		return 0;
	return error_system(error, "remove", path);
}

static const char *last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int write_all(int fd, struct reader content)
{
	while (content.at < content.end) {
		ssize_t written = write(fd, content.at, (size_t)(content.end - content.at));
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		content.at += written;
	}
	return 0;
}

/* A name that nobody has: one of an earlier life that was cut short may lie there. */
static int create_beside(int parent, char name[TEMPORARY_NAME])
{
	static unsigned number;
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		snprintf(name, TEMPORARY_NAME, ".cantrip-%u.tmp", ++number);
		fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	return fd;
}

static int put_file(const struct file *file, struct error *error)
{
	char temporary[TEMPORARY_NAME];
	cleanup_close int parent = open_parent(file->path, error);

	if (parent < 0)
		return -1;
	cleanup_close int fd = create_beside(parent, temporary);
	if (fd < 0)
		return error_system(error, "write", file->path);
	if (write_all(fd, file->content) == 0 && dress(fd, file, 0644) == 0 &&
	    renameat(parent, temporary, parent, last_part(file->path)) == 0)
		return 0;
	error_system(error, "write", file->path);
	unlinkat(parent, temporary, 0);
	return -1;
}

static int put_directory(const struct file *file, struct error *error)
{
	cleanup_close int parent = open_parent(file->path, error);

	if (parent < 0)
		return -1;
	if (mkdirat(parent, last_part(file->path), 0700) < 0 && errno != EEXIST)
		return error_system(error, "directory", file->path);
	cleanup_close int fd = openat(parent, last_part(file->path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || dress(fd, file, 0755) < 0)
		return error_system(error, "directory", file->path);
	return 0;
}

/* Makes what is missing on the way. Links on the way are followed: they lead to places inside the container. */
static int open_parent(const char *path, struct error *error)
{
	char parent[PATH_MAX];
	size_t length = (size_t)(last_part(path) - path);
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

	memcpy(parent, path, length);
	parent[length] = '\0';
	int fd = open(parent, flags);
	if (fd >= 0 || errno != ENOENT)
		return fd >= 0 ? fd : error_system(error, "parent", parent);
	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, 0755) < 0 && errno != EEXIST)
			return error_system(error, "parent", parent);
		*slash = '/';
	}
	fd = open(parent, flags);
	return fd >= 0 ? fd : error_system(error, "parent", parent);
}

/* Owner first, because a change of it takes the set-user-id bits away. What is right already is left alone. */
static int dress(int fd, const struct file *file, mode_t usual)
{
	mode_t mode = file->mode == NO_MODE ? usual : (mode_t)file->mode;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -1;
	if ((status.st_uid != file->uid || status.st_gid != file->gid) && fchown(fd, file->uid, file->gid) < 0)
		return -1;
	return (status.st_mode & 07777) == mode ? 0 : fchmod(fd, mode);
}
