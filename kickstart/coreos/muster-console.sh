#!/bin/bash
# What the agent says, on every console: the last line tells how it stands.
{% include "say.sh" %}
say "discovery by CoreOS, kernel $(uname -r); the server is {{ server }}"
journalctl --unit=muster-agent.service --follow --lines=100 --output=cat | while IFS= read -r line; do
  say "agent: $line"
done
