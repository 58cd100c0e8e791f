#include "fields.h"

#include <errno.h>
#include <stdlib.h>

enum { MAX_TEXTS = 4096 };

static int read_field(const struct field *field, const struct field_rule *rule, char *member, struct error *error);

int fields_read(struct reader fields, const struct field_rule *rules, size_t count, void *into, struct error *error)
{
	struct field field;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (rules[i].tag != field.tag)
				continue;
			if (read_field(&field, &rules[i], (char *)into + rules[i].offset, error) < 0)
				return -1;
		}
	}
	return more < 0 ? refuse(error, "", "the bytes are no fields") : 0;
}

void fields_release(const struct field_rule *rules, size_t count, void *from)
{
	for (size_t i = 0; i < count; i++) {
		char *member = (char *)from + rules[i].offset;
		if (rules[i].kind == FIELD_TEXTS) {
			char ***texts = (char ***)(void *)member;
			for (char **text = *texts; text && *text; text++)
				free(*text);
			free(*texts);
			*texts = NULL;
		} else if (rules[i].kind == FIELD_TEXT) {
			char **text = (char **)(void *)member;
			free(*text);
			*text = NULL;
		}
	}
}

int refuse(struct error *error, const char *object, const char *why)
{
	return error_set(error, EINVAL, "request", object, "%s", why);
}

static int append(const struct field *field, const char *name, char ***texts, struct error *error)
{
	size_t count = 0;

	while (*texts && (*texts)[count])
		count++;
	if (count == MAX_TEXTS)
		return refuse(error, name, "too many of them");
	char **grown = realloc(*texts, (count + 2) * sizeof **texts);
	if (!grown)
		return error_system(error, "request", name);
	*texts = grown;
	grown[count] = NULL;
	grown[count + 1] = NULL;
	return wire_read_text(field, &grown[count]) < 0 ? refuse(error, name, "it holds a NUL") : 0;
}

static int read_field(const struct field *field, const struct field_rule *rule, char *member, struct error *error)
{
	void *place = member;
	uint64_t number;

	switch (rule->kind) {
	case FIELD_TEXT:
		return wire_read_text(field, place) < 0 ? refuse(error, rule->name, "it holds a NUL") : 0;
	case FIELD_TEXTS:
		return append(field, rule->name, place, error);
	case FIELD_SPAN:
		*(struct reader *)place = wire_record(field);
		return 0;
	case FIELD_NUMBER:
		if (wire_read_number(field, &number) < 0)
			return refuse(error, rule->name, "it is no number");
		if (number < rule->least || (rule->most > 0 && number > rule->most))
			return error_set(error, EINVAL, "request", rule->name, "%llu is not between %llu and %llu",
					 (unsigned long long)number, (unsigned long long)rule->least,
					 (unsigned long long)rule->most);
		*(uint64_t *)place = number;
		return 0;
	}
	return 0;
}
