/*
 * System call filters: a policy as data, a compiler from policy to BPF.
 *
 * The compiler turns the rules into ranges of numbers with one outcome each and those into a binary tree, so a
 * call costs about eight comparisons. Numbers above the highest known and those of the x32 ABI answer ENOSYS,
 * another processor mode (i386) is killed. Anything it cannot express is an error, never skipped.
 */
#ifndef CANTRIP_SECCOMP_H
#define CANTRIP_SECCOMP_H

#include <linux/filter.h>
#include <stdint.h>

#include "../common/error.h"

enum comparison {
	COMPARE_END, /* no further condition */
	COMPARE_EQUAL,
	COMPARE_NOT_EQUAL,
	COMPARE_LESS,
	COMPARE_LESS_OR_EQUAL,
	COMPARE_GREATER,
	COMPARE_GREATER_OR_EQUAL,
	COMPARE_MASKED_EQUAL, /* (argument & mask) == value */
};

struct condition {
	enum comparison comparison;
	unsigned argument; /* 0..5 */
	uint64_t value;
	uint64_t mask; /* COMPARE_MASKED_EQUAL only */
};

enum { RULE_CONDITIONS = 3 };

/*
 * What a call answers when all conditions hold. Rules of one number are tried in order; when none holds the
 * policy's default is the outcome. A rule without conditions must be its number's last.
 */
struct rule {
	int number;
	uint32_t action; /* SECCOMP_RET_* */
	struct condition conditions[RULE_CONDITIONS];
};

struct policy {
	const struct rule *rules; /* ascending by number */
	int count;
	int highest; /* the last number that gets `action`; above it ENOSYS */
	uint32_t action;
};

enum { FILTER_MAX = 512 };

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short length;
};

/* Fails with EINVAL for rules out of order or unknown comparisons, E2BIG for too many. */
int seccomp_compile(const struct policy *policy, struct filter *filter, struct error *error);

/* The policy of containers for this processor: Docker's default for a container without CAP_SYS_ADMIN. */
int seccomp_default_policy(struct policy *policy, struct error *error);

#endif
