#!/bin/sh
# Runs the agent for ever, and shows what it says on every console.
. /etc/muster/console
mkdir -p -m 0700 /run/muster-agent
exit_file=$known/agent-exit

# The server knows this machine by the address that it was booted with: the others are second best.
has_address() {
  boot_nic=$(cat $known/boot-nic 2>/dev/null)
  [ -z "$boot_nic" ] || [ ! -e "$known/lease.$boot_nic" ] || return 0
  [ -z "$(cat $known/boot-mac)" ] || [ "$waited" -ge 20 ] || return 1
  ls $known/lease.* >/dev/null 2>&1
}
# Drives that are still being found would be missing from the first report, and news in the next. Meanwhile cards get their
# addresses; and a controller that searches for long must not keep the agent silent.
all_found() {
  found=$(ls /sys/block /sys/class/net /sys/class/hwmon 2>/dev/null)
  [ "$found" = "$found_before" ] && [ -e "$known/coldplugged" ] || still=0
  found_before=$found
  still=$((still + 1))
  [ "$still" -gt 2 ] || [ "$waited" -ge 15 ]
}
note now "waiting for an address"
waited=0 still=0 found_before=
until all_found && has_address; do
  sleep 1
  waited=$((waited + 1))
  [ $((waited % 30)) != 0 ] || has_address || fail "no card has an address since $waited seconds"
done

# When memory runs out, others go first.
agent() {
  sh -c 'echo -900 >/proc/self/oom_score_adj
         exec muster-agent run --scrape open --state /run/muster-agent/state.json' 2>&1
  echo $? >$exit_file
}
hear() {
  case $1 in
  "ERROR "* | "WARN "*) fail "agent: ${1#* }" ;;
  *)
    case $1 in *"enrolled at"* | *"the server is back"*) rm -f $known/error ;; esac
    say "agent: $1"
    note now "agent: ${1#INFO }"
    ;;
  esac
}
seconds() { cut -d. -f1 /proc/uptime; }

pause=1
while :; do
  began=$(seconds)
  note now "the agent is starting"
  # What a server answered may be in it: no control character gets to a terminal.
  agent | tr -cd '\12\40-\176' | while read -r line; do hear "$line"; done
  [ ! -e $known/stopping ] || exit 0
  ran=$(($(seconds) - began))
  [ "$ran" -lt 60 ] || pause=1
  fail "the agent has ended with status $(cat $exit_file) after $ran seconds; it starts again in $pause seconds"
  sleep $pause
  pause=$((pause * 2))
  [ "$pause" -le 60 ] || pause=60
done
