//! History shape.

use crate::attack::{Verdict, attacks, blocked, error, pass};

attacks! {
    his_01_empty_commit_s: pass("Empty commit(s)", r"
        git commit -q --allow-empty -m empty
        git commit -q --allow-empty -m empty2");
    his_04_octopus_merge_with_extra_content: blocked("Octopus merge with extra content", r"
        git checkout -q -b p1 $BASE
        echo 1 > p1
        c p1
        git checkout -q -b p2 $BASE
        echo 2 > p2
        c p2
        git checkout -q feat
        echo 0 > p0
        c p0
        git merge -q p1 p2 -m oct >/dev/null 2>&1
        evil
        git add -A
        git commit -q --amend --no-edit").gated("infra/main.tf");
    his_05_criss_cross_merge_bases_three_dot_diff_shows_nothing_the_merge_brings_evil_in: blocked("Criss-cross merge bases: three-dot diff shows nothing, the merge brings evil in (verified exploit)", r#"
        D() { GIT_AUTHOR_DATE="@$1 +0000" GIT_COMMITTER_DATE="@$1 +0000" git commit -qm "$2"; }; git checkout -q main; evil; git add -A; D 1900000001 R; git checkout -q -b mb1; echo x > docs/x; git add -A; D 1900000003 MB1
        git checkout -q -b mb2 main; sed -i 's/true/false/' infra/main.tf; git add -A; D 1900000002 MB2-hardens; git checkout -q main; git merge -q --ff-only mb2; GIT_AUTHOR_DATE='@1900000004 +0000' GIT_COMMITTER_DATE='@1900000004 +0000' git merge -q --no-ff mb1 -m mm
        git checkout -q -B feat mb1; git merge -q --no-commit mb2 >/dev/null 2>&1; evil; git add -A; D 1900000005 'Merge mb2'; echo ok > docs/ok; git add -A; D 1900000006 doc; BASE=$(git rev-parse main)"#).gated("infra/main.tf");
    his_06_unrelated_histories_no_merge_base: blocked("Unrelated histories (no merge base)", r"
        git checkout -q --orphan un
        git rm -rqf .
        mkdir infra
        evil
        c un").but(Verdict::Error, "without a common ancestor nothing can be told, and nothing is let through").says("no common ancestor");
    his_08_architectural_change_split_over_many_commits_with_harmless_names: blocked("Architectural change split over many commits with harmless names", r#"
        for i in 1 2 3 4 5; do echo $i >> docs/n; c "docs $i"; done; evil; c 'docs 6' "#).gated("infra/main.tf");
    his_11_revert_of_a_revert_replay_the_sign_off_recorded_when_the_hunk_first_landed: blocked("Revert of a revert: replay the sign-off recorded when the hunk first landed", r#"
        evil
        c first
        F=$(fp infra/main.tf)
        signoff senior1 senior1 "$F"
        git checkout -q main
        git merge -q --ff-only feat
        git revert --no-edit HEAD >/dev/null
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c again"#).reason("spent");
    his_13_target_renamed_app_x_to_infra_x_tf_branch_edits_app_x_merge_edits_the_gated: blocked("Target renamed app/x to infra/x.tf; branch edits app/x; merge edits the gated file", r"
        git checkout -q main
        mkdir app
        seq 40 > app/x.txt
        c add
        git checkout -q -B feat
        echo evil >> app/x.txt
        c edit
        git checkout -q main
        git mv app/x.txt infra/x.tf
        c mv
        BASE=$(git rev-parse HEAD)
        git checkout -q feat").gated("infra/x.tf");
    his_15_merge_union_attribute_lets_both_sides_lines_in_without_conflict: blocked("merge=union attribute lets both sides' lines in without conflict", r"
        git checkout -q main
        printf 'a\ndeny\nb\n' > infra/acl
        echo 'infra/acl merge=union' > .gitattributes
        c u
        git checkout -q -B feat
        sed -i 's/deny/deny\nallow-all/' infra/acl
        c f
        git checkout -q main
        sed -i 's/deny/deny-all/' infra/acl
        c m
        BASE=$(git rev-parse HEAD)
        git checkout -q feat");
    his_17_shallow_fetch_cut_so_that_the_boundary_commit_hides_the_change: error("Shallow fetch cut so that the boundary commit hides the change", r#"
        evil
        c evilcommit
        echo 1 > docs/1
        c tip
        git push -q origin feat
        git init -q "$W/sh"
        cd "$W/sh"
        git fetch -q --depth 1 "file://$W/remote.git" main:refs/remotes/o/main feat:refs/remotes/o/feat"#);
    his_19_partial_clone_blob_none_blobs_missing_for_an_in_process_reader: error("Partial clone (blob:none): blobs missing for an in-process reader", r#"
        evil
        c x
        git push -q origin feat
        git -C "$W/remote.git" config uploadpack.allowFilter true
        git clone -q --no-checkout --filter=blob:none -b feat "file://$W/remote.git" "$W/pc"
        cd "$W/pc""#);
    his_20_refs_replace_maps_the_evil_commit_blob_to_a_harmless_one: blocked("refs/replace maps the evil commit/blob to a harmless one", r"
        evil
        c x
        git replace $(git rev-parse HEAD:infra/main.tf) $(git rev-parse $BASE:infra/main.tf)").gated("infra/main.tf");
    his_21_git_info_grafts_rewires_parents_libgit2_honours_it: error(".git/info/grafts rewires parents (libgit2 honours it)", r#"
        evil
        c x
        echo y > docs/y
        c y
        echo "$(git rev-parse HEAD) $(git rev-parse HEAD~1^{commit})" > /dev/null
        mkdir -p .git/info
        echo "$(git rev-parse HEAD~1)" > .git/info/grafts"#);
    his_24_tag_origin_main_shadows_the_remote_tracking_branch: blocked("Tag origin/main shadows the remote-tracking branch", r"
        evil
        c x
        git fetch -q origin
        git tag origin/main HEAD").gated("infra/main.tf");
    his_25_branch_named_like_an_abbreviated_object_id: blocked("Branch named like an abbreviated object id", r"
        evil
        c x
        S=$(git rev-parse --short $BASE)
        git branch $S HEAD").gated("infra/main.tf");
    his_26_head_or_base_is_a_tag_object_tree_blob: blocked("head or base is a tag object / tree / blob", r"
        evil
        c x
        git tag -a -m t t1
        HEAD_REV=t1").but(Verdict::Error, "a bare name is never read as a tag; `refs/tags/t1` is, and is blocked").says("refs/tags/t1");
    his_28_rebase_onto_a_base_that_changed_the_same_file_near_the_hunk: blocked("Rebase onto a base that changed the same file near the hunk", r#"
        evil
        c one
        signoff senior1 senior1 "$(fp infra/main.tf)"
        git checkout -q main
        sed -i 's/"y"/"z"/' infra/main.tf
        c near
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        git reset -q --hard main
        sed -i 's/false/true/' infra/main.tf
        c re"#);
    his_29_commit_message_with_an_embedded_nul_hides_trailers: blocked("Commit message with an embedded NUL hides trailers", r#"
        evil
        git add -A
        T=$(git write-tree)
        printf 'tree %s\nparent %s\nauthor A <a@x> 1700000000 +0000\ncommitter A <a@x> 1700000000 +0000\n\nmsg\n\0\nCo-authored-by: Senior One <senior1@example.com>\n' $T $BASE > "$W/cm"
        git update-ref refs/heads/feat $(git hash-object -t commit -w --literally "$W/cm")"#).gated("infra/main.tf");
    his_30_two_author_headers_git_reads_the_last_libgit2_the_first: error("Two author headers: git reads the last, libgit2 the first", r#"
        evil
        git add -A
        T=$(git write-tree)
        printf 'tree %s\nparent %s\nauthor Bob <bob@x> 1700000000 +0000\nauthor Senior One <senior1@example.com> 1700000000 +0000\ncommitter Bob <bob@x> 1700000000 +0000\n\nm\n' $T $BASE > "$W/cm"
        git update-ref refs/heads/feat $(git hash-object -t commit -w --literally "$W/cm")"#);
    his_32_absurd_timestamps_1970_2099_negative_zone: blocked("Absurd timestamps (1970, 2099, negative zone)", r"
        evil
        git add -A
        GIT_AUTHOR_DATE='@1 +0000' GIT_COMMITTER_DATE='@4070908800 -1159' git commit -qm t").gated("infra/main.tf");
    his_33_base_head_or_base_ahead_of_head: pass("base == head, or base ahead of head", r"
        :");
    his_101_merge_commit_that_hides_an_edit: blocked("Edits a gated file in a merge commit, where git log -p shows nothing", r"
        echo 1 > docs/1
        c one
        git checkout -q -b side $BASE
        mkdir -p docs
        echo 2 > docs/2
        c two
        git checkout -q feat
        git merge -q --no-commit --no-ff side > /dev/null 2>&1
        evil
        git add -A
        git commit -qm merge").gated("infra/main.tf");
    his_102_author_of_an_edit_within_a_merge_is_an_author: blocked("A senior edits the gated file in a merge commit and signs it", r#"
        echo 1 > docs/1
        c one
        git checkout -q -b side $BASE
        mkdir -p docs
        echo 2 > docs/2
        c two
        git checkout -q feat
        git merge -q --no-commit --no-ff side > /dev/null 2>&1
        evil
        git add -A
        git commit -q --author='Senior One <senior1@example.com>' -m merge
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_103_target_moved_the_folder: blocked("Adds a file to a folder that the target has moved into a gated one", r"
        git checkout -q main
        mkdir app
        for i in 1 2 3 4; do seq $i 40 > app/f$i.txt; done
        c app
        git checkout -q -B feat
        echo 'public = true' > app/new.txt
        c new
        git checkout -q main
        git mv app infra/app
        c moved
        BASE=$(git rev-parse HEAD)
        git checkout -q feat").says("\"verdict\": \"blocked\"");
    his_104_handmade_shallow_file: error("Cuts the history off with a handmade .git/shallow", r"
        evil
        c x
        echo 1 > docs/1
        c y
        git rev-parse HEAD > .git/shallow");
    his_105_merge_that_drops_the_targets_hardening: blocked("Merges the target with `-s ours`: what it hardened is gone", r#"
        echo 1 > docs/1
        c one
        git checkout -q main
        sed -i 's/false/"never"/' infra/main.tf
        c harden
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        git merge -q -s ours -m merge main"#).gated("infra/main.tf");
    his_106_branch_that_shadows_the_remotes: error("Makes a branch `origin/main` beside the remote's", r#"
        evil
        c x
        git fetch -q origin
        git branch origin/main HEAD
        judge() { landed; gate check --base origin/main --format json; }"#).says("origin/main");
    his_107_change_and_its_revert_are_nothing: pass("Edits the gated file and takes it back in the same change", r"
        evil
        c x
        git revert --no-edit HEAD > /dev/null");
    his_108_target_moves_on_after_the_branch: blocked("The target removed the guard that the branch relies on, in the same file", r"
        git checkout -q main
        printf 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n' > docs/list
        c list
        git checkout -q -B feat
        git mv docs/list infra/list
        c moved
        git checkout -q main
        sed -i 's/eight/nine/' docs/list
        c edit
        BASE=$(git rev-parse HEAD)
        git checkout -q feat").says("infra/list");
    his_109_octopus_that_edits: blocked("Edits the gated file in an octopus merge only", r"
        for i in 1 2 3; do git checkout -q -b o$i $BASE; mkdir -p docs; echo $i > docs/o$i; c o$i; done
        git checkout -q feat
        git merge -q --no-commit o1 o2 o3 > /dev/null 2>&1
        evil
        git add -A
        git commit -qm octopus").gated("infra/main.tf");
    his_110_huge_message_does_not_hide_a_co_author: blocked("Puts a co-author behind two megabytes of message", r#"
        evil
        git add -A
        { echo subject; echo; head -c 2000000 /dev/zero | tr '\0' 'x' | fold -w 99; echo; echo 'Co-authored-by: Senior One <senior1@example.com>'; echo; echo end; } > "$W/msg"
        git commit -q -F "$W/msg"
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_111_head_commit_is_replaced: blocked("Replaces the head commit by a harmless one", r"
        evil
        c x
        git replace HEAD $BASE").gated("infra/main.tf");
    his_112_base_behind_the_evil_commit: blocked("Names the evil commit itself as the base, and the target apart", r"
        evil
        c x
        BASE=$(git rev-parse HEAD)
        echo 1 > docs/1
        c y").says("not on the target");
    his_113_head_as_the_base: blocked("Names the head as the base, and the target apart", r"
        evil
        c x
        BASE=HEAD").says("not on the target");
    his_114_tag_in_the_change_as_the_base: blocked("Names a tag inside the change as the base", r"
        evil
        c x
        git tag here
        BASE=refs/tags/here").says("not on the target");
    his_115_encoding_hides_a_co_author: blocked("Declares the message as UTF-16, so that the co-author is not read", r#"
        evil
        git add -A
        T=$(git write-tree)
        printf 'tree %s\nparent %s\nauthor A <a@x> 1700000000 +0000\ncommitter A <a@x> 1700000000 +0000\nencoding UTF-16\n\nm\n\nCo-authored-by: Senior One <senior1@example.com>\n' $T $BASE > "$W/cm"
        git update-ref refs/heads/feat $(git hash-object -t commit -w --literally "$W/cm")
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_116_parent_behind_the_author: error("Puts the parent line behind the author, where only some programs read it", r#"
        evil
        git add -A
        T=$(git write-tree)
        printf 'tree %s\nauthor A <a@x> 1700000000 +0000\nparent %s\ncommitter A <a@x> 1700000000 +0000\n\nm\n' $T $BASE > "$W/cm"
        git update-ref refs/heads/feat $(git hash-object -t commit -w --literally "$W/cm")"#);
    his_117_co_author_in_a_list: blocked("Names the co-author in a list item of the message", r#"
        evil
        git add -A
        printf 'm\n\n* Co-Authored-By : Senior One <SENIOR1@example.com>\n\nend\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_118_damaged_object: error("Damages the object of the gated file", r#"
        evil
        c x
        o=$(git rev-parse HEAD:infra/main.tf)
        f=.git/objects/${o%"${o#??}"}/${o#??}
        chmod +w $f
        printf garbage > $f"#);
    his_119_branch_behind_the_evil_commit_as_the_base: blocked("Names a branch at the evil commit as the base, and the target apart", r"
        evil
        c x
        git branch st
        BASE=st
        echo 1 > docs/1
        c y").says("not on the target");
    his_120_own_branch_as_the_base: blocked("Names a branch at the head as the base, and the target apart", r"
        evil
        c x
        git branch st
        BASE=st").says("not on the target");
    his_121_base_variable_against_the_target_variable: error("Sets GATE_BASE to the pushed branch of the change, and GATE_TARGET to main", r#"
        evil
        c x
        git push -q origin feat
        git fetch -q
        judge() { landed; GATE_BASE=origin/feat GATE_TARGET=main gate check --format json; }"#);
    his_122_own_branch_in_a_variable: error("Sets GATE_BASE to the branch of the change", r#"
        evil
        c x
        judge() { landed; GATE_BASE=feat gate check --format json; }"#);
    his_123_own_branch_as_the_target_in_a_variable: error("Sets GATE_TARGET to the branch of the change", r#"
        evil
        c x
        judge() { landed; GATE_TARGET=feat gate check --format json; }"#);
    his_124_co_author_on_the_next_line: blocked("Folds the line that names the co-author", r#"
        evil
        git add -A
        printf 'm\n\nCo-authored-by: Senior One\n <senior1@example.com>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_125_co_author_by_login: blocked("Names the co-author by a login", r#"
        evil
        git add -A
        printf 'm\n\nCo-authored-by: @senior-one\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_126_address_in_another_spelling: blocked("Spells the author's address with quotes and the host with a dot", r#"
        evil
        git add -A
        git -c user.email='"senior1"@example.com.' commit -qm x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_127_address_with_a_source_route: blocked("Puts a source route before the author's address", r#"
        evil
        git add -A
        git -c user.email='@a.example,@b.example:senior1@example.com' commit -qm x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_128_address_through_a_relay: blocked("Writes the author's address as one that a relay passes on", r#"
        evil
        git add -A
        git -c user.email='senior1%example.com@relay.example' commit -qm x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_129_address_with_a_part_behind_a_hyphen: blocked("Commits from a subaddress that is set off by a hyphen", r#"
        evil
        git add -A
        git -c user.email='senior1-wip@example.com' commit -qm x
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_130_co_author_without_a_hyphen: blocked("Writes the trailer as `Coauthored-by`", r#"
        evil
        git add -A
        printf 'm\n\nCoauthored-by: Senior One <senior1@example.com>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_131_co_author_by_another_verb: blocked("Writes the trailer as `Co-author-by`", r#"
        evil
        git add -A
        printf 'm\n\nCo-author-by: Senior One <senior1@example.com>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_132_co_author_with_blanks: blocked("Writes the trailer as `Co-Authored by`", r#"
        evil
        git add -A
        printf 'm\n\nCo-Authored by: Senior One <senior1@example.com>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
    his_133_co_author_without_a_colon: blocked("Leaves the colon of the trailer out", r#"
        evil
        git add -A
        printf 'm\n\nCo-authored-by Senior One <senior1@example.com>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#).reason("author");
}
