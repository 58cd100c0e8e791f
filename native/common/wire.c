#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "protocol.h"

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value & 0xff;
	at[1] = value >> 8;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value & 0xffff);
	put16(at + 2, value >> 16);
}

static uint16_t get16(const uint8_t *at)
{
	return at[0] | at[1] << 8;
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

/* Room for `length` more bytes, or NULL after setting `failed`. */
static uint8_t *grow(struct writer *writer, size_t length)
{
	size_t wanted = writer->length + length;
	uint8_t *at;

	if (writer->failed)
		return NULL;
	if (wanted > writer->capacity) {
		size_t capacity = writer->capacity ? writer->capacity : 512;
		uint8_t *data;

		while (capacity < wanted)
			capacity *= 2;
		data = realloc(writer->data, capacity);
		if (!data) {
			writer->failed = true;
			return NULL;
		}
		writer->data = data;
		writer->capacity = capacity;
	}
	at = writer->data + writer->length;
	writer->length = wanted;
	return at;
}

size_t wire_begin(struct writer *writer, uint32_t type, uint32_t id)
{
	size_t frame = writer->length;
	uint8_t *at = grow(writer, WIRE_HEADER);

	if (at) {
		put32(at + 4, type);
		put32(at + 8, id);
	}
	return frame;
}

int wire_end(struct writer *writer, size_t frame)
{
	size_t length = writer->length - frame - 4;

	if (writer->failed || length > PROTOCOL_MAX_FRAME) {
		writer->length = frame;
		writer->failed = false;
		return -1;
	}
	put32(writer->data + frame, length);
	return 0;
}

void wire_bytes(struct writer *writer, uint16_t tag, const void *data, size_t length)
{
	uint8_t *at;

	if (length > PROTOCOL_MAX_FRAME) {
		writer->failed = true;
		return;
	}
	at = grow(writer, WIRE_FIELD + length);
	if (!at)
		return;
	put16(at, tag);
	put16(at + 2, 0);
	put32(at + 4, length);
	if (length)
		memcpy(at + WIRE_FIELD, data, length);
}

void wire_number(struct writer *writer, uint16_t tag, uint64_t value)
{
	uint8_t bytes[8];

	put32(bytes, value & 0xffffffff);
	put32(bytes + 4, value >> 32);
	wire_bytes(writer, tag, bytes, sizeof bytes);
}

void wire_text(struct writer *writer, uint16_t tag, const char *text)
{
	wire_bytes(writer, tag, text, strlen(text));
}

size_t wire_open(struct writer *writer, uint16_t tag)
{
	size_t record = writer->length;

	wire_bytes(writer, tag, NULL, 0);
	return record;
}

void wire_close(struct writer *writer, size_t record)
{
	if (!writer->failed)
		put32(writer->data + record + 4, writer->length - record - WIRE_FIELD);
}

void wire_fields(struct writer *writer, const struct writer *fields)
{
	uint8_t *at = grow(writer, fields->length);

	if (fields->failed)
		writer->failed = true;
	else if (at && fields->length)
		memcpy(at, fields->data, fields->length);
}

void wire_error(struct writer *writer, const struct error *error)
{
	size_t record = wire_open(writer, REPLY_ERROR);

	wire_number(writer, ERROR_ERRNO, error->number);
	wire_text(writer, ERROR_STAGE, error->stage);
	wire_text(writer, ERROR_OBJECT, error->object);
	wire_text(writer, ERROR_MESSAGE, error->message);
	wire_close(writer, record);
}

void wire_release(struct writer *writer)
{
	free(writer->data);
	*writer = (struct writer){0};
}

long wire_frame(const uint8_t *data, size_t length, struct frame *frame)
{
	uint32_t size;

	if (length < 4)
		return 0;
	size = get32(data);
	if (size < WIRE_HEADER - 4 || size > PROTOCOL_MAX_FRAME)
		return -1;
	if (length - 4 < size)
		return 0;
	frame->type = get32(data + 4);
	frame->id = get32(data + 8);
	frame->fields = (struct reader){data + WIRE_HEADER, data + 4 + size};
	return 4 + (long)size;
}

int wire_next(struct reader *reader, struct field *field)
{
	size_t left = reader->end - reader->at;

	if (left == 0)
		return 0;
	if (left < WIRE_FIELD)
		return -1;
	field->tag = get16(reader->at);
	field->length = get32(reader->at + 4);
	field->data = reader->at + WIRE_FIELD;
	if (get16(reader->at + 2) != 0 || field->length > left - WIRE_FIELD)
		return -1;
	reader->at = field->data + field->length;
	return 1;
}

struct reader wire_record(const struct field *field)
{
	return (struct reader){field->data, field->data + field->length};
}

int wire_read_number(const struct field *field, uint64_t *value)
{
	if (field->length != 8)
		return -1;
	*value = get32(field->data) | (uint64_t)get32(field->data + 4) << 32;
	return 0;
}

int wire_read_text(const struct field *field, char **text)
{
	char *copy;

	if (memchr(field->data, 0, field->length))
		return -1;
	copy = malloc(field->length + 1);
	if (!copy)
		return -1;
	memcpy(copy, field->data, field->length);
	copy[field->length] = 0;
	free(*text);
	*text = copy;
	return 0;
}
