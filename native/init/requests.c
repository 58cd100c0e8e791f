#include "requests.h"

#include <errno.h>
#include <stdlib.h>

#include "fields.h"
#include "files.h"
#include "health.h"
#include "../common/protocol.h"
#include "run.h"
#include "services.h"
#include "waiters.h"

enum outcome { DONE, LATER, REFUSED = -1 };

typedef enum outcome (*handler)(const struct request *request, struct error *error);

struct handling {
	uint32_t type;
	bool changes; /* refused while init is stopping */
	handler handle;
};

/* What the small requests consist of; which fields each needs it checks itself. */
struct names {
	char **names;
	char **awaited;
	uint64_t signal, deadline_ms;
};

#define MEMBER(name) offsetof(struct names, name)

static const struct field_rule rules[] = {
	{SERVICE_NAME, FIELD_TEXTS, MEMBER(names), "name", 0, 0},
	{SERVICE_SIGNAL, FIELD_NUMBER, MEMBER(signal), "signal", 1, 64},
	{AWAITING_NAME, FIELD_TEXTS, MEMBER(awaited), "name", 0, 0},
	{AWAITING_DEADLINE_MS, FIELD_NUMBER, MEMBER(deadline_ms), "deadline", 0, 0},
};

static uint64_t started_ms;
static bool stopping;

static const struct handling *find(uint32_t type);

void requests_handle(const struct request *request)
{
	const struct handling *handling = find(request->answer.type);
	enum outcome outcome = REFUSED;
	struct error error;

	if (!handling)
		error_set(&error, ENOSYS, "request", "", "there is no request %u", request->answer.type);
	else if (handling->changes && stopping)
		error_set(&error, ESHUTDOWN, "request", "", "the container is being stopped");
	else
		outcome = handling->handle(request, &error);
	if (outcome == REFUSED)
		answer_error(&request->answer, &error);
	else if (outcome == DONE)
		answer_done(&request->answer);
}

void requests_begin(uint64_t wall_ms)
{
	started_ms = wall_ms;
}

void requests_refuse_changes(void)
{
	stopping = true;
}

static enum outcome say_hello(const struct request *request, struct error *error)
{
	struct writer *writer = answer_begin(&request->answer);

	(void)error;
	wire_number(writer, HELLO_VERSION, PROTOCOL_VERSION);
	wire_number(writer, HELLO_STARTED_MS, started_ms);
	answer_end(&request->answer);
	return LATER;
}

static enum outcome write_files(const struct request *request, struct error *error)
{
	return files_write(request->fields, error) < 0 ? REFUSED : DONE;
}

static enum outcome remove_files(const struct request *request, struct error *error)
{
	return files_remove(request->fields, error) < 0 ? REFUSED : DONE;
}

static enum outcome read_files(const struct request *request, struct error *error)
{
	return files_read(request, error) < 0 ? REFUSED : LATER;
}

static enum outcome run(const struct request *request, struct error *error)
{
	return run_start(request, error) < 0 ? REFUSED : LATER;
}

static enum outcome set_service(const struct request *request, struct error *error)
{
	struct definition *definition = definition_read(request->fields, error);

	if (!definition)
		return REFUSED;
	uint64_t nofile = definition->nofile;
	if (services_set(definition, error) < 0)
		return REFUSED;
	struct writer *writer = answer_begin(&request->answer);
	if (nofile > 0 && process_nofile_refused(nofile))
		wire_text(writer, REPLY_WARNING, "nofile: the kernel refuses that many descriptors; it gets fewer");
	answer_end(&request->answer);
	return LATER;
}

static enum outcome remove_services(const struct request *request, struct error *error)
{
	struct names read = {0};

	if (fields_read(request->fields, RULES(rules), &read, error) < 0) {
		fields_release(RULES(rules), &read);
		return REFUSED;
	}
	char **names = read.names;
	read.names = NULL;
	fields_release(RULES(rules), &read);
	if (!names)
		return DONE;
	for (char **name = names; *name; name++)
		services_remove(*name);
	return waiters_await_removal(&request->answer, names, error) < 0 ? REFUSED : LATER;
}

/* The requests about one service. */
static enum outcome with_service(const struct request *request, struct error *error, bool restart)
{
	struct names read = {0};
	int result = fields_read(request->fields, RULES(rules), &read, error);

	if (result == 0 && !read.names)
		result = refuse(error, "name", "there must be one");
	else if (result == 0 && restart)
		result = services_restart(read.names[0], error);
	else if (result == 0 && read.signal == 0)
		result = refuse(error, "signal", "there must be one");
	else if (result == 0)
		result = services_signal(read.names[0], (int)read.signal, error);
	fields_release(RULES(rules), &read);
	return result < 0 ? REFUSED : DONE;
}

static enum outcome signal_service(const struct request *request, struct error *error)
{
	return with_service(request, error, false);
}

static enum outcome restart_service(const struct request *request, struct error *error)
{
	return with_service(request, error, true);
}

static enum outcome list(const struct request *request, struct error *error)
{
	(void)error;
	status_write(answer_begin(&request->answer));
	answer_end(&request->answer);
	return LATER;
}

static enum outcome await(const struct request *request, struct error *error)
{
	struct names read = {0};

	if (fields_read(request->fields, RULES(rules), &read, error) < 0) {
		fields_release(RULES(rules), &read);
		return REFUSED;
	}
	char **awaited = read.awaited;
	read.awaited = NULL;
	fields_release(RULES(rules), &read);
	return waiters_await(&request->answer, awaited, read.deadline_ms, error) < 0 ? REFUSED : LATER;
}

static enum outcome set_health(const struct request *request, struct error *error)
{
	struct reader fields = request->fields;
	struct check *check = NULL;
	struct field field;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		if (field.tag != HEALTH_SET_CHECK || check)
			continue;
		check = malloc(sizeof *check);
		if (!check)
			error_system(error, "request", "check");
		if (!check || check_read(wire_record(&field), check, error) < 0) {
			free(check);
			return REFUSED;
		}
	}
	if (more < 0) {
		if (check)
			check_release(check);
		free(check);
		refuse(error, "", "the bytes are no fields");
		return REFUSED;
	}
	health_set(check);
	return DONE;
}

static const struct handling *find(uint32_t type)
{
	static const struct handling handlings[] = {
		{INIT_HELLO, false, say_hello},
		{INIT_FILES_WRITE, false, write_files},
		{INIT_FILES_REMOVE, false, remove_files},
		{INIT_FILES_READ, false, read_files},
		{INIT_RUN, true, run},
		{INIT_SERVICE_SET, true, set_service},
		{INIT_SERVICE_REMOVE, false, remove_services},
		{INIT_SERVICE_SIGNAL, false, signal_service},
		{INIT_SERVICE_RESTART, true, restart_service},
		{INIT_LIST, false, list},
		{INIT_AWAIT, false, await},
		{INIT_HEALTH_SET, true, set_health},
	};

	for (size_t i = 0; i < sizeof handlings / sizeof *handlings; i++) {
		if (handlings[i].type == type)
			return &handlings[i];
	}
	return NULL;
}
