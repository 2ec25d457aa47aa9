# Read by the other scripts.
export PATH=/bin:/usr/bin

# Says something on every console that the kernel was given, a screen and a serial line alike.
say() {
  for console in $(cat /sys/class/tty/console/active); do
    echo "Muster: $*" 2>/dev/null >"/dev/$console"
  done
}

# The value of an argument on the kernel's command line; of several the last.
argument() {
  for word in $(cat /proc/cmdline); do
    case $word in "$1="*) value=${word#*=} ;; esac
  done
  echo "$value"
}
