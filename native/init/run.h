/* One-time programs (request `run`): input in, the last of the output and the exit status out. */
#ifndef CANTRIP_INIT_RUN_H
#define CANTRIP_INIT_RUN_H

#include "control.h"

enum { MAX_RUNS = 64, RUN_MAX_OUTPUT = 65536 };

/*
 * Answers when the program has ended, also when it could not be executed. Fails with stage `request` or `run` when
 * nothing was begun.
 */
int run_start(const struct request *request, struct error *error);

/*
 * A client that goes takes its programs with it: whoever comes next asks for the same again, and two at a time would be
 * in each other's way. Until the last of them has ended nothing new is begun.
 */
void run_client_gone(uint32_t client);

#endif
