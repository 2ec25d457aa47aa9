#!/bin/sh
# The SSH server, where the image was built with one: the key in /root/.ssh and no password, no forwarding. Its own key is
# another after each boot: it is shown, so that it can be compared.
. /etc/muster/console
mkdir -p /dev/pts /etc/dropbear
if ! grep -q ' /dev/pts ' /proc/mounts; then
  mount -t devpts -o nosuid,noexec,mode=0620,ptmxmode=0666 devpts /dev/pts
fi
note ssh "root, with the key that the image was built with"
shown() {
  note ssh "root; this machine's key is $1" && say "ssh: this machine's key is $1"
}
# Made now, its public half is in the agent's report: whoever switches this machine by SSH knows it by that.
key=/etc/dropbear/dropbear_ed25519_host_key
if command -v dropbearkey >/dev/null; then
  [ -e $key ] || dropbearkey -t ed25519 -f $key >/dev/null 2>&1
  made=$(dropbearkey -y -f $key 2>/dev/null)
  echo "$made" | grep '^ssh-ed25519 ' >$key.pub
  shown "$(echo "$made" | sed -n 's/^Fingerprint: //p')"
fi
# Its lines begin with a process's number and the date.
dropbear -F -E -R -s -g -j -k -p 22 2>&1 | tr -cd '\12\40-\176' | while read -r line; do
  case $line in
  *fingerprint*) shown "${line##*is }" ;;
  *succeeded*) say "ssh: ${line#*:[0-9][0-9]:[0-9][0-9] }" ;;
  esac
done
sleep 5
