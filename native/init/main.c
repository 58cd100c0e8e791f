/*
 * cantrip-init: process 1 of a container. Reaps, supervises services, runs programs and handles files for the host,
 * which speaks to it over the listening socket it inherits as descriptor 3 (native/PROTOCOL.md).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "control.h"
#include "loop.h"
#include "process.h"
#include "requests.h"
#include "run.h"
#include "services.h"
#include "waiters.h"

enum { CONTROL_SOCKET = 3, LAST_SIGNAL = 64 };

static bool changed, stopping;

static void on_change(void)
{
	changed = true;
}

static void on_stop(void)
{
	stopping = true;
	requests_refuse_changes();
	services_remove_all();
}

/* Descriptors 0 to 2 are taken, 3 is the socket, and nothing else was handed in: programs inherit none of it. */
static int arrange_descriptors(void)
{
	int accepts = 0;
	socklen_t size = sizeof accepts;

	syscall(SYS_close_range, CONTROL_SOCKET + 1, ~0u, 0);
	if (getsockopt(CONTROL_SOCKET, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) < 0 || !accepts)
		return -1;
	for (int fd = 0; fd < CONTROL_SOCKET; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -1;
	}
	fcntl(CONTROL_SOCKET, F_SETFD, FD_CLOEXEC);
	return fcntl(CONTROL_SOCKET, F_SETFL, O_NONBLOCK);
}

static void reset_signals(void)
{
	for (int number = 1; number <= LAST_SIGNAL; number++)
		signal(number, SIG_DFL);
}

static void settle(void)
{
	while (changed) {
		changed = false;
		services_settle();
		waiters_settle();
	}
}

int main(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	umask(022);
	reset_signals();
	service_changed = on_change;
	requests_begin(wall_ms());
	if (arrange_descriptors() < 0 || chdir("/") < 0) {
		fputs("cantrip-init: descriptor 3 must be a listening socket\n", stderr);
		return 1;
	}
	process_prepare();
	if (loop_open(on_stop) < 0 || control_start(CONTROL_SOCKET, requests_handle, run_client_gone) < 0) {
		perror("cantrip-init");
		return 1;
	}
	while (!stopping || services_count() > 0) {
		loop_turn();
		settle();
	}
	control_flush();
	return 0;
}
