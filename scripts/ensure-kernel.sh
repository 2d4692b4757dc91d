#!/bin/sh
# A newer user-mode Linux than Debian's stable suites have, for the lab (test/lab/harness/kernel/boot-uml.sh): since 6.16 it
# lets seccomp(2) catch system calls in place of ptrace(2), and is two to three times faster. Unpacked into .lab/linux
# with the C library of its suite, and not installed. Later runs only look. Nothing to do where this kernel has IPVS.
# apt-get fetches it from the mirror that this machine uses, with lists of its own, and checks it by Debian's keys.
# One line says what is missing where it cannot be had; the status is then 1, and the lab runs on the installed one.
set -eu
cd "$(dirname "$0")/.."
suite=forky
linux=$PWD/.lab/linux
[ ! -e "$linux/linux.uml" ] || exit 0
modprobe -q ip_vs 2>/dev/null || true
[ ! -e /proc/net/ip_vs ] || exit 0

give_up() { echo "Missing: $1 (the lab kernel is slower without)" >&2; exit 1; }
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || give_up 'a newer user-mode-linux: this is no amd64 of Debian'
[ "$(id -u)" = 0 ] || give_up 'a newer user-mode-linux: only root can fetch it'
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keys" ] || give_up "a newer user-mode-linux: no $keys (Debian package debian-archive-keyring)"
mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
  sed -n 's/^Debian [a-z]* main \(http.*\)/\1/p' | head -1)
[ -n "$mirror" ] || give_up 'a newer user-mode-linux: apt-get knows no mirror of Debian'

new=$linux.new
rm -rf "$new"
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$new/lists/partial" "$new/cache" "$new/packages"
# apt-get fetches as a user of its own.
chmod 777 "$new/packages"
echo "deb [signed-by=$keys] $mirror $suite main" >"$new/sources.list"
apt() {
  apt-get -q -o Dir::Etc::SourceList="$new/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Acquire::Languages=none \
    -o Dir::State::Lists="$new/lists" -o Dir::Cache="$new/cache" "$@" </dev/null >"$new/log" 2>&1
}
echo "Fetching user-mode-linux of Debian $suite into .lab/linux"
apt update --error-on=any && (cd "$new/packages" && apt download user-mode-linux libc6) ||
  give_up "a newer user-mode-linux: $(grep '^[EW]:' "$new/log" | head -1)"
for archive in "$new"/packages/*.deb; do dpkg-deb -x "$archive" "$new/unpacked"; done

# Found from the folder that it is started in, which is this one: the path in the program is as long as the one it had.
unpacked=$new/unpacked/usr
mkdir "$new/lib64"
cp "$unpacked/lib/x86_64-linux-gnu/libc.so.6" "$unpacked/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$new/lib64/"
LC_ALL=C sed -i 's|/lib64/ld-linux-x86-64\.so\.2|lib64//ld-linux-x86-64.so.2|' "$unpacked/bin/linux.uml"
(cd "$new" && LD_LIBRARY_PATH=lib64 unpacked/usr/bin/linux.uml --version) >"$new/version" 2>&1 ||
  give_up "a newer user-mode-linux: it does not start here: $(tail -1 "$new/version")"
mv "$unpacked/lib/uml/modules" "$new/modules"
mv "$unpacked/bin/linux.uml" "$new/linux.uml"
rm -rf "$new/lists" "$new/cache" "$new/packages" "$new/unpacked" "$new/sources.list" "$new/log" "$linux"
mv "$new" "$linux"
