//! Hooks and refs.

use crate::attack::{Verdict, attacks, blocked, error, pass};

attacks! {
    hok_02_deletion_of_a_protected_branch: blocked("Deletion of a protected branch", r#"
        echo "$BASE $ZERO refs/heads/main" > "$W/stdin"
        judge() { hook; }"#);
    hok_04_force_push_rewinds_main_to_before_a_hardening_commit: blocked("Force push rewinds main to before a hardening commit", r#"
        git checkout -q main
        sed -i 's/false/"never"/' infra/main.tf
        c harden
        echo "$(git rev-parse HEAD) $BASE refs/heads/main" > "$W/stdin"
        judge() { hook; }"#);
    hok_05_tag_push_that_points_at_unreviewed_code: blocked("Tag push that points at unreviewed code, with `refs/tags/*` protected (else tags are free)", r#"
        git checkout -q main
        sed -i 's#^\[gate\]$#&\nprotected = ["main", "refs/tags/*"]#' gate.toml
        c tags
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        git tag v9
        echo "$ZERO $(git rev-parse v9) refs/tags/v9" > "$W/stdin"
        judge() { hook; }"#).says("infra/main.tf");
    hok_06_push_to_refs_heads_main_case_alias_on_a_case_insensitive_server_disk: blocked("Push to refs/heads/Main (case alias on a case-insensitive server disk)", r#"
        evil
        c x
        echo "$ZERO $(git rev-parse HEAD) refs/heads/Main" > "$W/stdin"
        judge() { hook; }"#);
    hok_07_git_push_no_verify_core_hookspath_dev_null_skips_the_client_hook: blocked("git push --no-verify / core.hooksPath=/dev/null skips the client hook", r#"
        mkdir -p .git/hooks
        printf '#!/bin/sh\nexit 1\n' > .git/hooks/pre-push
        chmod +x .git/hooks/pre-push
        evil
        c x
        git push -q --no-verify origin HEAD:refs/heads/bypass
        git -c core.hooksPath=/dev/null push -q origin HEAD:refs/heads/bypass2
        echo "$BASE $(git rev-parse HEAD) refs/heads/main" > "$W/stdin"
        judge() { hook; }"#).says("infra/main.tf");
    hok_08_branch_and_its_sign_off_notes_pushed_together: pass("Branch and its sign-off notes pushed together", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        { echo "$BASE $(git rev-parse HEAD) refs/heads/main"; echo "$ZERO $(git rev-parse refs/notes/gate) refs/notes/gate"; } > "$W/stdin"
        judge() { hook; }"#).says("--atomic");
    hok_09_non_atomic_push_notes_update_later_refused_by_the_update_hook_branch_lands: blocked("Non-atomic push: notes update later refused by the update hook, branch lands", r#"
        printf '#!/bin/sh\n[ "$1" = refs/notes/gate ] && exit 1; exit 0\n' > "$W/remote.git/hooks/update"
        printf '#!/bin/sh\nexec "%s" hook run pre-receive --repo "%s"\n' "$GATE" "$W/remote.git" > "$W/remote.git/hooks/pre-receive"
        chmod +x "$W/remote.git/hooks/"*e
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        judge() { git push origin HEAD:refs/heads/main refs/notes/gate || true; [ "$(git -C "$W/remote.git" rev-parse main)" = "$(git rev-parse HEAD)" ]; }"#).but(Verdict::Pass, "a hook can't see whether a push is atomic: it counts the sign-offs and says to push with `--atomic`");
    hok_16_agent_moves_refs_remotes_origin_main_locally_so_the_range_looks_empty: blocked("Agent moves refs/remotes/origin/main locally so the range looks empty", r#"
        evil
        c x
        git fetch -q origin
        git update-ref refs/remotes/origin/main HEAD
        echo "refs/heads/feat $(git rev-parse HEAD) refs/heads/main $BASE" > "$W/stdin"
        judge() { gate hook run pre-push origin "$W/remote.git" < "$W/stdin"; }"#).says("infra/main.tf");
    hok_18_10k_refs_in_one_push: pass("10k refs in one push", r#"
        for i in $(seq 1 10000); do echo "$ZERO $BASE refs/heads/r$i"; done > "$W/stdin"
        judge() { hook; }"#);
    hok_19_empty_stdin_malformed_line: error("Empty stdin / malformed line", r#"
        echo 'garbage' > "$W/stdin"
        judge() { hook; }"#);
    hok_21_two_racing_pushes_each_valid_against_the_same_old_tip: blocked("Two racing pushes each valid against the same old tip", r#"
        evil
        c x
        A=$(git rev-parse HEAD)
        git checkout -q -b other $BASE
        echo 1 > docs/o
        c o
        printf '%s %s refs/heads/main\n%s %s refs/heads/main\n' $BASE $A $BASE $(git rev-parse HEAD) > "$W/stdin"
        judge() { hook; }"#).says("infra/main.tf");
    hok_101_branch_and_tag_in_one_push: blocked("Moves main and a tag in one push", r#"
        evil
        c x
        git tag v1
        { echo "$ZERO $(git rev-parse HEAD) refs/tags/v1"; echo "$BASE $(git rev-parse HEAD) refs/heads/main"; } > "$W/stdin"
        judge() { hook; }"#).says("infra/main.tf");
    hok_102_notes_with_a_line_taken_out: blocked("Pushes the notes with an objection taken out", r#"
        evil
        c x
        note HEAD '{"a":1}'
        note HEAD '{"b":1}'
        O=$(git rev-parse refs/notes/gate)
        printf '{"a":1}\n' > "$W/n"
        git notes --ref=gate add -f -C "$(git hash-object -w "$W/n")" HEAD 2> /dev/null
        echo "$O $(git rev-parse refs/notes/gate) refs/notes/gate" > "$W/stdin"
        judge() { hook; }"#).says("a line out of it");
    hok_103_notes_are_deleted: blocked("Deletes the notes", r#"
        note HEAD '{"a":1}'
        echo "$(git rev-parse refs/notes/gate) $ZERO refs/notes/gate" > "$W/stdin"
        judge() { hook; }"#).says("every sign-off");
    hok_104_notes_under_a_name_in_another_case: blocked("Pushes `refs/notes/Gate`, which overwrites the notes on some disks", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        echo "$ZERO $(git rev-parse refs/notes/gate) refs/notes/Gate" > "$W/stdin"
        judge() { hook; }"#);
    hok_105_replaced_objects_are_pushed: blocked("Pushes a replacement of an object", r#"
        evil
        c x
        git replace HEAD $BASE
        echo "$ZERO $(git rev-parse "refs/replace/$(git --no-replace-objects rev-parse HEAD)") refs/replace/$(git --no-replace-objects rev-parse HEAD)" > "$W/stdin"
        judge() { hook; }"#);
    hok_106_notes_twice_in_one_push: blocked("Names the notes twice in one push, once with a sign-off and once without", r#"
        evil
        c x
        F=$(fp infra/main.tf)
        note HEAD '{"a":1}'
        O=$(git rev-parse refs/notes/gate)
        signoff senior1 senior1 "$F"
        { echo "$BASE $(git rev-parse HEAD) refs/heads/main"; echo "$ZERO $(git rev-parse refs/notes/gate) refs/notes/gate"; echo "$ZERO $O refs/notes/gate"; } > "$W/stdin"
        judge() { hook; }"#);
    hok_107_new_protected_branch: blocked("Makes a new branch under a protected name", r#"
        git checkout -q main
        sed -i 's#^\[gate\]$#&\nprotected = ["main", "release/*"]#' gate.toml
        c release
        git checkout -q -B feat
        evil
        c x
        echo "$ZERO $(git rev-parse HEAD) refs/heads/release/1" > "$W/stdin"
        judge() { hook; }"#).says("infra/main.tf");
    hok_108_real_push_into_quarantine: blocked("Pushes for real to a server with the hook", r#"
        printf '#!/bin/sh\nexec "%s" hook run pre-receive\n' "$GATE" > "$W/remote.git/hooks/pre-receive"
        chmod +x "$W/remote.git/hooks/pre-receive"
        evil
        c x
        judge() { git push origin HEAD:main; }"#).says("infra/main.tf");
    hok_109_real_push_with_its_sign_off: pass("Pushes for real, with the sign-off in the same push", r#"
        printf '#!/bin/sh\nexec "%s" hook run pre-receive\n' "$GATE" > "$W/remote.git/hooks/pre-receive"
        chmod +x "$W/remote.git/hooks/pre-receive"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        judge() { git push --atomic origin HEAD:main refs/notes/gate; }"#);
    hok_110_push_from_a_shallow_clone: blocked("Pushes from a clone that has no history", r#"
        printf '#!/bin/sh\nexec "%s" hook run pre-receive\n' "$GATE" > "$W/remote.git/hooks/pre-receive"
        chmod +x "$W/remote.git/hooks/pre-receive"
        git clone -q --depth 1 "file://$W/remote.git" "$W/sh"
        cd "$W/sh"
        evil
        c x
        judge() { git push origin HEAD:main; }"#).says("infra/main.tf");
    hok_111_tag_on_what_has_landed: pass("Tags a commit of the protected branch, where tags are protected", r#"
        git checkout -q main
        sed -i 's#^\[gate\]$#&\nprotected = ["main", "refs/tags/*"]#' gate.toml
        c tags
        git tag v1
        echo "$ZERO $(git rev-parse v1) refs/tags/v1" > "$W/stdin"
        judge() { hook; }"#);
    hok_112_server_with_a_work_tree: blocked("Pushes to a server whose HEAD stands on another branch of its work tree", r#"
        evil
        c x
        echo "$BASE $(git rev-parse HEAD) refs/heads/main" > "$W/stdin"
        judge() { gate hook run pre-receive --repo "$W/repo" < "$W/stdin"; }"#).says("infra/main.tf");
    hok_113_ref_of_main_in_another_case: blocked("Pushes `refs/Heads/main`", r#"
        evil
        c x
        echo "$ZERO $(git rev-parse HEAD) refs/Heads/main" > "$W/stdin"
        judge() { hook; }"#);
    hok_114_main_becomes_a_tag_object: error("Pushes an annotated tag to main", r#"
        evil
        c x
        git tag -a -m t tt
        echo "$BASE $(git rev-parse tt) refs/heads/main" > "$W/stdin"
        judge() { hook; }"#);
    hok_115_head_names_no_branch: error("Pushes to a server whose HEAD names a branch that does not exist", r#"
        evil
        c x
        git -C "$W/remote.git" symbolic-ref HEAD refs/heads/master
        echo "$BASE $(git rev-parse HEAD) refs/heads/main" > "$W/stdin"
        judge() { hook; }"#);
    hok_116_ref_below_the_notes: blocked("Pushes a ref below the sign-offs' ref, so that that can't be made", r#"
        echo "$ZERO $(git rev-parse HEAD) refs/notes/gate/x" > "$W/stdin"
        judge() { hook; }"#);
    hok_117_replaced_objects_in_another_case: blocked("Pushes `refs/Replace/…`", r#"
        echo "$ZERO $(git rev-parse HEAD) refs/Replace/$(git rev-parse HEAD)" > "$W/stdin"
        judge() { hook; }"#);
    hok_118_protected_branch_with_a_long_s: blocked("Pushes `refs/heads/releaſe/1`, which some disks take for a protected `release/1`", r#"
        git checkout -q main
        sed -i 's#^\[gate\]$#&\nprotected = ["main", "release/*"]#' gate.toml
        c release
        git push -q -f origin main
        evil
        c x
        echo "$ZERO $(git rev-parse HEAD) refs/heads/relea$(printf '\305\277')e/1" > "$W/stdin"
        judge() { hook; }"#);
    hok_119_notes_with_a_long_s: blocked("Pushes `refs/noteſ/gate`", r#"
        echo "$ZERO $(git rev-parse HEAD) refs/note$(printf '\305\277')/gate" > "$W/stdin"
        judge() { hook; }"#);
    hok_120_pusher_is_no_utf_8: error("Pushes under a name that is not UTF-8, so that the pusher is nobody", r#"
        git checkout -q main
        sed -i 's/^\[sign-off\]$/&\npusher-is-author = true/' gate.toml
        c pusher
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        git push -q -f origin refs/notes/gate
        echo "$BASE $(git rev-parse HEAD) refs/heads/main" > "$W/stdin"
        judge() { GL_USER=$(printf 'senior-one\351') hook; }"#).says("GL_USER");
}
