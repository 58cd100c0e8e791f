#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/connection.h"
#include "loop.h"
#include "../common/protocol.h"

/* A client that does not read its answers is not read from either, so its backlog stays about this and one answer. */
enum { BACKLOG = 65536, REST_MS = 100 };

struct client {
	struct watch watch;
	struct connection connection;
	uint32_t serial;
	size_t frame; /* of the answer that is being written */
	uint32_t events;
	bool held; /* none of its requests is taken for now */
	bool busy; /* its requests are being handled, after which its answers are sent anyhow */
};

static struct client *clients[MAX_CLIENTS];
static struct watch listener = {.fd = -1};
static uint32_t last_serial;
static void (*handle_request)(const struct request *request);
static void (*client_gone)(uint32_t client);

static void listener_ready(struct watch *watch, uint32_t events);
static void listen_again(struct timer *timer);
static void client_ready(struct watch *watch, uint32_t events);
static void drop(struct client *client);
static struct client *find(uint32_t serial);

/* Of the listener, after it has found no descriptor left. */
static struct timer rest = {.fire = listen_again};

int control_start(int fd, void (*handle)(const struct request *request), void (*gone)(uint32_t client))
{
	handle_request = handle;
	client_gone = gone;
	listener.ready = listener_ready;
	return watch_start(&listener, fd, EPOLLIN);
}

struct writer *answer_begin(const struct answer *answer)
{
	struct client *client = find(answer->client);

	if (!client)
		return NULL;
	client->frame = wire_begin(&client->connection.out, PROTOCOL_REPLY | answer->type, answer->id);
	return &client->connection.out;
}

static void want(struct client *client, uint32_t events)
{
	if (client->events != events)
		watch_change(&client->watch, events);
	client->events = events;
}

void answer_end(const struct answer *answer)
{
	struct client *client = find(answer->client);
	struct error error;

	if (wire_end(&client->connection.out, client->frame) < 0) {
		error_set(&error, EMSGSIZE, "answer", "", "it is too large for one frame or for the memory there is");
		client->frame = wire_begin(&client->connection.out, PROTOCOL_REPLY | answer->type, answer->id);
		wire_error(&client->connection.out, &error);
		wire_end(&client->connection.out, client->frame);
	}
	if (!client->busy)
		want(client, client->events | EPOLLOUT);
}

void answer_done(const struct answer *answer)
{
	if (answer_begin(answer))
		answer_end(answer);
}

void answer_error(const struct answer *answer, const struct error *error)
{
	struct writer *writer = answer_begin(answer);

	if (!writer)
		return;
	wire_error(writer, error);
	answer_end(answer);
}

void answer_hold(const struct answer *answer)
{
	struct client *client = find(answer->client);

	if (client)
		client->held = true;
}

void answer_release(const struct answer *answer)
{
	struct client *client = find(answer->client);

	if (client)
		client->held = false;
}

void control_flush(void)
{
	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		if (clients[i])
			connection_flush(&clients[i]->connection);
	}
}

static void add_client(struct client **place, int fd)
{
	struct client *client = calloc(1, sizeof *client);

	if (!client) {
		close(fd);
		return;
	}
	client->watch.ready = client_ready;
	client->events = EPOLLIN;
	if (watch_start(&client->watch, fd, client->events) < 0) {
		free(client);
		return;
	}
	connection_init(&client->connection, fd);
	if (++last_serial == 0)
		last_serial = 1;
	client->serial = last_serial;
	*place = client;
}

static void listen_again(struct timer *timer)
{
	(void)timer;
	watch_change(&listener, EPOLLIN);
}

static void listener_ready(struct watch *watch, uint32_t events)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
		watch_change(watch, 0);
		timer_start(&rest, REST_MS);
	}
	if (fd < 0)
		return;
	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		if (clients[i])
			continue;
		add_client(&clients[i], fd);
		return;
	}
	close(fd);
}

/* Handles the frames that are there: 1 when it had to stop before the last, 0 when none is left, -1 for rubbish. */
static int take_frames(struct client *client)
{
	struct frame frame;

	while (!client->held && client->connection.out.length - client->connection.sent < BACKLOG) {
		int taken = connection_take(&client->connection, &frame);
		if (taken <= 0)
			return taken;
		const struct request request = {
			.answer = {client->serial, frame.type, frame.id},
			.fields = frame.fields,
		};
		handle_request(&request);
	}
	return 1;
}

static void client_ready(struct watch *watch, uint32_t events)
{
	struct client *client = container_of(watch, struct client, watch);
	struct connection *connection = &client->connection;
	bool gone = false;
	int left;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		gone = connection_receive(connection) < 0;
	connection_drop_arrived(connection);
	client->busy = true;
	do {
		left = take_frames(client);
		if (left < 0 || connection_flush(connection) < 0)
			gone = true;
	} while (left > 0 && !gone && !client->held && !connection_pending(connection));
	client->busy = false;
	if (gone)
		drop(client);
	else
		want(client, (left > 0 ? 0 : EPOLLIN) | (connection_pending(connection) ? EPOLLOUT : 0));
}

static void drop(struct client *client)
{
	size_t i = 0;

	while (clients[i] != client)
		i++;
	clients[i] = NULL;
	watch_release(&client->watch); /* the connection closes it */
	connection_close(&client->connection);
	client_gone(client->serial);
	free(client);
}

static struct client *find(uint32_t serial)
{
	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		if (clients[i] && clients[i]->serial == serial)
			return clients[i];
	}
	return NULL;
}
