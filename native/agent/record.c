#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../common/cleanup.h"

enum { MAGIC = 0x6e525443, VERSION = 1, LENGTH_MAX = 1 << 20 };

struct header {
	uint32_t magic;
	uint32_t version;
	uint32_t length;
	uint32_t crc; /* of the fields */
};

static uint32_t crc32(const uint8_t *data, size_t length)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < length; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

int record_write(int directory, const char *name, const struct writer *fields, struct error *error)
{
	struct header header = {MAGIC, VERSION, (uint32_t)fields->length, crc32(fields->data, fields->length)};
	struct iovec parts[] = {{&header, sizeof header}, {fields->data, fields->length}};
	char fresh[64];
	cleanup_close int file = -1;

	if (fields->failed)
		return error_set(error, ENOMEM, "record", name, "there is no memory");
	snprintf(fresh, sizeof fresh, "%s.new", name);
	file = openat(directory, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0 || writev(file, parts, 2) != (ssize_t)(sizeof header + fields->length) ||
	    renameat(directory, fresh, directory, name) < 0)
		return error_system(error, "record", name);
	return 0;
}

int record_read(int directory, const char *name, uint8_t **data, struct reader *fields, struct error *error)
{
	cleanup_close int file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct header header;

	*data = NULL;
	if (file < 0)
		return error_system(error, "record", name);
	if (read(file, &header, sizeof header) != sizeof header || header.magic != MAGIC || header.version != VERSION ||
	    header.length > LENGTH_MAX)
		return error_set(error, EBADMSG, "record", name, "is damaged or of another version");
	*data = malloc(header.length + 1);
	if (!*data)
		return error_set(error, ENOMEM, "record", name, "there is no memory");
	if (read(file, *data, header.length) != (ssize_t)header.length || crc32(*data, header.length) != header.crc)
		return error_set(error, EBADMSG, "record", name, "is damaged");
	*fields = (struct reader){*data, *data + header.length};
	return 0;
}
