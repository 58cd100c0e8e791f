/* cantrip-exec: runs a program in a container for whoever sits at this terminal. See native/PROTOCOL.md. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../common/connection.h"
#include "../common/protocol.h"
#include "options.h"
#include "relay.h"

enum { REQUEST = 1, NOT_STARTED = 125 };

struct session {
	struct connection connection;
	bool terminal;
	int master; /* of the program's terminal */
	int signals;
	bool ended;
	int status; /* wait status */
	bool raw;   /* our own terminal has been changed */
	struct termios before;
	struct relay relays[3]; /* in, out, error */
	int relay_count;
};

static int fail(const char *what)
{
	fprintf(stderr, "cantrip-exec: %s: %s\n", what, strerror(errno));
	return -1;
}

/* The way round by an open directory makes any length of path fit. */
static int connect_agent(const char *run)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int directory = open(run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/agent.sock", directory);
	if (directory < 0 || fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return fail(run);
	close(directory);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* Ours is kept, the program's goes with the request. */
static int make_pipe(struct session *session, int standard)
{
	struct relay *relay = &session->relays[standard];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe");
	connection_attach(&session->connection, ends[standard == 0 ? 0 : 1]);
	*relay = (struct relay){.from = standard == 0 ? 0 : ends[0], .to = standard == 0 ? ends[1] : standard};
	relay->close_to = standard == 0;
	fcntl(standard == 0 ? ends[1] : ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static int ask(struct session *session, const struct options *options)
{
	struct writer *out = &session->connection.out;
	struct winsize size = {0};
	size_t frame;

	for (int standard = 0; !session->terminal && standard < 3; standard++)
		if (make_pipe(session, standard) < 0)
			return -1;
	session->relay_count = session->terminal ? 0 : 3;
	frame = wire_begin(out, AGENT_EXEC, REQUEST);
	wire_fields(out, &options->fields);
	if (session->terminal && ioctl(0, TIOCGWINSZ, &size) == 0) {
		wire_number(out, EXEC_ROWS, size.ws_row);
		wire_number(out, EXEC_COLUMNS, size.ws_col);
	}
	if (wire_end(out, frame) < 0) {
		errno = E2BIG;
		return fail("request");
	}
	return connection_flush(&session->connection) < 0 ? fail("request") : 0;
}

static void restore_terminal(struct session *session)
{
	if (session->raw)
		tcsetattr(0, TCSADRAIN, &session->before);
}

static void open_terminal(struct session *session)
{
	struct termios settings;

	session->master = session->connection.arrived[0];
	session->connection.arrived_count = 0;
	fcntl(session->master, F_SETFL, O_NONBLOCK);
	session->relays[0] = (struct relay){.from = 0, .to = session->master};
	session->relays[1] = (struct relay){.from = session->master, .to = 1};
	session->relay_count = 2;
	if (tcgetattr(0, &session->before) < 0)
		return;
	settings = session->before;
	cfmakeraw(&settings);
	session->raw = tcsetattr(0, TCSADRAIN, &settings) == 0;
}

static int report_refusal(struct reader fields)
{
	char *message = NULL, *stage = NULL;
	struct field field;

	while (wire_next(&fields, &field) > 0) {
		if (field.tag == ERROR_MESSAGE)
			wire_read_text(&field, &message);
		else if (field.tag == ERROR_STAGE)
			wire_read_text(&field, &stage);
	}
	fprintf(stderr, "cantrip-exec: %s: %s\n", stage ? stage : "agent", message ? message : "refused");
	free(message);
	free(stage);
	return -1;
}

/* One frame of the agent's. Returns -1 when the program was not started. */
static int hear(struct session *session, struct frame *frame)
{
	struct field field;
	uint64_t status;

	while (wire_next(&frame->fields, &field) > 0) {
		if (frame->type == (AGENT_EXEC | (uint32_t)PROTOCOL_REPLY) && field.tag == REPLY_ERROR)
			return report_refusal(wire_record(&field));
		if (frame->type == (EVENT_EXEC_END | (uint32_t)PROTOCOL_EVENT) && field.tag == EXEC_END_STATUS &&
		    wire_read_number(&field, &status) == 0) {
			session->status = (int)status;
			session->ended = true;
		}
	}
	if (frame->type == (AGENT_EXEC | (uint32_t)PROTOCOL_REPLY) && session->connection.arrived_count)
		open_terminal(session);
	return 0;
}

static int hear_agent(struct session *session)
{
	struct frame frame;
	int taken;

	if (connection_receive(&session->connection) < 0) {
		fputs("cantrip-exec: the agent has gone; the program goes on without us\n", stderr);
		return -1;
	}
	while ((taken = connection_take(&session->connection, &frame)) > 0)
		if (hear(session, &frame) < 0)
			return -1;
	return taken;
}

static void pass_signal(struct session *session)
{
	struct writer *out = &session->connection.out;
	struct signalfd_siginfo info;
	struct winsize size;
	size_t frame;

	if (read(session->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH) {
		if (session->master >= 0 && ioctl(0, TIOCGWINSZ, &size) == 0)
			ioctl(session->master, TIOCSWINSZ, &size);
		return;
	}
	frame = wire_begin(out, AGENT_EXEC_SIGNAL, REQUEST + 1);
	wire_number(out, EXEC_SIGNAL_REQUEST, REQUEST);
	wire_number(out, EXEC_SIGNAL_NUMBER, info.ssi_signo);
	if (wire_end(out, frame) == 0)
		connection_flush(&session->connection);
}

static int open_signals(void)
{
	static const int passed[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		sigaddset(&set, passed[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int run(struct session *session)
{
	while (!session->ended) {
		struct pollfd waits[8] = {
			{.fd = session->connection.fd,
			 .events = POLLIN | (connection_pending(&session->connection) ? POLLOUT : 0)},
			{.fd = session->signals, .events = POLLIN},
		};
		int count = session->relay_count;

		for (int i = 0; i < count; i++)
			relay_poll(&session->relays[i], &waits[2 + 2 * i], &waits[3 + 2 * i]);
		if (poll(waits, 2 + 2 * count, -1) < 0 && errno != EINTR)
			return fail("poll");
		for (int i = 0; i < count; i++)
			relay_move(&session->relays[i], &waits[2 + 2 * i], &waits[3 + 2 * i]);
		if (waits[1].revents)
			pass_signal(session);
		if (waits[0].revents & POLLOUT && connection_flush(&session->connection) < 0)
			return fail("agent");
		if (waits[0].revents & ~POLLOUT && hear_agent(session) < 0)
			return -1;
	}
	for (int i = 1; i < session->relay_count; i++)
		relay_drain(&session->relays[i]);
	return 0;
}

int main(int count, char **arguments)
{
	static struct session session;
	struct options options;
	int fd, result;

	if (options_read(count, arguments, &options) < 0)
		return NOT_STARTED;
	fd = connect_agent(options.run);
	if (fd < 0)
		return NOT_STARTED;
	connection_init(&session.connection, fd);
	session.master = -1;
	session.terminal = options.terminal;
	session.signals = open_signals();
	/* Whoever started us and is killed takes the program along, as a terminal that is closed would. */
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	result = ask(&session, &options) < 0 ? -1 : run(&session);
	restore_terminal(&session);
	if (result < 0)
		return NOT_STARTED;
	return WIFSIGNALED(session.status) ? 128 + WTERMSIG(session.status) : WEXITSTATUS(session.status);
}
