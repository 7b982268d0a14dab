#!/usr/bin/env bash
# Sets the commit status, writes the comment, and ends the job with the answer.
set -euo pipefail
# Ranges of letters mean the plain ones.
export LC_ALL=C

# A check that broke off has left no status: that is "could not tell".
code=${EXIT:-2}
told=false

describe() {
  jq -r 'if .verdict == "pass" then "pass"
    else ([.requirements[].missing] | add // 0) as $n
      | if $n == 0 then "blocked: see the report" else "blocked: \($n) signature\(if $n == 1 then "" else "s" end) missing" end
    end
    + (if .enforced then "" else " (advisory: nothing is enforced)" end)' "$REPORT"
}

# A status belongs to a commit and not to a pull request, and another one may bring the same commit to another
# branch. So the target is part of the name. GitHub takes upper and lower case in it for the same, which branches are not.
context() {
  local mark=
  if [[ "$BRANCH" = *[!a-z0-9._/-]* ]]; then
    if command -v sha256sum >/dev/null; then mark=$(printf %s "$BRANCH" | sha256sum); else mark=$(printf %s "$BRANCH" | shasum -a 256); fi
    mark="~${mark:0:12}"
  fi
  printf '%s/%s%s' "$STATUS" "$BRANCH" "$mark"
}

set_status() {
  local state text run
  case "$code" in
    0) state=success text=$(describe) ;;
    1) state=failure text=$(describe) ;;
    *) state=error text="could not tell: see the job" ;;
  esac
  run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
  gh api --silent "repos/$GITHUB_REPOSITORY/statuses/$HEAD_ID" \
    -f state="$state" -f context="$(context)" -f description="$text" -f target_url="$run"
}

write_comment() {
  local comments="repos/$GITHUB_REPOSITORY/issues" mark='<!-- gate:report -->' own
  own=$(gh api --paginate "$comments/$PULL/comments" \
    --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id" | head -n 1)
  if [ -n "$own" ]; then
    gh api --silent --method PATCH "$comments/comments/$own" -F body=@"$SUMMARY"
  else
    gh api --silent "$comments/$PULL/comments" -F body=@"$SUMMARY"
  fi
}

if [ -n "$STATUS" ]; then
  if set_status; then
    told=true
  else
    echo "::warning title=gate::the commit status could not be set: the token needs statuses: write;" \
      "a review of a pull request from a fork never has it: comment /gate recheck there"
  fi
fi
if [ "$COMMENT" = true ] && [ -n "$PULL" ] && [ -s "$SUMMARY" ]; then
  write_comment || echo "::warning title=gate::the comment could not be written: the token needs pull-requests: write"
fi

if [ "$code" = 1 ] && [ "$FAIL_JOB" = false ] && [ "$told" = true ]; then
  echo "blocked, as the status $(context) says"
  exit 0
fi
exit "$code"
