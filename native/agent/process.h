/* What can be learned about a process. */
#ifndef CANTRIP_PROCESS_H
#define CANTRIP_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* When it started, in clock ticks since boot. Returns 0, or -1 with errno. */
int process_start_ticks(pid_t pid, uint64_t *ticks);
/* Inode of its pid namespace. Returns 0, or -1 with errno. */
int process_pid_namespace(pid_t pid, uint64_t *inode);
/* Reaps the ended process and tells its wait status; false when nobody can know it any more. */
bool process_reap(pid_t pid, int pidfd, int *status);

#endif
