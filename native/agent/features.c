#include "features.h"

#include <stdio.h>
#include <unistd.h>

#include "../common/protocol.h"

static void write_feature(struct writer *reply, const char *name, bool present, const char *reason)
{
	char text[128];

	if (present)
		snprintf(text, sizeof text, "%s=yes", name);
	else
		snprintf(text, sizeof text, "%s=no: %s", name, reason);
	wire_text(reply, HELLO_FEATURE, text);
}

void features_write(const struct workshop *workshop, struct writer *reply)
{
	const struct cgroups *cgroups = &workshop->cgroups;
	unsigned controllers = cgroups_controllers(cgroups);
	bool v2 = cgroups->v2_root >= 0;
	const char *no_controller = "no mounted hierarchy carries the controller";

	write_feature(reply, "cgroup-v1", cgroups->v1_count > 0, "no v1 hierarchy carries a controller");
	write_feature(reply, "cgroup-v2", v2, "no controller is on the unified hierarchy");
	write_feature(reply, "limit-cpu", controllers & CONTROLLER_CPU, no_controller);
	write_feature(reply, "limit-memory", controllers & CONTROLLER_MEMORY, no_controller);
	write_feature(reply, "limit-pids", controllers & CONTROLLER_PIDS, no_controller);
	write_feature(reply, "device-rules", (controllers & CONTROLLER_DEVICES) || v2, no_controller);
	write_feature(reply, "ipv6-forwarding", false, "bridges carry IPv4 only");
	write_feature(reply, "user-namespaces", false, "containers run with the host's user ids and fewer rights");
}
