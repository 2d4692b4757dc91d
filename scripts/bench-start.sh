#!/bin/sh
# Compiles the benchmark of starts and runs it; options go to it (bench/start/main.ts). dist/ must be built. The table
# of 11,000 entries (bench/start/table.ts) where the kernel has IPVS: here, or in the lab kernel; else it says why not.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (the benchmark makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p bench/start/tsconfig.json
node .lab/bench/bench/start/main.js "$@"
status=0
test/lab/harness/kernel/run.sh --timeout 3600 node .lab/bench/bench/start/table.js "$@" || status=$?
[ "$status" != 125 ] || { echo 'the table of 11,000 entries: left out, as no kernel with IPVS could be had'; exit 0; }
exit "$status"
