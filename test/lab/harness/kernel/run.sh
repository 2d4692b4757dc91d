#!/bin/sh
# Runs a command where the kernel has IPVS: right here if this kernel has it, else inside user-mode-linux, booted
# over this machine's own files. Passes on output and exit status; the command sees the same checkout at the same
# path, but a /tmp and /run of its own.
#   run.sh [--machine] [--timeout SECONDS] COMMAND [ARGUMENT...]
# --machine: an emulated machine in place of user-mode-linux, slower, with a whole kernel of Debian's.
# Exit status: the command's; 124 after the timeout, 125 if no such kernel could be had, 126 if it broke down.
# scripts/ensure-kernel.sh gets user-mode-linux, or Debian's package of that name is installed; scripts/ensure-machine.sh
# gets the other one. Which one runs is said on stderr.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
checkout=$(CDPATH= cd -- "$here/../../../.." && pwd)

timeout=1800
kind=uml
if [ "${1-}" = --machine ]; then kind=machine; shift; fi
if [ "${1-}" = --timeout ]; then timeout=$2; shift 2; fi
[ $# -gt 0 ] || { echo 'usage: run.sh [--machine] [--timeout SECONDS] COMMAND [ARGUMENT...]' >&2; exit 2; }

if [ -e /proc/net/ip_vs ] || modprobe -q ip_vs 2>/dev/null && [ -e /proc/net/ip_vs ]; then
  exec timeout -k 10 "$timeout" "$@"
fi
if [ $kind = uml ]; then
  if [ -x "$checkout/.lab/linux/linux.uml" ]; then
    echo "Lab kernel: user-mode Linux $(cat "$checkout/.lab/linux/version")" >&2
  elif command -v linux.uml >/dev/null; then
    echo "Lab kernel: the installed user-mode Linux $(linux.uml --version) (scripts/ensure-kernel.sh gets a faster one)" >&2
  else
    echo 'This kernel has no IPVS, and there is no user-mode Linux (scripts/ensure-kernel.sh)' >&2
    exit 125
  fi
fi
if [ $kind = machine ] && [ ! -e "$checkout/.lab/machine/initramfs" ]; then
  echo 'This kernel has no IPVS, and there is no machine to emulate (scripts/ensure-machine.sh)' >&2
  exit 125
fi

quote() { printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

mkdir -p "$checkout/.lab"
run=$(mktemp -d "$checkout/.lab/kernel.XXXXXX")
# The kernel's memory is a sparse file: on a tmpfs that is large enough, else on a disk.
memory=/tmp
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt 2500000 ] 2>/dev/null && memory=/dev/shm
memory=$(mktemp -d "$memory/lab-kernel.XXXXXX")
kernel=
finish() {
  [ -z "$kernel" ] || kill -TERM "$kernel" 2>/dev/null || true
  rm -rf "$run" "$memory"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT HUP

{
  echo "export PATH=$(quote "$PATH") HOME=$(quote "${HOME:-/root}") LAB_KERNEL=$kind"
  for name in CI NO_COLOR FORCE_COLOR SEED UPDATE SECONDS ROUNDS ROUND ONLY; do
    value=$(printenv "$name") && echo "export $name=$(quote "$value")"
  done
  echo "cd $(quote "$PWD")"
  for word in "$@"; do quote "$word"; done
} >"$run/job"
mkdir -p /lib/modules

export lab_here="$here" lab_run="$run" lab_checkout="$checkout" lab_memory="$memory"
timeout -k 10 "$timeout" "$here/boot-$kind.sh" </dev/null 3>&1 4>"$run/console" >"$run/kernel" 2>&1 &
kernel=$!
outcome=0
wait "$kernel" || outcome=$?
kernel=

if [ -s "$run/status" ]; then exit "$(cat "$run/status")"; fi
if [ "$outcome" = 124 ] || [ "$outcome" = 137 ]; then
  echo "Cannot finish in the lab kernel: the command may take $timeout s, and was ended" >&2
  exit 124
fi
echo "Cannot run the lab kernel: it ended with status $outcome; its last words:" >&2
cat "$run/kernel" "$run/console" 2>/dev/null | tail -20 >&2
[ -e "$run/booted" ] && exit 126
exit 125
