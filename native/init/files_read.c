/* Reading files for the host in portions, so that a slow disk or a large file holds nobody else up. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fields.h"
#include "files.h"
#include "loop.h"
#include "../common/protocol.h"

enum { PORTION = 65536, PORTIONS_A_TURN = 4 };

struct reading {
	struct answer answer;
	char **paths;
	size_t at;   /* of the path being read */
	int fd;      /* of its file; -1 = not open */
	struct stat status;
	uint8_t *content;
	size_t length, capacity;
	struct writer records; /* of the files before */
	struct timer timer;
};

static const struct field_rule rules[] = {
	{FILES_PATH, FIELD_TEXTS, offsetof(struct reading, paths), "path", 0, 0},
};

static void step(struct timer *timer);
static int read_portion(struct reading *reading, struct error *error);
static int open_next(struct reading *reading, struct error *error);
static int finish_file(struct reading *reading, struct error *error);
static void finish(struct reading *reading, const struct error *error);

int files_read(const struct request *request, struct error *error)
{
	struct reading *reading = calloc(1, sizeof *reading);
	if (!reading)
		return error_system(error, "read", "");
	reading->answer = request->answer;
	reading->fd = -1;
	reading->timer.fire = step;
	struct error fault;
	answer_hold(&reading->answer);
	if (fields_read(request->fields, RULES(rules), reading, &fault) < 0)
		finish(reading, &fault);
	else
		step(&reading->timer);
	return 0;
}

static void step(struct timer *timer)
{
	struct reading *reading = container_of(timer, struct reading, timer);
	struct error error;

	for (int i = 0; i < PORTIONS_A_TURN;) {
		bool open = reading->fd >= 0;
		if (!open && (!reading->paths || !reading->paths[reading->at])) {
			finish(reading, NULL);
			return;
		}
		if ((open ? read_portion(reading, &error) : open_next(reading, &error)) < 0) {
			finish(reading, &error);
			return;
		}
		i += open;
	}
	timer_start(&reading->timer, 0);
}

static void write_record(struct reading *reading, const char *path, bool absent)
{
	struct writer *writer = &reading->records;
	size_t record = wire_open(writer, FILES_FILE);
	char number[12];

	wire_text(writer, FILE_PATH, path);
	if (absent) {
		wire_number(writer, FILE_ABSENT, 1);
	} else {
		wire_number(writer, FILE_MODE, reading->status.st_mode & 07777);
		snprintf(number, sizeof number, "%u", reading->status.st_uid);
		wire_text(writer, FILE_OWNER, number);
		snprintf(number, sizeof number, "%u", reading->status.st_gid);
		wire_text(writer, FILE_GROUP, number);
		if (S_ISDIR(reading->status.st_mode))
			wire_number(writer, FILE_DIRECTORY, 1);
		else
			wire_bytes(writer, FILE_CONTENT, reading->content, reading->length);
	}
	wire_close(writer, record);
	reading->at++;
}

static int open_next(struct reading *reading, struct error *error)
{
	const char *path = reading->paths[reading->at];

	if (files_check_path(path, error) < 0)
		return -1;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		return error_system(error, "read", path);
	if (fd < 0) {
		write_record(reading, path, true);
		return 0;
	}
	reading->fd = fd;
	reading->length = 0;
	if (fstat(fd, &reading->status) < 0)
		return error_system(error, "read", path);
	if (S_ISDIR(reading->status.st_mode))
		return finish_file(reading, error);
	if (!S_ISREG(reading->status.st_mode))
		return error_set(error, EINVAL, "read", path, "it is neither a file nor a directory");
	if (reading->status.st_size > FILES_MAX_CONTENT)
		return error_set(error, EFBIG, "read", path, "it is larger than %d bytes", FILES_MAX_CONTENT);
	return 0;
}

/* Room for one portion more, grown geometrically: a file's size is a hint only, some say 0. */
static int make_room(struct reading *reading)
{
	size_t capacity = reading->capacity ? reading->capacity : 4096;

	if (reading->length < reading->capacity)
		return 0;
	while (capacity <= (size_t)reading->status.st_size || capacity <= reading->length)
		capacity *= 2;
	uint8_t *content = realloc(reading->content, capacity);
	if (!content)
		return -1;
	reading->content = content;
	reading->capacity = capacity;
	return 0;
}

static int read_portion(struct reading *reading, struct error *error)
{
	const char *path = reading->paths[reading->at];

	if (make_room(reading) < 0)
		return error_system(error, "read", path);
	size_t room = reading->capacity - reading->length;
	ssize_t length = read(reading->fd, reading->content + reading->length, room < PORTION ? room : PORTION);
	if (length < 0)
		return errno == EINTR ? 0 : error_system(error, "read", path);
	reading->length += (size_t)length;
	if (reading->length > FILES_MAX_CONTENT)
		return error_set(error, EFBIG, "read", path, "it is larger than %d bytes", FILES_MAX_CONTENT);
	return length > 0 ? 0 : finish_file(reading, error);
}

static int finish_file(struct reading *reading, struct error *error)
{
	const char *path = reading->paths[reading->at];

	close(reading->fd);
	reading->fd = -1;
	write_record(reading, path, false);
	if (reading->records.failed || reading->records.length > PROTOCOL_MAX_FRAME)
		return error_set(error, EMSGSIZE, "read", path, "the files together are too large for one answer");
	return 0;
}

/* Every reading ends here: with its records, or with the failure. */
static void finish(struct reading *reading, const struct error *error)
{
	struct reader records = {reading->records.data, reading->records.data + reading->records.length};
	answer_release(&reading->answer);
	struct writer *writer = answer_begin(&reading->answer);
	struct field field;

	if (writer && error)
		wire_error(writer, error);
	while (writer && !error && wire_next(&records, &field) > 0)
		wire_bytes(writer, field.tag, field.data, field.length);
	if (writer)
		answer_end(&reading->answer);
	if (reading->fd >= 0)
		close(reading->fd);
	timer_stop(&reading->timer);
	fields_release(RULES(rules), reading);
	wire_release(&reading->records);
	free(reading->content);
	free(reading);
}
