#!/bin/sh
# The first process inside the lab kernel: prepares a machine over the host's own files, runs one job, powers off.
# The job is $lab_run/job, its output goes to $lab_console, its exit status to $lab_run/status; $lab_run is a folder
# of the host. These and $lab_modules, where the kernel's modules are (not below /tmp, but for the checkout's own), are
# given on the kernel's command line. /run, /tmp and /dev/shm are fresh and in memory here; whatever is written
# elsewhere is written to the host's files.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb

mount -t proc proc /proc
mount -t sysfs sysfs /sys

# A checkout below /tmp or /run must stay visible when these are covered.
mount -t tmpfs tmpfs /mnt
mkdir /mnt/run_folder /mnt/checkout
mount --bind "$lab_run" /mnt/run_folder
mount --bind "$lab_checkout" /mnt/checkout
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
if [ ! -d "$lab_checkout" ]; then
  mkdir -p "$lab_checkout"
  mount --bind /mnt/checkout "$lab_checkout"
fi
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
# For bash's >(...).
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd

mount --bind "$lab_modules" /lib/modules
for module in /lib/modules/*/kernel/net/netfilter/ipvs/*.ko; do
  modprobe "$(basename "$module" .ko)"
done
for module in nf_conntrack ip_tables iptable_nat iptable_mangle nf_tables veth bridge ipv6 macvlan dummy 8021q ipip sch_netem; do
  modprobe -q "$module"
done

hostname lab
ip link set lo up
stty -F "$lab_console" -opost -echo
# Through a pipe: to the job, its output is no terminal, as under CI. What the job leaves running in the background
# may hold the pipe open: it does not hold up the end.
mkfifo /run/lab-output
cat /run/lab-output >"$lab_console" &
reader=$!
touch /mnt/run_folder/booted
sh /mnt/run_folder/job </dev/null >/run/lab-output 2>&1
echo $? >/mnt/run_folder/status
for _ in 1 2 3 4 5; do
  kill -0 "$reader" 2>/dev/null || break
  sleep 0.1
done
sync
poweroff -f
