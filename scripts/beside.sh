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
trap 'rm -f "$said"' EXIT
"${background[@]}" >"$said" 2>&1 &
pid=$!
status=0
"$@" || status=$?
# Waiting for what is not needed any more would only delay the news.
if [ "$status" != 0 ]; then
  kill "$pid" 2>/dev/null || true
  exit "$status"
fi
wait "$pid" || status=$?
cat "$said"
[ "$status" = 0 ] || printf '%s failed (%s)\n' "$heading" "$status" >&2
exit "$status"
