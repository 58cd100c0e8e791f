#include "idle.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "client.h"
#include "control.h"
#include "log.h"

enum { ROUNDS = 4 }; /* looks within the limit */

static bool needed(const struct agent *agent)
{
	return agent->first_container || agent->first_client || agent->first_execution || agent->ports.first;
}

/*
 * Nobody may connect to an agent that is about to end: the name goes first, and whoever came through it before
 * that is served, under the name made anew.
 */
static void leave(struct agent *agent)
{
	struct pollfd waiting = {.fd = agent->listener.fd, .events = POLLIN};
	struct error error;
	int fresh;

	unlinkat(agent->run, "agent.sock", 0);
	if (poll(&waiting, 1, 0) == 0) {
		agent->loop.ended = true;
		return;
	}
	while (poll(&waiting, 1, 0) > 0)
		clients_accept(&agent->listener, POLLIN);
	fresh = socket_listen(agent->run, "agent.sock", &error);
	if (fresh < 0) {
		log_error("socket", &error);
		agent->loop.ended = true;
		return;
	}
	loop_unwatch(&agent->loop, &agent->listener);
	close(agent->listener.fd);
	agent->listener.fd = fresh;
	loop_watch(&agent->loop, &agent->listener, EPOLLIN, &error);
}

static void look(struct timer *timer)
{
	struct agent *agent = OWNER(timer, struct agent, idle);

	if (needed(agent))
		agent->idle_since = 0;
	else if (!agent->idle_since)
		agent->idle_since = loop_now();
	else if (loop_now() - agent->idle_since >= agent->idle_limit * 1000)
		leave(agent);
	idle_watch(agent);
}

void idle_watch(struct agent *agent)
{
	if (agent->idle_limit)
		loop_set(&agent->loop, &agent->idle, agent->idle_limit * 1000 / ROUNDS, look);
}
