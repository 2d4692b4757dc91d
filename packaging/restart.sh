#!/bin/sh
# Ends an upgrade: the daemon that runs is restarted, which keeps the table, its connections and its addresses (docs/install.md
# "Upgrade"). One that is stopped stays so. Where a new one would not start, for errors in the config or a file that the
# unit's user may not read, the daemon of before goes on. Of a package of any format; its arguments are the command that restarts.
set -e

unit=lvs-director.service
systemctl --quiet is-active "$unit" || exit 0
command=$(systemctl show --property=ExecStart --value "$unit")
config=$(echo "$command" | sed -n 's/.* run -c \([^ ;]*\) .*/\1/p')
if ! said=$(/usr/bin/lvs-director check -c "${config:-/etc/lvs-director/lvs-director.yaml}" 2>&1 >/dev/null); then
  {
    echo 'lvs-director: not restarted, the daemon of before goes on; a new one would not start:'
    echo "$said" | grep -v ': warning: ' || :
    echo "lvs-director: once that is mended: systemctl restart $unit (docs/systemd.md, \"The user\")"
  } >&2
  exit 0
fi
"$@" "$unit" || echo 'lvs-director: the restart failed; journalctl -u lvs-director says why' >&2
