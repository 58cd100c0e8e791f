#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/protocol.h"

static const char usage[] =
	"usage: cantrip-exec --run DIR --id ID [--tty] [--user UID:GID[:GROUP,...]] [--directory DIR]\n"
	"                    [--env NAME=VALUE]... -- PROGRAM [ARGUMENT]...\n"
	"Runs the program in the container and ends with its exit code, 128 + N when signal N ended it.\n";

static int wrong(const char *option, const char *value)
{
	fprintf(stderr, "cantrip-exec: %s '%s' cannot be used\n%s", option, value, usage);
	return -1;
}

/* The number at `*at`, and `*at` behind it. */
static int read_number(const char **at, struct writer *fields, uint16_t tag)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(*at, &end, 10);
	if (end == *at || errno || value > UINT32_MAX)
		return -1;
	wire_number(fields, tag, value);
	*at = end;
	return 0;
}

static int read_user(const char *text, struct writer *fields)
{
	const char *at = text;
	char separator = ':';

	if (read_number(&at, fields, EXEC_UID) < 0 || *at++ != ':' || read_number(&at, fields, EXEC_GID) < 0)
		return wrong("--user", text);
	for (; *at == separator; separator = ',') {
		at++;
		if (read_number(&at, fields, EXEC_GROUP) < 0)
			return wrong("--user", text);
	}
	return *at ? wrong("--user", text) : 0;
}

static int read_option(const char *option, const char *value, struct options *options)
{
	if (strcmp(option, "--run") == 0)
		options->run = value;
	else if (strcmp(option, "--id") == 0)
		wire_text(&options->fields, EXEC_ID, value);
	else if (strcmp(option, "--user") == 0)
		return read_user(value, &options->fields);
	else if (strcmp(option, "--directory") == 0)
		wire_text(&options->fields, EXEC_DIRECTORY, value);
	else if (strcmp(option, "--env") == 0 && strchr(value, '='))
		wire_text(&options->fields, EXEC_ENVIRONMENT, value);
	else
		return wrong(option, value);
	return 0;
}

int options_read(int count, char **arguments, struct options *options)
{
	int at = 1;

	*options = (struct options){.run = NULL};
	while (at < count && strcmp(arguments[at], "--") != 0) {
		if (strcmp(arguments[at], "--tty") == 0) {
			options->terminal = true;
			at++;
			continue;
		}
		if (at + 1 == count)
			return wrong(arguments[at], "");
		if (read_option(arguments[at], arguments[at + 1], options) < 0)
			return -1;
		at += 2;
	}
	for (int argument = at + 1; argument < count; argument++)
		wire_text(&options->fields, EXEC_ARGUMENT, arguments[argument]);
	if (!options->run || at + 1 >= count) {
		fputs(usage, stderr);
		return -1;
	}
	wire_number(&options->fields, EXEC_TTY, options->terminal);
	return 0;
}
