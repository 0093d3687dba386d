#!/usr/bin/env bash
# beside.sh HEADING COMMAND... -- OTHER...: runs the command in the background of the other, prints what it said when both are
# done, and fails when one did. Linking the bundle keeps one processor busy for minutes, and leaves the others idle.
set -euo pipefail
heading=$1
shift
background=()
while [ "$1" != -- ]; do
  background+=("$1")
  shift
done
shift
said=$(mktemp)
# In a process group of its own, so that all that it started ends with it, also after Ctrl-C.
set -m
"${background[@]}" >"$said" 2>&1 </dev/null &
pid=$!
set +m
trap 'kill -- "-$pid" 2>/dev/null || true; rm -f "$said"' EXIT
trap 'exit 130' INT TERM
# Waiting for what is not needed any more would only delay the news: when this fails, the trap ends the other.
"$@"
status=0
wait "$pid" || status=$?
cat "$said"
[ "$status" = 0 ] || printf '%s failed (%s)\n' "$heading" "$status" >&2
exit "$status"
