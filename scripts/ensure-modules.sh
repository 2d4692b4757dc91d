#!/bin/sh
# Node, new enough, and the modules of package-lock.json: installed if they are missing or older than it.
# Needs no compiler: .npmrc turns install scripts off, and native modules come built.
set -eu
cd "$(dirname "$0")/.."

command -v node >/dev/null || { echo 'Missing: Node 20.19 or later (Debian package nodejs)' >&2; exit 1; }
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' || {
  echo "Missing: Node 20.19 or later; $(command -v node) is $(node --version)" >&2
  exit 1
}

installed=node_modules/.package-lock.json
[ -e "$installed" ] && [ ! package-lock.json -nt "$installed" ] && exit 0
command -v npm >/dev/null || scripts/ensure-packages.sh npm
npm ci --no-fund --no-audit --loglevel=error
