#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/cleanup.h"
#include "container_parts.h"
#include "log.h"
#include "process.h"
#include "raw.h"
#include "record.h"

/* Fields of a record; never renumber, old agents have written them. */
enum field_of_record {
	RECORD_PID = 1,
	RECORD_START_TICKS = 2,
	RECORD_PID_NAMESPACE = 3,
	RECORD_STARTED_MS = 4,
	RECORD_BUILDER = 5,
	RECORD_ENDED = 6,
	RECORD_STATUS = 7,
};

int container_save(const struct container *container, struct error *error)
{
	struct writer fields = {0};
	char name[ID_LENGTH + 16];
	int result;

	wire_number(&fields, RECORD_PID, (uint32_t)container->pid);
	wire_number(&fields, RECORD_START_TICKS, container->start_ticks);
	wire_number(&fields, RECORD_PID_NAMESPACE, container->pid_namespace);
	wire_number(&fields, RECORD_STARTED_MS, container->started_ms);
	wire_number(&fields, RECORD_BUILDER, container->builder);
	wire_number(&fields, RECORD_ENDED, !container->running);
	if (container->has_status)
		wire_number(&fields, RECORD_STATUS, (uint32_t)container->status);
	snprintf(name, sizeof name, "%s/record", container->id);
	result = record_write(container->agent->containers, name, &fields, error);
	wire_release(&fields);
	return result;
}

static int read_fields(struct container *container, struct reader fields, bool *ended)
{
	struct field field;
	uint64_t value;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		if (wire_read_number(&field, &value) < 0)
			return -1;
		switch (field.tag) {
		case RECORD_PID:
			container->pid = (pid_t)value;
			break;
		case RECORD_START_TICKS:
			container->start_ticks = value;
			break;
		case RECORD_PID_NAMESPACE:
			container->pid_namespace = value;
			break;
		case RECORD_STARTED_MS:
			container->started_ms = value;
			break;
		case RECORD_BUILDER:
			container->builder = value != 0;
			break;
		case RECORD_ENDED:
			*ended = value != 0;
			break;
		case RECORD_STATUS:
			container->has_status = true;
			container->status = (int)value;
			break;
		}
	}
	return more;
}

/* The descriptor of exactly the recorded process, or -1 when it has gone. */
static int open_process(const struct container *container)
{
	cleanup_close int pidfd = (int)raw(SYS_pidfd_open, container->pid, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	uint64_t ticks, inode;

	if (pidfd < 0)
		return -1;
	if (process_start_ticks(container->pid, &ticks) < 0 || ticks != container->start_ticks ||
	    process_pid_namespace(container->pid, &inode) < 0 || inode != container->pid_namespace)
		return -1;
	if (poll(&ended, 1, 0) != 0)
		return -1;
	return take_descriptor(&pidfd);
}

/* A directory without a good record is a container that was never finished: only start and remove concern it. */
static void load(struct agent *agent, const char *id)
{
	struct error error;
	struct container *container = container_adopt(agent, id, &error);
	cleanup_free uint8_t *data = NULL;
	struct reader fields;
	char name[ID_LENGTH + 16];
	bool ended = false;
	int pidfd;

	if (!container)
		return;
	snprintf(name, sizeof name, "%s/record", id);
	if (record_read(agent->containers, name, &data, &fields, &error) < 0 ||
	    read_fields(container, fields, &ended) < 0) {
		log_error(id, &error);
		container->pid = 0;
		return;
	}
	pidfd = ended ? -1 : open_process(container);
	if (pidfd >= 0 && container_follow(container, pidfd, &error) < 0)
		log_error(id, &error);
	log_line("%s found again, %s", id, container->running ? "running" : "ended");
}

int containers_load(struct agent *agent, struct error *error)
{
	int copy = openat(agent->containers, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!entries)
		return error_system(error, "containers", "");
	while ((entry = readdir(entries)))
		if (id_valid(entry->d_name))
			load(agent, entry->d_name);
	closedir(entries);
	return 0;
}
