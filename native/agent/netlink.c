#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "raw.h"

enum { ALIGN = 4 };

static size_t aligned(size_t length)
{
	return (length + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static void *append(struct batch *batch, size_t length)
{
	void *at = batch->data + batch->length;

	if (batch->length + aligned(length) > BATCH_SIZE) {
		batch->overflow = 1;
		return NULL;
	}
	memset(at, 0, aligned(length));
	batch->length += aligned(length);
	if (batch->count) {
		struct nlmsghdr *message = (struct nlmsghdr *)(batch->data + batch->message);

		message->nlmsg_len = batch->length - batch->message;
	}
	return at;
}

void netlink_begin(struct batch *batch, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message;

	batch->message = batch->length;
	batch->count++;
	message = append(batch, sizeof *message);
	if (!message)
		return;
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->nlmsg_seq = batch->count;
}

void netlink_header(struct batch *batch, const void *header, size_t length)
{
	void *at = append(batch, length);

	if (at)
		memcpy(at, header, length);
}

void netlink_attribute(struct batch *batch, uint16_t type, const void *data, size_t length)
{
	struct rtattr *attribute = append(batch, sizeof *attribute + length);

	if (!attribute)
		return;
	attribute->rta_type = type;
	attribute->rta_len = sizeof *attribute + length;
	if (length)
		memcpy(attribute + 1, data, length);
}

void netlink_text(struct batch *batch, uint16_t type, const char *text)
{
	netlink_attribute(batch, type, text, strlen(text) + 1);
}

void netlink_number(struct batch *batch, uint16_t type, uint32_t value)
{
	netlink_attribute(batch, type, &value, sizeof value);
}

size_t netlink_open(struct batch *batch, uint16_t type)
{
	size_t nest = batch->length;

	netlink_attribute(batch, type, NULL, 0);
	return nest;
}

void netlink_close(struct batch *batch, size_t nest)
{
	struct rtattr *attribute = (struct rtattr *)(batch->data + nest);

	if (!batch->overflow)
		attribute->rta_len = batch->length - nest;
}

int netlink_socket(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int one = 1;
	long socket = raw(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	long result;

	if (socket < 0)
		return (int)socket;
	raw(SYS_setsockopt, socket, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
	result = raw(SYS_bind, socket, &address, sizeof address);
	if (result < 0) {
		raw_close((int)socket);
		return (int)result;
	}
	return (int)socket;
}

/* Reads one datagram of acknowledgements. Returns how many it held, or the negative errno of reading. */
static int read_acknowledgements(int socket, int *first_error, int *failed)
{
	_Alignas(4) unsigned char answer[8192];
	long length = raw(SYS_recvfrom, socket, answer, sizeof answer, 0);
	int count = 0;

	if (length < 0)
		return (int)length;
	for (long at = 0; at + (long)sizeof(struct nlmsghdr) <= length;) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(answer + at);
		const struct nlmsgerr *outcome = (const struct nlmsgerr *)(message + 1);

		if (message->nlmsg_len < sizeof *message)
			break;
		if (message->nlmsg_type == NLMSG_ERROR) {
			count++;
			if (outcome->error && !*first_error) {
				*first_error = outcome->error;
				if (failed)
					*failed = (int)message->nlmsg_seq - 1;
			}
		}
		at += (long)aligned(message->nlmsg_len);
	}
	return count;
}

int netlink_send(int socket, const struct batch *batch, int *failed)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int first_error = 0;
	long sent;

	if (batch->overflow)
		return -EMSGSIZE;
	sent = raw(SYS_sendto, socket, batch->data, batch->length, 0, &kernel, sizeof kernel);
	if (sent < 0)
		return (int)sent;
	for (int answered = 0; answered < batch->count;) {
		int count = read_acknowledgements(socket, &first_error, failed);

		if (count == -EINTR)
			continue;
		if (count < 0)
			return count;
		answered += count;
	}
	return first_error;
}
