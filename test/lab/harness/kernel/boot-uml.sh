#!/bin/sh
# Boots user-mode Linux over this machine's own files. For run.sh, which says in its environment: lab_here, lab_run,
# lab_checkout, lab_memory (a folder for the sparse file that is the kernel's memory). Output: console 1 is file
# descriptor 3, the kernel's own words go to 4.
TMPDIR=$lab_memory exec linux.uml root=/dev/root rootfstype=hostfs rootflags=/ rw mem=2G \
  init="$lab_here/init.sh" lab_run="$lab_run" lab_checkout="$lab_checkout" lab_modules=/usr/lib/uml/modules \
  lab_console=/dev/tty1 uml_dir="$lab_memory" umid=lab quiet \
  con=null con0=null,fd:4 con1=null,fd:3
