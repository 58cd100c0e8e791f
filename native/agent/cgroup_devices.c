#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_parts.h"
#include "files.h"
#include "raw.h"

enum { ANY_MINOR = -1, PTS_MAJOR = 136 };

/* Character devices a container may use, the most used first. */
static const struct {
	int major, minor;
} devices[] = {
	{1, 3},		       /* null */
	{1, 9},		       /* urandom */
	{1, 8},		       /* random */
	{1, 5},		       /* zero */
	{PTS_MAJOR, ANY_MINOR}, /* pts */
	{5, 0},		       /* tty */
	{5, 2},		       /* ptmx */
	{1, 7},		       /* full */
};

enum { DEVICE_COUNT = sizeof devices / sizeof devices[0] };

static int restrict_v1(int root, const char *id, struct error *error)
{
	char path[GROUP_PATH], rule[32];

	group_path(id, "devices.deny", path);
	if (file_write_at(root, path, "a") < 0)
		return error_system(error, "devices", path);
	group_path(id, "devices.allow", path);
	for (int i = 0; i < DEVICE_COUNT; i++) {
		if (devices[i].minor == ANY_MINOR)
			snprintf(rule, sizeof rule, "c %d:* rwm", devices[i].major);
		else
			snprintf(rule, sizeof rule, "c %d:%d rwm", devices[i].major, devices[i].minor);
		if (file_write_at(root, path, rule) < 0)
			return error_system(error, "devices", rule);
	}
	return 0;
}

/* Instructions of the v2 filter: type, major and minor are compared, everything else is refused. */
struct program {
	struct bpf_insn code[9 + 3 * DEVICE_COUNT];
	int length;
};

static int add(struct program *program, uint8_t code, uint8_t registers, int16_t offset, int32_t value)
{
	program->code[program->length++] = (struct bpf_insn){
		.code = code, .dst_reg = registers & 15, .src_reg = registers >> 4, .off = offset, .imm = value};
	return program->length - 1;
}

/* Points the jump at the instruction that comes next. */
static void land(struct program *program, int jump)
{
	program->code[jump].off = (int16_t)(program->length - jump - 1);
}

static void load_word(struct program *program, int to, int from, int16_t offset)
{
	add(program, BPF_LDX | BPF_MEM | BPF_W, (uint8_t)(to | from << 4), offset, 0);
}

static void build_program(struct program *program)
{
	enum { RESULT, CONTEXT, TYPE, MAJOR, MINOR };
	int not_character, allowed[DEVICE_COUNT];

	program->length = 0;
	load_word(program, TYPE, CONTEXT, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	load_word(program, MAJOR, CONTEXT, offsetof(struct bpf_cgroup_dev_ctx, major));
	load_word(program, MINOR, CONTEXT, offsetof(struct bpf_cgroup_dev_ctx, minor));
	add(program, BPF_ALU | BPF_AND | BPF_K, TYPE, 0, 0xffff);
	not_character = add(program, BPF_JMP | BPF_JNE | BPF_K, TYPE, 0, BPF_DEVCG_DEV_CHAR);
	for (int i = 0; i < DEVICE_COUNT; i++) {
		int other_major = add(program, BPF_JMP | BPF_JNE | BPF_K, MAJOR, 0, devices[i].major);
		int other_minor = -1;

		if (devices[i].minor != ANY_MINOR)
			other_minor = add(program, BPF_JMP | BPF_JNE | BPF_K, MINOR, 0, devices[i].minor);
		allowed[i] = add(program, BPF_JMP | BPF_JA, 0, 0, 0);
		land(program, other_major);
		if (other_minor >= 0)
			land(program, other_minor);
	}
	land(program, not_character);
	add(program, BPF_ALU64 | BPF_MOV | BPF_K, RESULT, 0, 0);
	add(program, BPF_JMP | BPF_EXIT, 0, 0, 0);
	for (int i = 0; i < DEVICE_COUNT; i++)
		land(program, allowed[i]);
	add(program, BPF_ALU64 | BPF_MOV | BPF_K, RESULT, 0, 1);
	add(program, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

static int refused(struct error *error, long result)
{
	int number = (int)-result;

	return error_set(error, number, "devices", "bpf", "the kernel refuses the filter: %s", strerror(number));
}

/* One program serves every container. */
static int load_program(struct cgroups *cgroups, struct error *error)
{
	struct program program;
	union bpf_attr attributes = {0};
	long result;

	if (cgroups->device_program >= 0)
		return 0;
	build_program(&program);
	attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attributes.insns = (uintptr_t)program.code;
	attributes.insn_cnt = (uint32_t)program.length;
	attributes.license = (uintptr_t) "Apache-2.0";
	result = raw(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
	if (result < 0)
		return refused(error, result);
	cgroups->device_program = (int)result;
	return 0;
}

static int restrict_v2(struct cgroups *cgroups, int group, struct error *error)
{
	union bpf_attr attributes = {0};
	long result;

	if (load_program(cgroups, error) < 0)
		return -1;
	attributes.target_fd = (uint32_t)group;
	attributes.attach_bpf_fd = (uint32_t)cgroups->device_program;
	attributes.attach_type = BPF_CGROUP_DEVICE;
	result = raw(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes);
	return result < 0 ? refused(error, result) : 0;
}

int devices_restrict(struct cgroups *cgroups, const char *id, const struct group *group, struct error *error)
{
	int root = controller_root(cgroups, CONTROLLER_DEVICES);

	if (root >= 0)
		return restrict_v1(root, id, error);
	if (group->v2 >= 0)
		return restrict_v2(cgroups, group->v2, error);
	return 0;
}
