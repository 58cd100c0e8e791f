/* Executable files of ours that run inside containers, as sealed copies in memory. */
#ifndef CANTRIP_PROGRAM_H
#define CANTRIP_PROGRAM_H

#include <sys/types.h>
#include <time.h>

#include "../common/error.h"

/* The last program loaded; start from descriptor -1. */
struct program {
	int descriptor;
	dev_t device;
	ino_t inode;
	struct timespec changed;
};

/*
 * Loads the file unless it is the one loaded last, and keeps it in `program`. Containers execute the copy, which
 * nobody can write to and which leads to no file of the host; `name` is what /proc says. Returns its descriptor,
 * which stays the program's.
 */
int program_load(struct program *program, const char *path, const char *name, struct error *error);

/*
 * Goes on as a sealed copy of the running program, unless it is one: a link to /proc/self/exe in a container can make
 * whoever executes something there execute the runtime, whose file must not be writable through that.
 */
int program_seal(char **arguments, struct error *error);

#endif
