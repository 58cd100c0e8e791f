#!/bin/sh
# Process 1 of the test guest: a host with pure cgroup v2 and a distribution's kernel. Runs /payload/script and powers off.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /payload
mount -t devpts pts /dev/pts
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t ext4 /dev/vdb /payload
ip link set lo up
for module in overlay veth bridge nft_chain_nat nft_masq nft_fib_inet nft_numgen nft_reject_inet nft_ct; do
  modprobe "$module" || echo "guest: no module $module"
done
sh /payload/script
echo "guest: exit $?"
echo o > /proc/sysrq-trigger
sleep 60
