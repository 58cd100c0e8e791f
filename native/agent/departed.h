/*
 * Links of containers that were removed. They go with the container's network namespace; but a connection that lost
 * its peer keeps that for minutes, with an address that is a newer container's by then.
 */
#ifndef CANTRIP_DEPARTED_H
#define CANTRIP_DEPARTED_H

/* The container has gone; departed_tidy looks for its links. */
void departed_note(const char *id);
/*
 * Has a child delete the links that are still there, for each deletion takes 20 ms. By the time this is called the
 * kernel has taken down most namespaces.
 */
void departed_tidy(void);
/* The id is about to be used again: its old links go now, and the new ones are not looked for. */
void departed_return(int socket, const char *id);
/* Reaps the child when it has finished, and goes on with what has been noted meanwhile. */
void departed_reap(void);

#endif
