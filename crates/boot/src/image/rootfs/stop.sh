#!/bin/sh
# Before power-off and reboot: the agent says goodbye, so that nobody is rung out of bed for it.
. /etc/muster/console
say "going down"
touch /run/muster/stopping
killall -TERM muster-agent 2>/dev/null
waited=0
while pidof muster-agent >/dev/null && [ "$waited" -lt 50 ]; do
  usleep 200000
  waited=$((waited + 1))
done
