#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"

enum { HOSTNAME_MAX = 64, WEIGHT_MAX = 10000 };

static int wrong(struct error *error, const char *field, const char *reason)
{
	return error_set(error, EINVAL, "request", field, "%s", reason);
}

static int text(const struct field *field, char **to, const char *name, struct error *error)
{
	return wire_read_text(field, to) < 0 ? wrong(error, name, "is not a text") : 0;
}

static int number(const struct field *field, uint64_t *to, const char *name, struct error *error)
{
	return wire_read_number(field, to) < 0 ? wrong(error, name, "is not a number") : 0;
}

static int flag(const struct field *field, bool *to, const char *name, struct error *error)
{
	uint64_t value = 0;

	if (number(field, &value, name, error) < 0)
		return -1;
	*to = value != 0;
	return 0;
}

bool id_valid(const char *id)
{
	return id && strlen(id) == ID_LENGTH && strspn(id, "0123456789abcdef") == ID_LENGTH;
}

int limits_read(struct reader fields, struct limits *limits, struct error *error)
{
	struct field field;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		uint64_t value;

		if (number(&field, &value, "limits", error) < 0)
			return -1;
		if (field.tag == LIMITS_CPU)
			limits->cpu = value;
		else if (field.tag == LIMITS_MEMORY)
			limits->memory = value;
		else if (field.tag == LIMITS_PIDS)
			limits->pids = value;
		else if (field.tag == LIMITS_WEIGHT)
			limits->weight = value;
	}
	if (more < 0 || limits->weight > WEIGHT_MAX || limits->memory > INT64_MAX || limits->pids > INT32_MAX ||
	    limits->cpu > INT32_MAX)
		return wrong(error, "limits", "are out of range");
	return 0;
}

/* /proc, /sys and /dev belong to the runtime. */
static bool target_allowed(const char *target)
{
	static const char *const ours[] = {"/proc", "/sys", "/dev"};

	if (target[0] != '/' || target[1] == 0 || strstr(target, "/../") || strlen(target) >= 256)
		return false;
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		size_t length = strlen(ours[i]);

		if (strncmp(target, ours[i], length) == 0 && (target[length] == '/' || target[length] == 0))
			return false;
	}
	return true;
}

static int read_volume(struct reader fields, struct config *config, struct error *error)
{
	struct volume *volume = &config->volumes[config->volume_count];
	struct field field;
	int more, failed = 0;

	if (config->volume_count == VOLUME_MAX)
		return wrong(error, "mount", "there are too many");
	config->volume_count++;
	while (!failed && (more = wire_next(&fields, &field)) > 0) {
		if (field.tag == MOUNT_SOURCE)
			failed = text(&field, &volume->source, "mount source", error);
		else if (field.tag == MOUNT_TARGET)
			failed = text(&field, &volume->target, "mount target", error);
		else if (field.tag == MOUNT_READ_ONLY)
			failed = flag(&field, &volume->read_only, "mount read-only", error);
		else if (field.tag == MOUNT_OPTIONAL)
			failed = flag(&field, &volume->optional, "mount optional", error);
	}
	if (failed)
		return -1;
	if (more < 0 || !volume->source || !volume->target || volume->source[0] != '/')
		return wrong(error, "mount", "needs an absolute source and a target");
	if (!target_allowed(volume->target))
		return wrong(error, volume->target, "cannot be a mount's target");
	return 0;
}

static int read_nic(struct reader fields, struct config *config, struct error *error)
{
	cleanup_free char *value = NULL;
	struct address gateway = {0};
	struct field field;
	unsigned found = 0;
	int more;

	while ((more = wire_next(&fields, &field)) > 0) {
		if (text(&field, &value, "network", error) < 0)
			return -1;
		if (field.tag == NETWORK_BRIDGE && wire_read_text(&field, &config->nic.bridge) == 0)
			found |= 1;
		else if (field.tag == NETWORK_ADDRESS && address_parse(value, &config->nic.address) == 0)
			found |= 2;
		else if (field.tag == NETWORK_GATEWAY && address_parse(value, &gateway) == 0)
			config->nic.gateway = gateway.ip;
		else if (field.tag == NETWORK_MAC && mac_parse(value, &config->nic.mac) == 0)
			found |= 4;
		else if (field.tag <= NETWORK_MAC)
			return wrong(error, value, "is no bridge, address or MAC");
	}
	if (more < 0 || found != 7)
		return wrong(error, "network", "needs a bridge, an address and a MAC");
	config->has_nic = true;
	return 0;
}

static int add_layer(const struct field *field, struct config *config, struct error *error)
{
	char **layers = realloc(config->root.layers, (config->root.layer_count + 1) * sizeof *layers);

	if (!layers)
		return wrong(error, "layer", "there is no memory");
	config->root.layers = layers;
	layers[config->root.layer_count++] = NULL;
	return text(field, &layers[config->root.layer_count - 1], "layer", error);
}

static int read_field(const struct field *field, struct config *config, struct error *error)
{
	switch (field->tag) {
	case START_ID:
		return text(field, &config->id, "id", error);
	case START_HOSTNAME:
		return text(field, &config->hostname, "hostname", error);
	case START_LAYER:
		return add_layer(field, config, error);
	case START_UPPER:
		return text(field, &config->root.upper, "upper", error);
	case START_WORK:
		return text(field, &config->root.work, "work", error);
	case START_MOUNT:
		return read_volume(wire_record(field), config, error);
	case START_NETWORK:
		return read_nic(wire_record(field), config, error);
	case START_LIMITS:
		return limits_read(wire_record(field), &config->limits, error);
	case START_INIT:
		return text(field, &config->init, "init", error);
	case START_LOGS:
		return text(field, &config->logs, "logs", error);
	case START_BUILDER:
		return flag(field, &config->builder, "builder", error);
	default:
		return 0;
	}
}

static int check(const struct config *config, struct error *error)
{
	if (!id_valid(config->id))
		return wrong(error, "id", "must be 16 hexadecimal characters");
	if (!config->hostname || !*config->hostname || strlen(config->hostname) > HOSTNAME_MAX)
		return wrong(error, "hostname", "must have 1 to 64 characters");
	if (config->root.layer_count == 0)
		return wrong(error, "layer", "there must be one");
	if (!config->root.upper != !config->root.work)
		return wrong(error, "upper", "upper and work go together");
	if (!config->init || config->init[0] != '/')
		return wrong(error, "init", "must be an absolute path");
	return 0;
}

int config_read(struct reader fields, struct config *config, struct error *error)
{
	struct field field;
	int more;

	*config = (struct config){.id = NULL};
	while ((more = wire_next(&fields, &field)) > 0)
		if (read_field(&field, config, error) < 0)
			return -1;
	return more < 0 ? wrong(error, "start", "the fields are damaged") : check(config, error);
}

void config_release(struct config *config)
{
	for (int i = 0; i < config->root.layer_count; i++)
		free(config->root.layers[i]);
	for (int i = 0; i < config->volume_count; i++) {
		free(config->volumes[i].source);
		free(config->volumes[i].target);
	}
	free(config->root.layers);
	free(config->root.upper);
	free(config->root.work);
	free(config->nic.bridge);
	free(config->id);
	free(config->hostname);
	free(config->init);
	free(config->logs);
	*config = (struct config){.id = NULL};
}
