#!/bin/sh
# The Debian packages that the lab and the demo need, installed if their commands are missing. No service is
# started or enabled by that. Without arguments: all; else only what brings the commands named.
# One line says what is missing where it cannot be installed; the status is then 1.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

package_of() {
  case $1 in
    ip) echo iproute2 ;;
    nginx) echo nginx-light ;;
    modprobe) echo kmod ;;
    arping) echo iputils-arping ;;
    ping) echo iputils-ping ;;
    sysctl) echo procps ;;
    linux.uml) echo user-mode-linux ;;
    lwp-request) echo libwww-perl ;;
    qemu-system-x86_64) echo qemu-system-x86 ;;
    nft) echo nftables ;;
    prlimit) echo util-linux ;;
    # A library, no command: another time of day for one program.
    faketime) echo faketime ;;
    cc) echo gcc libc6-dev ;;
    dpkg-deb) echo dpkg ;;
    strip) echo binutils ;;
    rpmbuild) echo rpm ;;
    man) echo man-db ;;
    # vrrpd itself is not in the PATH.
    vtysh) echo frr ;;
    promtool) echo prometheus ;;
    smtpd) echo opensmtpd ;;
    dovecot) echo dovecot-imapd dovecot-pop3d dovecot-submissiond ;;
    tinyproxy) echo tinyproxy-bin ;;
    mariadbd) echo mariadb-server-core ;;
    postgres) echo postgresql ;;
    # systemd itself, for machines of the lab; what the host's first process is, is another package's matter.
    systemctl) echo systemd ;;
    rsyslogd) echo rsyslog ;;
    # Pacemaker's agents, ldirectord's among them.
    ocf-tester) echo resource-agents ;;
    *) echo "$1" ;;
  esac
}

commands=${*:-ip ipvsadm keepalived vtysh nginx modprobe arping ping curl tcpdump sysctl nft iptables}
missing=
for command in $commands; do
  command -v "$command" >/dev/null || missing="$missing $(package_of "$command")"
done
# A kernel of our own, only where this one has no IPVS: the installed one, where the faster one cannot be had.
if [ $# = 0 ] && ! "$(dirname "$0")/ensure-kernel.sh"; then
  command -v linux.uml >/dev/null || missing="$missing user-mode-linux"
fi
# systemd for the tests of the unit, and real servers for checks to meet. Tests of what is not here are skipped. LAB_SERVERS=all: the databases too,
# 200 MB more.
wished=
if [ $# = 0 ]; then
  servers='systemctl ldirectord strace ocf-tester haproxy lwp-request smtpd dovecot vsftpd tinyproxy unbound slapd freeradius faketime rsyslogd'
  # What is told of events.
  servers="$servers prometheus-alertmanager promtool"
  # What judges packages and manual pages.
  servers="$servers lintian shellcheck mandoc man zsh rpmbuild"
  [ "${LAB_SERVERS:-}" != all ] || servers="$servers mariadbd postgres"
  for command in $servers; do
    command -v "$command" >/dev/null && continue
    # Debian keeps it out of the PATH, in a folder a version.
    [ "$command" != postgres ] || ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || continue
    wished="$wished $command"
  done
fi
# A plug-in of MariaDB's that checks log in by (ed25519): Debian has it in mariadb-server, which is not installed for it.
plugins=$(dirname "$0")/../.lab/mariadb
if [ "${LAB_SERVERS:-}" = all ] && [ ! -e /usr/lib/mysql/plugin/auth_ed25519.so ] && [ ! -e "$plugins" ]; then
  mkdir -p "$plugins.new"
  chmod 777 "$plugins.new"
  (cd "$plugins.new" && apt-get -q download mariadb-server >/dev/null 2>&1 && dpkg-deb -x ./*.deb . && rm ./*.deb) &&
    mv "$plugins.new" "$plugins" || { rm -rf "$plugins.new"; echo 'left out: the ed25519 of MariaDB' >&2; }
fi
# Those who keep the network of a machine, for what is written for them (realserver --format): unpacked and not installed,
# as they would take this host's in hand.
keepers=$(dirname "$0")/../.lab/keepers
if [ $# = 0 ] && [ ! -e "$keepers" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  mkdir -p "$keepers.new"
  chmod 777 "$keepers.new"
  wanted='ifupdown netplan.io network-manager'
  # shellcheck disable=SC2086 # one word a package
  for library in $(apt-cache depends $wanted 2>/dev/null | sed -n 's/^ *Depends: \(lib[^ ]*\)$/\1/p' | sort -u); do
    dpkg -s "$library" >/dev/null 2>&1 || wanted="$wanted $library"
  done
  # shellcheck disable=SC2086
  (cd "$keepers.new" && apt-get -q download $wanted >/dev/null 2>&1 &&
    for archive in ./*.deb; do dpkg-deb -x "$archive" . && rm "$archive"; done) &&
    mv "$keepers.new" "$keepers" || { rm -rf "$keepers.new"; echo 'left out: ifupdown, netplan and nmcli' >&2; }
fi
[ -n "$missing$wished" ] || exit 0

give_up() { echo "Missing:${missing:-$wished} ($1)" >&2; exit 1; }
[ "$(id -u)" = 0 ] || give_up 'only root can install packages'
command -v apt-get >/dev/null || give_up 'no apt-get here: install what brings these'

# Packages ask this file whether their services may start (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
fi

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
install_packages() {
  echo "Installing $*"
  apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-remove --no-install-recommends "$@" </dev/null >"$log" 2>&1
}
apt-get -q update </dev/null >"$log" 2>&1 || true
# shellcheck disable=SC2086 # one word a package
if [ -n "$missing" ] && ! install_packages $missing; then
  tail -5 "$log" >&2
  rm -f "$log"
  give_up 'apt-get failed'
fi
# One by one: what would displace an installed package (another mail server) is left out, the others are not.
for command in $wished; do
  packages=$(package_of "$command")
  # shellcheck disable=SC2086 # one word a package
  if install_packages $packages; then missing="$missing $packages"; else echo "left out: $packages" >&2; fi
done
rm -f "$log"

# Nor at the next boot: they are here as programs for tests. Pacemaker's agents bring a log daemon.
case $missing in *resource-agents*) missing="$missing logd" ;; esac
for service in nginx keepalived frr opensmtpd dovecot vsftpd unbound slapd freeradius postgresql logd rsyslog prometheus prometheus-alertmanager; do
  case $missing in
    *" $service"*) [ ! -d /run/systemd/system ] || systemctl --quiet disable "$service" || true ;;
  esac
done
