#!/bin/sh
# Compiles the soak run and starts it; SECONDS, ROUNDS, ROUND, SEED and ONLY are its own (test/lab/soak/main.ts). dist/ must
# be built. With --table it runs where the kernel has IPVS: if need be, in user-mode Linux.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (a soak run makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p test/lab/soak/tsconfig.json
if [ "${1-}" = --table ]; then
  processor=$(taskset -pc $$ | sed 's/.*: *\([0-9]*\).*/\1/')
  exec taskset -c "$processor" test/lab/harness/kernel/run.sh --timeout $((${SECONDS:-3600} + 1200)) \
    node .lab/soak-compiled/test/lab/soak/main.js
fi
exec node .lab/soak-compiled/test/lab/soak/main.js
