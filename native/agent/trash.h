/* Directories nobody needs any more: moved aside at once, deleted when the machine has nothing better to do. */
#ifndef CANTRIP_TRASH_H
#define CANTRIP_TRASH_H

#include "../common/error.h"

/*
 * Renames the path into `.trash` beside it, where trash_delete will find it. A path that does not exist succeeds.
 */
int trash(const char *path, struct error *error);
/* Has a child of the lowest priority delete everything that lies in those `.trash` directories. */
void trash_delete(void);
/* Reaps children that have finished. */
void trash_reap(void);

#endif
