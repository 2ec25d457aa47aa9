# Words for home: a file each, which muster-report sends in the order in which they were said. Who says one waits for nobody.
words=/run/muster/words

# word STEP FAILED PERCENT, and more words on its input.
word() {
  local up name
  mkdir -p "$words"
  read -r up _ </proc/uptime
  printf -v name '%015.2f-%s-%s' "$up" "$BASHPID" "$RANDOM"
  { echo "$1 $2 $3" && head --bytes=4000; } >"$words/.$name" && mv "$words/.$name" "$words/$name"
}
