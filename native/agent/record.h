/* Small files that must survive the agent: a header with version and CRC, then fields as in a frame. */
#ifndef CANTRIP_RECORD_H
#define CANTRIP_RECORD_H

#include <sys/types.h>

#include "../common/error.h"
#include "../common/wire.h"

/* Replaces the file at once: whoever reads sees the old one or the new one. */
int record_write(int directory, const char *name, const struct writer *fields, struct error *error);
/*
 * Reads the fields into `data` (from malloc; the caller frees it) and points `fields` at them. Fails with ENOENT
 * when there is no such file and EBADMSG when it is damaged or of another version.
 */
int record_read(int directory, const char *name, uint8_t **data, struct reader *fields, struct error *error);

#endif
