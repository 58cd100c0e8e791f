/* The fields of AGENT_EXEC, checked. */
#ifndef CANTRIP_EXECUTION_REQUEST_H
#define CANTRIP_EXECUTION_REQUEST_H

#include <sys/types.h>

#include "../common/error.h"
#include "../common/wire.h"
#include "enter.h"

/* Strings with a NULL at the end, as execve takes them. */
struct strings {
	char **items;
	int count;
};

struct execution_request {
	char *id;
	struct strings arguments;
	struct strings environment;
	char *directory;
	uid_t uid;
	gid_t gid;
	gid_t groups[ENTER_GROUPS];
	int group_count;
	bool terminal;
	unsigned short rows, columns;
};

/* The caller releases the result also when it fails. */
int execution_read(struct reader fields, struct execution_request *wanted, struct error *error);
/* The environment's PATH, or the usual one. */
const char *execution_search_path(const struct execution_request *wanted);
void execution_release(struct execution_request *wanted);

#endif
