#include "order.h"

#include <string.h>

#include "text.h"

struct walk {
	const struct order_node *nodes;
	size_t count, subject;
	bool *seen;
	struct text *path;
};

static size_t find(const struct order_node *nodes, size_t count, const char *name)
{
	size_t i = 0;
	while (i < count && strcmp(nodes[i].name, name) != 0)
		i++;
	return i;
}

/* Whether the subject is reached from `at`; writes the path from there to it. Depth ≤ count, as nodes are marked. */
static bool reaches(const struct walk *walk, size_t at)
{
	for (char *const *name = walk->nodes[at].after; *name; name++) {
		size_t next = find(walk->nodes, walk->count, *name);
		if (next == walk->count || walk->seen[next])
			continue;
		walk->seen[next] = true;
		size_t length = walk->path->length;
		text_add(walk->path, " after %s", *name);
		if (next == walk->subject || reaches(walk, next))
			return true;
		text_cut(walk->path, length);
	}
	return false;
}

enum order_fault order_check(const struct order_node *nodes, size_t count, size_t subject, char *names, size_t size)
{
	struct text text = text_into(names, size);
	for (char *const *name = nodes[subject].after; *name; name++) {
		if (find(nodes, count, *name) < count)
			continue;
		if (text.length > 0)
			text_add(&text, ", ");
		text_add(&text, "%s", *name);
	}
	if (text.length > 0)
		return ORDER_MISSING;

	bool seen[count];
	memset(seen, 0, sizeof seen);
	text_add(&text, "%s", nodes[subject].name);
	struct walk walk = {nodes, count, subject, seen, &text};
	if (reaches(&walk, subject))
		return ORDER_CYCLE;
	text_cut(&text, 0);
	return ORDER_FINE;
}

bool order_names(char *const *after, const char *name)
{
	while (*after && strcmp(*after, name) != 0)
		after++;
	return *after != NULL;
}
