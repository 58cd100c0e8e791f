/* Values that give themselves back at the end of their scope. */
#ifndef CANTRIP_CLEANUP_H
#define CANTRIP_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void close_descriptor(int *descriptor)
{
	int saved = errno;

	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
	errno = saved;
}

static inline void free_memory(void *pointer)
{
	free(*(void **)pointer);
}

/* Gives the descriptor to the caller, who closes it from now on. */
static inline int take_descriptor(int *descriptor)
{
	int taken = *descriptor;

	*descriptor = -1;
	return taken;
}

#define cleanup_close __attribute__((cleanup(close_descriptor)))
#define cleanup_free __attribute__((cleanup(free_memory)))

#endif
