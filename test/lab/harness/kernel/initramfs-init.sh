#!/bin/busybox sh
# The first process of the emulated machine: mounts the files that are shared with it, and goes on there.
for module in /modules/*.ko; do /bin/busybox insmod "$module"; done
/bin/busybox mount -t virtiofs root /root
/bin/busybox mount -t devtmpfs dev /root/dev
exec /bin/busybox switch_root /root "$lab_init"
