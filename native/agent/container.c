#include "container.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "container_parts.h"
#include "control.h"
#include "departed.h"
#include "log.h"
#include "process.h"
#include "raw.h"

enum { LEFTOVER_TRIES = 1000 };

struct container *container_find(struct agent *agent, const char *id)
{
	for (struct container *container = agent->first_container; container; container = container->next)
		if (strcmp(container->id, id) == 0)
			return container;
	return NULL;
}

struct container *container_adopt(struct agent *agent, const char *id, struct error *error)
{
	struct container *container = calloc(1, sizeof *container);

	if (!container) {
		error_set(error, ENOMEM, "container", id, "there is no memory");
		return NULL;
	}
	container->agent = agent;
	container->pidfd = -1;
	strcpy(container->id, id);
	container->next = agent->first_container;
	agent->first_container = container;
	return container;
}

void container_drop(struct container *container)
{
	struct container **at = &container->agent->first_container;

	while (*at != container)
		at = &(*at)->next;
	*at = container->next;
	loop_cancel(&container->agent->loop, &container->timer);
	if (container->pidfd >= 0) {
		loop_unwatch(&container->agent->loop, &container->watch);
		close(container->pidfd);
	}
	for (int i = 0; i < container->trash_count; i++)
		free(container->trash[i]);
	free(container->trash);
	free(container);
}

/* The end of process 1 is the end of all, by the pid namespace. */
static void ended(struct watch *watch, uint32_t events)
{
	struct container *container = OWNER(watch, struct container, watch);
	struct error error;

	(void)events;
	container->has_status = process_reap(container->pid, container->pidfd, &container->status);
	container->running = false;
	loop_unwatch(&container->agent->loop, watch);
	close_descriptor(&container->pidfd);
	loop_cancel(&container->agent->loop, &container->timer);
	log_line("%s ended, status %#x", container->id, container->has_status ? container->status : -1);
	if (!container->removing && container_save(container, &error) < 0)
		log_error(container->id, &error);
	container_ended(container);
}

int container_follow(struct container *container, int pidfd, struct error *error)
{
	container->pidfd = pidfd;
	container->watch = (struct watch){pidfd, ended};
	container->running = true;
	return loop_watch(&container->agent->loop, &container->watch, EPOLLIN, error);
}

static uint64_t epoch_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int note_process(struct container *container, const struct launched *launched, struct error *error)
{
	container->pid = launched->pid;
	container->started_ms = epoch_ms();
	if (process_start_ticks(launched->pid, &container->start_ticks) < 0 ||
	    process_pid_namespace(launched->pid, &container->pid_namespace) < 0)
		return error_system(error, "record", container->id);
	return container_save(container, error);
}

/*
 * What a crash or an end left of that id: processes, groups, directory. Only here the agent waits, at most a
 * second, since nobody can start what is still half there.
 */
static int clean_leftovers(struct container *container, struct error *error)
{
	struct timespec pause = {.tv_nsec = 1000000};
	int result = -1;

	if (!container->pid)
		group_kill(&container->agent->workshop.cgroups, container->id);
	for (int i = 0; i < LEFTOVER_TRIES && result < 0; i++) {
		if (i)
			nanosleep(&pause, NULL);
		result = group_remove(&container->agent->workshop.cgroups, container->id, error);
	}
	links_remove(container->agent->workshop.routing, container->id);
	control_remove(container->agent->containers, container->id);
	return result;
}

static int start_fresh(struct container *container, const struct config *config, struct marks *marks,
		       struct error *error)
{
	struct agent *agent = container->agent;
	struct launched launched;
	cleanup_close int control = control_create(agent->containers, config->id, error);

	if (control < 0)
		return -1;
	marks_add(marks, "control");
	if (launch(&agent->workshop, config, control, &launched, marks, error) < 0)
		return -1;
	if (container_follow(container, launched.pidfd, error) < 0 || note_process(container, &launched, error) < 0) {
		raw(SYS_pidfd_send_signal, launched.pidfd, SIGKILL, NULL, 0);
		return -1;
	}
	marks_add(marks, "record");
	log_line("%s started, pid %d", container->id, container->pid);
	return 0;
}

struct container *container_start(struct agent *agent, const struct config *config, struct marks *marks,
				  struct error *error)
{
	struct container *container = container_find(agent, config->id);
	struct error ignored;

	if (container && (container->running || container->removing)) {
		error_set(error, EBUSY, "container", config->id, "is being removed");
		return container->removing ? NULL : container;
	}
	marks_start(marks);
	if (container) {
		if (clean_leftovers(container, error) < 0)
			return NULL;
		container_drop(container);
	}
	container = container_adopt(agent, config->id, error);
	if (!container)
		return NULL;
	container->builder = config->builder;
	departed_return(agent->workshop.routing, config->id);
	if (start_fresh(container, config, marks, error) == 0)
		return container;
	if (container->running) /* it ends by itself now; its removal cleans up */
		return NULL;
	clean_leftovers(container, &ignored);
	container_drop(container);
	return NULL;
}

void container_stop(struct container *container, uint64_t grace_ms)
{
	if (!container->running)
		return;
	if (grace_ms == 0) {
		container_kill(container);
		return;
	}
	raw(SYS_pidfd_send_signal, container->pidfd, SIGTERM, NULL, 0);
	if (!container->timer.set || container->timer.at > loop_now() + grace_ms)
		loop_set(&container->agent->loop, &container->timer, grace_ms, container_grace_over);
}

void containers_close(struct agent *agent)
{
	while (agent->first_container)
		container_drop(agent->first_container);
}
