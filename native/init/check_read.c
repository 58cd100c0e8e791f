/* A check from the fields of its record, with the defaults of the protocol. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fields.h"
#include "../common/protocol.h"

enum { DAY_MS = 86400000, MAX_TEXT = 1024 };

#define MEMBER(name) offsetof(struct check, name)

static const struct field_rule rules[] = {
	{CHECK_KIND, FIELD_TEXT, MEMBER(kind_name), "check kind", 0, 0},
	{CHECK_PORT, FIELD_NUMBER, MEMBER(port), "check port", 1, 65535},
	{CHECK_PATH, FIELD_TEXT, MEMBER(path), "check path", 0, 0},
	{CHECK_EXPECT, FIELD_NUMBER, MEMBER(expect), "check status", 0, 999},
	{CHECK_ARGUMENT, FIELD_TEXTS, MEMBER(arguments), "check argument", 0, 0},
	{CHECK_USER, FIELD_TEXT, MEMBER(user), "check user", 0, 0},
	{CHECK_INTERVAL_MS, FIELD_NUMBER, MEMBER(interval_ms), "check interval", 1, DAY_MS},
	{CHECK_TIMEOUT_MS, FIELD_NUMBER, MEMBER(timeout_ms), "check time-out", 1, DAY_MS},
	{CHECK_FAILURES, FIELD_NUMBER, MEMBER(failures), "check failures", 1, 1000000},
	{CHECK_HOST, FIELD_TEXT, MEMBER(host), "check host", 0, 0},
};

static int validate(struct check *check, struct error *error);

int check_read(struct reader fields, struct check *check, struct error *error)
{
	*check = (struct check){.interval_ms = 1000, .timeout_ms = 2000, .failures = 3};
	if (fields_read(fields, RULES(rules), check, error) == 0 && validate(check, error) == 0)
		return 0;
	check_release(check);
	return -1;
}

void check_release(struct check *check)
{
	fields_release(RULES(rules), check);
}

/* Nothing that would end the request's line or begin another header. */
static bool is_header_text(const char *text)
{
	for (const char *byte = text; *byte; byte++) {
		if ((unsigned char)*byte <= ' ' || *byte == 0x7f)
			return false;
	}
	return strlen(text) <= MAX_TEXT;
}

static int validate(struct check *check, struct error *error)
{
	static const char *const names[] = {[TCP_CHECK] = "tcp", [HTTP_CHECK] = "http", [EXEC_CHECK] = "exec"};
	size_t kind = 0;

	while (kind <= EXEC_CHECK && (!check->kind_name || strcmp(check->kind_name, names[kind]) != 0))
		kind++;
	if (kind > EXEC_CHECK)
		return refuse(error, "check kind", "it is none of tcp, http, exec");
	check->kind = (enum check_kind)kind;
	if (check->kind == EXEC_CHECK)
		return check->arguments ? 0 : refuse(error, "check argument", "exec needs a program");
	if (check->port == 0)
		return refuse(error, "check port", "tcp and http need one");
	if (check->path && (check->path[0] != '/' || !is_header_text(check->path)))
		return refuse(error, "check path", "it must begin with / and hold no blank");
	if (check->host && !is_header_text(check->host))
		return refuse(error, "check host", "it must hold no blank");
	return 0;
}
