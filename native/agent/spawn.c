#include "spawn.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>

#include "raw.h"

enum { STACK_SIZE = 65536, GUARD = 4096, SIGNAL_SET_SIZE = 8 };

static char *stacks[2];

int spawn_init(struct error *error)
{
	for (int which = 0; which < 2; which++) {
		char *area = mmap(NULL, STACK_SIZE + GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (area == MAP_FAILED || mprotect(area + GUARD, STACK_SIZE, PROT_READ | PROT_WRITE) < 0)
			return error_system(error, "spawn", "stack");
		stacks[which] = area + GUARD;
	}
	return 0;
}

/* clone3 has no C wrapper, and none could return twice on a stack of its own. */
static long clone_and_run(struct clone_args *arguments, int (*run)(void *), void *argument)
{
	long result;
	register void *data __asm__("r8") = argument;
	register int (*function)(void *) __asm__("r9") = run;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r8, %%rdi\n\t"
			 "call *%%r9\n\t"
			 "mov %%eax, %%edi\n\t"
			 "mov %[exit], %%eax\n\t"
			 "syscall\n"
			 "1:"
			 : "=a"(result)
			 : "a"(SYS_clone3), "D"(arguments), "S"(sizeof *arguments), "r"(data), "r"(function),
			   [exit] "i"(SYS_exit)
			 : "rcx", "r11", "memory");
	return result;
}

long spawn(const struct spawn *options, int (*run)(void *), void *argument, int *pidfd)
{
	struct clone_args arguments = {
		.flags = options->flags | (options->apart ? 0 : CLONE_VM | CLONE_VFORK),
		.exit_signal = SIGCHLD,
		.pidfd = (uintptr_t)pidfd,
		.stack = (uintptr_t)stacks[options->stack],
		.stack_size = STACK_SIZE,
	};
	uint64_t all = UINT64_MAX, before;
	long result;

	if (options->flags & CLONE_PARENT)
		arguments.exit_signal = 0;
	if (options->group >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint32_t)options->group;
	}
	raw(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, SIGNAL_SET_SIZE);
	result = clone_and_run(&arguments, run, argument);
	raw(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, SIGNAL_SET_SIZE);
	return result;
}
