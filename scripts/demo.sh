#!/bin/sh
# Compiles the demo and runs it where the kernel has IPVS. dist/ must be built.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (the demo makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p test/lab/demo/tsconfig.json
# User-mode Linux has one processor, and is several times slower where the host moves it between its own.
processor=$(taskset -pc $$ | sed 's/.*: *\([0-9]*\).*/\1/')
exec taskset -c "$processor" test/lab/harness/kernel/run.sh --timeout 600 node .lab/compiled/demo/main.js "$@"
