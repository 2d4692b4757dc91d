#!/bin/sh
# Compiles the benchmark of health checks and runs it; options go to it (bench/health/main.ts). dist/ must be built.
# With --table as the first option it runs where the kernel has IPVS: if need be, in user-mode Linux.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (the benchmark makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p bench/health/tsconfig.json
if [ "${1-}" = --table ]; then
  shift
  exec test/lab/harness/kernel/run.sh node .lab/bench/bench/health/main.js "$@"
fi
exec node .lab/bench/bench/health/main.js "$@"
