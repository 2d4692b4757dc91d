#!/bin/sh
# Compiles the benchmark of rest and runs it; options go to it (bench/rest/main.ts). dist/ must be built.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'Missing: root (the benchmark makes network namespaces)' >&2; exit 1; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
node_modules/.bin/tsc -p bench/rest/tsconfig.json
exec node .lab/bench/bench/rest/main.js "$@"
