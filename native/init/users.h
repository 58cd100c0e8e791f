/* Users and groups of the container's own /etc/passwd and /etc/group. No name service: files and numbers only. */
#ifndef CANTRIP_INIT_USERS_H
#define CANTRIP_INIT_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../common/error.h"

enum { USERS_MAX_GROUPS = 64, USERS_NAME = 64, USERS_HOME = 256 };

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[USERS_MAX_GROUPS]; /* supplementary */
	size_t group_count;
	char name[USERS_NAME]; /* a number when /etc/passwd does not know it */
	char home[USERS_HOME]; /* "/" when not known */
};

struct passwd_entry {
	uid_t uid;
	gid_t gid;
	char name[USERS_NAME];
	char home[USERS_HOME];
};

/*
 * Who a process of `user` and `group` (names or numbers) is. NULL or empty: root, and the user's own group. A user
 * known by number only has the group of the same number. Fails with stage `user` or `group`.
 */
int users_resolve(const char *user, const char *group, struct identity *identity, struct error *error);

/* The numbers of a file's owner and group; NULL or empty: root. */
int users_owner(const char *owner, const char *group, uid_t *uid, gid_t *gid, struct error *error);

/* The pure parts, over the text of the files. Lines that are not well formed are passed over. */
bool users_find_user(const char *passwd, size_t length, const char *user, struct passwd_entry *entry);
bool users_find_group(const char *groups, size_t length, const char *group, gid_t *gid);
/* The groups that name the user as a member, at most `room`. */
size_t users_memberships(const char *groups, size_t length, const char *user, gid_t *gids, size_t room);

#endif
