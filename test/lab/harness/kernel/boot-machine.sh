#!/bin/sh
# Boots Debian's kernel in an emulated machine (QEMU) over this machine's own files, which virtiofsd shares with it. It
# has what user-mode Linux lacks, two processors and all of nftables among it, and takes several times longer for
# everything. For run.sh, with the environment that boot-uml.sh has. What it needs is in .lab/machine
# (scripts/ensure-machine.sh): kernel, initramfs, modules.
machine=$lab_checkout/.lab/machine
/usr/lib/qemu/virtiofsd --socket-path="$lab_memory/files" -o source=/ -o sandbox=chroot -o cache=always 2>/dev/null &
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ -S "$lab_memory/files" ] && break
  sleep 0.2
done
# virtiofsd ends when the machine does.
exec qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 -nodefaults -display none -no-reboot \
  -object memory-backend-memfd,id=memory,size=2048M,share=on -numa node,memdev=memory \
  -chardev socket,id=files,path="$lab_memory/files" -device vhost-user-fs-pci,chardev=files,tag=root \
  -chardev file,id=kernel,path="$lab_run/console" -serial chardev:kernel \
  -chardev stdio,id=job,signal=off -serial chardev:job \
  -kernel "$machine/kernel" -initrd "$machine/initramfs" \
  -append "console=ttyS0 quiet panic=-1 lab_init=$lab_here/init.sh lab_run=$lab_run lab_checkout=$lab_checkout lab_modules=$machine/modules lab_console=/dev/ttyS1" >&3
