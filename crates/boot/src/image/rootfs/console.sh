# Read by the other scripts.
export PATH=/bin:/usr/bin
# What is known so far, one file each; the screen is made of it.
known=/run/muster

# Screens and serial lines: those that the kernel was given, and the usual two where the machine has them.
consoles() {
  {
    tr ' ' '\n' </sys/class/tty/console/active
    [ ! -c /dev/tty0 ] || echo tty0
    [ "$(cat /sys/class/tty/ttyS0/type 2>/dev/null || echo 0)" = 0 ] || echo ttyS0
  } | sed 's/^tty[0-9]*$/tty0/' | sort -u
}

# Says something on every console.
say() {
  for console in $(cat $known/consoles 2>/dev/null || consoles); do
    echo "Muster: $*" 2>/dev/null >"/dev/$console"
  done
  echo "$(date +%H:%M:%S) $*" >>$known/log
}

# Says what went wrong, and where the server should be; the screen shows it until something goes well.
fail() {
  say "error: $* (the server is $(argument muster.server))"
  note error "$(date +%H:%M:%S) $*"
}

# Writes one fact, whole or not at all.
note() {
  echo "$2" >"$known/$1.$$" && mv "$known/$1.$$" "$known/$1"
}

# The value of an argument on the kernel's command line; of several the last.
argument() {
  set -f
  for word in $(cat /proc/cmdline); do
    case $word in "$1="*) value=${word#*=} ;; esac
  done
  echo "$value"
}
