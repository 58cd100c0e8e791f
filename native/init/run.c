#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "process.h"
#include "../common/protocol.h"
#include "tail.h"

/* What was asked for; its texts live as long as the program. */
struct order {
	char **arguments, **environment;
	char *directory, *user, *group;
	uint64_t timeout_ms; /* 0 = none */
	struct reader input; /* the frame's bytes: valid only while the request is handled */
};

struct running {
	struct running *next;
	struct answer answer;
	struct order order;
	uint8_t *input; /* NULL = /dev/null */
	size_t input_length, input_sent;
	struct watch input_end, output_end;
	struct tail output;
	struct timer timer;
	bool timed_out;
	bool begun;     /* false: it waits until the abandoned ones have ended */
	bool abandoned; /* its client has gone; it was killed and has not ended yet */
	struct process process;
};

#define MEMBER(name) offsetof(struct order, name)

static const struct field_rule rules[] = {
	{RUN_ARGUMENT, FIELD_TEXTS, MEMBER(arguments), "argument", 0, 0},
	{RUN_ENVIRONMENT, FIELD_TEXTS, MEMBER(environment), "environment", 0, 0},
	{RUN_DIRECTORY, FIELD_TEXT, MEMBER(directory), "directory", 0, 0},
	{RUN_USER, FIELD_TEXT, MEMBER(user), "user", 0, 0},
	{RUN_GROUP, FIELD_TEXT, MEMBER(group), "group", 0, 0},
	{RUN_TIMEOUT_MS, FIELD_NUMBER, MEMBER(timeout_ms), "time-out", 0, 0},
	{RUN_INPUT, FIELD_SPAN, MEMBER(input), "input", 0, 0},
};

static struct running *runs; /* the newest first */
static size_t run_count;

static int read_order(struct running *run, struct reader fields, struct error *error);
static int begin(struct running *run, struct error *error);
static bool any_abandoned(void);
static int open_ends(struct running *run, int streams[3]);
static void release(struct running *run);
static void input_ready(struct watch *watch, uint32_t events);
static void output_ready(struct watch *watch, uint32_t events);
static void late(struct timer *timer);
static void ended(struct process *process, int wait_status, const struct error *fault);

static int start(struct running *run, struct error *error)
{
	int streams[3] = {-1, -1, -1};
	const struct command command = {
		.arguments = run->order.arguments,
		.environment = run->order.environment,
		.directory = run->order.directory,
		.user = run->order.user,
		.group = run->order.group,
	};
	int result = open_ends(run, streams);

	if (result < 0)
		error_system(error, "run", command.arguments[0]);
	else
		result = process_start(&run->process, &command, streams, error);
	if (streams[0] >= 0)
		close(streams[0]);
	if (streams[1] >= 0)
		close(streams[1]);
	return result;
}

int run_start(const struct request *request, struct error *error)
{
	if (run_count == MAX_RUNS)
		return error_set(error, EAGAIN, "run", "", "%d programs run already", MAX_RUNS);
	struct running *run = calloc(1, sizeof *run);
	if (!run)
		return error_system(error, "run", "");
	run_count++;
	run->next = runs;
	runs = run;
	run->answer = request->answer;
	run->input_end = (struct watch){-1, input_ready};
	run->output_end = (struct watch){-1, output_ready};
	run->output.limit = RUN_MAX_OUTPUT;
	run->timer.fire = late;
	run->process.ended = ended;
	if (read_order(run, request->fields, error) < 0 || (!any_abandoned() && begin(run, error) < 0)) {
		release(run);
		return -1;
	}
	return 0;
}

static int begin(struct running *run, struct error *error)
{
	if (start(run, error) < 0)
		return -1;
	run->begun = true;
	if (run->order.timeout_ms > 0)
		timer_start(&run->timer, run->order.timeout_ms);
	return 0;
}

void run_client_gone(uint32_t client)
{
	for (struct running *run = runs, *next; run; run = next) {
		next = run->next;
		if (run->answer.client != client)
			continue;
		if (!run->begun) {
			release(run);
			continue;
		}
		run->abandoned = true;
		process_kill_group(&run->process);
	}
}

static bool any_abandoned(void)
{
	for (const struct running *run = runs; run; run = run->next) {
		if (run->abandoned)
			return true;
	}
	return false;
}

/* Those that waited, now that nothing of the abandoned is left. */
static void begin_waiting(void)
{
	for (struct running *run = runs, *next; run; run = next) {
		struct error error = {0};

		next = run->next;
		if (run->begun || begin(run, &error) == 0)
			continue;
		answer_error(&run->answer, &error);
		release(run);
	}
}

static int read_order(struct running *run, struct reader fields, struct error *error)
{
	struct order *order = &run->order;

	if (fields_read(fields, RULES(rules), order, error) < 0)
		return -1;
	if (!order->arguments)
		return refuse(error, "argument", "there must be a program");
	for (char **pair = order->environment; pair && *pair; pair++) {
		if (strchr(*pair, '=') == NULL || **pair == '=')
			return refuse(error, *pair, "an environment entry is KEY=VALUE");
	}
	run->input_length = (size_t)(order->input.end - order->input.at);
	if (run->input_length == 0)
		return 0;
	run->input = malloc(run->input_length);
	if (!run->input)
		return error_system(error, "run", order->arguments[0]);
	memcpy(run->input, order->input.at, run->input_length);
	return 0;
}

/* Init's ends do not wait; the program's do. The ends in `streams` are the caller's, also on failure. */
static int open_ends(struct running *run, int streams[3])
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	streams[1] = streams[2] = ends[1];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (watch_start(&run->output_end, ends[0], EPOLLIN) < 0)
		return -1;
	if (!run->input)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	streams[0] = ends[0];
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return watch_start(&run->input_end, ends[1], EPOLLOUT);
}

static void release(struct running *run)
{
	struct running **place = &runs;

	while (*place != run)
		place = &(*place)->next;
	*place = run->next;
	timer_stop(&run->timer);
	watch_stop(&run->input_end);
	watch_stop(&run->output_end);
	tail_release(&run->output);
	fields_release(RULES(rules), &run->order);
	free(run->input);
	free(run);
	run_count--;
}

static void input_ready(struct watch *watch, uint32_t events)
{
	struct running *run = container_of(watch, struct running, input_end);
	ssize_t written = write(watch->fd, run->input + run->input_sent, run->input_length - run->input_sent);

	(void)events;
	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written > 0)
		run->input_sent += (size_t)written;
	if (written < 0 || run->input_sent == run->input_length)
		watch_stop(watch); /* the program sees the end of its input, or does not read it at all */
}

static void output_ready(struct watch *watch, uint32_t events)
{
	struct running *run = container_of(watch, struct running, output_end);

	(void)events;
	if (tail_read(&run->output, watch->fd) == 0)
		watch_stop(watch);
}

static void late(struct timer *timer)
{
	struct running *run = container_of(timer, struct running, timer);

	run->timed_out = true;
	process_kill_group(&run->process);
}

static void ended(struct process *process, int wait_status, const struct error *fault)
{
	struct running *run = container_of(process, struct running, process);
	struct writer *writer = answer_begin(&run->answer);

	if (run->output_end.fd >= 0)
		tail_read(&run->output, run->output_end.fd);
	tail_straighten(&run->output);
	if (writer && fault) {
		wire_error(writer, fault);
	} else if (writer) {
		wire_number(writer, RUN_STATUS, (uint64_t)wait_status);
		wire_bytes(writer, RUN_OUTPUT, run->output.data, run->output.length);
		if (run->timed_out)
			wire_number(writer, RUN_TIMED_OUT, 1);
	}
	if (writer)
		answer_end(&run->answer);
	release(run);
	if (!any_abandoned())
		begin_waiting();
}
