#include "caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>

#include "raw.h"

#define BIT(capability) (UINT64_C(1) << (capability))

uint64_t caps_for(bool builder)
{
	uint64_t caps = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) | BIT(CAP_SETGID) |
			BIT(CAP_SETUID) | BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) | BIT(CAP_NET_BIND_SERVICE) |
			BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL);

	return builder ? caps | BIT(CAP_MKNOD) | BIT(CAP_AUDIT_WRITE) : caps;
}

int caps_bound(uint64_t caps)
{
	for (int capability = 0; capability < 64; capability++) {
		long result;

		if (caps & BIT(capability))
			continue;
		result = raw(SYS_prctl, PR_CAPBSET_DROP, capability);
		if (result == -EINVAL && capability > CAP_LAST_CAP)
			break; /* beyond the kernel's last */
		if (result < 0)
			return (int)result;
	}
	return (int)raw(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
}

int caps_limit(uint64_t caps)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {
		{.effective = (uint32_t)caps, .permitted = (uint32_t)caps},
		{.effective = caps >> 32, .permitted = caps >> 32},
	};
	long result = raw(SYS_capset, &header, sets);

	if (result == 0)
		result = raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1);
	return (int)result;
}
