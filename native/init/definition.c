#include "definition.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "../common/protocol.h"

enum { DAY_MS = 86400000 };

#define MEMBER(name) offsetof(struct definition, name)
#define GIGABYTES(number) ((uint64_t)(number) << 30)

static const struct field_rule rules[] = {
	{SERVICE_NAME, FIELD_TEXT, MEMBER(name), "name", 0, 0},
	{SERVICE_DIGEST, FIELD_TEXT, MEMBER(digest), "digest", 0, 0},
	{SERVICE_ARGUMENT, FIELD_TEXTS, MEMBER(arguments), "argument", 0, 0},
	{SERVICE_ENVIRONMENT, FIELD_TEXTS, MEMBER(environment), "environment", 0, 0},
	{SERVICE_DIRECTORY, FIELD_TEXT, MEMBER(directory), "directory", 0, 0},
	{SERVICE_USER, FIELD_TEXT, MEMBER(user), "user", 0, 0},
	{SERVICE_GROUP, FIELD_TEXT, MEMBER(group), "group", 0, 0},
	{SERVICE_AFTER, FIELD_TEXTS, MEMBER(after), "after", 0, 0},
	{SERVICE_CHECK, FIELD_SPAN, MEMBER(check_fields), "check", 0, 0},
	{SERVICE_STOP_SIGNAL, FIELD_NUMBER, MEMBER(stop_signal), "stop signal", 1, 64},
	{SERVICE_STOP_TIMEOUT_MS, FIELD_NUMBER, MEMBER(stop_timeout_ms), "stop time-out", 0, DAY_MS},
	{SERVICE_RESTART, FIELD_TEXT, MEMBER(restart), "restart", 0, 0},
	{SERVICE_BACKOFF_MIN_MS, FIELD_NUMBER, MEMBER(backoff_min_ms), "back-off", 1, DAY_MS},
	{SERVICE_BACKOFF_MAX_MS, FIELD_NUMBER, MEMBER(backoff_max_ms), "back-off", 1, DAY_MS},
	{SERVICE_LOG_BYTES, FIELD_NUMBER, MEMBER(log_bytes), "log bytes", 4096, GIGABYTES(1024)},
	{SERVICE_LOG_FILES, FIELD_NUMBER, MEMBER(log_files), "log files", 0, 1000},
	{SERVICE_NOFILE, FIELD_NUMBER, MEMBER(nofile), "nofile", 1, 1 << 30},
};

static const struct definition defaults = {
	.stop_signal = SIGTERM,
	.stop_timeout_ms = 10000,
	.backoff_min_ms = 100,
	.backoff_max_ms = 10000,
	.log_bytes = 10 << 20,
	.log_files = 3,
};

static int validate(struct definition *definition, struct error *error);

struct definition *definition_read(struct reader fields, struct error *error)
{
	if (fields.end - fields.at > DEFINITION_MAX) {
		error_set(error, E2BIG, "request", "", "a definition of more than %d bytes", DEFINITION_MAX);
		return NULL;
	}
	struct definition *definition = malloc(sizeof *definition);
	if (!definition) {
		error_system(error, "request", "");
		return NULL;
	}
	*definition = defaults;
	if (fields_read(fields, RULES(rules), definition, error) == 0 && validate(definition, error) == 0)
		return definition;
	definition_free(definition);
	return NULL;
}

void definition_free(struct definition *definition)
{
	if (!definition)
		return;
	fields_release(RULES(rules), definition);
	check_release(&definition->check);
	free(definition);
}

bool definition_is_name(const char *name)
{
	if (!isalnum((unsigned char)name[0]))
		return false;
	for (const char *byte = name; *byte; byte++) {
		if (!isalnum((unsigned char)*byte) && !strchr("._-", *byte))
			return false;
	}
	return strlen(name) < SERVICE_NAME_SIZE;
}

static int read_policy(const char *restart, enum restart_policy *policy)
{
	static const char *const names[] = {
		[RESTART_ALWAYS] = "always",
		[RESTART_ON_FAILURE] = "on-failure",
		[RESTART_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (restart && strcmp(restart, names[i]) != 0)
			continue;
		*policy = (enum restart_policy)i;
		return 0;
	}
	return -1;
}

static int validate(struct definition *definition, struct error *error)
{
	enum restart_policy policy;

	if (!definition->name || !definition_is_name(definition->name))
		return refuse(error, definition->name ? definition->name : "name",
			      "a name is a letter or digit and at most 63 of letters, digits, . - _");
	if (!definition->digest)
		return refuse(error, "digest", "there must be one");
	if (!definition->arguments)
		return refuse(error, "argument", "there must be a program");
	for (char **pair = definition->environment; pair && *pair; pair++) {
		if (strchr(*pair, '=') == NULL || **pair == '=')
			return refuse(error, *pair, "an environment entry is KEY=VALUE");
	}
	if (read_policy(definition->restart, &policy) < 0)
		return refuse(error, "restart", "it is none of always, on-failure, never");
	definition->rule = (struct restart_rule){
		policy, (uint32_t)definition->backoff_min_ms, (uint32_t)definition->backoff_max_ms,
	};
	if (!definition->check_fields.at)
		return 0;
	definition->has_check = true;
	return check_read(definition->check_fields, &definition->check, error);
}
