#!/bin/sh
# Compiles the IPVS benchmark and runs it where the kernel has IPVS: here, or in the lab kernel. Options go to it
# (bench/ipvs/main.ts). dist/ must be built.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (the benchmark makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p bench/ipvs/tsconfig.json
exec test/lab/harness/kernel/run.sh --timeout 7200 node .lab/bench/bench/ipvs/main.js "$@"
