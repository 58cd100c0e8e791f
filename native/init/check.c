#include "check.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "text.h"

enum { LAST_OUTPUT = 512, REQUEST_SIZE = 4096, READS_AT_END = 16 };

static void probe(struct timer *timer);
static void probe_port(struct prober *prober);
static void probe_program(struct prober *prober);
static void finish(struct prober *prober, bool passed, const char *reason);
static void settle(struct prober *prober, bool passed);
static void late(struct timer *timer);

void prober_start(struct prober *prober, const struct check *check, void (*probed)(struct prober *prober))
{
	*prober = (struct prober){
		.check = check,
		.state = STARTING,
		.probed = probed,
		.watch.fd = -1,
		.output.limit = LAST_OUTPUT,
		.timer.fire = probe,
	};
	timer_start(&prober->timer, 0);
}

void prober_stop(struct prober *prober)
{
	if (!prober->check)
		return;
	timer_stop(&prober->timer);
	watch_stop(&prober->watch);
	process_abandon(&prober->process);
	tail_release(&prober->output);
	prober->check = NULL;
}

static void probe(struct timer *timer)
{
	struct prober *prober = container_of(timer, struct prober, timer);

	prober->began_ms = now_ms();
	prober->timer.fire = late;
	timer_start(&prober->timer, prober->check->timeout_ms);
	if (prober->check->kind == EXEC_CHECK)
		probe_program(prober);
	else
		probe_port(prober);
}

/* The program's end is awaited even then, so that it is known to be gone before the next one starts. */
static void late(struct timer *timer)
{
	struct prober *prober = container_of(timer, struct prober, timer);

	if (prober->process.child.pid == 0) {
		finish(prober, false, "timed out");
		return;
	}
	prober->timed_out = true;
	process_kill_group(&prober->process);
}

/* Puts the subject before the reason: "http 127.0.0.1:3000/health: 503". */
static void finish(struct prober *prober, bool passed, const char *reason)
{
	const struct check *check = prober->check;
	unsigned port = (unsigned)check->port;
	struct text text = text_into(prober->message, sizeof prober->message);

	if (!passed && check->kind == TCP_CHECK)
		text_add(&text, "tcp %u: ", port);
	if (!passed && check->kind == HTTP_CHECK)
		text_add(&text, "http 127.0.0.1:%u%s: ", port, check->path ? check->path : "/");
	if (!passed && check->kind == EXEC_CHECK)
		text_add(&text, "exec %s: ", check->arguments[0]);
	if (!passed)
		text_add(&text, "%s", reason);
	settle(prober, passed);
}

static void settle(struct prober *prober, bool passed)
{
	const struct check *check = prober->check;
	const struct probe_rule rule = {(uint32_t)check->interval_ms, (uint32_t)check->failures};

	watch_stop(&prober->watch);
	tail_release(&prober->output);
	prober->state = decide_probe(&prober->history, rule, passed, (uint32_t)(now_ms() - prober->began_ms));
	prober->timer.fire = probe;
	timer_start(&prober->timer, prober->history.delay_ms);
	prober->probed(prober);
}

/* ---- Ports -------------------------------------------------------------------------------------------------- */

static void finish_errno(struct prober *prober, int number)
{
	char reason[64];
	struct text text = text_into(reason, sizeof reason);

	text_add(&text, "%s", strerror(number));
	reason[0] = (char)tolower((unsigned char)reason[0]);
	finish(prober, false, reason);
}

static void send_request(struct prober *prober)
{
	char request[REQUEST_SIZE];
	size_t length = http_request(prober->check, request, sizeof request);

	/* It is far smaller than the empty socket's buffer, and check_read has seen to it that it fits here. */
	if (send(prober->watch.fd, request, length, MSG_NOSIGNAL) != (ssize_t)length)
		finish_errno(prober, errno);
	else
		watch_change(&prober->watch, EPOLLIN);
}

static void receive_answer(struct prober *prober)
{
	char *end = prober->head + prober->head_length, reason[16];
	char rest[4096];
	ssize_t length = read(prober->watch.fd, end, sizeof prober->head - prober->head_length);

	if (length < 0 && errno == EAGAIN)
		return;
	if (length < 0) {
		finish_errno(prober, errno);
		return;
	}
	prober->head_length += (size_t)length;
	int status = http_status(prober->head, prober->head_length);
	if (status == 0 && length > 0)
		return;
	if (status <= 0) {
		finish(prober, false, status == 0 ? "closed without an answer" : "no HTTP answer");
		return;
	}
	/* Taking the rest of a short answer lets the server see an orderly end instead of a reset. */
	for (int i = 0; i < READS_AT_END && read(prober->watch.fd, rest, sizeof rest) > 0; i++)
		continue;
	struct text text = text_into(reason, sizeof reason);
	text_add(&text, "%d", status);
	finish(prober, http_passes(status, prober->check->expect), reason);
}

static void port_ready(struct watch *watch, uint32_t events)
{
	struct prober *prober = container_of(watch, struct prober, watch);
	int number = 0;
	socklen_t size = sizeof number;

	(void)events;
	if (prober->connected) {
		receive_answer(prober);
		return;
	}
	getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &number, &size);
	prober->connected = true;
	if (number != 0)
		finish_errno(prober, number);
	else if (prober->check->kind == TCP_CHECK)
		finish(prober, true, "");
	else
		send_request(prober);
}

static void probe_port(struct prober *prober)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)prober->check->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	prober->connected = false;
	prober->head_length = 0;
	prober->watch.ready = port_ready;
	if (fd < 0 || watch_start(&prober->watch, fd, EPOLLOUT) < 0)
		finish_errno(prober, errno);
	else if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
		finish_errno(prober, errno);
}

/* ---- Programs ----------------------------------------------------------------------------------------------- */

static void output_ready(struct watch *watch, uint32_t events)
{
	struct prober *prober = container_of(watch, struct prober, watch);

	(void)events;
	if (tail_read(&prober->output, watch->fd) == 0)
		watch_stop(watch);
}

static void program_ended(struct process *process, int wait_status, const struct error *fault)
{
	struct prober *prober = container_of(process, struct prober, process);
	char reason[CHECK_MESSAGE], line[CHECK_MESSAGE / 2];
	struct text text = text_into(reason, sizeof reason);

	if (prober->watch.fd >= 0)
		tail_read(&prober->output, prober->watch.fd);
	if (fault) {
		text_add(&text, "%s: %s", fault->stage, fault->message);
	} else if (prober->timed_out) {
		text_add(&text, "timed out");
	} else {
		text_add_status(&text, wait_status);
		tail_last_line(&prober->output, line, sizeof line);
		text_add(&text, line[0] ? ": %s" : "%s", line);
	}
	finish(prober, wait_status == 0 && !fault && !prober->timed_out, reason);
}

static void probe_program(struct prober *prober)
{
	struct command command = {.arguments = prober->check->arguments, .user = prober->check->user};
	struct error error;
	int output[2];

	prober->timed_out = false;
	prober->process = (struct process){.child.alone = true, .ended = program_ended};
	prober->watch.ready = output_ready;
	if (pipe2(output, O_CLOEXEC) < 0) {
		finish_errno(prober, errno);
		return;
	}
	/* Only init's end does not wait: the program must not meet EAGAIN when it writes much. */
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	int started = watch_start(&prober->watch, output[0], EPOLLIN);
	if (started == 0)
		started = process_start(&prober->process, &command, (int[]){-1, output[1], output[1]}, &error);
	else
		error_system(&error, "exec", command.arguments[0]);
	close(output[1]);
	if (started < 0)
		finish(prober, false, error.message);
}
