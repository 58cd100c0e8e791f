/* Small files read and written whole. */
#ifndef CANTRIP_FILES_H
#define CANTRIP_FILES_H

#include <stddef.h>
#include <sys/types.h>

/* Writes the text by one write. Returns 0, or -1 with errno. */
int file_write_at(int directory, const char *path, const char *text);
/* Reads up to size - 1 bytes and terminates them. Returns the length, or -1 with errno. */
ssize_t file_read_at(int directory, const char *path, char *text, size_t size);
/* mkdir -p. Returns 0, or -1 with errno. */
int directories_make(const char *path, mode_t mode);

#endif
