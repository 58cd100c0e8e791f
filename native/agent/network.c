#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../common/cleanup.h"

enum { LOOPBACK_INDEX = 1, NIC_INDEX = 2, NO_LINK_LOCAL = 1 };

int address_parse(const char *text, struct address *address)
{
	char ip[INET_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char *end = NULL;

	if (length >= sizeof ip)
		return -1;
	memcpy(ip, text, length);
	ip[length] = 0;
	address->prefix = slash ? strtoul(slash + 1, &end, 10) : 32;
	if (slash && (end == slash + 1 || *end || address->prefix > 32))
		return -1;
	return inet_pton(AF_INET, ip, &address->ip) == 1 ? 0 : -1;
}

int mac_parse(const char *text, struct mac *mac)
{
	uint8_t *b = mac->bytes;
	int used = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &used) != 6)
		return -1;
	return text[used] == 0 && !(b[0] & 1) ? 0 : -1;
}

static void begin_link(struct batch *batch, uint16_t type, uint16_t flags, int index, bool up)
{
	struct ifinfomsg header = {.ifi_index = index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0};

	netlink_begin(batch, type, flags);
	netlink_header(batch, &header, sizeof header);
}

/* No IPv6 link-local address: nobody needs it. Can be set on links that exist, not while one is made. */
static void no_link_local(struct batch *batch)
{
	uint8_t mode = NO_LINK_LOCAL;
	size_t families = netlink_open(batch, IFLA_AF_SPEC);
	size_t family = netlink_open(batch, AF_INET6);

	netlink_attribute(batch, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof mode);
	netlink_close(batch, family);
	netlink_close(batch, families);
}

static void add_address(struct batch *batch, int index, const struct address *address, uint16_t flags)
{
	struct ifaddrmsg header = {.ifa_family = AF_INET, .ifa_prefixlen = address->prefix, .ifa_index = index};
	uint32_t mask = address->prefix ? htonl(UINT32_MAX << (32 - address->prefix)) : 0;
	uint32_t broadcast = address->ip | ~mask;

	netlink_begin(batch, RTM_NEWADDR, flags);
	netlink_header(batch, &header, sizeof header);
	netlink_attribute(batch, IFA_LOCAL, &address->ip, sizeof address->ip);
	netlink_attribute(batch, IFA_ADDRESS, &address->ip, sizeof address->ip);
	if (address->prefix < 31)
		netlink_attribute(batch, IFA_BROADCAST, &broadcast, sizeof broadcast);
}

static void add_default_route(struct batch *batch, uint32_t gateway)
{
	struct rtmsg header = {
		.rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};

	netlink_begin(batch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	netlink_header(batch, &header, sizeof header);
	netlink_attribute(batch, RTA_GATEWAY, &gateway, sizeof gateway);
}

/* The random part keeps the name free while the kernel still takes down the container's last namespace. */
static void link_name(const char *id, char name[static IF_NAMESIZE])
{
	uint32_t chance = 0;

	if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0)
		chance = getpid();
	snprintf(name, IF_NAMESIZE, "c%.8s%06x", id, chance & 0xffffff);
}

static void plan_outside(struct batch *batch, const char *name, const struct nic *nic, unsigned bridge)
{
	struct ifinfomsg peer_header = {.ifi_index = NIC_INDEX};
	size_t info, data, peer;

	begin_link(batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, true);
	netlink_text(batch, IFLA_IFNAME, name);
	netlink_number(batch, IFLA_MASTER, bridge);
	netlink_number(batch, IFLA_NUM_TX_QUEUES, 1);
	netlink_number(batch, IFLA_NUM_RX_QUEUES, 1);
	info = netlink_open(batch, IFLA_LINKINFO);
	netlink_text(batch, IFLA_INFO_KIND, "veth");
	data = netlink_open(batch, IFLA_INFO_DATA);
	peer = netlink_open(batch, VETH_INFO_PEER);
	netlink_header(batch, &peer_header, sizeof peer_header);
	netlink_text(batch, IFLA_IFNAME, "eth0");
	netlink_number(batch, IFLA_NET_NS_PID, 1);
	netlink_number(batch, IFLA_NUM_TX_QUEUES, 1);
	netlink_number(batch, IFLA_NUM_RX_QUEUES, 1);
	netlink_attribute(batch, IFLA_ADDRESS, nic->mac.bytes, sizeof nic->mac.bytes);
	netlink_close(batch, peer);
	netlink_close(batch, data);
	netlink_close(batch, info);
}

/*
 * What comes from the link may go back on it: a container asks its own published port, and where br_netfilter is loaded
 * the translated packet stays in the bridge. Can be set on ports that exist, not while one is made.
 */
static void allow_return(struct batch *batch, const char *name)
{
	uint8_t yes = 1;
	size_t info, data;

	begin_link(batch, RTM_NEWLINK, 0, 0, true);
	netlink_text(batch, IFLA_IFNAME, name);
	info = netlink_open(batch, IFLA_LINKINFO);
	data = netlink_open(batch, IFLA_INFO_SLAVE_DATA);
	netlink_attribute(batch, IFLA_BRPORT_MODE, &yes, sizeof yes);
	netlink_close(batch, data);
	netlink_close(batch, info);
}

int network_plan(const char *id, const struct nic *nic, struct batch *outside, struct batch *inside,
		 struct error *error)
{
	char name[IF_NAMESIZE];
	unsigned bridge;

	*outside = (struct batch){.length = 0};
	*inside = (struct batch){.length = 0};
	begin_link(inside, RTM_NEWLINK, 0, LOOPBACK_INDEX, true);
	if (!nic)
		return 0;
	bridge = if_nametoindex(nic->bridge);
	if (!bridge)
		return error_set(error, ENODEV, "network", nic->bridge, "there is no such bridge");
	link_name(id, name);
	plan_outside(outside, name, nic, bridge);
	allow_return(outside, name);
	begin_link(inside, RTM_NEWLINK, 0, NIC_INDEX, true);
	add_address(inside, NIC_INDEX, &nic->address, NLM_F_CREATE | NLM_F_EXCL);
	if (nic->gateway)
		add_default_route(inside, nic->gateway);
	return 0;
}

bool link_belongs(const char *name, const char *id)
{
	char prefix[IF_NAMESIZE];
	size_t length = (size_t)snprintf(prefix, sizeof prefix, "c%.8s", id);

	return strncmp(name, prefix, length) == 0 && strlen(name) == IF_NAMESIZE - 1;
}

void link_delete(int socket, int index)
{
	struct batch batch = {.length = 0};

	begin_link(&batch, RTM_DELLINK, 0, index, false);
	netlink_send(socket, &batch, NULL);
}

void links_remove(int socket, const char *id)
{
	struct if_nameindex *links = if_nameindex();

	for (struct if_nameindex *link = links; link && link->if_index; link++) {
		if (link_belongs(link->if_name, id))
			link_delete(socket, (int)link->if_index);
	}
	if (links)
		if_freenameindex(links);
}

static int write_setting(const char *path, struct error *error)
{
	cleanup_close int file = open(path, O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, "1", 1) != 1)
		return error_system(error, "bridge", path);
	return 0;
}

static int create_bridge(int socket, const char *name, const struct mac *mac, struct error *error)
{
	struct batch batch = {.length = 0};
	size_t info;
	int result;

	begin_link(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, false);
	netlink_text(&batch, IFLA_IFNAME, name);
	netlink_attribute(&batch, IFLA_ADDRESS, mac->bytes, sizeof mac->bytes);
	info = netlink_open(&batch, IFLA_LINKINFO);
	netlink_text(&batch, IFLA_INFO_KIND, "bridge");
	netlink_close(&batch, info);
	result = netlink_send(socket, &batch, NULL);
	if (result < 0 && result != -EEXIST)
		return error_set(error, -result, "bridge", name, "cannot be made: %s", strerror(-result));
	return 0;
}

int bridge_ensure(int socket, const char *name, const struct address *address, const struct mac *mac,
		  struct error *error)
{
	struct batch batch = {.length = 0};
	char path[128];
	unsigned index;
	int result;

	if (create_bridge(socket, name, mac, error) < 0)
		return -1;
	index = if_nametoindex(name);
	snprintf(path, sizeof path, "/sys/class/net/%s/bridge", name);
	if (!index || access(path, F_OK) < 0)
		return error_set(error, EEXIST, "bridge", name, "there is a link of that name that is no bridge");
	begin_link(&batch, RTM_NEWLINK, 0, (int)index, false);
	no_link_local(&batch);
	begin_link(&batch, RTM_NEWLINK, 0, (int)index, true);
	netlink_attribute(&batch, IFLA_ADDRESS, mac->bytes, sizeof mac->bytes);
	add_address(&batch, (int)index, address, NLM_F_CREATE | NLM_F_REPLACE);
	result = netlink_send(socket, &batch, NULL);
	if (result < 0)
		return error_set(error, -result, "bridge", name, "cannot be set up: %s", strerror(-result));
	snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/route_localnet", name);
	if (write_setting(path, error) < 0)
		return -1;
	return write_setting("/proc/sys/net/ipv4/ip_forward", error);
}

int bridge_remove(int socket, const char *name, struct error *error)
{
	struct batch batch = {.length = 0};
	char path[128];
	unsigned index = if_nametoindex(name);
	int result;

	if (!index)
		return 0;
	snprintf(path, sizeof path, "/sys/class/net/%s/bridge", name);
	if (access(path, F_OK) < 0)
		return error_set(error, EINVAL, "bridge", name, "is no bridge");
	begin_link(&batch, RTM_DELLINK, 0, (int)index, false);
	result = netlink_send(socket, &batch, NULL);
	if (result < 0 && result != -ENODEV)
		return error_set(error, -result, "bridge", name, "cannot be removed: %s", strerror(-result));
	return 0;
}
