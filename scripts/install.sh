#!/bin/sh
# Installs the built daemon: $PREFIX/lib/lvs-director, which is whole in itself, $PREFIX/bin/lvs-director,
# $PREFIX/sbin/lvs-director-ldirectord, the unit, the pages of docs/, and an example config where there is none. DESTDIR is for
# packagers. DIST is another build than dist/. Needs neither npm nor a network. Nothing is started or enabled.
set -eu
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr}
root=${DESTDIR:-}
build=${DIST:-dist}
library=$root$prefix/lib/lvs-director
documents=$root$prefix/share/doc/lvs-director

[ -e "$build/chunks.txt" ] || { echo "Missing: $build (make build)" >&2; exit 1; }
# Where systemd looks; of other prefixes it knows nothing.
case $prefix in
  /usr | /usr/local) units=$root$prefix/lib/systemd/system ;;
  *) units=$root/etc/systemd/system ;;
esac
mkdir -p "$library" "$root$prefix/bin" "$root$prefix/sbin" "$documents" "$units" "$root/etc/lvs-director"

# The new tree is made beside the old one, so that a running daemon never meets half of each.
new=$library/new
rm -rf "$new"
mkdir -p "$new"
cp -R "$build" "$new/dist"
cp package.json LICENSE "$new"
# What the installed build had stays until the next time: a daemon that runs from it loads some parts when it needs them.
if [ -e "$library/dist/chunks.txt" ]; then
  while read -r chunk; do
    [ -e "$new/dist/chunks/$chunk" ] || cp "$library/dist/chunks/$chunk" "$new/dist/chunks/"
  done <"$library/dist/chunks.txt"
fi
chmod -R u=rwX,go=rX "$new"
for part in dist package.json LICENSE; do
  rm -rf "$library/old"
  [ ! -e "$library/$part" ] || mv "$library/$part" "$library/old"
  mv "$new/$part" "$library/$part"
done
# node_modules: of installations that had all packages beside dist/.
rm -rf "$new" "$library/old" "$library/node_modules"

ln -sf ../lib/lvs-director/dist/main.js "$root$prefix/bin/lvs-director"
ln -sf ../lib/lvs-director/dist/ldirectord.js "$root$prefix/sbin/lvs-director-ldirectord"
sed "s|/usr/bin/lvs-director|$prefix/bin/lvs-director|; s|/usr/share/doc/|$prefix/share/doc/|" \
  systemd/lvs-director.service >"$units/lvs-director.service"
chmod 644 "$units/lvs-director.service"
cp "$build/third-party-notices.txt" ./*.md "$documents"
cp -R docs "$documents"
chmod -R u=rwX,go=rX "$documents"
config=$root/etc/lvs-director/lvs-director.yaml
if [ -e "$config" ]; then
  echo "kept $config"
else
  install -m 640 etc/lvs-director.yaml "$config"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
echo "installed lvs-director in $root$prefix/lib/lvs-director"
