#!/bin/sh
# Runs the agent, and shows what it says on every console. When it ends, init starts this script again.
. /etc/muster/console
mkdir -p -m 0700 /run/muster-agent

# Before there is an address it could only complain.
waited=0
until ls /run/muster/lease.* >/dev/null 2>&1; do
  sleep 1
  waited=$((waited + 1))
  [ $((waited % 30)) != 0 ] || say "no address by DHCP since $waited seconds; the server is $(argument muster.server)"
done

muster-agent run --scrape open --state /run/muster-agent/state.json 2>&1 | while read -r line; do
  say "agent: $line"
done
[ ! -e /run/muster/stopping ] || exit 0
say "the agent has ended; it starts again in 5 seconds (the server is $(argument muster.server))"
sleep 5
