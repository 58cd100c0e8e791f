/* Work that can wait, done by children of the agent that nobody waits for. */
#ifndef CANTRIP_BACKGROUND_H
#define CANTRIP_BACKGROUND_H

/*
 * In the child: nothing of the agent's stays open, neither its sockets nor its lock, signals end it, and it gets what
 * time is left over. `kept` becomes descriptor 3; -1 = none.
 */
void background_begin(int kept);

#endif
