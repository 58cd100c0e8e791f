#include "departed.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "netlink.h"
#include "network.h"

struct departed {
	struct departed *next;
	char id[];
};

static struct departed *all;
static pid_t deleter; /* 0 = none */

/* Where the id is noted, or the end of the list. */
static struct departed **find(const char *id)
{
	struct departed **place = &all;

	while (*place && strcmp((*place)->id, id) != 0)
		place = &(*place)->next;
	return place;
}

void departed_note(const char *id)
{
	struct departed *one = *find(id) ? NULL : malloc(sizeof *one + strlen(id) + 1);

	if (!one)
		return;
	strcpy(one->id, id);
	one->next = all;
	all = one;
}

void departed_return(int socket, const char *id)
{
	struct departed **place = find(id);
	struct departed *one = *place;

	if (!one)
		return;
	links_remove(socket, id);
	*place = one->next;
	free(one);
}

static bool is_of_departed(const char *link)
{
	for (const struct departed *one = all; one; one = one->next) {
		if (link_belongs(link, one->id))
			return true;
	}
	return false;
}

/* By index: a name could be another link's by now. */
static void delete_links(const struct if_nameindex *links, size_t count)
{
	int socket;

	background_begin(-1);
	socket = netlink_socket();
	for (size_t i = 0; socket >= 0 && i < count; i++)
		link_delete(socket, (int)links[i].if_index);
	_exit(0);
}

void departed_tidy(void)
{
	struct if_nameindex *links;
	size_t count = 0;

	if (!all || deleter)
		return;
	links = if_nameindex();
	for (struct if_nameindex *link = links; link && link->if_index; link++) {
		if (is_of_departed(link->if_name))
			links[count++].if_index = link->if_index;
	}
	deleter = count > 0 ? fork() : 0;
	if (count > 0 && deleter == 0)
		delete_links(links, count);
	if (deleter < 0)
		deleter = 0;
	if (links)
		if_freenameindex(links);
	while (all) {
		struct departed *one = all;

		all = one->next;
		free(one);
	}
}

void departed_reap(void)
{
	if (!deleter || waitpid(deleter, NULL, WNOHANG) == 0)
		return;
	deleter = 0;
	departed_tidy();
}
