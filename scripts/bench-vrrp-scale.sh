#!/bin/sh
# Compiles the scale benchmarks of the VRRP process and runs one; options go to it: many virtual routers
# (bench/vrrp-scale/main.ts), or with --addresses or --routers beside keepalived (bench/vrrp-scale/addresses.ts). dist/
# must be built.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (the benchmark makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p bench/vrrp-scale/tsconfig.json
case "$*" in *--addresses* | *--routers*) program=addresses ;; *) program=main ;; esac
exec node ".lab/bench/bench/vrrp-scale/$program.js" "$@"
