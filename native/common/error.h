/*
 * What went wrong: the last parameter of every function that can fail. Such a function returns a negative
 * number after filling it in. The innermost failure is the one kept, because it knows the object.
 */
#ifndef CANTRIP_ERROR_H
#define CANTRIP_ERROR_H

struct error {
	int number;        /* errno */
	char stage[24];    /* what was being done, one short word: `overlay`, `veth`, `exec` */
	char object[256];  /* path or name it was done to */
	char message[256]; /* one sentence */
};

/* Fills in `error` with the given errno and a message. Returns -1. */
int error_set(struct error *error, int number, const char *stage, const char *object, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The same with the present errno and its own text. Returns -1. */
int error_system(struct error *error, const char *stage, const char *object);

#endif
