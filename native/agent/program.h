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
 * nobody can write to and which leads to no file of the host. Returns its descriptor, which stays the program's.
 */
int program_load(struct program *program, const char *path, struct error *error);

#endif
