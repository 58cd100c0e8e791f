/* The command line of cantrip-exec. */
#ifndef CANTRIP_EXEC_OPTIONS_H
#define CANTRIP_EXEC_OPTIONS_H

#include <stdbool.h>

#include "../common/wire.h"

struct options {
	const char *run;
	bool terminal;
	struct writer fields; /* of AGENT_EXEC, as far as the command line decides them */
};

/* Returns 0, or -1 after saying on standard error what is wrong. */
int options_read(int count, char **arguments, struct options *options);

#endif
