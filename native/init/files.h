/* Files of the container, written, removed and read by the host. A path's last part is never followed as a link. */
#ifndef CANTRIP_INIT_FILES_H
#define CANTRIP_INIT_FILES_H

#include "control.h"

enum { FILES_MAX_CONTENT = 4 << 20 };

/* A file is written beside its place and renamed over it, a directory made or adjusted. Ends at the first failure. */
int files_write(struct reader fields, struct error *error);

/* Files, links and empty directories. What is not there has been removed. */
int files_remove(struct reader fields, struct error *error);

/*
 * Answers at once, or in several turns of the loop when there is much to read. A link, and what is not there, is
 * answered as absent; a directory without content. The client's next requests wait until it is answered.
 */
int files_read(const struct request *request, struct error *error);

/* Absolute, without empty parts, `.`, `..` or a slash at the end, and not the root itself. Stage `path`. */
int files_check_path(const char *path, struct error *error);

#endif
