/* A container's directory below the run directory, and the socket in it that its init listens on. */
#ifndef CANTRIP_CONTROL_H
#define CANTRIP_CONTROL_H

#include "../common/error.h"

/* Binds a listening Unix socket of mode 0600, however long the path is. Returns its descriptor. */
int socket_listen(int directory, const char *name, struct error *error);
/* Makes `ID/` and the listening `ID/control.sock`. Returns the socket. */
int control_create(int containers, const char *id, struct error *error);
/* Removes `ID/` with all the agent put there; already gone succeeds. */
void control_remove(int containers, const char *id);

#endif
