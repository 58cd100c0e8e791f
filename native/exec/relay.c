#include "relay.h"

#include <errno.h>
#include <unistd.h>

void relay_poll(const struct relay *relay, struct pollfd *from, struct pollfd *to)
{
	bool full = relay->sent < relay->length;

	*from = (struct pollfd){.fd = relay->ended || full ? -1 : relay->from, .events = POLLIN};
	*to = (struct pollfd){.fd = !relay->ended && full ? relay->to : -1, .events = POLLOUT};
}

static void end(struct relay *relay)
{
	relay->ended = true;
	if (relay->close_to)
		close(relay->to);
}

static void fill(struct relay *relay)
{
	ssize_t got = read(relay->from, relay->data, sizeof relay->data);

	if (got > 0) {
		relay->length = got;
		relay->sent = 0;
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		end(relay); /* a terminal whose last user has gone says EIO */
	}
}

/* When nobody reads any more, the program is told by its next write. */
static void empty(struct relay *relay)
{
	ssize_t sent = write(relay->to, relay->data + relay->sent, relay->length - relay->sent);

	if (sent > 0)
		relay->sent += sent;
	else if (errno != EAGAIN && errno != EINTR) {
		end(relay);
		close(relay->from);
	}
}

void relay_move(struct relay *relay, const struct pollfd *from, const struct pollfd *to)
{
	if (from->fd >= 0 && from->revents)
		fill(relay);
	if (!relay->ended && relay->sent < relay->length && (to->fd < 0 || to->revents))
		empty(relay);
}

void relay_drain(struct relay *relay)
{
	while (!relay->ended) {
		struct pollfd from, to;

		relay_poll(relay, &from, &to);
		if (from.fd >= 0 ? poll(&from, 1, 0) <= 0 : poll(&to, 1, -1) <= 0)
			return;
		relay_move(relay, &from, &to);
	}
}
