#!/bin/sh
# Boots a machine: this host's own systemd as process 1 over this host's own files. What it writes goes to an overlay, all
# mounts are in a name space of its own: whoever ends it leaves nothing mounted. For machine.ts, in the machine's network.
#   boot.sh boot FOLDER NAME ADDRESS CHECKOUT    FOLDER outlives a reboot; ADDRESS with its length, for eth0
#   boot.sh remove NAME                          the control group that a machine of that name had
#   boot.sh try FOLDER                           whether machines can be had here at all, and why not
# Status: 129 asks for another boot (reboot(2) in a process name space), 130 was powered off, 125 cannot be had here.
set -u

# The unified hierarchy wherever systemd looks for it, whether or not the host has it mounted.
control_groups() { mkdir -p "$1" && mount -t cgroup2 cgroup2 "$1"; }

case $1 in
  remove | try)
    if [ "${LAB_OWN_MOUNTS:-}" != yes ]; then LAB_OWN_MOUNTS=yes exec unshare --mount "$0" "$@"; fi
    ;;
esac

case $1 in
  try)
    cannot() { echo "no $1: ${2##*: }"; exit 125; }
    said=$(control_groups "$2/cgroup" 2>&1) || cannot 'unified control groups' "$said"
    mkdir -p "$2/up" "$2/work" "$2/root" "$2/cgroup/lab-try-$$" || cannot 'control group of its own' ''
    rmdir "$2/cgroup/lab-try-$$"
    said=$(mount -t overlay overlay -o "lowerdir=/,upperdir=$2/up,workdir=$2/work" "$2/root" 2>&1) ||
      cannot 'overlay of the files' "$said"
    unshare --mount --pid --uts --ipc --cgroup --fork true || cannot 'name spaces' ''
    exit 0
    ;;
  remove)
    control_groups "/run/lab-$2" || exit 0
    find "/run/lab-$2/$2" -depth -type d -exec rmdir {} + 2>/dev/null
    umount "/run/lab-$2" && rmdir "/run/lab-$2"
    exit 0
    ;;
  boot)
    folder=$2 name=$3 address=$4 checkout=$5 root=$2/root
    mount --make-rprivate / || exit 125
    control_groups "$folder/cgroup" && mkdir -p "$folder/cgroup/$name" || exit 125
    echo $$ >"$folder/cgroup/$name/cgroup.procs" || exit 125
    mkdir -p "$folder/up" "$folder/work" "$root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/up,workdir=$folder/work" "$root" || exit 125
    ;;
  inside)
    # Process 1 of the new name spaces: what is left to do before systemd is.
    cd "$2" || exit 125
    mount -t proc proc proc || exit 125
    # A boot of its own, not the host's.
    cat proc/sys/kernel/random/uuid >run/boot_id && mount --bind run/boot_id proc/sys/kernel/random/boot_id || exit 125
    # Of the kernel's settings those of its network are its own; the others are the host's.
    mount --rbind proc/sys proc/sys && mount -o remount,bind,ro proc/sys && mount --bind proc/sys/net proc/sys/net &&
      mount -o remount,bind,rw proc/sys/net || exit 125
    mount --bind /dev/null proc/sysrq-trigger
    # Read-only, so that networkd does not wait for udev, which no machine of the lab has.
    mount -t sysfs -o ro sysfs sys && mount -t tmpfs -o mode=755 tmpfs sys/fs && mkdir sys/fs/cgroup &&
      mount -t cgroup2 cgroup2 sys/fs/cgroup || exit 125
    mkdir -p .before && pivot_root . .before && umount -l /.before || exit 125
    # As systemd itself finds / on a host: what it mounts for a unit (credentials) is seen in the name space that it makes for that.
    mount --make-rshared / || exit 125
    exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
      /lib/systemd/systemd --show-status=no --log-target=journal
    ;;
esac

units=$root/etc/systemd/system
wants() { # TARGET UNIT...
  target=$1; shift
  mkdir -p "$units/$target.wants"
  for unit in "$@"; do ln -sfn "/lib/systemd/system/$unit" "$units/$target.wants/$unit"; done
}

# Once: of the host's services none, of systemd's own what a director meets: the journal and the network.
if [ ! -e "$folder/prepared" ]; then
  rm -rf "$root"/lib/systemd/system/*.wants "$root"/etc/rc?.d "$units" "$root"/etc/systemd/*.conf.d \
    "$root"/etc/systemd/network "$root/etc/keepalived" "$root/etc/ha.d" "$root/etc/lvs-director" "$root/var/lib/lvs-director" \
    "$root/var/log/journal"
  mkdir -p "$units" "$root/etc/systemd/journald.conf.d" "$root/etc/systemd/network" "$root/var/log/journal" "$root/etc/lvs-director"
  : >"$root/etc/fstab"
  echo "${name##*-}" >"$root/etc/hostname"
  echo "$name" | md5sum | cut -c1-32 >"$root/etc/machine-id"
  ln -s /lib/systemd/system/multi-user.target "$units/default.target"
  wants sockets.target systemd-journald.socket systemd-journald-dev-log.socket
  wants sysinit.target systemd-journald.service systemd-journal-flush.service
  wants multi-user.target systemd-networkd.service
  wants network-online.target systemd-networkd-wait-online.service
  printf '[Journal]\nStorage=persistent\nSystemMaxUse=24M\n' >"$root/etc/systemd/journald.conf.d/lab.conf"
  printf '[Match]\nName=eth0\n[Network]\nAddress=%s\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n' "$address" \
    >"$root/etc/systemd/network/eth0.network"
  # As on a machine of its own, by its package where such a thing can be made; the config is the test's.
  rm -rf "$root/usr/lib/lvs-director" "$root/usr/bin/lvs-director" "$root/usr/sbin/policy-rc.d"
  if command -v dpkg-deb >/dev/null; then
    package=$(OUT=$folder COMPRESS=none node "$checkout/scripts/package.mjs" deb-nodejs) &&
      dpkg --root="$root" --force-depends -i "$package" >"$folder/dpkg" 2>&1 || { cat "$folder/dpkg"; exit 125; }
  else
    DESTDIR=$root "$checkout/scripts/install.sh" >/dev/null || exit 125
  fi
  rm "$root/etc/lvs-director/lvs-director.yaml"
  systemd-sysusers --root="$root" lvs-director.conf && systemd-tmpfiles --root="$root" --create lvs-director.conf || exit 125
  : >"$folder/prepared"
fi

for place in dev run tmp; do mount -t tmpfs -o mode=755 tmpfs "$root/$place"; done
chmod 1777 "$root/tmp"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "$root/dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 "$root/dev/tty" c 5 0
: >"$root/dev/console"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"; done

exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child "$0" inside "$root"
