# The installed system speaks where this one does. coreos-installer takes that from no kernel argument, but from a file; what it does
# not know there would stop it.
read -r -a arguments </proc/cmdline
consoles=()
for argument in "${arguments[@]}"; do
  [[ $argument =~ ^console=((tty0|hvc0|tty(S|AMA)[0-9]+)(,[0-9]+n8)?)$ ]] && consoles+=("${BASH_REMATCH[1]}")
done
((${#consoles[@]})) || exit 0
mkdir -p /etc/coreos/installer.d
{ echo 'console:' && printf -- '- "%s"\n' "${consoles[@]}"; } >/etc/coreos/installer.d/40-muster.yaml
