// The functions of the script that lvs-director prints, in POSIX sh with iproute2: each does one kind of need (need.ts) in
// three ways, by $action: apply, check, undo. What was there before is kept below /run, for each network namespace apart,
// and only what was changed is taken back. Which calls there are, and their order, is script.ts's.

/** In the order in which they stand in the script. */
export const scriptFunctions: Readonly<Record<string, string>> = {
  remember: String.raw`
# What was here before is kept, and only the first time.
slot() { printf '%s/%s' "$kept" "$(printf %s "$1" | tr '/ ' '+_')"; }
remember() { [ -e "$(slot "$1")" ] || { mkdir -p "$kept" && printf '%s\n' "$2" >"$(slot "$1")"; }; }
remembers() { [ -e "$(slot "$1")" ]; }
recall() { cat "$(slot "$1")"; }
forget() { rm -f "$(slot "$1")"; }
wrong() { printf 'wrong: %s\n  %s\n  mend: %s\n' "$1" "$2" "$3"; faults=$((faults + 1)); }
failed() { printf 'Cannot %s\n' "$1" >&2; faults=$((faults + 1)); }`,

  module: String.raw`
# module NAME WHY
module() {
  known=no
  if [ -d "/sys/module/$1" ] || grep -q "/$1\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then known=yes; fi
  case $action in
    apply) [ $known = yes ] || modprobe "$1" || failed "load the module $1 of the kernel" ;;
    check) [ $known = yes ] || modprobe -n "$1" 2>/dev/null || wrong "the kernel has no module $1" "$2" "install the kernel's extra modules, then: modprobe $1" ;;
  esac
}`,

  setting: String.raw`
# setting KEY RULE VALUE INITIAL WHY: a sysctl; a star in KEY stands for every device
setting() {
  for file in /proc/sys/$1; do
    if [ ! -e "$file" ]; then
      [ "$action" = undo ] || wrong "there is no sysctl $1" "$5" "load the module that has it"
      continue
    fi
    key=$(printf %s "$file" | cut -c 11-)
    now=$(cat "$file")
    case $2 in
      'at least') if [ "$now" -ge "$3" ]; then holds=yes; else holds=no; fi ;;
      *) if [ "$now" = "$3" ]; then holds=yes; else holds=no; fi ;;
    esac
    case $action in
      apply) [ $holds = yes ] || { remember "sysctl $key" "$now"; printf '%s\n' "$3" >"$file"; } || failed "set $key" ;;
      check) [ $holds = yes ] || wrong "$key is $now, expected $2 $3" "$5" "echo $3 >$file" ;;
      undo)
        if remembers "sysctl $key"; then recall "sysctl $key" >"$file" && forget "sysctl $key"
        elif [ $persists = yes ] && [ $holds = yes ]; then printf '%s\n' "$4" >"$file"; fi ;;
    esac
  done
}`,

  address: String.raw`
# address ADDRESS LENGTH DEVICE WHY: there, and on no card, by which others would find it here
address() {
  there=$(ip -o address show to "$1/$2" | awk '{ print $2, $4 }')
  others=$(printf '%s\n' "$there" | grep -vFx -e "$3 $1/$2" -e '')
  if printf '%s\n' "$there" | grep -qFx "$3 $1/$2"; then has=yes; else has=no; fi
  # An address of IPv6 that is deprecated is no source of the server's own connections.
  case $1 in *:*) how='nodad preferred_lft 0' ;; *) how= ;; esac
  case $action in
    apply)
      # shellcheck disable=SC2086
      [ $has = yes ] || { ip address add "$1/$2" dev "$3" $how && remember "address $1" "$3"; } || failed "add $1/$2 to $3"
      cards=$(printf '%s\n' "$others" | grep -v '^lo ')
      [ -z "$cards" ] || remember "cards $1" "$cards"
      printf '%s\n' "$cards" | while read -r dev place; do [ -z "$dev" ] || ip address del "$place" dev "$dev" || exit 1; done || failed "take $1 off its card" ;;
    check)
      [ $has = yes ] || wrong "$1/$2 is not on $3" "$4" "ip address add $1/$2 dev $3"
      [ -z "$others" ] || wrong "$1 is there in another way as well: $(printf %s "$others" | head -n 1)" "$4" "ip address del $(printf '%s\n' "$others" | awk 'NR == 1 { print $2, "dev", $1 }')" ;;
    undo)
      if remembers "address $1" || [ $persists = yes ]; then
        [ $has = no ] || ip address del "$1/$2" dev "$3"
        forget "address $1"
      fi
      remembers "cards $1" || return 0
      recall "cards $1" | while read -r dev place; do ip address replace "$place" dev "$dev"; done
      forget "cards $1" ;;
  esac
}`,

  tunnel: `
# tunnel DEVICE MODULE TYPE LOCAL OPTIONS WHY: only where LOCAL is an address of this host, or -
tunnel() {
  if [ "$4" != - ] && [ -z "$(ip -o address show to "$4")" ]; then return; fi
  if [ -n "$(ip -o link show dev "$1" up 2>/dev/null)" ]; then up=yes; else up=no; fi
  case $action in
    apply)
      [ $up = no ] || return 0
      if ! ip link show dev "$1" >/dev/null 2>&1; then
        remember "link $1" absent
        modprobe "$2" 2>/dev/null
        # shellcheck disable=SC2086
        ip link show dev "$1" >/dev/null 2>&1 || ip link add name "$1" type "$3" $5
      fi
      remember "link $1" down
      ip link set "$1" up || failed "make the device $1" ;;
    check) [ $up = yes ] || wrong "the device $1 is not up" "$6" "modprobe $2; ip link add $1 type $3 $5; ip link set $1 up" ;;
    undo)
      remembers "link $1" || [ $persists = yes ] || return 0
      ip link set "$1" down 2>/dev/null
      # The kernel's own device stays as long as its module.
      [ "$(recall "link $1" 2>/dev/null)" = down ] || ip link del "$1" 2>/dev/null
      forget "link $1" ;;
  esac
}`,

  gue: `
# gue PORT FAMILY WHY
gue() {
  if ip "$2" fou show 2>/dev/null | grep -q "port $1 gue"; then has=yes; else has=no; fi
  case $action in
    apply)
      [ $has = no ] || return 0
      modprobe fou 2>/dev/null; [ "$2" = -4 ] || modprobe fou6 2>/dev/null
      ip "$2" fou add port "$1" gue && remember "gue $1$2" added || failed "take GUE on port $1" ;;
    check) [ $has = yes ] || wrong "nothing takes GUE on port $1" "$3" "modprobe fou; ip $2 fou add port $1 gue" ;;
    undo) if remembers "gue $1$2"; then ip "$2" fou del port "$1"; forget "gue $1$2"; fi ;;
  esac
}`,

  gateway: String.raw`
# gateway FAMILY ADDRESS WHY
gateway() {
  now=$(ip "$1" route show default)
  case $action in
    apply)
      printf '%s\n' "$now" | head -n 1 | grep -q "via $2 " && return 0
      remember "gateway $1" "$now"
      ip "$1" route replace default via "$2" || failed "make $2 the gateway" ;;
    check) printf '%s\n' "$now" | head -n 1 | grep -q "via $2 " || wrong "the default route is not by $2, but: $(printf '%s\n' "$now" | sed 's/^$/none/' | head -n 1)" "$3" "ip $1 route replace default via $2" ;;
    undo)
      remembers "gateway $1" || return 0
      ip "$1" route del default via "$2" 2>/dev/null
      # shellcheck disable=SC2086
      recall "gateway $1" | sed 's/ linkdown//; s/ dead//' | while read -r line; do [ -z "$line" ] || ip "$1" route replace $line; done
      forget "gateway $1" ;;
  esac
}`,

  answers: `
# answers FAMILY GATEWAY ADDRESS PROTOCOL PORT WHY: what leaves from that address and port goes by the gateway, unless
# there is a closer route. The table and the priorities are 3112 and 3113.
answers() {
  [ -n "$(ip -o address show to "$3")" ] || return 0
  rule="from $3 ipproto $4"
  [ "$5" = 0 ] || rule="$rule sport $5"
  closer='lookup main suppress_prefixlength 0'
  way="default via $2"
  if ip "$1" rule show pref 3113 | grep -qF "$rule lookup 3112"; then has=yes; else has=no; fi
  ip "$1" route show table 3112 2>/dev/null | grep -q "^$way " || has=no
  ip "$1" rule show pref 3112 | grep -q suppress_prefixlength || has=no
  case $action in
    apply)
      [ $has = no ] || return 0
      remember "answers $1" made
      # shellcheck disable=SC2086
      {
        ip "$1" route replace $way table 3112 &&
          { ip "$1" rule show pref 3112 | grep -q . || ip "$1" rule add pref 3112 $closer; } &&
          { ip "$1" rule show pref 3113 | grep -qF "$rule lookup 3112" || ip "$1" rule add pref 3113 $rule lookup 3112; }
      } || failed "route the answers of $3 port $5 by $2" ;;
    check) [ $has = yes ] || wrong "the answers of $3 port $5 do not go by $2" "$6" "ip $1 route replace $way table 3112; ip $1 rule add pref 3112 $closer; ip $1 rule add pref 3113 $rule lookup 3112" ;;
    undo)
      remembers "answers $1" || [ $persists = yes ] || return 0
      while ip "$1" rule del pref 3113 2>/dev/null; do :; done
      while ip "$1" rule del pref 3112 2>/dev/null; do :; done
      ip "$1" route flush table 3112 2>/dev/null
      forget "answers $1" ;;
  esac
}`,

  translate: `
# translate TABLE-FAMILY CHAIN RULE WHY: a rule of NAT in a chain of its own, by nft
translate() {
  if nft list chain "$1" lvs_setup "$2" >/dev/null 2>&1; then has=yes; else has=no; fi
  base='{ type nat hook postrouting priority 100; policy accept; }'
  case $action in
    apply)
      [ $has = no ] || return 0
      # shellcheck disable=SC2086
      { nft add table "$1" lvs_setup && nft add chain "$1" lvs_setup "$2" "$base" && nft add rule "$1" lvs_setup "$2" $3 && remember "nft $1 $2" made; } || failed "add a rule of NAT" ;;
    check) [ $has = yes ] || wrong "there is no rule of NAT: $3" "$4" "nft add table $1 lvs_setup; nft add chain $1 lvs_setup $2 '$base'; nft add rule $1 lvs_setup $2 '$3'" ;;
    undo)
      remembers "nft $1 $2" || [ $persists = yes ] || return 0
      nft delete chain "$1" lvs_setup "$2" 2>/dev/null
      nft list table "$1" lvs_setup 2>/dev/null | grep -q chain || nft delete table "$1" lvs_setup 2>/dev/null
      forget "nft $1 $2" ;;
  esac
}`,

  translate_by_iptables: `
# translate_by_iptables COMMAND RULE WHY
translate_by_iptables() {
  # shellcheck disable=SC2086
  if $1 -t nat -C POSTROUTING $2 2>/dev/null; then has=yes; else has=no; fi
  # shellcheck disable=SC2086
  case $action in
    apply) [ $has = yes ] || { $1 -t nat -A POSTROUTING $2 && remember "$1 $2" made; } || failed "add a rule of NAT" ;;
    check) [ $has = yes ] || wrong "there is no rule of NAT: $2" "$3" "$1 -t nat -A POSTROUTING $2" ;;
    undo) if remembers "$1 $2"; then $1 -t nat -D POSTROUTING $2; forget "$1 $2"; fi ;;
  esac
}`,

  accept_by_nft: String.raw`
# accept_by_nft HOOK FAMILY RULE WHY: into every chain of that family that stands before what comes in (input) or passes on (forward)
accept_by_nft() {
  nft list chains 2>/dev/null | awk -v hook="hook $1" -v want="$2" '
    $1 == "table" { family = $2; table = $3 }
    $1 == "chain" { chain = $2 }
    index($0, hook) && (family == "inet" || family == want) { print family, table, chain }' | while read -r at; do
    # shellcheck disable=SC2086
    handle=$(nft -a list chain $at | grep -F "lvs-setup: $3" | sed 's/.*# handle //' | head -n 1)
    # shellcheck disable=SC2086
    case $action in
      apply) [ -n "$handle" ] || nft insert rule $at $3 accept comment "\"lvs-setup: $3\"" || exit 1 ;;
      check) [ -n "$handle" ] || ! nft list chain $at | grep -q -e 'policy drop' -e drop -e reject || echo "note: the firewall chain $at may drop $4; accept it: nft insert rule $at $3 accept" ;;
      undo) [ -z "$handle" ] || nft delete rule $at handle "$handle" ;;
    esac
  done || failed "accept $3"
}`,

  accept_by_iptables: `
# accept_by_iptables CHAIN COMMAND RULE WHY
accept_by_iptables() {
  # shellcheck disable=SC2086
  if $2 -C $1 $3 -j ACCEPT 2>/dev/null; then has=yes; else has=no; fi
  # shellcheck disable=SC2086
  case $action in
    apply) [ $has = yes ] || { $2 -I $1 $3 -j ACCEPT && remember "$2 $1 $3" made; } || failed "accept $3" ;;
    check) [ $has = yes ] || wrong "$2 does not accept $4" "without it a policy or a later rule may drop it" "$2 -I $1 $3 -j ACCEPT" ;;
    undo) if remembers "$2 $1 $3"; then $2 -D $1 $3 -j ACCEPT; forget "$2 $1 $3"; fi ;;
  esac
}`,

  file: String.raw`
# file PATH [UMASK]: its content from standard input, so that a boot does it again
file() {
  wanted=$(cat)
  case $action in
    apply) [ "$(cat "$1" 2>/dev/null)" = "$wanted" ] || { mkdir -p "$(dirname "$1")" && (umask "${'$'}{2:-022}" && printf '%s\n' "$wanted" >"$1"); } || failed "write $1" ;;
    check) [ "$(cat "$1" 2>/dev/null)" = "$wanted" ] || wrong "$1 is not as it should be" "a boot would not set this up again" "run this script again" ;;
    undo)
      rm -f "$1"
      # Where drop-ins lie: gone with the last of them.
      case $1 in *.network.d/*) rmdir "$(dirname "$1")" 2>/dev/null ;; esac ;;
  esac
}`,

  enabled: `
# enabled UNIT: of systemd's, whose file stands before it; it begins to work with the next boot
enabled() {
  case $action in
    apply) systemctl daemon-reload 2>/dev/null; systemctl -q enable "$1" || failed "enable $1" ;;
    check) systemctl -q is-enabled "$1" 2>/dev/null || wrong "$1 is not enabled" "a boot would not set this up again" "systemctl enable $1" ;;
    undo) systemctl -q disable "$1" 2>/dev/null ;;
  esac
}`,

  reread: `
# reread COMMAND...: for whoever reads those files, where he runs
reread() { [ "$action" = check ] || ! command -v "$1" >/dev/null || "$@" >/dev/null 2>&1 || echo "note: $* has failed; the files take effect at the next boot"; }`,

  way_to: String.raw`
# way_to ADDRESS: the device by which it is reached
way_to() { ip route get "$1" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1; }`,

  profile: `
# profile DEVICE PROPERTY VALUE WHY: of the connection that NetworkManager has on that device
profile() {
  name=$(nmcli -g GENERAL.CONNECTION device show "$1" 2>/dev/null)
  if [ -z "$name" ]; then [ "$action" = undo ] || wrong "NetworkManager has no connection on $1" "$4" "nmcli connection up NAME"; return; fi
  now=$(nmcli -g "$2" connection show "$name")
  case $action in
    apply) [ "$now" = "$3" ] || { remember "nm $2" "$now" && nmcli connection modify "$name" "$2" "$3"; } || failed "set $2 of $name" ;;
    check) [ "$now" = "$3" ] || wrong "$2 of $name is '$now'" "$4" "nmcli connection modify '$name' $2 '$3'" ;;
    undo) if remembers "nm $2"; then nmcli connection modify "$name" "$2" "$(recall "nm $2")"; forget "nm $2"; fi ;;
  esac
}`,

  connection: `
# connection NAME WORD...: a connection of NetworkManager's, as in nmcli connection add
connection() {
  name=$1; shift
  if nmcli -g connection.id connection show "$name" >/dev/null 2>&1; then has=yes; else has=no; fi
  case $action in
    apply) [ $has = yes ] || nmcli connection add con-name "$name" "$@" >/dev/null || failed "add the connection $name" ;;
    check) [ $has = yes ] || wrong "NetworkManager has no connection $name" "a boot would not set this up again" "nmcli connection add con-name $name $*" ;;
    undo) [ $has = no ] || nmcli connection delete "$name" >/dev/null ;;
  esac
}`,
};
