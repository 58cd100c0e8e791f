/*
 * Frames and fields of native/PROTOCOL.md. The writer never fails half way: it remembers that memory ran out
 * and says so at the end. The reader trusts nothing and never reads outside what it was given.
 */
#ifndef CANTRIP_WIRE_H
#define CANTRIP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum { WIRE_HEADER = 12, WIRE_FIELD = 8 };

/* ---- Writing ------------------------------------------------------------------------------------------------ */

/* Bytes of any number of frames, growing. Start from all zero. */
struct writer {
	uint8_t *data;
	size_t length;
	size_t capacity;
	bool failed; /* memory ran out or a frame grew beyond the limit */
};

/* Begins a frame; the result goes to wire_end. */
size_t wire_begin(struct writer *writer, uint32_t type, uint32_t id);
/* Ends the frame. Returns 0, or -1 when it could not be written whole; it is then taken back. */
int wire_end(struct writer *writer, size_t frame);
void wire_number(struct writer *writer, uint16_t tag, uint64_t value);
void wire_text(struct writer *writer, uint16_t tag, const char *text);
void wire_bytes(struct writer *writer, uint16_t tag, const void *data, size_t length);
/* Begins a record, a field that holds fields; the result goes to wire_close. */
size_t wire_open(struct writer *writer, uint16_t tag);
void wire_close(struct writer *writer, size_t record);
/* Fields that were encoded before. */
void wire_fields(struct writer *writer, const struct writer *fields);
/* REPLY_ERROR with its record. */
void wire_error(struct writer *writer, const struct error *error);
void wire_release(struct writer *writer);

/* ---- Reading ------------------------------------------------------------------------------------------------ */

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

struct field {
	uint16_t tag;
	uint32_t length;
	const uint8_t *data;
};

struct frame {
	uint32_t type;
	uint32_t id;
	struct reader fields;
};

/*
 * The first frame of `data`. Returns the number of bytes it takes, 0 when more bytes are needed, -1 when no
 * frame can begin like this.
 */
long wire_frame(const uint8_t *data, size_t length, struct frame *frame);
/* The next field: 1, 0 at the end, -1 when what is left is no field. */
int wire_next(struct reader *reader, struct field *field);
/* Fields of a record. */
struct reader wire_record(const struct field *field);
/* Returns 0, or -1 when the field is not a number. */
int wire_read_number(const struct field *field, uint64_t *value);
/*
 * A copy with a terminating NUL, from malloc; replaces and frees what `text` held. Returns 0, or -1 when the
 * field holds a NUL or memory ran out.
 */
int wire_read_text(const struct field *field, char **text);

#endif
