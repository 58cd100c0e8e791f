#include "health.h"

#include <stdlib.h>

#include "../common/protocol.h"
#include "service.h"

static struct check *present;
static struct prober prober;
static enum service_state state;
static uint64_t since_ms;

static void probed(struct prober *done);

void health_set(struct check *check)
{
	prober_stop(&prober);
	if (present) {
		check_release(present);
		free(present);
	}
	present = check;
	if (check)
		prober_start(&prober, present, probed);
	state = STARTING;
	since_ms = wall_ms();
	service_changed();
}

bool health_passes(void)
{
	return !present || state == READY;
}

void health_write(struct writer *writer)
{
	if (!present)
		return;
	size_t record = wire_open(writer, STATUS_HEALTH);
	wire_text(writer, HEALTH_STATE, state_name(state));
	wire_number(writer, HEALTH_SINCE_MS, since_ms);
	wire_text(writer, HEALTH_MESSAGE, prober.message);
	wire_close(writer, record);
}

static void probed(struct prober *done)
{
	if (done->state == state)
		return;
	state = done->state;
	since_ms = wall_ms();
	service_changed();
}
