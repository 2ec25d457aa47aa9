# send STEP FAILED PERCENT, and more words on its input. It fails where the server may take the word later.
send() {
  local status fields=(--data-urlencode "step=$1" --data-urlencode "failed=$2")
  [[ $3 ]] && fields+=(--data-urlencode "percent=$3")
  # Where to, and by which ticket, stands in a file that root alone can read.
  status=$(curl --config /etc/muster-install/home.curl "${fields[@]}" --data-urlencode words@-) || status=none
  case $status in
    2??) ;;
    none | 000 | 408 | 425 | 429 | 5??) return 1 ;;
    *) say "the server does not take the word \"$1\": HTTP status $status" ;;
  esac
}
