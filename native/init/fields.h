/* Reading fields into structures by a table: each value is checked, each refusal names the field. */
#ifndef CANTRIP_INIT_FIELDS_H
#define CANTRIP_INIT_FIELDS_H

#include "../common/wire.h"

enum field_kind {
	FIELD_TEXT,   /* char *, the last one counts */
	FIELD_TEXTS,  /* char **, ends with NULL, grows with each field; NULL = none */
	FIELD_NUMBER, /* uint64_t */
	FIELD_SPAN,   /* struct reader over the bytes, which stay the frame's */
};

struct field_rule {
	uint16_t tag;
	enum field_kind kind;
	size_t offset; /* of the member in the structure */
	const char *name;
	uint64_t least, most; /* of a number; most 0 = any */
};

/* Fails with stage `request`. What was read before stays, for fields_release. */
int fields_read(struct reader fields, const struct field_rule *rules, size_t count, void *into, struct error *error);

/* Frees the texts and sets them to NULL. */
void fields_release(const struct field_rule *rules, size_t count, void *from);

/* EINVAL of stage `request`; returns -1. */
int refuse(struct error *error, const char *object, const char *why);

#define RULES(table) (table), sizeof(table) / sizeof *(table)

#endif
