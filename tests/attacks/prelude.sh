# What every attack starts from: a small repository with a policy, a remote and keys, and
# the words that the builds use. A build leaves BASE set; `judge` then asks gate.
set -eu
export HOME="$W/home" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C TZ=UTC
unset XDG_CONFIG_HOME GIT_DIR CI GITHUB_ACTIONS GITLAB_CI || true
mkdir -p "$HOME" "$W/keys"
NS=gate.signoff ZERO=0000000000000000000000000000000000000000 HEAD_REV=HEAD PROJECT=github.com/example/shop TARGET=refs/heads/main DECISION=sign-off
git config --global user.name Dev; git config --global user.email dev@example.com
git config --global init.defaultBranch main; git config --global advice.detachedHead false
git config --global commit.gpgsign false; git config --global protocol.file.allow always
git config --global gc.auto 0; git config --global maintenance.auto false
for k in senior1 senior2 dev agent stranger; do ssh-keygen -q -t ed25519 -N '' -C "$k@example.com" -f "$W/keys/$k"; done
key() { cut -d' ' -f1,2 "$1"; }
write_policy() { # [COUNT]
  cat > gate.toml <<TOML
version = 1
project = "github.com/example/shop"

[people.senior1]
emails = ["senior1@example.com"]
github = "senior-one"
keys = ["$(key "$W/keys/senior1.pub")"]

[people.senior2]
emails = ["senior2@example.com"]
keys = ["$(key "$W/keys/senior2.pub")"]

[people.dev]
emails = ["dev@example.com"]
keys = ["$(key "$W/keys/dev.pub")"]

[teams]
senior = ["senior1", "senior2"]

[gate]
required = [{ team = "senior", count = ${1:-1} }]

[sign-off]
required = [{ team = "senior", count = ${1:-1} }]
max-age = "30 days"

[override]
team = "senior"
max-age = "1 day"

[[rule]]
id = "gated"
category = "infra"
paths = [".mailmap", "infra/**", "k8s/**", "**/*.tf", "**/Dockerfile", "vendor/**"]
why = "What runs in production is decided here."
TOML
}
git init -q --bare "$W/remote.git"; git init -q "$W/repo"; cd "$W/repo"; git remote add origin "$W/remote.git"
mkdir -p infra k8s services/api docs; write_policy
printf 'resource "x" "y" {\n  public = false\n}\n' > infra/main.tf
printf 'prod:\n  public: false\n  a: 1\n  b: 2\n  c: 3\n  d: 4\ndev:\n  public: false\n' > k8s/app.yaml
printf 'def f():\n    return 1\n' > services/api/app.py; echo '# readme' > README.md; printf 'a: 1\n' > infra/note.txt
git add -A; git commit -qm base; git push -q origin main; BASE=$(git rev-parse HEAD)
git checkout -q -b feat
c() { git add -A; git commit -q --allow-empty -m "${1:-change}"; }            # commits everything
owners() { # FILE < CODEOWNERS: main has it and asks the owners of a path; feat starts there
  git checkout -q main; case $1 in */*) mkdir -p "${1%/*}";; esac; cat > "$1"
  sed -i 's/^version = 1$/&\nowners-from = "CODEOWNERS"/; s/^required = .*/required = [{ owners = true, else = "senior" }]/' gate.toml
  c owners; BASE=$(git rev-parse HEAD); git checkout -q -B feat; }
ask_of_ai() { # COUNT: main asks a senior for what AI wrote in services/ and docs/, and COUNT of them by default
  git checkout -q main; write_policy "$1"
  printf '\n[[rule]]\nid = "by-ai"\npaths = ["services/**", "docs/**"]\nwhen = "ai"\nwhy = "Read it."\nrequired = [{ team = "senior" }]\n' >> gate.toml
  c policy; BASE=$(git rev-parse HEAD); git checkout -q -B feat; }
app() { printf 'def f():\n    return 2\n' > services/api/app.py; git add -A; }
evil() { printf 'resource "x" "y" {\n  public = true\n}\n' > infra/main.tf; }  # the architectural edit
blob() { printf '%s\n' "$1" | git hash-object -w --stdin; }
# The tip of main is what the remote has: a build that moves main means that it landed.
landed() { m=$(git rev-parse -q --verify refs/heads/main || true); [ -z "$m" ] || [ ! -d "$W/repo/.git" ] || git -C "$W/repo" push -q -f origin main 2> "$W/push" || true; }
gate() { "$GATE" "$@"; }
check() { gate check --base "$BASE" --head "$HEAD_REV" --target main "$@"; }
judge() { (unset GIT_DIR GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES; landed); check --format json; }
hook() { # what the server's git runs; it sees the pushed objects
  landed; echo "$W/repo/.git/objects" > "$W/remote.git/objects/info/alternates"
  gate hook run pre-receive --repo "$W/remote.git" < "$W/stdin"; }
ids() { # PATH -> the ids of its hunks, with a comma between
  { check --format json 2> /dev/null || true; } | grep -F -B 1 "\"path\": \"$1\"" | sed -n 's/.*"id": "\([0-9a-f]*\)".*/\1/p' | paste -sd, -; }
fp() { landed > /dev/null; ids "$1"; }
stmt() { # PERSON IDS... -> the statement
  by=${1%@*}; shift
  printf '{"v":1,"kind":"%s","project":"%s","target":"%s","hunks":["%s"],"base":"%s","head":"%s","by":"%s","at":"%s"%s}' \
    "$DECISION" "$PROJECT" "$TARGET" "$(IFS=,; echo "$*" | sed 's/,/","/g')" "$BASE" "$(git rev-parse HEAD)" "$by" "${TIME:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}" "${MORE:-}"; }
armour() { sed '1d;$d' "$1" | tr -d '\n'; }                                    # an armoured signature as one string
sign_file() { ssh-keygen -q -Y sign -n "$NS" -f "$1" < "$2" > "$3" 2> /dev/null; }
line() { printf '{"statement":%s,"signature":"%s"}\n' "$(cat "$1")" "$2"; }     # STATEMENT-FILE SIGNATURE -> a line
rec() { # KEYFILE PERSON IDS... -> a signed line
  k=$1; by=$2; shift 2; stmt "$by" "$@" > "$W/stmt"; sign_file "$k" "$W/stmt" "$W/sig"; line "$W/stmt" "$(armour "$W/sig")"; }
note() { # KEY LINE -> appends one line to the note of KEY, byte for byte
  o=$(git rev-parse --verify -q "$1" || echo "$1"); { git notes --ref=gate show "$o" 2> /dev/null || true; printf '%s\n' "$2"; } > "$W/n"
  git notes --ref=gate add -f -C "$(git hash-object -w "$W/n")" "$o" > /dev/null 2>&1; }
signoff() { # KEY PERSON IDS... -> as gate files it: under the head and under each hunk
  k=$1; by=$2; shift 2; l=$(rec "$W/keys/$k" "$by" "$@"); note HEAD "$l"
  for id in $(echo "$*" | tr ', ' '\n\n'); do note "$(echo "$id" | cut -c1-40)" "$l"; done; }
raw_sig() { # MESSAGE-FILE FOLDER KIND [FLAGS] -> FOLDER/pub and FOLDER/sig, by the test's own hand
  RAW_SIG="$1|$2|$3|${4:-1}|$NS" "$ATTACKS" --ignored --exact raw_sig::raw_sig_for_a_build > "$W/raw_sig.out"; }
add_signer() { # PERSON PUBFILE
  who=${1%@*}; printf '\n[people.%s]\nemails = ["%s@example.com"]\nkeys = ["%s"]\n' "$who" "$who" "$(key "$2")" >> gate.toml
  sed -i "s/^senior = \[/&\"$who\", /" gate.toml; }
