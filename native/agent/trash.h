/* Directories nobody needs any more: moved aside at once, deleted when the machine has nothing better to do. */
#ifndef CANTRIP_TRASH_H
#define CANTRIP_TRASH_H

#include "../common/error.h"

/*
 * Renames the path into `.trash` beside it and has everything there deleted by a child of the lowest priority.
 * A path that does not exist succeeds.
 */
int trash(const char *path, struct error *error);
/* Reaps deleters that have finished. */
void trash_reap(void);

#endif
