#include "seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { RANGE_MAX = 256, BLOCK_MAX = 64, SHORT_JUMP = 255 };

/* A jump target that is not an instruction yet: an outcome, or the conditions of a number. */
struct range {
	uint32_t first;
	uint32_t action; /* when `rule` is negative */
	int rule;        /* index of the number's first rule */
};

struct compiler {
	const struct policy *policy;
	struct filter *filter;
	struct error *error;
	struct range ranges[RANGE_MAX];
	int range_count;
	/* Jumps to leaves, resolved once all leaves are laid out. */
	struct {
		int at;
		bool taken; /* the jump-if-true half */
		int range;
	} patches[2 * RANGE_MAX];
	int patch_count;
};

#define THIS_PROCESSOR AUDIT_ARCH_X86_64

#define NOT_THERE (SECCOMP_RET_ERRNO | ENOSYS)

static int emit(struct compiler *compiler, struct sock_filter instruction)
{
	struct filter *filter = compiler->filter;

	if (filter->length >= FILTER_MAX)
		return error_set(compiler->error, E2BIG, "seccomp", "", "more than %d instructions", FILTER_MAX);
	filter->code[filter->length++] = instruction;
	return filter->length - 1;
}

static int emit_load(struct compiler *compiler, size_t offset)
{
	return emit(compiler, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static int emit_return(struct compiler *compiler, uint32_t action)
{
	return emit(compiler, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static int emit_jump(struct compiler *compiler, int kind, uint32_t value)
{
	return emit(compiler, (struct sock_filter)BPF_JUMP(BPF_JMP | kind | BPF_K, value, 0, 0));
}

static int set_jump(struct compiler *compiler, int at, bool taken, int target)
{
	int distance = target - at - 1;

	if (distance < 0 || distance > SHORT_JUMP)
		return error_set(compiler->error, E2BIG, "seccomp", "", "a jump of %d instructions", distance);
	if (taken)
		compiler->filter->code[at].jt = distance;
	else
		compiler->filter->code[at].jf = distance;
	return 0;
}

static int add_range(struct compiler *compiler, uint32_t first, uint32_t action, int rule)
{
	struct range *last = compiler->range_count ? &compiler->ranges[compiler->range_count - 1] : NULL;

	if (last && last->first == first) { /* an empty gap before it */
		compiler->range_count--;
		last = compiler->range_count ? last - 1 : NULL;
	}
	if (last && last->rule < 0 && rule < 0 && last->action == action)
		return 0;
	if (compiler->range_count == RANGE_MAX)
		return error_set(compiler->error, E2BIG, "seccomp", "", "more than %d ranges", RANGE_MAX);
	compiler->ranges[compiler->range_count++] = (struct range){first, action, rule};
	return 0;
}

static bool conditional(const struct rule *rule)
{
	return rule->conditions[0].comparison != COMPARE_END;
}

static int check_order(struct compiler *compiler, int index)
{
	const struct rule *rule = &compiler->policy->rules[index];
	char name[16];

	snprintf(name, sizeof name, "%d", rule->number);
	if (rule->number < 0 || rule->number > compiler->policy->highest)
		return error_set(compiler->error, EINVAL, "seccomp", name, "the number is not a known one");
	if (index == 0 || rule->number > rule[-1].number)
		return 0;
	if (rule->number < rule[-1].number || !conditional(&rule[-1]))
		return error_set(compiler->error, EINVAL, "seccomp", name, "the rule is out of order");
	return 0;
}

/* Rules to ranges that cover every number from zero up. */
static int make_ranges(struct compiler *compiler)
{
	const struct policy *policy = compiler->policy;
	int failed = add_range(compiler, 0, policy->action, -1);

	for (int i = 0; i < policy->count && !failed; i++) {
		const struct rule *rule = &policy->rules[i];

		if (check_order(compiler, i) < 0)
			return -1;
		if (i > 0 && rule->number == rule[-1].number)
			continue;
		failed = add_range(compiler, rule->number, rule->action, conditional(rule) ? i : -1);
		if (!failed)
			failed = add_range(compiler, rule->number + 1, policy->action, -1);
	}
	return failed ? failed : add_range(compiler, policy->highest + 1, NOT_THERE, -1);
}

/* Emits the choice between ranges low..high (two at least); its leaves are patched later. */
static int emit_tree(struct compiler *compiler, int low, int high)
{
	int middle = (low + high + 1) / 2;
	int at = emit_jump(compiler, BPF_JGE, compiler->ranges[middle].first);
	int bounds[2][2] = {{low, middle - 1}, {middle, high}};

	if (at < 0)
		return -1;
	for (int taken = 0; taken < 2; taken++) {
		if (bounds[taken][0] == bounds[taken][1]) {
			int patch = compiler->patch_count++;

			compiler->patches[patch].at = at;
			compiler->patches[patch].taken = taken;
			compiler->patches[patch].range = bounds[taken][0];
			continue;
		}
		if (set_jump(compiler, at, taken, compiler->filter->length) < 0 ||
		    emit_tree(compiler, bounds[taken][0], bounds[taken][1]) < 0)
			return -1;
	}
	return 0;
}

/* Instructions that fall through when the condition holds and jump when not; the jumps are added to `fails`. */
struct fails {
	struct {
		int at;
		bool taken;
	} jumps[RULE_CONDITIONS * 4];
	int count;
};

static int emit_test(struct compiler *compiler, struct fails *fails, int kind, uint32_t value, bool fails_when)
{
	int at = emit_jump(compiler, kind, value);

	if (at < 0)
		return -1;
	fails->jumps[fails->count].at = at;
	fails->jumps[fails->count++].taken = fails_when;
	return at;
}

static int emit_masked_half(struct compiler *compiler, struct fails *fails, size_t offset, uint32_t mask,
			    uint32_t value)
{
	if (mask == 0)
		return value ? error_set(compiler->error, EINVAL, "seccomp", "", "a value outside its mask") : 0;
	if (emit_load(compiler, offset) < 0)
		return -1;
	if (mask != UINT32_MAX && emit(compiler, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask)) < 0)
		return -1;
	return emit_test(compiler, fails, BPF_JEQ, value, false);
}

/* high > value ⇒ decided, high < value ⇒ decided, else the low half decides. */
static int emit_order(struct compiler *compiler, struct fails *fails, const struct condition *condition, size_t offset)
{
	uint32_t high = condition->value >> 32, low = condition->value & UINT32_MAX;
	bool greater = condition->comparison == COMPARE_GREATER || condition->comparison == COMPARE_GREATER_OR_EQUAL;
	bool strict = condition->comparison == COMPARE_GREATER || condition->comparison == COMPARE_LESS_OR_EQUAL;
	int above, equal;

	if (emit_load(compiler, offset + 4) < 0)
		return -1;
	above = emit_jump(compiler, BPF_JGT, high);
	equal = above < 0 ? -1 : emit_jump(compiler, BPF_JEQ, high);
	if (equal < 0 || emit_load(compiler, offset) < 0)
		return -1;
	if (emit_test(compiler, fails, strict ? BPF_JGT : BPF_JGE, low, !greater) < 0)
		return -1;
	/* The two decisions of the high half: one holds (goes past the test), one fails. */
	fails->jumps[fails->count].at = greater ? equal : above;
	fails->jumps[fails->count++].taken = !greater;
	return set_jump(compiler, greater ? above : equal, greater, compiler->filter->length) < 0 ? -1 : 0;
}

static int emit_unequal(struct compiler *compiler, struct fails *fails, uint64_t value, size_t offset)
{
	int differs;

	if (emit_load(compiler, offset + 4) < 0)
		return -1;
	differs = emit_jump(compiler, BPF_JEQ, value >> 32);
	if (differs < 0 || emit_load(compiler, offset) < 0 ||
	    emit_test(compiler, fails, BPF_JEQ, value & UINT32_MAX, true) < 0)
		return -1;
	return set_jump(compiler, differs, false, compiler->filter->length);
}

static int emit_condition(struct compiler *compiler, struct fails *fails, const struct condition *condition)
{
	size_t offset = offsetof(struct seccomp_data, args) + 8 * condition->argument;
	uint64_t mask = condition->comparison == COMPARE_MASKED_EQUAL ? condition->mask : UINT64_MAX;

	if (condition->argument > 5)
		return error_set(compiler->error, EINVAL, "seccomp", "", "there is no argument %u",
				 condition->argument);
	switch (condition->comparison) {
	case COMPARE_EQUAL:
	case COMPARE_MASKED_EQUAL:
		if (emit_masked_half(compiler, fails, offset + 4, mask >> 32, condition->value >> 32) < 0)
			return -1;
		return emit_masked_half(compiler, fails, offset, mask & UINT32_MAX, condition->value & UINT32_MAX);
	case COMPARE_NOT_EQUAL:
		return emit_unequal(compiler, fails, condition->value, offset);
	case COMPARE_LESS:
	case COMPARE_LESS_OR_EQUAL:
	case COMPARE_GREATER:
	case COMPARE_GREATER_OR_EQUAL:
		return emit_order(compiler, fails, condition, offset);
	default:
		return error_set(compiler->error, EINVAL, "seccomp", "", "comparison %d is not known",
				 condition->comparison);
	}
}

/* All rules of one number, then the policy's default. */
static int emit_rules(struct compiler *compiler, int index)
{
	const struct policy *policy = compiler->policy;
	int number = policy->rules[index].number;

	for (; index < policy->count && policy->rules[index].number == number; index++) {
		const struct rule *rule = &policy->rules[index];
		struct fails fails = {.count = 0};

		for (int i = 0; i < RULE_CONDITIONS && rule->conditions[i].comparison != COMPARE_END; i++)
			if (emit_condition(compiler, &fails, &rule->conditions[i]) < 0)
				return -1;
		if (emit_return(compiler, rule->action) < 0)
			return -1;
		if (!conditional(rule))
			return 0;
		for (int i = 0; i < fails.count; i++)
			if (set_jump(compiler, fails.jumps[i].at, fails.jumps[i].taken, compiler->filter->length) < 0)
				return -1;
	}
	return emit_return(compiler, policy->action) < 0 ? -1 : 0;
}

static int emit_leaf(struct compiler *compiler, const struct range *leaf)
{
	if (leaf->rule >= 0)
		return emit_rules(compiler, leaf->rule);
	return emit_return(compiler, leaf->action) < 0 ? -1 : 0;
}

/* Resolves the jumps, from the given one on, that lead to the same outcome as the leaf. */
static int point_at(struct compiler *compiler, const struct range *leaf, int first, int target)
{
	for (int i = first; i < compiler->patch_count; i++) {
		const struct range *other = &compiler->ranges[compiler->patches[i].range];

		if (compiler->patches[i].at < 0 || other->rule != leaf->rule ||
		    (leaf->rule < 0 && other->action != leaf->action))
			continue;
		if (set_jump(compiler, compiler->patches[i].at, compiler->patches[i].taken, target) < 0)
			return -1;
		compiler->patches[i].at = -1;
	}
	return 0;
}

/* Lays out each leaf once (plain outcomes are shared) and points the tree at it. */
static int emit_leaves(struct compiler *compiler)
{
	for (int pass = 0; pass < 2; pass++) { /* plain outcomes first: most jumps go there */
		for (int i = 0; i < compiler->patch_count; i++) {
			const struct range *leaf = &compiler->ranges[compiler->patches[i].range];
			int target = compiler->filter->length;

			if (compiler->patches[i].at < 0 || (pass == 0 && leaf->rule >= 0))
				continue;
			if (emit_leaf(compiler, leaf) < 0 || point_at(compiler, leaf, i, target) < 0)
				return -1;
		}
	}
	return 0;
}

int seccomp_compile(const struct policy *policy, struct filter *filter, struct error *error)
{
	struct compiler compiler = {.policy = policy, .filter = filter, .error = error};
	int processor;

	filter->length = 0;
	if (make_ranges(&compiler) < 0)
		return -1;
	if (compiler.range_count < 2)
		return error_set(error, EINVAL, "seccomp", "", "the policy has one outcome only");
	if (emit_load(&compiler, offsetof(struct seccomp_data, arch)) < 0)
		return -1;
	processor = emit_jump(&compiler, BPF_JEQ, THIS_PROCESSOR);
	if (processor < 0 || set_jump(&compiler, processor, true, processor + 2) < 0 ||
	    emit_return(&compiler, SECCOMP_RET_KILL_PROCESS) < 0 ||
	    emit_load(&compiler, offsetof(struct seccomp_data, nr)) < 0 ||
	    emit_tree(&compiler, 0, compiler.range_count - 1) < 0)
		return -1;
	return emit_leaves(&compiler);
}
