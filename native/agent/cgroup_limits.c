#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup_parts.h"
#include "files.h"

enum { PERIOD_US = 100000, QUOTA_PER_MILLICORE = PERIOD_US / 1000, WEIGHT_USUAL = 100 };

/* Where a limit goes: root of the hierarchy and whether it is v2; root -1 when the host cannot limit it. */
struct place {
	int root;
	bool v2;
};

static struct place place_of(const struct cgroups *cgroups, enum controller controller)
{
	if (cgroups->v2_controllers & controller)
		return (struct place){cgroups->v2_root, true};
	return (struct place){controller_root(cgroups, controller), false};
}

static int put(int root, const char *id, const char *file, const char *text, struct error *error)
{
	char path[GROUP_PATH];

	group_path(id, file, path);
	return file_write_at(root, path, text) < 0 ? error_system(error, "cgroup", path) : 0;
}

static int put_number(int root, const char *id, const char *file, int64_t value, struct error *error)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, value);
	return put(root, id, file, text, error);
}

static uint64_t get_number(int root, const char *id, const char *file)
{
	char path[GROUP_PATH], text[64];

	group_path(id, file, path);
	return file_read_at(root, path, text, sizeof text) < 0 ? 0 : strtoull(text, NULL, 10);
}

static bool has_file(int root, const char *id, const char *file)
{
	char path[GROUP_PATH];
	struct stat status;

	group_path(id, file, path);
	return fstatat(root, path, &status, 0) == 0;
}

/* memory + swap must stay above memory: raising goes from the outside in, lowering the other way round. */
static int write_memory_v1(int root, const char *id, uint64_t memory, struct error *error)
{
	static const char inner[] = "memory.limit_in_bytes", outer[] = "memory.memsw.limit_in_bytes";
	int64_t value = memory ? (int64_t)memory : -1;
	bool swap = has_file(root, id, outer);
	bool raise = !memory || memory > get_number(root, id, inner);

	if (swap && raise && put_number(root, id, outer, value, error) < 0)
		return -1;
	if (put_number(root, id, inner, value, error) < 0)
		return -1;
	if (swap && !raise && put_number(root, id, outer, value, error) < 0)
		return -1;
	return 0;
}

/* v2 would kill instead of refusing, so what cannot be reclaimed is refused here. */
static int check_memory_v2(int root, const char *id, uint64_t memory, struct error *error)
{
	uint64_t used = get_number(root, id, "memory.current");
	struct error ignored;

	if (used <= memory)
		return 0;
	put_number(root, id, "memory.reclaim", (int64_t)(used - memory), &ignored);
	used = get_number(root, id, "memory.current");
	if (used <= memory)
		return 0;
	return error_set(error, EBUSY, "memory", id, "cannot limit to %" PRIu64 " bytes: %" PRIu64 " are in use", memory,
			 used);
}

static int write_memory_v2(int root, const char *id, uint64_t memory, bool live, struct error *error)
{
	if (memory && live && check_memory_v2(root, id, memory, error) < 0)
		return -1;
	if (!memory)
		return put(root, id, "memory.max", "max", error);
	if (has_file(root, id, "memory.swap.max") && put(root, id, "memory.swap.max", "0", error) < 0)
		return -1;
	return put_number(root, id, "memory.max", (int64_t)memory, error);
}

static int write_memory(const struct cgroups *cgroups, const char *id, uint64_t memory, bool live, struct error *error)
{
	struct place place = place_of(cgroups, CONTROLLER_MEMORY);

	if (place.root < 0 || (!memory && !live))
		return 0;
	if (place.v2)
		return write_memory_v2(place.root, id, memory, live, error);
	return write_memory_v1(place.root, id, memory, error);
}

static int write_cpu(const struct cgroups *cgroups, const char *id, uint64_t cpu, bool live, struct error *error)
{
	struct place place = place_of(cgroups, CONTROLLER_CPU);
	char text[64];
	int64_t quota;

	if (place.root < 0 || (!cpu && !live))
		return 0;
	quota = (int64_t)(cpu * QUOTA_PER_MILLICORE);
	if (!place.v2)
		return put_number(place.root, id, "cpu.cfs_quota_us", cpu ? quota : -1, error);
	if (cpu)
		snprintf(text, sizeof text, "%" PRId64 " %d", quota, PERIOD_US);
	return put(place.root, id, "cpu.max", cpu ? text : "max", error);
}

static int write_weight(const struct cgroups *cgroups, const char *id, uint64_t weight, bool live, struct error *error)
{
	struct place place = place_of(cgroups, CONTROLLER_CPU);
	uint64_t shares;

	if (place.root < 0 || (!weight && !live))
		return 0;
	if (!weight)
		weight = WEIGHT_USUAL;
	if (place.v2)
		return put_number(place.root, id, "cpu.weight", (int64_t)weight, error);
	shares = (weight * 1024 + WEIGHT_USUAL / 2) / WEIGHT_USUAL;
	return put_number(place.root, id, "cpu.shares", shares < 2 ? 2 : (int64_t)shares, error);
}

static int write_pids(const struct cgroups *cgroups, const char *id, uint64_t pids, struct error *error)
{
	struct place place = place_of(cgroups, CONTROLLER_PIDS);

	if (place.root < 0)
		return 0;
	return put_number(place.root, id, "pids.max", pids ? (int64_t)pids : PIDS_DEFAULT, error);
}

/* Memory comes first, since it is the one that can be refused for what the container is doing. */
int limits_write(const struct cgroups *cgroups, const char *id, const struct limits *limits, bool live,
		 struct error *error)
{
	if (write_memory(cgroups, id, limits->memory, live, error) < 0 ||
	    write_cpu(cgroups, id, limits->cpu, live, error) < 0 ||
	    write_weight(cgroups, id, limits->weight, live, error) < 0)
		return -1;
	return write_pids(cgroups, id, limits->pids, error);
}

int limits_missing(const struct cgroups *cgroups, const struct limits *limits, const char *missing[static LIMIT_KINDS])
{
	unsigned present = cgroups_controllers(cgroups);
	int count = 0;

	if (limits->memory && !(present & CONTROLLER_MEMORY))
		missing[count++] = "memory";
	if ((limits->cpu || limits->weight) && !(present & CONTROLLER_CPU))
		missing[count++] = "cpu";
	if (limits->pids && !(present & CONTROLLER_PIDS))
		missing[count++] = "pids";
	return count;
}

int group_update(const struct cgroups *cgroups, const char *id, const struct limits *limits, struct error *error)
{
	return limits_write(cgroups, id, limits, true, error);
}
