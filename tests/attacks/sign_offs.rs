//! Sign-offs and notes.

use crate::attack::{Verdict, attacks, blocked, error, pass};

attacks! {
    sig_01_no_note_at_all: blocked("No note at all", r"
        evil
        c x");
    sig_02_unsigned_json_note_claiming_approval: blocked("Unsigned JSON note claiming approval", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        note HEAD "$(line "$W/m" "")""#).reason("signature");
    sig_06_key_removed_from_policy_after_signing_base_moved: blocked("Key removed from policy after signing (base moved)", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        git checkout -q main
        sed -i '/^\[people.senior1\]/,/^keys/d; s/"senior1", //' gate.toml
        c revoke
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        git rebase -q main"#).reason("unknown-key");
    sig_07_right_key_wrong_namespace_git_file: blocked("Right key, wrong namespace (\"git\", \"file\")", r#"
        evil
        c x
        NS=git
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("namespace");
    sig_08_commit_signature_gpgsig_namespace_git_offered_as_sign_off: blocked("Commit signature (gpgsig, namespace \"git\") offered as sign-off", r#"
        git config gpg.format ssh
        git config user.signingkey "$W/keys/senior1"
        evil
        git add -A
        git commit -q -S -m x
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        note HEAD "$(line "$W/m" "$(git cat-file -p HEAD | sed -n '/^gpgsig/,/END/p' | sed 's/^gpgsig //;s/^ //' | sed '1d;$d' | tr -d '\n')")""#).reason("namespace");
    sig_09_replay_from_another_repository: blocked("Replay from another repository", r#"
        evil
        c x
        PROJECT=example/other
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("project");
    sig_12_sign_off_lists_a_fingerprint_of_another_hunk: blocked("Sign-off lists a fingerprint of another hunk", r#"
        echo q > infra/note.txt
        c a
        F=$(fp infra/note.txt)
        evil
        c b
        signoff senior1 senior1 "$F""#);
    sig_14_two_identical_hunks_in_one_file_one_fingerprint_signed: blocked("Two identical hunks in one file, one fingerprint signed", r#"
        printf 'p\n1\n2\n3\n4\n5\n6\n7\n8\np\n' > infra/note.txt
        c b0
        git branch -f main
        BASE=$(git rev-parse HEAD)
        sed -i 's/^p$/q/' infra/note.txt
        c x
        F=$(fp infra/note.txt)
        [ ${#F} = 129 ]
        signoff senior1 senior1 "${F%,*}""#).says("\"missing\": 1");
    sig_15_covers_1_of_2_architectural_hunks: blocked("Covers 1 of 2 architectural hunks", r#"
        evil
        echo q > infra/note.txt
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)""#);
    sig_18_signer_is_committer_only_rebased_applied_someone_s_patch: blocked("Signer is committer only (rebased/applied someone's patch)", r#"
        evil
        git add -A
        GIT_COMMITTER_NAME='Senior One' GIT_COMMITTER_EMAIL=senior1@example.com git commit -q -m x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    sig_20_mailmap_in_the_change_renames_the_author_to_hide_self_sign_off: blocked(".mailmap in the change renames the author to hide self sign-off", r#"
        printf 'Innocent <other@example.com> <senior1@example.com>\n' > .mailmap
        evil
        git add -A
        git commit -q --author='Senior One <senior1@example.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    sig_21_author_e_mail_differs_by_case_plus_tag_noreply_form: blocked("Author e-mail differs by case / plus tag / noreply form", r#"
        evil
        git add -A
        git commit -q --author='S <Senior1+wip@EXAMPLE.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    sig_22_author_forged_as_somebody_else_so_the_senior_can_sign_own_work: pass("Author forged as somebody else so the senior can sign own work", r#"
        evil
        git add -A
        git commit -q --author='Intern <intern@example.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)""#);
    sig_23_same_person_two_keys_count_2: blocked("Same person, two keys, count = 2", r#"
        git checkout -q main
        write_policy 2
        sed -i "/^github/{n;s|^keys = \[|&\"$(key "$W/keys/agent.pub")\", |}" gate.toml
        c two
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        signoff agent senior1 "$(fp infra/main.tf)""#).says("\"missing\": 1");
    sig_24_same_key_listed_under_two_signer_ids: error("Same key listed under two signer ids", r#"
        git checkout -q main
        write_policy 2
        add_signer alias "$W/keys/senior1.pub"
        c dup
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x"#).says("key");
    sig_25_the_same_record_duplicated_many_times: pass("The same record duplicated many times", r#"
        evil; c x; R=$(rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)"); for i in 1 2 3; do note HEAD "$R"; done"#);
    sig_26_ecdsa_twin_signature_r_n_s_of_the_same_statement: blocked("ECDSA twin signature (r, n-s) of the same statement", r#"
        ssh-keygen -q -t ecdsa -N '' -f "$W/keys/ec"
        evil
        c x
        note HEAD "$(rec "$W/keys/ec" senior1 "$(fp infra/main.tf)")""#).reason("unknown-key");
    sig_27_pem_re_wrapped_at_64_or_76_columns: pass("PEM re-wrapped at 64 or 76 columns", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        { head -1 "$W/s"; armour "$W/s" | fold -w 64; echo; tail -1 "$W/s"; } > "$W/s64"
        note HEAD "$(line "$W/m" "$(armour "$W/s64")")""#);
    sig_28_garbage_before_after_the_armour_crlf_armour: blocked("Garbage before/after the armour, CRLF armour", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")trailing")"
        note HEAD "$(line "$W/m" "$(armour "$W/s" | fold -w 76 | sed 's/$/\\r\\n/' | tr -d '\n')")"
        note HEAD "$(line "$W/m" "$(sed 's/$/\\n/' "$W/s" | tr -d '\n')")""#).reason("signature");
    sig_30_security_key_sk_ssh_ed25519_signature_made_without_touch_flags_0: blocked("Security key (sk-ssh-ed25519) signature made without touch (flags = 0)", r#"
        echo x > "$W/m"
        git checkout -q main
        raw_sig "$W/m" "$W" sk 0
        add_signer sk "$W/pub"
        c sk
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        stmt sk "$(fp infra/main.tf)" > "$W/m"
        raw_sig "$W/m" "$W" sk 0
        note HEAD "$(line "$W/m" "$(armour "$W/sig")")""#).reason("signature");
    sig_32_sshsig_with_non_empty_reserved_field: blocked("sshsig with non-empty reserved field", r#"
        echo x > "$W/m"
        raw_sig "$W/m" "$W" reserved
        git checkout -q main
        add_signer r "$W/pub"
        c r
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        stmt r "$(fp infra/main.tf)" > "$W/m"
        raw_sig "$W/m" "$W" reserved
        note HEAD "$(line "$W/m" "$(armour "$W/sig")")""#).says("\"counted\": false");
    sig_33_ai_agent_signs_through_the_senior_s_running_ssh_agent: pass("AI agent signs through the senior's running ssh-agent", r#"
        eval "$(ssh-agent)" > /dev/null
        ssh-add -q "$W/keys/senior1" 2> /dev/null
        cp "$W/keys/senior1.pub" "$W/keys/ag.pub"
        evil
        git add -A
        printf 'x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n' | git commit -q -F -
        stmt senior1 "$(fp infra/main.tf)" > "$W/m"
        sign_file "$W/keys/ag.pub" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")")"
        kill $SSH_AGENT_PID"#);
    sig_34_json_with_duplicate_keys_verifier_and_viewer_disagree: blocked("JSON with duplicate keys: verifier and viewer disagree", r#"
        evil
        c x
        stmt senior1 "$(fp infra/main.tf)" | sed 's/"by":"senior1"/"by":"dev","by":"senior1"/' > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        note HEAD "$(line "$W/m" "$(armour "$W/s")")"
        note HEAD "$(printf '{"signature":"","statement":%s,"statement":{},"signature":"%s"}' "$(cat "$W/m")" "$(armour "$W/s")")""#).reason("unreadable");
    sig_37_malformed_utf_8_nul_and_crlf_in_the_note_next_to_a_valid_record: pass("Malformed UTF-8, NUL and CRLF in the note next to a valid record", r#"
        evil
        c x
        R=$(rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)"); printf '\377\376\nab\0cd\n%s\n' "$R" > "$W/n"; git notes --ref=gate add -f -C "$(git hash-object -w "$W/n")" HEAD >/dev/null 2>&1"#);
    sig_38_record_attached_to_another_commit_to_a_non_existent_object_id: pass("Record attached to another commit / to a non-existent object id", r#"
        evil
        c x
        note "$(printf zz | sha1sum | cut -c1-40)" "$(rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)")""#).but(Verdict::Blocked, "sign-offs are looked up under the hunks, the head and the commits of the change: the key is an index");
    sig_41_non_note_files_in_the_notes_tree: pass("Non-note files in the notes tree", r#"
        evil
        c x
        note HEAD "$(rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)")"
        T=$( (git ls-tree refs/notes/gate; printf '100644 blob %s\tREADME\n' "$(blob hi)") | git mktree); git update-ref refs/notes/gate $(git commit-tree $T -p refs/notes/gate -m n)"#);
    sig_42_rejection_recorded_then_approval_by_someone_else: blocked("Rejection recorded, then approval by someone else", r#"
        evil
        c x
        DECISION=objection
        signoff senior2 senior2 "$(fp infra/main.tf)"
        DECISION=sign-off
        signoff senior1 senior1 "$(fp infra/main.tf)""#);
    sig_43_withdrawn_approval_resurrected_by_cat_sort_uniq_merge: blocked("Withdrawn approval resurrected by cat_sort_uniq merge", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        S=$(rec "$W/keys/senior1" senior1 "$F")
        note HEAD "$S"
        D=$(sha256sum < "$W/stmt" | cut -c1-64)
        git update-ref refs/notes/other refs/notes/gate
        DECISION=withdrawal
        MORE=",\"withdraws\":\"$D\""
        note HEAD "$(rec "$W/keys/senior1" senior1 "$F")"
        git notes --ref=other append --no-separator -m '{"c":1}' HEAD
        git notes --ref=gate merge -q -s cat_sort_uniq refs/notes/other"#).reason("withdrawn");
    sig_44_notes_ref_not_fetched_in_ci: blocked("Notes ref not fetched in CI", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        git push -q origin feat refs/notes/gate
        git clone -q -b feat "$W/remote.git" "$W/ci"
        cd "$W/ci""#);
    sig_48_fanout_differs_between_clones_when_merging: pass("Fanout differs between clones when merging", r#"
        evil
        c x
        git update-ref refs/notes/flat "$(git commit-tree -m n "$(git mktree < /dev/null)")"
        git update-ref refs/notes/gate refs/notes/flat
        F=$(fp infra/main.tf)
        E=$(git hash-object -w --stdin < /dev/null)
        seq 1 400 | awk -v e="$E" '{ printf "100644 blob %s\t%02x%02x%036x\n", e, ($1 * 37) % 256, $1 % 256, $1 }' | sort -k 4 > "$W/t"
        git update-ref refs/notes/gate "$(git commit-tree -m n -p refs/notes/gate "$(git mktree < "$W/t")")"
        git notes --ref=gate add -m "$(rec "$W/keys/senior1" senior1 "$F")" HEAD
        git notes --ref=flat append --no-separator -m '{"b":1}' HEAD
        git notes --ref=gate merge -q -s cat_sort_uniq refs/notes/flat"#);
    sig_49_git_notes_prune_deletes_sign_offs_whose_key_object_is_gone: pass("git notes prune deletes sign-offs whose key object is gone", r#"
        evil
        c x
        L=$(rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)")
        note "$(printf zz | sha1sum | cut -c1-40)" "$L"
        note HEAD "$L"
        git notes --ref=gate prune"#);
    sig_50_notes_rewriteref_copies_the_sign_off_to_the_amended_commit: blocked("notes.rewriteRef copies the sign-off to the amended commit", r#"
        git config notes.rewriteRef refs/notes/gate
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        printf 'resource "x" "y" {\n  public = "world"\n}\n' > infra/main.tf
        git add -A
        git commit -q --amend -m y"#).reason("stale");
    sig_54_git_notes_add_append_rewrites_bytes_strips_trailing_spaces_inserts_blank: pass("git notes add/append rewrites bytes (strips trailing spaces, inserts blank lines)", r#"
        evil
        c x
        rec "$W/keys/senior1" senior1 "$(fp infra/main.tf)" | sed 's/$/   /' > "$W/l"
        { printf '{"a":1}   \n\n\n'; cat "$W/l"; } > "$W/n"
        git notes --ref=gate add -F "$W/n" HEAD
        git notes --ref=gate append -m '{"c":3}' HEAD"#);
    sig_55_signer_lacks_the_role_required_by_the_rule: blocked("Signer lacks the role required by the rule", r#"
        git checkout -q main
        sed -i 's/^senior = .*/senior = ["senior2"]\njunior = ["senior1"]/' gate.toml
        c role
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).says("\"missing\": 1");
    sig_56_one_statement_with_a_million_fingerprints: blocked("One statement with a million fingerprints", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        stmt senior1 "$F" "$(seq 1 200000 | awk '{printf "%s%064x", (NR>1?",":""), $1}')" > "$W/m"
        sign_file "$W/keys/senior1" "$W/m" "$W/s"
        line "$W/m" "$(armour "$W/s")" > "$W/n"
        git notes --ref=gate add -f -C "$(git hash-object -w "$W/n")" HEAD > /dev/null 2>&1"#);
    sig_58_sign_off_made_by_a_bot_ai_identity_that_policy_lists_as_senior_by_mistake: error("Sign-off made by a bot/AI identity that policy lists as senior by mistake", r#"
        git checkout -q main
        printf '\n[people.bot]\nemails = ["198982749+Copilot@users.noreply.github.com"]\nkeys = ["%s"]\n' "$(key "$W/keys/agent.pub")" >> gate.toml
        sed -i 's/^senior = \[/&"bot", /' gate.toml
        c bot
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x"#).says("bot");
}
