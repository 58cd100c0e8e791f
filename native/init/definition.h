/* What a service is: everything of request `service set`, with the defaults of the protocol. */
#ifndef CANTRIP_INIT_DEFINITION_H
#define CANTRIP_INIT_DEFINITION_H

#include "check.h"

enum { SERVICE_NAME_SIZE = 65, DEFINITION_MAX = 256 * 1024 };

struct definition {
	char *name, *digest, *directory, *user, *group, *restart;
	char **arguments, **environment;
	char **after; /* ends with NULL; NULL = none */
	struct reader check_fields; /* only while it is read */
	struct check check;
	bool has_check;
	struct restart_rule rule;
	uint64_t stop_signal, stop_timeout_ms, backoff_min_ms, backoff_max_ms;
	uint64_t log_bytes, log_files, nofile;
};

/* NULL with stage `request` when a field is missing or wrong. */
struct definition *definition_read(struct reader fields, struct error *error);
void definition_free(struct definition *definition);

/* A letter or digit, then at most 63 letters, digits, dots, dashes and underscores: it names the log's file. */
bool definition_is_name(const char *name);

#endif
