#!/usr/bin/env bash
# step.sh HEADING COMMAND...: prints the heading, runs the command, prints how long it took.
set -euo pipefail
heading=$1
shift
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
printf '\n%s== %s%s\n' "$bold" "$heading" "$plain"
SECONDS=0
status=0
"$@" || status=$?
[ "$status" = 0 ] && word="done" || word="FAILED ($status)"
printf '%s-- %s: %s in %d s%s\n' "$dim" "$heading" "$word" "$SECONDS" "$plain"
exit "$status"
