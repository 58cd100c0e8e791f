#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/cleanup.h"

enum { MAX_FILE = 1 << 20, MAX_FIELDS = 8 };

struct span {
	const char *start;
	size_t length;
};

struct content {
	char *data;
	size_t length;
};

static bool parse_id(struct span text, uint32_t *id);
static size_t next_line(const char *text, size_t length, size_t *at, struct span fields[MAX_FIELDS]);
static bool equals(struct span span, const char *text);
static bool copy(struct span span, char *into, size_t size);
static bool has_member(struct span members, const char *user);
static struct content read_whole(const char *path);

static struct span span_of(const char *text)
{
	return (struct span){text, strlen(text)};
}

int users_resolve(const char *user, const char *group, struct identity *identity, struct error *error)
{
	struct content passwd = read_whole("/etc/passwd");
	cleanup_free char *passwd_data = passwd.data;
	struct content groups = read_whole("/etc/group");
	cleanup_free char *groups_data = groups.data;
	struct passwd_entry entry = {0};
	const char *wanted = user && *user ? user : "0";

	if (!users_find_user(passwd.data, passwd.length, wanted, &entry)) {
		uint32_t number;
		if (!parse_id(span_of(wanted), &number))
			return error_set(error, ENOENT, "user", wanted, "no such user in /etc/passwd");
		entry = (struct passwd_entry){.uid = number, .gid = number, .home = "/"};
		snprintf(entry.name, sizeof entry.name, number == 0 ? "root" : "%u", number);
	}
	identity->uid = entry.uid;
	identity->gid = entry.gid;
	memcpy(identity->name, entry.name, sizeof identity->name);
	memcpy(identity->home, entry.home, sizeof identity->home);
	if (group && *group && !users_find_group(groups.data, groups.length, group, &identity->gid))
		return error_set(error, ENOENT, "group", group, "no such group in /etc/group");
	identity->group_count =
		users_memberships(groups.data, groups.length, entry.name, identity->groups, USERS_MAX_GROUPS);
	return 0;
}

int users_owner(const char *owner, const char *group, uid_t *uid, gid_t *gid, struct error *error)
{
	struct span owner_span = span_of(owner ? owner : ""), group_span = span_of(group ? group : "");
	*uid = 0;
	*gid = 0;
	if (owner_span.length > 0 && !parse_id(owner_span, uid)) {
		struct content passwd = read_whole("/etc/passwd");
		cleanup_free char *data = passwd.data;
		struct passwd_entry entry;
		if (!users_find_user(passwd.data, passwd.length, owner, &entry))
			return error_set(error, ENOENT, "user", owner, "no such user in /etc/passwd");
		*uid = entry.uid;
	}
	if (group_span.length > 0 && !parse_id(group_span, gid)) {
		struct content groups = read_whole("/etc/group");
		cleanup_free char *data = groups.data;
		if (!users_find_group(groups.data, groups.length, group, gid))
			return error_set(error, ENOENT, "group", group, "no such group in /etc/group");
	}
	return 0;
}

/* name:password:uid:gid:comment:home:shell */
bool users_find_user(const char *passwd, size_t length, const char *user, struct passwd_entry *entry)
{
	struct span fields[MAX_FIELDS];
	uint32_t number = 0;
	bool numeric = parse_id(span_of(user), &number);

	for (size_t at = 0; at < length;) {
		if (next_line(passwd, length, &at, fields) != 7)
			continue;
		if (!parse_id(fields[2], &entry->uid) || !parse_id(fields[3], &entry->gid))
			continue;
		if (!copy(fields[0], entry->name, sizeof entry->name) || entry->name[0] == '\0')
			continue;
		if (numeric ? entry->uid != number : strcmp(entry->name, user) != 0)
			continue;
		if (!copy(fields[5], entry->home, sizeof entry->home) || entry->home[0] == '\0')
			memcpy(entry->home, "/", 2);
		return true;
	}
	return false;
}

/* name:password:gid:member,member */
bool users_find_group(const char *groups, size_t length, const char *group, gid_t *gid)
{
	struct span fields[MAX_FIELDS];

	if (parse_id(span_of(group), gid))
		return true;
	for (size_t at = 0; at < length;) {
		if (next_line(groups, length, &at, fields) == 4 && equals(fields[0], group) && parse_id(fields[2], gid))
			return true;
	}
	return false;
}

size_t users_memberships(const char *groups, size_t length, const char *user, gid_t *gids, size_t room)
{
	struct span fields[MAX_FIELDS];
	size_t count = 0;

	for (size_t at = 0; at < length && count < room;) {
		if (next_line(groups, length, &at, fields) == 4 && has_member(fields[3], user) &&
		    parse_id(fields[2], &gids[count]))
			count++;
	}
	return count;
}

/* Decimal digits only, and not the number that means "no change". */
static bool parse_id(struct span text, uint32_t *id)
{
	uint64_t value = 0;

	if (text.length == 0 || text.length > 10)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (text.start[i] < '0' || text.start[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.start[i] - '0');
	}
	if (value >= UINT32_MAX)
		return false;
	*id = (uint32_t)value;
	return true;
}

/* Splits the line at `*at` at its colons and moves behind it. The number of fields, 0 when there are too many. */
static size_t next_line(const char *text, size_t length, size_t *at, struct span fields[MAX_FIELDS])
{
	const char *line = text + *at;
	const char *end = memchr(line, '\n', length - *at);
	size_t count = 0;

	if (!end)
		end = text + length;
	*at = (size_t)(end - text) + 1;
	for (const char *start = line; count < MAX_FIELDS; count++) {
		const char *colon = memchr(start, ':', (size_t)(end - start));
		fields[count] = (struct span){start, (size_t)((colon ? colon : end) - start)};
		if (!colon)
			return count + 1;
		start = colon + 1;
	}
	return 0;
}

static bool equals(struct span span, const char *text)
{
	return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

static bool copy(struct span span, char *into, size_t size)
{
	if (span.length >= size || memchr(span.start, '\0', span.length))
		return false;
	memcpy(into, span.start, span.length);
	into[span.length] = '\0';
	return true;
}

static bool has_member(struct span members, const char *user)
{
	const char *end = members.start + members.length;

	for (const char *start = members.start; start < end;) {
		const char *comma = memchr(start, ',', (size_t)(end - start));
		const char *stop = comma ? comma : end;
		if (equals((struct span){start, (size_t)(stop - start)}, user))
			return true;
		start = stop + 1;
	}
	return false;
}

/* Empty when the file is not there, is no file, or is longer than any real one. */
static struct content read_whole(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	struct content content = {0};

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > MAX_FILE)
		return content;
	content.data = malloc((size_t)status.st_size + 1);
	if (!content.data)
		return content;
	ssize_t length = read(fd, content.data, (size_t)status.st_size);
	content.length = length > 0 ? (size_t)length : 0;
	return content;
}
