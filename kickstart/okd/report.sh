# Says home how far the installation is: what lies in the folder of words, in its order, and how much of the disk is
# written. A server that is away is asked again for as long as this system runs. Nobody waits for this, but for who is about
# to restart the machine, and that only for half a minute.
percent=/run/muster/percent
mkdir -p "$words"

# The installer says it in a line each second: "Read disk 1.2 GiB/3.4 GiB (35%)".
follow() {
  local line
  journalctl --unit=coreos-installer.service --boot --follow --lines=all --output=cat | while IFS= read -r line; do
    [[ $line =~ Read\ disk\ .*\(([0-9]{1,3})%\) ]] || continue
    echo "${BASH_REMATCH[1]}" >"$percent.new" && mv "$percent.new" "$percent"
  done
}
follow &

# The spool, until one can't be sent.
send_words() {
  local file step failed how_much
  for file in "$words"/*; do
    [[ -e $file ]] || continue
    { read -r step failed how_much && send "$step" "$failed" "$how_much"; } <"$file" || return 1
    rm "$file"
  done
}

# Each five seconds at most, and not after the end was said.
told='' at=-5
send_percent() {
  local now=''
  [[ -e $percent && ! -e /run/muster/ended ]] && read -r now <"$percent"
  [[ -z $now || $now == "$told" ]] || ((SECONDS - at < 5)) && return 0
  at=$SECONDS
  send writing 0 "$now" </dev/null && told=$now
}

word live 0 '' <<<"kernel $(uname -r)"
pause=1
while :; do
  if send_words && send_percent; then
    pause=1
  else
    pause=$((pause < 16 ? pause * 2 : 30))
  fi
  sleep "$pause"
done
