#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/protocol.h"
#include "container.h"
#include "execution.h"
#include "log.h"

static void forget(struct client *client)
{
	struct client **at = &client->agent->first_client;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	containers_forget_client(client->agent, client);
	executions_forget_client(client->agent, client);
	loop_unwatch(&client->agent->loop, &client->watch);
	connection_close(&client->connection);
	free(client);
}

static void send_ready(struct client *client)
{
	bool waiting;

	if (connection_flush(&client->connection) < 0)
		return; /* the reading side will notice */
	waiting = connection_pending(&client->connection);
	loop_change(&client->agent->loop, &client->watch, EPOLLIN | (waiting ? EPOLLOUT : 0));
}

static void send_frame(struct client *client, uint32_t type, uint32_t id, const struct writer *fields)
{
	struct writer *out = &client->connection.out;
	size_t frame = wire_begin(out, type, id);

	if (fields)
		wire_fields(out, fields);
	if (wire_end(out, frame) < 0)
		log_line("an answer to request %u is too large", type);
	send_ready(client);
}

void client_answer(struct client *client, uint32_t type, uint32_t id, const struct writer *fields)
{
	send_frame(client, type | (uint32_t)PROTOCOL_REPLY, id, fields);
}

void client_refuse(struct client *client, uint32_t type, uint32_t id, const struct error *error)
{
	struct writer fields = {0};

	wire_error(&fields, error);
	client_answer(client, type, id, &fields);
	wire_release(&fields);
}

void client_event(struct client *client, uint32_t event, uint32_t id, const struct writer *fields)
{
	send_frame(client, event | (uint32_t)PROTOCOL_EVENT, id, fields);
}

static void serve(struct client *client, const struct frame *frame)
{
	struct request request = {client->agent, client, frame->type, frame->id, frame->fields, {0}};
	struct error error = {0};
	int outcome = request_handle(&request, &error);

	if (outcome < 0) {
		log_error("refused", &error);
		client_refuse(client, frame->type, frame->id, &error);
	} else if (outcome == OUTCOME_ANSWER) {
		client_answer(client, frame->type, frame->id, &request.reply);
	}
	wire_release(&request.reply);
	connection_drop_arrived(&client->connection);
}

static void client_ready(struct watch *watch, uint32_t events)
{
	struct client *client = OWNER(watch, struct client, watch);
	struct frame frame;
	int taken;

	if (events & EPOLLOUT)
		send_ready(client);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	if (connection_receive(&client->connection) < 0) {
		forget(client);
		return;
	}
	while ((taken = connection_take(&client->connection, &frame)) > 0 && !client->agent->loop.ended)
		serve(client, &frame);
	if (taken < 0) {
		log_line("a peer sent rubbish and was disconnected");
		forget(client);
	}
}

void clients_accept(struct watch *listener, uint32_t events)
{
	struct agent *agent = OWNER(listener, struct agent, listener);
	struct ucred peer = {0};
	socklen_t length = sizeof peer;
	struct error error;
	struct client *client;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	client = calloc(1, sizeof *client);
	if (!client || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != geteuid()) {
		free(client);
		close(fd);
		return;
	}
	client->agent = agent;
	client->watch = (struct watch){fd, client_ready};
	connection_init(&client->connection, fd);
	if (loop_watch(&agent->loop, &client->watch, EPOLLIN, &error) < 0) {
		connection_close(&client->connection);
		free(client);
		return;
	}
	client->next = agent->first_client;
	agent->first_client = client;
}

void clients_close_all(struct agent *agent)
{
	while (agent->first_client)
		forget(agent->first_client);
}
