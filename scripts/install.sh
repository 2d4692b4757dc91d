#!/bin/sh
# Installs the built daemon: $PREFIX/lib/lvs-director, which is whole in itself, $PREFIX/bin/lvs-director,
# $PREFIX/sbin/lvs-director-ldirectord, the units and what goes with them, the pages of docs/, and an example config where there
# is none. DESTDIR is for packagers (scripts/package.mjs). DIST is another build than dist/. RUNTIME is a binary of Node to install
# with it, which it then runs on; NODE the path of one that is there. Needs neither npm nor a network. Nothing is started or enabled.
set -eu
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr}
root=${DESTDIR:-}
build=${DIST:-dist}
library=$root$prefix/lib/lvs-director
documents=$root$prefix/share/doc/lvs-director

[ -e "$build/program" ] || { echo "Missing: $build (make build)" >&2; exit 1; }
# Where systemd looks; of other prefixes it knows nothing.
case $prefix in
  /usr | /usr/local) units=$root$prefix/lib/systemd/system ;;
  *) units=$root/etc/systemd/system ;;
esac
mkdir -p "$library" "$root$prefix/bin" "$root$prefix/sbin" "$documents" "$units" "$root/etc/lvs-director"

# The new tree is made beside the old one, so that a program that starts meanwhile finds the one or the other. A daemon that
# runs has its own open.
new=$library/new
rm -rf "$new"
mkdir -p "$new"
cp -R "$build" "$new/dist"
rm -rf "$new/dist/share"
cp package.json LICENSE "$new"
# A Node of its own, or one whose path is known, in place of the one that env(1) finds. What follows it is one option: the
# kernel makes one word of it (execve(2)).
runtime=
node=${NODE:-}
if [ -n "${RUNTIME:-}" ]; then
  runtime=node
  node=$prefix/lib/lvs-director/node
  install -m 755 "$RUNTIME" "$new/node"
fi
if [ -n "$node" ]; then
  sed -i "1s|^#!/usr/bin/env node|#!$node|" "$new/dist/main.js" "$new/dist/ldirectord.js"
fi
chmod -R u=rwX,go=rX "$new"
for part in $runtime dist package.json LICENSE; do
  rm -rf "$library/old"
  [ ! -e "$library/$part" ] || mv "$library/$part" "$library/old"
  mv "$new/$part" "$library/$part"
done
# node_modules: of installations that had all packages beside dist/.
rm -rf "$new" "$library/old" "$library/node_modules"
[ -n "$runtime" ] || rm -f "$library/node"

ln -sf ../lib/lvs-director/dist/main.js "$root$prefix/bin/lvs-director"
ln -sf ../lib/lvs-director/dist/ldirectord.js "$root$prefix/sbin/lvs-director-ldirectord"
sed "s|/usr/bin/lvs-director|$prefix/bin/lvs-director|; s|/usr/share/doc/|$prefix/share/doc/|" \
  systemd/lvs-director.service >"$units/lvs-director.service"
sed "s|/usr/share/doc/|$prefix/share/doc/|" systemd/lvs-director-network.service >"$units/lvs-director-network.service"
chmod 644 "$units/lvs-director.service" "$units/lvs-director-network.service"
# Of any prefix: systemd looks nowhere else for them.
mkdir -p "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d"
install -m 644 systemd/lvs-director.sysusers "$root/usr/lib/sysusers.d/lvs-director.conf"
install -m 644 systemd/lvs-director.tmpfiles "$root/usr/lib/tmpfiles.d/lvs-director.conf"
install -D -m 644 "$build/share/catalog/lvs-director.catalog" "$root/usr/lib/systemd/catalog/lvs-director.catalog"
share=$root$prefix/share
mkdir -p "$share/man" "$share/bash-completion/completions"
for section in "$build"/share/man/*; do install -D -m 644 -t "$share/man/${section##*/}" "$section"/*; done
install -m 644 "$build/share/bash-completion/completions/lvs-director" "$share/bash-completion/completions/"
ln -sf lvs-director "$share/bash-completion/completions/lvs-director-ldirectord"
# Where Debian's zsh looks; other distributions' in site-functions.
install -D -m 644 "$build/share/zsh/_lvs-director" "$share/zsh/${ZSH_FUNCTIONS:-vendor-completions}/_lvs-director"
cp "$build/third-party-notices.txt" "$build/share/sbom.cdx.json" ./*.md "$documents"
cp -R docs "$documents"
mkdir -p "$documents/examples"
cp etc/lvs-director.yaml etc/ldirectord.cf etc/alerts.yml etc/grafana-dashboard.json systemd/run-as-root.conf "$documents/examples"
chmod -R u=rwX,go=rX "$documents"

# Files that are the administrator's once they are there.
keep() {
  if [ -e "$3" ]; then echo "kept $3"; else install -D -m "$1" "$2" "$3"; fi
}
install -D -m 644 packaging/modules-load.conf "$root$prefix/lib/modules-load.d/lvs-director.conf"
keep 644 packaging/sysctl.conf "$root/etc/sysctl.d/60-lvs-director.conf"
keep 644 packaging/logrotate.conf "$root/etc/logrotate.d/lvs-director"
keep 640 etc/lvs-director.yaml "$root/etc/lvs-director/lvs-director.yaml"
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
  had_user=$(getent passwd lvs-director || true)
  systemd-sysusers lvs-director.conf
  [ -n "$had_user" ] || packaging/share-config.sh
  systemd-tmpfiles --create lvs-director.conf
  journalctl --update-catalog >/dev/null 2>&1 || true
  systemctl daemon-reload
fi
echo "installed lvs-director in $root$prefix/lib/lvs-director"
