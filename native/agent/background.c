#include "background.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include "raw.h"

void background_begin(int kept)
{
	enum { IDLE_CLASS = 3 << 13, OF_PROCESS = 1, KEPT = 3 };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (kept >= 0)
		dup2(kept, KEPT);
	raw(SYS_close_range, kept < 0 ? KEPT : KEPT + 1, ~0U, 0);
	setpriority(PRIO_PROCESS, 0, 19);
	raw(SYS_ioprio_set, OF_PROCESS, 0, IDLE_CLASS);
}
