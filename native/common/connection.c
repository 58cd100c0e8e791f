#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_SIZE = 65536 };

void connection_init(struct connection *connection, int fd)
{
	*connection = (struct connection){.fd = fd};
}

/* Moves what is unread to the front and makes room for one more read. */
static int make_room(struct connection *connection)
{
	size_t left = connection->length - connection->taken;
	size_t capacity = left + READ_SIZE;
	uint8_t *data;

	if (connection->taken && left)
		memmove(connection->data, connection->data + connection->taken, left);
	connection->length = left;
	connection->taken = 0;
	if (connection->capacity >= capacity && (left || connection->capacity == READ_SIZE))
		return 0;
	if (connection->capacity >= capacity)
		capacity = READ_SIZE; /* a large frame is behind us: give its memory back */
	else if (left)
		capacity += left; /* grow geometrically while a large frame arrives */
	data = realloc(connection->data, capacity);
	if (!data)
		return -1;
	connection->data = data;
	connection->capacity = capacity;
	return 0;
}

static void keep_descriptors(struct connection *connection, struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
			if (connection->arrived_count < CONNECTION_DESCRIPTORS)
				connection->arrived[connection->arrived_count++] = fd;
			else
				close(fd);
		}
	}
}

int connection_receive(struct connection *connection)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * CONNECTION_DESCRIPTORS)];
	} control;
	struct iovec part;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control};
	ssize_t length;

	if (make_room(connection) < 0)
		return -1;
	part.iov_base = connection->data + connection->length;
	part.iov_len = connection->capacity - connection->length;
	message.msg_controllen = sizeof control;
	length = recvmsg(connection->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (length < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	keep_descriptors(connection, &message);
	if (length == 0)
		return -1;
	connection->length += length;
	return 0;
}

int connection_take(struct connection *connection, struct frame *frame)
{
	long size = wire_frame(connection->data + connection->taken, connection->length - connection->taken, frame);

	if (size <= 0)
		return (int)size;
	connection->taken += size;
	return 1;
}

static bool attaching(const struct connection *connection)
{
	return connection->attached_count && connection->sent == connection->attached_at;
}

static void drop_attached(struct connection *connection)
{
	while (connection->attached_count)
		close(connection->attached[--connection->attached_count]);
}

static ssize_t send_part(struct connection *connection)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * CONNECTION_DESCRIPTORS)];
	} control = {0};
	size_t size = connection->attached_count * sizeof(int);
	size_t end = connection->out.length;
	struct iovec part = {.iov_base = connection->out.data + connection->sent};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (connection->attached_count && connection->sent < connection->attached_at)
		end = connection->attached_at;
	part.iov_len = end - connection->sent;
	if (attaching(connection)) {
		struct cmsghdr *header;

		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(size);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(header), connection->attached, size);
	}
	return sendmsg(connection->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int connection_flush(struct connection *connection)
{
	while (connection_pending(connection)) {
		bool attached = attaching(connection);
		ssize_t sent = send_part(connection);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? 0 : -1;
		if (attached)
			drop_attached(connection);
		connection->sent += sent;
	}
	wire_release(&connection->out);
	connection->sent = 0;
	return 0;
}

bool connection_pending(const struct connection *connection)
{
	return connection->sent < connection->out.length;
}

void connection_attach(struct connection *connection, int fd)
{
	if (connection->attached_at != connection->out.length || connection->attached_count == CONNECTION_DESCRIPTORS)
		drop_attached(connection);
	connection->attached[connection->attached_count++] = fd;
	connection->attached_at = connection->out.length;
}

void connection_drop_arrived(struct connection *connection)
{
	while (connection->arrived_count)
		close(connection->arrived[--connection->arrived_count]);
}

void connection_close(struct connection *connection)
{
	close(connection->fd);
	connection_drop_arrived(connection);
	drop_attached(connection);
	free(connection->data);
	wire_release(&connection->out);
	connection_init(connection, -1);
}
