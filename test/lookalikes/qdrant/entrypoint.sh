#!/usr/bin/env bash
# Passes signals on to Qdrant. As in the original, the wait that a signal interrupts is not repeated: the
# script ends at once, with 143 after SIGTERM, and whatever Qdrant was doing is cut short with the container.
pass_on() {
  kill "-$1" "$server" 2>/dev/null
}
trap 'pass_on TERM' TERM
trap 'pass_on INT' INT

./qdrant "$@" &
server=$!
wait "$server"
