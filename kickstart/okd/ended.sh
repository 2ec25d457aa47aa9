# Run by systemd when the installer ended, well or not, and before the machine restarts.
percent=''
[[ -e /run/muster/percent ]] && read -r percent </run/muster/percent
if [[ ${SERVICE_RESULT:-} == success ]]; then
  word written 0 100 </dev/null
else
  # Without a line about the disk it did not get as far: it could not have its document, or look at its disk.
  step=$([[ $percent ]] && echo writing || echo ignition)
  journalctl --sync
  journalctl --unit=coreos-installer.service --boot --lines=500 --output=cat | grep --invert-match 'Read disk' |
    tail --lines=20 | tr --complement --delete '[:print:]\n' |
    sed 's#\(/boot/[a-z]*/[A-Za-z0-9_-]\{6\}\)[A-Za-z0-9_-]*#\1...#g' |
    { echo "the installer ended with ${SERVICE_RESULT:-?} (${EXIT_STATUS:-?})" && cat; } | word "$step" 1 "$percent"
  say "the installation failed: journalctl -u coreos-installer says why"
fi
touch /run/muster/ended

# A restart that comes too early would keep the server from hearing it.
for ((tries = 60; tries > 0; tries--)); do
  compgen -G "$words/*" >/dev/null || exit 0
  sleep 0.5
done
say "the server could not be told how the installation ended"
