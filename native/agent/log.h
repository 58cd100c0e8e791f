/* The agent's own log, kept small: beyond its size it becomes NAME.1 and a new one begins. */
#ifndef CANTRIP_LOG_H
#define CANTRIP_LOG_H

#include "../common/error.h"

/* Lines go to `name` in the directory from now on; with `name` NULL to standard error. */
void log_open(int directory, const char *name);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *what, const struct error *error);

#endif
