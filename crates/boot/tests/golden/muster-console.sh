#!/bin/bash
# What the agent says, on every console: the last line tells how it stands.
# Says something on every console that the kernel was given, a screen and a serial line alike. What an agent says may hold
# what a device said: no control character gets to a terminal.
say() {
  local words="${*//[^[:print:]]/?}"
  for console in $(cat /sys/class/tty/console/active); do
    echo "Muster: $words" 2>/dev/null >"/dev/$console"
  done
}
say "discovery by CoreOS, kernel $(uname -r); the server is https://10.99.0.1:8443"
journalctl --unit=muster-agent.service --follow --lines=100 --output=cat | while IFS= read -r line; do
  say "agent: $line"
done
