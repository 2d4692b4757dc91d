#!/bin/sh
# Installs the built daemon: $PREFIX/lib/lvs-director with its modules, $PREFIX/bin/lvs-director, the unit, and an
# example config where there is none. DESTDIR is for packagers. Nothing is started or enabled.
set -eu
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr}
root=${DESTDIR:-}
library=$root$prefix/lib/lvs-director

[ -e dist/main.js ] || { echo 'Missing: dist/ (make build)' >&2; exit 1; }
mkdir -p "$library" "$root$prefix/bin" "$root/lib/systemd/system" "$root/etc/lvs-director"

# The new tree is made beside the old one, so that a running daemon never meets half of each.
new=$library/new
rm -rf "$new"
mkdir -p "$new"
cp -R dist package.json package-lock.json .npmrc "$new"
(cd "$new" && npm ci --omit=dev --no-fund --no-audit --loglevel=error)
# The modules first: a program that starts in between finds what it imports.
for part in node_modules dist package.json; do
  rm -rf "$library/old"
  [ ! -e "$library/$part" ] || mv "$library/$part" "$library/old"
  mv "$new/$part" "$library/$part"
done
rm -rf "$new" "$library/old"

chmod 755 "$library/dist/main.js"
ln -sf ../lib/lvs-director/dist/main.js "$root$prefix/bin/lvs-director"
install -m 644 systemd/lvs-director.service "$root/lib/systemd/system/lvs-director.service"
config=$root/etc/lvs-director/lvs-director.yaml
if [ -e "$config" ]; then
  echo "kept $config"
else
  install -m 640 etc/lvs-director.yaml "$config"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
echo "installed lvs-director in $root$prefix/lib/lvs-director"
