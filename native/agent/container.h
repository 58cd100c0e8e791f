/* The containers the agent knows, and what happens to them over time. */
#ifndef CANTRIP_CONTAINER_H
#define CANTRIP_CONTAINER_H

#include "agent.h"
#include "client.h"

/* Somebody who waits for a container's end: AGENT_STOP, AGENT_REMOVE or AGENT_WAIT. */
struct waiter {
	struct waiter *next;
	struct client *client;
	uint32_t type;
	uint32_t id;
};

struct container {
	struct agent *agent;
	char id[ID_LENGTH + 1];
	bool running;
	bool builder;
	pid_t pid;              /* 0 when it was never known */
	uint64_t start_ticks;   /* with the namespace it tells the process from a later one of the same pid */
	uint64_t pid_namespace; /* inode number */
	uint64_t started_ms;    /* since the epoch */
	bool has_status;
	int status; /* wait status */
	int pidfd;  /* -1 when not running */
	struct watch watch;
	struct timer timer; /* SIGKILL, or the next try to remove the groups */
	struct waiter *waiters;
	bool removing;
	uint64_t give_up; /* when removing ends with an error, loop_now */
	char **trash;
	int trash_count;
	struct container *next;
};

struct container *container_find(struct agent *agent, const char *id);
/* Brings back what the last agent left. */
int containers_load(struct agent *agent, struct error *error);
/* Makes and runs a container; what is left of an earlier one of that id is cleaned up first. */
struct container *container_start(struct agent *agent, const struct config *config, struct marks *marks,
				  struct error *error);
/* SIGTERM now, SIGKILL after the grace. The end arrives later. */
void container_stop(struct container *container, uint64_t grace_ms);
/* Stops it, then removes groups, run directory and record. `container` is gone when that is done. */
void container_remove(struct container *container, uint64_t grace_ms);
/* A container of which only the id is known, so that it can be removed. */
struct container *container_adopt(struct agent *agent, const char *id, struct error *error);
/* Answers the request when the container has ended (when it is removed, for AGENT_REMOVE). */
int container_await(struct container *container, const struct request *request, struct error *error);
void containers_forget_client(struct agent *agent, const struct client *client);
/* Gives everything back, without touching the containers. */
void containers_close(struct agent *agent);

#endif
