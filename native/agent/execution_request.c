#include "execution_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/protocol.h"

#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int append(struct strings *strings, const struct field *field)
{
	char **items = realloc(strings->items, (strings->count + 2) * sizeof *items);

	if (!items)
		return -1;
	strings->items = items;
	items[strings->count] = NULL;
	items[strings->count + 1] = NULL;
	if (wire_read_text(field, &items[strings->count]) < 0)
		return -1;
	strings->count++;
	return 0;
}

static int read_number(const struct field *field, struct execution_request *wanted)
{
	uint64_t value;

	if (wire_read_number(field, &value) < 0 || value > UINT32_MAX)
		return -1;
	switch (field->tag) {
	case EXEC_UID:
		wanted->uid = (uid_t)value;
		break;
	case EXEC_GID:
		wanted->gid = (gid_t)value;
		break;
	case EXEC_GROUP:
		if (wanted->group_count == ENTER_GROUPS)
			return -1;
		wanted->groups[wanted->group_count++] = (gid_t)value;
		break;
	case EXEC_TTY:
		wanted->terminal = value != 0;
		break;
	case EXEC_ROWS:
		wanted->rows = (unsigned short)value;
		break;
	case EXEC_COLUMNS:
		wanted->columns = (unsigned short)value;
		break;
	}
	return 0;
}

static int read_field(const struct field *field, struct execution_request *wanted)
{
	switch (field->tag) {
	case EXEC_ID:
		return wire_read_text(field, &wanted->id);
	case EXEC_ARGUMENT:
		return append(&wanted->arguments, field);
	case EXEC_ENVIRONMENT:
		return append(&wanted->environment, field);
	case EXEC_DIRECTORY:
		return wire_read_text(field, &wanted->directory);
	case EXEC_UID:
	case EXEC_GID:
	case EXEC_GROUP:
	case EXEC_TTY:
	case EXEC_ROWS:
	case EXEC_COLUMNS:
		return read_number(field, wanted);
	default:
		return 0;
	}
}

int execution_read(struct reader fields, struct execution_request *wanted, struct error *error)
{
	struct field field;
	int more;

	*wanted = (struct execution_request){.id = NULL};
	while ((more = wire_next(&fields, &field)) > 0)
		if (read_field(&field, wanted) < 0)
			return error_set(error, EINVAL, "request", "exec", "field %u cannot be used", field.tag);
	if (more < 0 || !wanted->id || wanted->arguments.count == 0 || !*wanted->arguments.items[0])
		return error_set(error, EINVAL, "request", "exec", "needs an id and a program");
	if (!wanted->environment.items)
		wanted->environment.items = calloc(1, sizeof(char *));
	return wanted->environment.items ? 0 : error_set(error, ENOMEM, "exec", "", "there is no memory");
}

const char *execution_search_path(const struct execution_request *wanted)
{
	for (int i = 0; i < wanted->environment.count; i++)
		if (strncmp(wanted->environment.items[i], "PATH=", 5) == 0)
			return wanted->environment.items[i] + 5;
	return USUAL_PATH;
}

static void release(struct strings *strings)
{
	for (int i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
}

void execution_release(struct execution_request *wanted)
{
	release(&wanted->arguments);
	release(&wanted->environment);
	free(wanted->id);
	free(wanted->directory);
}
