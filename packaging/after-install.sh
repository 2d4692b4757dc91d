#!/bin/sh
# What a package of any format does once its files are there: makes the user, the folders and, at the first time, the example
# config. Starts nothing. "again": not the first time.
set -e

config=/etc/lvs-director/lvs-director.yaml
library=/usr/lib/lvs-director
examples=/usr/share/doc/lvs-director/examples

# Of programs that set the same table or the same addresses: which runs (proc(5), comm).
rivals() {
  cat /proc/[0-9]*/comm 2>/dev/null | grep -Ex 'keepalived|ldirectord' | sort -u
}

tell_first_steps() {
  echo "lvs-director: nothing was started. Write $config, then:"
  echo '  lvs-director check && systemctl enable --now lvs-director'
  if [ -e /etc/keepalived/keepalived.conf ]; then
    echo "lvs-director: found /etc/keepalived/keepalived.conf. This makes a config of it:"
    echo "  lvs-director convert /etc/keepalived/keepalived.conf >$config"
  fi
  if [ -e /etc/ha.d/ldirectord.cf ]; then
    echo "lvs-director: found /etc/ha.d/ldirectord.cf. lvs-director-ldirectord takes it as it is; this makes a config of it:"
    echo "  lvs-director convert /etc/ha.d/ldirectord.cf >$config"
  fi
}

# Without the user: if one of our daemons was here, it ran as root.
had_user=$(getent passwd lvs-director || :)
if [ -e /usr/lib/sysusers.d/lvs-director.conf ]; then systemd-sysusers lvs-director.conf; fi
[ -n "$had_user" ] || "$library/share-config.sh"
# Yours from then on: no file of dpkg's, so that no upgrade asks about it.
if [ "${1:-}" != again ] && [ ! -e "$config" ]; then
  install -m 640 "$examples/lvs-director.yaml" "$config"
fi
if [ -e /usr/lib/tmpfiles.d/lvs-director.conf ]; then systemd-tmpfiles --create lvs-director.conf || true; fi
# What `journalctl -x` says of each event.
if command -v journalctl >/dev/null; then journalctl --update-catalog >/dev/null 2>&1 || true; fi
# What the distribution's Node makes of the program, for faster starts. Never needed. That of a Node of its own comes with it.
[ -x "$library/node" ] || node "$library/dist/code-cache.cjs" 2>/dev/null || true
[ "${1:-}" = again ] || tell_first_steps
for name in $(rivals); do
  echo "lvs-director: $name runs here. Each of the two undoes what the other does; before this one serves the same:"
  echo "  systemctl disable --now $name"
done
