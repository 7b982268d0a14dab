//! More of sign-offs and notes: statements, signatures and people that are not what they seem.

use crate::attack::{attacks, blocked, error, pass};

attacks! {
    sig_101_notes_ref_is_a_tag: error("Makes refs/notes/gate a tag", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        git tag -a -m t notes refs/notes/gate
        git update-ref refs/notes/gate "$(git rev-parse refs/tags/notes)""#);
    sig_102_notes_ref_is_a_blob: error("Makes refs/notes/gate a blob", r#"
        evil
        c x
        blob hello > "$W/b"
        mkdir -p .git/refs/notes
        cp "$W/b" .git/refs/notes/gate"#);
    sig_103_notes_ref_is_symbolic: error("Makes refs/notes/gate a symbolic ref to a branch of the author's", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        git update-ref refs/heads/mine refs/notes/gate
        git symbolic-ref refs/notes/gate refs/heads/mine"#);
    sig_104_statement_with_an_unknown_field: blocked("Signs a statement with a field that gate does not know", r#"
        evil
        c x
        MORE=',"unless":"friday"'
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("unreadable");
    sig_105_signature_with_white_space: blocked("Writes the signature with line ends and spaces in it", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s" | fold -w 70 | sed 's/$/\\n/' | tr -d '\n')")"
        note HEAD "$(line "$W/m" " $(armour "$W/s")")""#).reason("signature");
    sig_106_person_who_left_the_team: blocked("Signs by somebody who is a person still, but in no team", r#"
        git checkout -q main
        sed -i 's/^senior = .*/senior = ["senior2"]/' gate.toml
        c leave
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).says("\"missing\": 1");
    sig_107_hunk_id_in_capitals: blocked("Names the hunk in capital letters", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf | tr a-f A-F)""#).reason("unreadable");
    sig_108_co_author_in_the_middle: blocked("Names the senior as co-author in the middle of the message", r#"
        evil
        git add -A
        printf 'x\n\nco-AUTHORED-by: Senior One <senior1@example.com>\n\nmore text\n\nReviewed-by: X <x@x>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    sig_109_signed_for_dev_moved_to_prod: blocked("Signs an edit of the dev section and makes the same edit in prod", r#"
        git checkout -q main
        printf 'dev:\n  a: 1\n  public: false\n  z: 1\nprod:\n  a: 1\n  public: false\n  z: 1\n' > k8s/app.yaml
        c two
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '3s/false/true/' k8s/app.yaml
        c dev
        signoff senior1 senior1 "$(fp k8s/app.yaml)"
        sed -i '3s/true/false/;7s/false/true/' k8s/app.yaml
        git add -A
        git commit -q --amend -m prod
        git notes --ref=gate copy HEAD@{1} HEAD 2> /dev/null || true"#).reason("stale");
    sig_110_second_copy_beside_a_signed_one: blocked("Signs one added block and adds the same block again", r#"
        printf 'resource "x" "y" {\n  public = false\n}\nrule {\n  open = true\n}\n' > infra/main.tf
        c one
        signoff senior1 senior1 "$(fp infra/main.tf)"
        printf 'rule {\n  open = true\n}\n' >> infra/main.tf
        c again"#).gated("infra/main.tf");
    sig_111_mode_changed_behind_the_signature: blocked("Signs an edit and makes the file executable afterwards", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        chmod +x infra/main.tf
        c mode"#).reason("stale");
    sig_112_key_of_somebody_else: blocked("Signs with the key of another senior", r#"
        evil
        c x
        signoff senior2 senior1 "$(fp infra/main.tf)""#).reason("wrong-person");
    sig_113_dated_ahead: blocked("Dates the sign-off two days ahead", r#"
        evil
        c x
        TIME=$(date -u -d '+2 days' +%Y-%m-%dT%H:%M:%SZ)
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("future");
    sig_114_too_old: blocked("Shows a sign-off that is older than the policy allows", r#"
        evil
        c x
        TIME=$(date -u -d '31 days ago' +%Y-%m-%dT%H:%M:%SZ)
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("expired");
    sig_115_for_another_branch: blocked("Shows a sign-off for a branch that is not protected", r#"
        evil
        c x
        TARGET=refs/heads/playground
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("target");
    sig_116_key_twice_by_escapes: blocked("Gives a key of the statement twice, once in escapes", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" | sed 's/"by":/"b\\u0079":"dev","by":/' > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")")""#).reason("unreadable");
    sig_117_objection_withdrawn_by_somebody_else: blocked("Withdraws the objection of another senior", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        DECISION=objection
        signoff senior2 senior2 "$F"
        D=$(sha256sum < "$W/stmt" | cut -c1-64)
        DECISION=sign-off
        signoff senior1 senior1 "$F"
        DECISION=withdrawal
        MORE=",\"withdraws\":\"$D\""
        signoff senior1 senior1 "$F""#).reason("withdrawal");
    sig_118_override_by_somebody_else: blocked("Overrides without being in the team that may", r#"
        evil
        c x
        DECISION=override
        MORE=',"text":"hurry"'
        signoff dev dev "$(fp infra/main.tf)""#).reason("team");
    sig_119_override_without_a_reason: blocked("Overrides without a reason", r#"
        evil
        c x
        DECISION=override
        MORE=',"text":" "'
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("unreadable");
    sig_120_override_of_last_week: blocked("Shows an override of last week", r#"
        evil
        c x
        DECISION=override
        MORE=',"text":"hurry"'
        TIME=$(date -u -d '7 days ago' +%Y-%m-%dT%H:%M:%SZ)
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("expired");
    sig_121_objection_of_a_stranger_stops_nobody: pass("Objects with a key that the policy does not know", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        signoff senior1 senior1 "$F"
        DECISION=objection
        signoff stranger senior2 "$F""#).reason("unknown-key");
    sig_122_a_hundred_thousand_lines: error("Buries the sign-off under 100,000 lines of garbage", r#"
        evil
        c x
        R=$(rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)")
        { seq 1 100000 | sed 's/.*/{"statement":{},"signature":"&"}/'; echo "$R"; } > "$W/n"
        git notes --ref=gate add -f -C "$(git hash-object -w "$W/n")" HEAD 2> /dev/null"#);
    sig_123_renamed_to_hide_the_author: blocked("A senior adds a file, somebody else renames it, and the senior signs it", r#"
        printf 'resource "a" "b" {\n  one = 1\n  two = 2\n}\n' > infra/new.tf
        git add -A
        git commit -q --author='Senior One <senior1@example.com>' -m add
        git mv infra/new.tf infra/other.tf
        c rename
        signoff senior1 senior1 "$(fp infra/other.tf)""#).reason("author");
    sig_124_renamed_twice_to_hide_the_author: blocked("The same through two names, with an edit on the way", r#"
        printf 'resource "a" "b" {\n  one = 1\n  two = 2\n  three = 3\n  four = 4\n}\n' > docs/a.txt
        git add -A
        git commit -q --author='Senior One <senior1@example.com>' -m add
        git mv docs/a.txt docs/b.txt
        c one
        sed -i 's/one = 1/one = 11/' docs/b.txt
        git mv docs/b.txt infra/c.tf
        c two
        signoff senior1 senior1 "$(fp infra/c.tf)""#).reason("author");
    sig_125_forge_identity_of_the_signer: blocked("The senior commits under the address that the forge gave", r#"
        evil
        git add -A
        git commit -q --author='S <12345+Senior-One@users.noreply.github.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    sig_126_weak_key: error("Puts a point of small order into the policy: it verifies any message", r#"
        echo x > "$W/m"
        git checkout -q main
        raw_sig "$W/m" "$W" weak
        add_signer weak "$W/pub"
        c weak
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x"#);
    sig_127_certificate_as_a_key: error("Puts a certificate into the policy", r#"
        git checkout -q main
        ssh-keygen -q -s "$W/keys/stranger" -I x -n senior1 "$W/keys/agent.pub"
        add_signer cert "$W/keys/agent-cert.pub"
        c cert
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x"#);
    sig_128_no_hunks: blocked("Signs a statement that names no hunk", r#"
        evil
        c x
        stmt senior1 | sed 's/"hunks":\[""\]/"hunks":[]/' > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")")""#).reason("stale");
    sig_129_lone_surrogate: blocked("Writes half a surrogate pair into the text", r#"
        evil
        c x
        MORE=',"text":"\ud800"'
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("unreadable");
    sig_130_deep_json: blocked("Nests a hundred thousand lists in a line", r#"
        evil
        c x
        L=$(head -c 100000 /dev/zero | tr '\0' '[')
        printf '{"statement":%s,"signature":""}\n%s\n' "$L" "$L" > "$W/n"
        git notes --ref=gate add -f -C "$(git hash-object -w "$W/n")" HEAD 2> /dev/null"#).reason("unreadable");
    sig_131_commit_signed_by_the_senior: blocked("The senior signs the commit with the policy's key under another name, and then the hunk", r#"
        evil
        git add -A
        git -c gpg.format=ssh -c user.signingkey="$W/keys/senior1" commit -q -S --author='Nobody <nobody@example.org>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    sig_132_statement_as_a_string: blocked("Writes the statement as a string", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        printf '"%s"' "$(sed 's/"/\\"/g' "$W/m")" > "$W/q"
        note HEAD "$(line "$W/q" "$(armour "$W/s")")""#).reason("unreadable");
    sig_133_newer_version: blocked("Signs a statement of a version to come", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" | sed 's/"v":1/"v":2/' > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")")""#).reason("unreadable");
    sig_134_void_by_the_policy: blocked("Shows a sign-off that the policy has made void", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        L=$(rec "$W/keys/senior1" senior1 "$F")
        D=$(sha256sum < "$W/stmt" | cut -c1-64)
        git checkout -q main
        sed -i "s/^max-age = \"30 days\"/&\nvoid = [\"$D\"]/" gate.toml
        c void
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        note HEAD "$L""#).reason("void");
    sig_135_both_forms_of_a_key: blocked("Hides an objection in the other fan-out form of the same key", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        signoff senior1 senior1 "$F"
        DECISION=objection
        B=$(rec "$W/keys/senior2" senior2 "$F" | git hash-object -w --stdin)
        H=$(git rev-parse HEAD)
        T=$(printf '100644 blob %s\t%s\n' $B "${H#??}" | git mktree)
        T=$( (git ls-tree refs/notes/gate; printf '040000 tree %s\t%s\n' $T "${H%"${H#??}"}") | git mktree)
        git update-ref refs/notes/gate "$(git commit-tree -m both -p refs/notes/gate $T)""#).says("objection");
    sig_136_gate_signs_for_nobody: error("Lets `gate sign` sign with a key that the policy does not know", r#"
        evil
        c x
        judge() { landed; gate sign --base "$BASE" --target main --key "$W/keys/stranger"; }"#);
    sig_137_gate_signs_and_counts: pass("Signs with `gate sign`, as it should be", r#"
        evil
        c x
        landed
        gate sign --base "$BASE" --target main --key "$W/keys/senior1" > "$W/signed" 2>&1"#);
    sig_138_who_updates_the_branch_is_no_author: pass("A senior merges the target into the branch by the forge's button, and signs", r#"
        evil
        c x
        git checkout -q main
        mkdir -p docs
        echo 1 > docs/m
        c m
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        git -c user.name='Senior One' -c user.email=senior1@example.com merge -q --no-ff -m update main
        signoff senior1 senior1 "$(fp infra/main.tf)""#);
    sig_139_who_resolves_another_file_is_no_author: pass("A senior resolves a conflict in another file, and signs this one", r#"
        evil
        echo f > README.md
        c x
        git checkout -q main
        echo m > README.md
        c m
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        git merge -q main > /dev/null 2>&1 || true
        echo fm > README.md
        git add -A
        git -c user.name='Senior One' -c user.email=senior1@example.com commit -q -m resolve
        signoff senior1 senior1 "$(fp infra/main.tf)""#);
    sig_140_one_of_two_is_an_author: blocked("Two are wanted, two sign, and one of them wrote it", r#"
        git checkout -q main
        write_policy 2
        c two
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        git add -A
        git commit -q --author='S <senior2@example.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        signoff senior2 senior2 "$(fp infra/main.tf)""#).reason("author");
    sig_141_signed_section_is_renamed: blocked("Signs an edit of `dev` and renames the section to `prod`", r#"
        git checkout -q main
        printf 'dev:\n  a: 1\n  public: false\n  z: 1\n' > k8s/app.yaml
        c dev
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '3s/false/true/' k8s/app.yaml
        c x
        signoff senior1 senior1 "$(fp k8s/app.yaml)"
        sed -i '1s/dev/prod/' k8s/app.yaml
        c prod"#).reason("stale");
    sig_142_same_edit_in_another_document: blocked("Signs an edit of one YAML document and makes it in another of the same file", r#"
        git checkout -q main
        printf 'k: A\nspec:\n  p: false\n  z: 1\n---\nk: B\nspec:\n  p: false\n  z: 1\n' > k8s/app.yaml
        c two
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '3s/false/true/' k8s/app.yaml
        c a
        signoff senior1 senior1 "$(fp k8s/app.yaml)"
        git checkout -q main -- k8s/app.yaml
        sed -i '8s/false/true/' k8s/app.yaml
        c b"#).reason("stale");
    sig_143_withdrawal_under_the_hunk_alone: blocked("Writes the sign-off again after it was withdrawn", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        L=$(rec "$W/keys/senior1" senior1 "$F")
        note HEAD "$L"
        D=$(sha256sum < "$W/stmt" | cut -c1-64)
        DECISION=withdrawal
        MORE=",\"withdraws\":\"$D\""
        note "$(echo $F | cut -c1-40)" "$(rec "$W/keys/senior1" senior1 "$F")"
        note HEAD "$L""#).reason("withdrawn");
    sig_144_spent_by_its_own_word: blocked("Names a head that has landed already", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" | sed "s/\"head\":\"[0-9a-f]*\"/\"head\":\"$BASE\"/" > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")")""#).reason("spent");
    sig_145_objection_under_a_key_in_upper_case: blocked("Files an objection under its key in upper case, where git finds it", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        signoff senior1 senior1 "$F"
        DECISION=objection
        MORE=',"text":"no"'
        B=$(rec "$W/keys/senior2" senior2 "$F" | git hash-object -w --stdin)
        T=$( { git ls-tree -r refs/notes/gate | sed 's#/##g'; printf '100644 blob %s\t%s\n' "$B" "$(git rev-parse HEAD | tr a-f A-F)"; } | LC_ALL=C sort -k 4 | git mktree)
        git update-ref refs/notes/gate "$(git commit-tree -m x -p refs/notes/gate "$T")"
        git notes --ref=gate show HEAD | grep -q objection"#).says("objection counts");
    sig_146_objection_in_a_folder_in_upper_case: blocked("Files an objection in a folder whose name is in upper case", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        signoff senior1 senior1 "$F"
        DECISION=objection
        MORE=',"text":"no"'
        B=$(rec "$W/keys/senior2" senior2 "$F" | git hash-object -w --stdin)
        K=$(git rev-parse HEAD | tr a-f A-F)
        rm -f "$W/idx"
        GIT_INDEX_FILE=$W/idx git read-tree refs/notes/gate
        GIT_INDEX_FILE=$W/idx git update-index --add --cacheinfo "100644,$B,$(echo "$K" | sed 's#^\(..\)\(..\)#\1/\2/#')"
        git update-ref refs/notes/gate "$(git commit-tree -m x -p refs/notes/gate "$(GIT_INDEX_FILE=$W/idx git write-tree)")"
        git notes --ref=gate show HEAD | grep -q objection"#).says("objection counts");
}
