#!/usr/bin/env bash
# Brings in what gate reads, all of it as data: the target, the change and the sign-offs.
#
# A comment and a run that was started by hand name no commits, so the pull request is
# looked up, and what the forge says of it is handed on.
set -euo pipefail
cd "$CHECKOUT"

event() { jq -r "$1 // empty" "$GITHUB_EVENT_PATH"; }
tell() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# Hooks and monitors that a checkout may be set up with are none of ours.
quiet_git() { git -c core.hooksPath=/dev/null -c core.fsmonitor=false "$@"; }

remote_git() {
  # A second header beside the one that actions/checkout has left is an error to GitHub.
  if quiet_git config --get-regexp '^http\..*\.extraheader$' >/dev/null; then
    quiet_git "$@"
  else
    local token
    token=$(printf 'x-access-token:%s' "$GH_TOKEN" | base64 | tr -d '\n')
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" \
      GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $token" quiet_git "$@"
  fi
}

pull=${PULL:-$(event '.pull_request.number // .issue.number')}
case "$pull" in *[!0-9]*) echo "::error title=gate::the pull request's number is not one" && exit 2 ;; esac

branch=
case "$GITHUB_EVENT_NAME" in
  issue_comment | workflow_dispatch)
    if [ -z "$pull" ] || { [ "$GITHUB_EVENT_NAME" = issue_comment ] && [ -z "$(event .issue.pull_request.url)" ]; }; then
      echo "::error title=gate::this run names no pull request: give the input pull-request"
      exit 2
    fi
    found=$(gh api "repos/$GITHUB_REPOSITORY/pulls/$pull")
    target=$(jq -r .base.ref <<<"$found")
    head=$(jq -r .head.sha <<<"$found")
    tell base "refs/remotes/origin/$target"
    tell given-head "$head"
    tell target "$target"
    tell author "$(jq -r .user.login <<<"$found")"
    ;;
  merge_group)
    target=$(event .merge_group.base_ref)
    head=$(event .merge_group.head_sha)
    ;;
  push)
    # What is said of a push is said of the branch that was pushed, whatever it was compared with.
    target=$(event .repository.default_branch)
    branch=$(event .ref)
    head=$(event .after)
    ;;
  *)
    target=$(event .pull_request.base.ref)
    head=$(event .pull_request.head.sha)
    ;;
esac
target=${target#refs/heads/}
if [ -z "$target" ] || [ -z "$head" ]; then
  echo "::error title=gate::the event $GITHUB_EVENT_NAME names no branch and no commit to check"
  exit 2
fi
tell head "$head"
branch=${branch:-$target}
tell branch "${branch#refs/heads/}"
tell pull "$pull"

refs=("+refs/heads/$target:refs/remotes/origin/$target")
[ -z "$pull" ] || refs+=("+refs/pull/$pull/head:refs/remotes/pull/$pull/head")
case "$GITHUB_REF" in refs/heads/*) refs+=("+$GITHUB_REF:refs/remotes/origin/${GITHUB_REF#refs/heads/}") ;; esac
whole=()
[ "$(quiet_git rev-parse --is-shallow-repository)" = false ] || whole=(--unshallow)
remote_git fetch --quiet --no-tags --no-recurse-submodules ${whole[@]+"${whole[@]}"} origin "${refs[@]}"

# Code 2 says that there is no such ref: nobody has signed anything yet.
code=0
remote_git ls-remote --exit-code origin refs/notes/gate >/dev/null || code=$?
case "$code" in
  0) remote_git fetch --quiet --no-tags origin +refs/notes/gate:refs/notes/gate ;;
  2) ;;
  *) exit 2 ;;
esac
