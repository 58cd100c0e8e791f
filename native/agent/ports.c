#include "ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "log.h"
#include "record.h"

#define RECORD_NAME "ports"

static void describe(const struct held_port *port, char text[static 64])
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &port->address, address, sizeof address);
	snprintf(text, 64, "%s:%u/%s", address, port->port, port->udp ? "udp" : "tcp");
}

static int bind_port(const struct held_port *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port->port), .sin_addr.s_addr = port->address};
	int fd = socket(AF_INET, (port->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		close_descriptor(&fd);
	return fd;
}

static bool matches(const struct held_port *port, const struct port_key *key)
{
	if (key->port == 0)
		return strcmp(port->owner, key->owner) == 0;
	return port->port == key->port && port->address == key->address && port->udp == key->udp;
}

void ports_write(const struct ports *ports, struct writer *fields, uint16_t tag)
{
	for (const struct held_port *port = ports->first; port; port = port->next) {
		size_t record = wire_open(fields, tag);
		char address[INET_ADDRSTRLEN];

		wire_text(fields, HELD_OWNER, port->owner);
		wire_text(fields, HELD_ADDRESS, inet_ntop(AF_INET, &port->address, address, sizeof address));
		wire_number(fields, HELD_PORT, port->port);
		wire_text(fields, HELD_PROTOCOL, port->udp ? "udp" : "tcp");
		wire_close(fields, record);
	}
}

static int save(const struct ports *ports, struct error *error)
{
	struct writer fields = {0};
	int result;

	ports_write(ports, &fields, PORT_LIST_HELD);
	result = record_write(ports->directory, RECORD_NAME, &fields, error);
	wire_release(&fields);
	return result;
}

static struct held_port *add(struct ports *ports, const struct port_key *key)
{
	struct held_port *port = calloc(1, sizeof *port);

	if (!port)
		return NULL;
	snprintf(port->owner, sizeof port->owner, "%s", key->owner);
	port->address = key->address;
	port->port = key->port;
	port->udp = key->udp;
	port->fd = bind_port(port);
	port->next = ports->first;
	ports->first = port;
	return port;
}

static void drop(struct ports *ports, struct held_port *port)
{
	struct held_port **at = &ports->first;

	while (*at != port)
		at = &(*at)->next;
	*at = port->next;
	close_descriptor(&port->fd);
	free(port);
}

int ports_hold(struct ports *ports, const struct port_key *key, struct error *error)
{
	struct held_port *port;
	char text[64];

	for (port = ports->first; port && !matches(port, key); port = port->next)
		;
	if (port && strcmp(port->owner, key->owner) != 0) {
		describe(port, text);
		return error_set(error, EADDRINUSE, "port", text, "is held for '%s'", port->owner);
	}
	if (port && port->fd >= 0)
		return 0;
	if (port)
		drop(ports, port);
	port = add(ports, key);
	if (!port)
		return error_set(error, ENOMEM, "port", key->owner, "there is no memory");
	if (port->fd >= 0)
		return save(ports, error);
	describe(port, text);
	error_system(error, "port", text);
	drop(ports, port);
	return -1;
}

int ports_release(struct ports *ports, const struct port_key *key, struct error *error)
{
	bool changed = false;

	for (struct held_port *port = ports->first, *next; port; port = next) {
		next = port->next;
		if (!matches(port, key) || strcmp(port->owner, key->owner) != 0)
			continue;
		drop(ports, port);
		changed = true;
	}
	return changed ? save(ports, error) : 0;
}

static int read_held(struct reader fields, struct port_key *key)
{
	cleanup_free char *text = NULL;
	struct field field;
	uint64_t value = 0;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		if (field.tag == HELD_OWNER && wire_read_text(&field, &key->owner) < 0)
			return -1;
		if (field.tag == HELD_ADDRESS &&
		    (wire_read_text(&field, &text) < 0 || inet_pton(AF_INET, text, &key->address) != 1))
			return -1;
		if (field.tag == HELD_PORT && wire_read_number(&field, &value) < 0)
			return -1;
		if (field.tag == HELD_PROTOCOL && wire_read_text(&field, &text) < 0)
			return -1;
		if (field.tag == HELD_PROTOCOL)
			key->udp = strcmp(text, "udp") == 0;
	}
	key->port = (uint16_t)value;
	return more < 0 || !key->owner || !key->port ? -1 : 0;
}

void ports_load(struct ports *ports)
{
	cleanup_free uint8_t *data = NULL;
	struct reader fields;
	struct error error;
	struct field field;

	if (record_read(ports->directory, RECORD_NAME, &data, &fields, &error) < 0) {
		if (error.number != ENOENT)
			log_error("ports", &error);
		return;
	}
	while (wire_next(&fields, &field) > 0) {
		struct port_key key = {0};
		struct held_port *port = NULL;

		if (read_held(wire_record(&field), &key) == 0)
			port = add(ports, &key);
		if (port && port->fd < 0)
			log_line("port %u of '%s' was taken by somebody else meanwhile", port->port, port->owner);
		free(key.owner);
	}
}
