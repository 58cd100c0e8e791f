#include "loop.h"

#include <limits.h>
#include <sys/epoll.h>
#include <time.h>

int loop_init(struct loop *loop, struct error *error)
{
	*loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	return loop->epoll < 0 ? error_system(error, "loop", "epoll") : 0;
}

int loop_watch(struct loop *loop, struct watch *watch, uint32_t events, struct error *error)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) < 0 ? error_system(error, "loop", "epoll") : 0;
}

void loop_change(struct loop *loop, struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_unwatch(struct loop *loop, struct watch *watch)
{
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

uint64_t loop_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void loop_set(struct loop *loop, struct timer *timer, uint64_t milliseconds, void (*due)(struct timer *))
{
	struct timer **at = &loop->timers;

	loop_cancel(loop, timer);
	timer->at = loop_now() + milliseconds;
	timer->due = due;
	timer->set = true;
	while (*at && (*at)->at <= timer->at)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
}

void loop_cancel(struct loop *loop, struct timer *timer)
{
	struct timer **at = &loop->timers;

	if (!timer->set)
		return;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->set = false;
}

static void run_timers(struct loop *loop)
{
	while (loop->timers && loop->timers->at <= loop_now()) {
		struct timer *timer = loop->timers;

		loop->timers = timer->next;
		timer->set = false;
		timer->due(timer);
	}
}

static int time_left(const struct loop *loop)
{
	uint64_t now = loop_now();

	if (!loop->timers)
		return -1;
	if (loop->timers->at <= now)
		return 0;
	return loop->timers->at - now > INT_MAX ? INT_MAX : (int)(loop->timers->at - now);
}

void loop_run(struct loop *loop)
{
	while (!loop->ended) {
		struct epoll_event event;
		int count = epoll_wait(loop->epoll, &event, 1, time_left(loop));

		if (count == 1) {
			struct watch *watch = event.data.ptr;

			watch->ready(watch, event.events);
		}
		run_timers(loop);
	}
}
