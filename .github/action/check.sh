#!/usr/bin/env bash
# Checks the change, and keeps gate's exit status for the step that tells it.
set -euo pipefail
cd "$CHECKOUT"

report="$RUNNER_TEMP/gate.json"
summary="$RUNNER_TEMP/gate.md"
rm -f "$report" "$summary"
arguments=(--format github --format json --output "$report" --format markdown --output "$summary")
[ -z "$SARIF" ] || arguments+=(--format sarif --output "$SARIF")
[ "$ADVISORY" != true ] || arguments+=(--advisory)

code=0
"$GATE" check "${arguments[@]}" || code=$?
[ ! -s "$summary" ] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"

{
  echo "exit=$code"
  echo "report=$report"
  echo "summary=$summary"
  # A report that an error left behind says nothing.
  case "$code" in 0 | 1) echo "verdict=$(jq -r .verdict "$report")" ;; *) echo "verdict=" ;; esac
} >>"$GITHUB_OUTPUT"
