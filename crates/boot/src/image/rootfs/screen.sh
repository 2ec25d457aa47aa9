#!/bin/sh
# For whoever stands before the machine. The screen is painted when something changes, and each half minute, since others
# may have written over it. A serial line has no screen: there it is said in one line each minute, for those who come later.
. /etc/muster/console

identity() {
  for file in sys_vendor product_name; do
    cat "/sys/class/dmi/id/$file" 2>/dev/null || return
  done
  echo "serial $(cat /sys/class/dmi/id/product_serial 2>/dev/null)"
}
machine=$(echo $(identity))
[ -n "$machine" ] || machine=$(tr -d '\0' </proc/device-tree/model 2>/dev/null)

nics() {
  boot_nic=$(cat $known/boot-nic 2>/dev/null)
  for here in "$known"/nic.*; do
    [ -d "$here" ] || continue
    nic=${here##*/nic.}
    interface=$(cat "$here/interface" 2>/dev/null || echo "$nic")
    what=$(cat "$known/lease.$interface" 2>/dev/null || cat "$here/status" 2>/dev/null)
    from=
    [ "$interface" != "$boot_nic" ] || from="  booted from"
    echo "$interface  $(cat "/sys/class/net/$nic/address" 2>/dev/null)  ${what:-starting}$from"
  done
}
screen() {
  echo "Muster: $(hostname) is being discovered; nothing on its disks is changed"
  echo
  echo "machine     $machine"
  echo "server      $(argument muster.server)"
  # A screen has 25 lines, and some machines more cards than fit.
  { nics | grep 'booted from$'; nics | grep -v 'booted from$'; } | head -n 10 |
    sed '1s/^/network     /;2,$s/^/            /'
  [ ! -e $known/ssh ] || echo "ssh         $(cat $known/ssh)"
  echo "state       $(cat $known/now)"
  echo "last error  $(cat $known/error 2>/dev/null || echo none)"
  echo
  tail -n 6 $known/log
}
# Only what has an address, for one line.
addresses() {
  for lease in "$known"/lease.*; do
    [ ! -f "$lease" ] || echo "${lease##*/lease.} $(cat "$lease"),"
  done | tr '\n' ' '
}
summary() {
  echo "Muster: $(hostname), $machine, $(addresses)server $(argument muster.server); state: $(cat $known/now); last error: $(cat $known/error 2>/dev/null || echo none)"
}

shown=
painted=0
told=$(cut -d. -f1 /proc/uptime)
while :; do
  now=$(cut -d. -f1 /proc/uptime)
  text=$(screen)
  if [ -c /dev/tty0 ] && { [ "$text" != "$shown" ] || [ $((now - painted)) -ge 30 ]; }; then
    # Lines that are too long for the screen would push the top of it away. It never goes dark.
    printf '\033[9;0]\033[2J\033[H%s\n' "$(echo "$text" | cut -c1-79)" >/dev/tty0
    shown=$text
    painted=$now
  fi
  if [ $((now - told)) -ge 60 ]; then
    line=$(summary)
    for console in $(grep -v '^tty[0-9]*$' $known/consoles); do
      echo "$line" 2>/dev/null >"/dev/$console"
    done
    told=$now
    tail -n 100 $known/log >$known/log.new && mv $known/log.new $known/log
  fi
  sleep 3
done
