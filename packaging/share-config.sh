#!/bin/sh
# Files below /etc/lvs-director that root alone may read, of a daemon that ran as root: the group of the daemon that runs as
# a user of its own may read them from now on, which is said of each. What has another owner, or another group, is left as it is.
#   share-config.sh [FOLDER]
set -eu

folder=${1:-/etc/lvs-director}
[ -d "$folder" ] || exit 0
find "$folder" -xdev -mindepth 1 \( -type d -o -type f \) -user root -group root ! -perm -o=r | while IFS= read -r path; do
  chgrp lvs-director "$path"
  if [ -d "$path" ]; then chmod g+rx "$path"; else chmod g+r "$path"; fi
  echo "lvs-director: $path: the daemon's group, lvs-director, may read it from now on"
done
