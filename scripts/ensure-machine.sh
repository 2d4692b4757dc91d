#!/bin/sh
# What the emulated machine of the lab needs (test/lab/harness/kernel/boot-machine.sh): QEMU, and Debian's kernel for
# virtual machines, unpacked into .lab/machine and not installed. Later runs only look.
# One line says what is missing where it cannot be had; the status is then 1.
set -eu
cd "$(dirname "$0")/.."
machine=$PWD/.lab/machine
[ "$(uname -m)" = x86_64 ] || { echo 'Missing: an x86_64 host for the emulated machine' >&2; exit 1; }
scripts/ensure-packages.sh qemu-system-x86_64
[ ! -e "$machine/initramfs" ] || exit 0

new=$machine.new
rm -rf "$new"
mkdir -p "$new/packages" "$new/root/bin" "$new/root/modules" "$new/root/root"
trap 'rm -rf "$new"' EXIT
give_up() { echo "Missing: $1" >&2; exit 1; }

package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
[ -n "$package" ] || give_up "linux-image-cloud-amd64 (apt-get has no such package)"
chmod 777 "$new/packages"
(cd "$new/packages" && apt-get download -qq "$package" busybox-static) >"$new/log" 2>&1 ||
  give_up "$package and busybox-static: $(tail -1 "$new/log")"
for archive in "$new"/packages/*.deb; do dpkg-deb -x "$archive" "$new/unpacked"; done

release=${package#linux-image-}
mv "$new/unpacked/boot/vmlinuz-$release" "$new/kernel"
mkdir "$new/modules"
mv "$new/unpacked/lib/modules/$release" "$new/modules/$release"
# The kernel looks for them in /lib/modules/RELEASE; depmod wants the same path below its base.
mkdir -p "$new/base/lib"
ln -s "$new/modules" "$new/base/lib/modules"
/sbin/depmod -b "$new/base" "$release"

# Numbered: each needs those before it.
number=10
for module in drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_modern_dev \
  drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci fs/fuse/fuse fs/fuse/virtiofs; do
  cp "$new/modules/$release/kernel/$module.ko" "$new/root/modules/$number-$(basename "$module").ko"
  number=$((number + 1))
done
cp "$new/unpacked/bin/busybox" "$new/root/bin/busybox"
cp test/lab/harness/kernel/initramfs-init.sh "$new/root/init"
chmod 755 "$new/root/init"
(cd "$new/root" && find . | "$new/unpacked/bin/busybox" cpio -o -H newc 2>/dev/null) | gzip >"$new/initramfs"

rm -rf "$new/packages" "$new/unpacked" "$new/base" "$new/root" "$new/log" "$machine"
mv "$new" "$machine"
