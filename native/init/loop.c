#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH 16
#define FAR_MS (UINT64_C(1) << 40) /* longer than anything here lives */

static int epoll_fd = -1;
static void (*stop_asked)(void);
static struct watch signals = {.fd = -1};
static struct timer *timers; /* earliest first */
static struct child *children;

/* The events being handled: those of a watch that is stopped meanwhile are struck out. */
static struct epoll_event batch[BATCH];
static int batch_count;

static void signal_ready(struct watch *watch, uint32_t events);
static void reap(void);
static int wait_ms(void);
static void fire_timers(void);

int loop_open(void (*on_stop)(void))
{
	stop_asked = on_stop;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		return -1;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	signals.ready = signal_ready;
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -1 : watch_start(&signals, fd, EPOLLIN);
}

void loop_turn(void)
{
	batch_count = epoll_wait(epoll_fd, batch, BATCH, wait_ms());
	for (int i = 0; i < batch_count; i++) {
		struct watch *watch = batch[i].data.ptr;
		if (watch)
			watch->ready(watch, batch[i].events);
	}
	batch_count = 0;
	fire_timers();
}

int watch_start(struct watch *watch, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		watch->fd = -1;
		return -1;
	}
	watch->fd = fd;
	return 0;
}

void watch_change(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void watch_stop(struct watch *watch)
{
	int fd = watch_release(watch);

	if (fd >= 0)
		close(fd);
}

int watch_release(struct watch *watch)
{
	int fd = watch->fd;

	if (fd < 0)
		return -1;
	/* Explicitly, because a process being started may hold a copy of the descriptor for a moment. */
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	watch->fd = -1;
	for (int i = 0; i < batch_count; i++) {
		if (batch[i].data.ptr == watch)
			batch[i].data.ptr = NULL;
	}
	return fd;
}

void timer_start(struct timer *timer, uint64_t delay_ms)
{
	timer_stop(timer);
	timer->at_ms = now_ms() + (delay_ms < FAR_MS ? delay_ms : FAR_MS);
	timer->armed = true;
	struct timer **place = &timers;
	while (*place && (*place)->at_ms <= timer->at_ms)
		place = &(*place)->next;
	timer->next = *place;
	*place = timer;
}

void timer_stop(struct timer *timer)
{
	if (!timer->armed)
		return;
	struct timer **place = &timers;
	while (*place != timer)
		place = &(*place)->next;
	*place = timer->next;
	timer->armed = false;
}

void child_track(struct child *child)
{
	child->next = children;
	children = child;
}

void child_forget(struct child *child)
{
	struct child **place = &children;
	while (*place && *place != child)
		place = &(*place)->next;
	if (*place)
		*place = child->next;
}

uint64_t now_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

uint64_t wall_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void signal_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	struct signalfd_siginfo info;
	while (read(watch->fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo != SIGCHLD)
			stop_asked();
	}
	reap();
}

/* Process 1 reaps everybody, also those that it did not start. */
static void reap(void)
{
	for (;;) {
		siginfo_t info = {.si_pid = 0};
		/* The zombie is left for a moment: as long as it is there its number cannot be a stranger's group. */
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
			return;
		struct child *child = children;
		while (child && child->pid != info.si_pid)
			child = child->next;
		if (child && child->alone)
			kill(-child->pid, SIGKILL);
		int status = 0;
		waitpid(info.si_pid, &status, 0);
		if (!child)
			continue;
		child_forget(child);
		child->pid = 0;
		child->exited(child, status);
	}
}

static int wait_ms(void)
{
	if (!timers)
		return -1;
	uint64_t now = now_ms();
	if (timers->at_ms <= now)
		return 0;
	uint64_t wait = timers->at_ms - now;
	return wait > 60000 ? 60000 : (int)wait;
}

/* `now` stands still, so that timers which re-arm themselves without delay cannot keep descriptors waiting. */
static void fire_timers(void)
{
	uint64_t now = now_ms();
	while (timers && timers->at_ms <= now) {
		struct timer *timer = timers;
		timer_stop(timer);
		timer->fire(timer);
	}
}
