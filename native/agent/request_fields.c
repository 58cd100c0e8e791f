#include "request_fields.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "config.h"

static int wrong(struct error *error, const char *field)
{
	return error_set(error, EINVAL, "request", field, "is missing, damaged or out of range");
}

static int add_trash(const struct field *field, struct request_fields *result)
{
	if (result->trash_count == TRASH_MAX || wire_read_text(field, &result->trash[result->trash_count]) < 0)
		return -1;
	result->trash_count++;
	return 0;
}

/* Tags above the id mean something else in each message. */
static int read_field(const struct field *field, uint32_t type, struct request_fields *result, struct error *error)
{
	if (field->tag == STOP_ID)
		return wire_read_text(field, &result->id);
	switch (type) {
	case AGENT_UPDATE:
		return field->tag == UPDATE_LIMITS ? limits_read(wire_record(field), &result->limits, error) : 0;
	case AGENT_SIGNAL:
		return field->tag == SIGNAL_NUMBER ? wire_read_number(field, &result->signal) : 0;
	default:
		if (field->tag == STOP_GRACE_MS)
			return wire_read_number(field, &result->grace_ms);
		return field->tag == STOP_TRASH ? add_trash(field, result) : 0;
	}
}

int fields_read(struct reader fields, uint32_t type, struct request_fields *result, struct error *error)
{
	struct field field;
	int more;

	*result = (struct request_fields){.id = NULL};
	while ((more = wire_next(&fields, &field)) > 0)
		if (read_field(&field, type, result, error) < 0)
			return wrong(error, "field");
	return more < 0 || result->grace_ms > INT32_MAX ? wrong(error, "field") : 0;
}

int fields_need_id(const struct request_fields *fields, struct error *error)
{
	return id_valid(fields->id) ? 0 : wrong(error, "id");
}

void fields_release(struct request_fields *fields)
{
	for (int i = 0; i < fields->trash_count; i++)
		free(fields->trash[i]);
	free(fields->id);
}

static bool link_name_valid(const char *name)
{
	return name && *name && strlen(name) < IF_NAMESIZE && !strpbrk(name, "/ \t\n") && name[0] != '.';
}

int bridge_fields_read(struct reader fields, struct bridge_fields *result, struct error *error)
{
	cleanup_free char *text = NULL;
	struct field field;
	int more;

	*result = (struct bridge_fields){.name = NULL};
	while ((more = wire_next(&fields, &field)) > 0) {
		if (wire_read_text(&field, field.tag == BRIDGE_NAME ? &result->name : &text) < 0)
			return wrong(error, "field");
		if (field.tag == BRIDGE_ADDRESS) {
			if (address_parse(text, &result->address) < 0)
				return wrong(error, "address");
			result->has_address = true;
		} else if (field.tag == BRIDGE_MAC) {
			if (mac_parse(text, &result->mac) < 0)
				return wrong(error, "mac");
			result->has_mac = true;
		}
	}
	return more < 0 || !link_name_valid(result->name) ? wrong(error, "name") : 0;
}

void bridge_fields_release(struct bridge_fields *fields)
{
	free(fields->name);
}

int hosts_fields_read(struct reader fields, struct hosts_fields *result, struct error *error)
{
	struct field field;
	int more;

	*result = (struct hosts_fields){.path = NULL};
	while ((more = wire_next(&fields, &field)) > 0) {
		if (field.tag == HOSTS_PATH && wire_read_text(&field, &result->path) < 0)
			return wrong(error, "path");
		if (field.tag == HOSTS_CONTENT) {
			result->content = field.data;
			result->length = field.length;
		}
	}
	return more < 0 || !result->path || result->path[0] != '/' || !result->content ? wrong(error, "path") : 0;
}

void hosts_fields_release(struct hosts_fields *fields)
{
	free(fields->path);
}

static int read_port_field(const struct field *field, struct port_key *key)
{
	cleanup_free char *text = NULL;
	uint64_t number;

	switch (field->tag) {
	case PORT_OWNER:
		return wire_read_text(field, &key->owner);
	case PORT_ADDRESS:
		key->has_address = true;
		return wire_read_text(field, &text) == 0 && inet_pton(AF_INET, text, &key->address) == 1 ? 0 : -1;
	case PORT_NUMBER:
		if (wire_read_number(field, &number) < 0 || number == 0 || number > UINT16_MAX)
			return -1;
		key->port = (uint16_t)number;
		return 0;
	case PORT_PROTOCOL:
		if (wire_read_text(field, &text) < 0)
			return -1;
		key->udp = strcmp(text, "udp") == 0;
		return key->udp || strcmp(text, "tcp") == 0 ? 0 : -1;
	default:
		return 0;
	}
}

int port_key_read(struct reader fields, struct port_key *key, struct error *error)
{
	struct field field;
	int more;

	*key = (struct port_key){.owner = NULL};
	while ((more = wire_next(&fields, &field)) > 0)
		if (read_port_field(&field, key) < 0)
			return wrong(error, "port");
	return more < 0 || !key->owner || !*key->owner ? wrong(error, "owner") : 0;
}

void port_key_release(struct port_key *key)
{
	free(key->owner);
}
