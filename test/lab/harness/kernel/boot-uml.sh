#!/bin/sh
# Boots user-mode Linux over this machine's own files: the one in .lab/linux (scripts/ensure-kernel.sh), else the one that
# is installed. For run.sh, which says in its environment: lab_here, lab_run, lab_checkout, lab_memory (a folder for
# the sparse file that is the kernel's memory). Output: console 1 is file descriptor 3, the kernel's own words go to 4.
linux=linux.uml
modules=/usr/lib/uml/modules
if [ -x "$lab_checkout/.lab/linux/linux.uml" ]; then
  # It finds its C library from there.
  cd "$lab_checkout/.lab/linux" || exit 1
  linux=./linux.uml
  modules=$PWD/modules
  export LD_LIBRARY_PATH=lib64
fi
TMPDIR=$lab_memory exec "$linux" root=/dev/root rootfstype=hostfs rootflags=/ rw mem=2G seccomp=auto \
  init="$lab_here/init.sh" lab_run="$lab_run" lab_checkout="$lab_checkout" lab_modules="$modules" \
  lab_console=/dev/tty1 uml_dir="$lab_memory" umid=lab quiet \
  con=null con0=null,fd:4 con1=null,fd:3
