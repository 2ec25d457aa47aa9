# Says something on every console that the kernel was given, a screen and a serial line alike. What an agent says may hold
# what a device said: no control character gets to a terminal.
say() {
  local words="${*//[^[:print:]]/?}"
  for console in $(cat /sys/class/tty/console/active); do
    echo "Muster: $words" 2>/dev/null >"/dev/$console"
  done
}
