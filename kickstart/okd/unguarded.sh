# Run by systemd when the guard ended. What it found it said itself; that it came to no end it can't say.
case ${SERVICE_RESULT:-} in
  success) ;;
  exit-code) [[ ${EXIT_STATUS:-} == 1 ]] || word disk-checked 1 '' <<<"the guard of the disk ended with ${EXIT_STATUS:-?}: journalctl -u muster-guard says why" ;;
  timeout) word disk-checked 1 '' <<<"the guard of the disk came to no end in its time: a disk, or its controller, hangs" ;;
  *) word disk-checked 1 '' <<<"the guard of the disk ended with ${SERVICE_RESULT:-?}" ;;
esac
