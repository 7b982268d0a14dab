//! Policy file.

use crate::attack::{attacks, blocked, error};

attacks! {
    pol_01_weakened_policy_does_not_judge_itself: blocked("Change weakens gate.toml and edits infra in the same commit", r"
        printf 'version = 1\n' > gate.toml
        evil
        c weaken").gated("gate.toml").gated("infra/main.tf");
    pol_02_deleted_policy_still_judges: blocked("Change deletes gate.toml", r"
        git rm -q gate.toml
        evil
        c rm").gated("gate.toml").gated("infra/main.tf");
    pol_03_policy_renamed_away_is_gated: blocked("Change renames gate.toml away (100% rename, no text hunks with -M)", r"
        git mv gate.toml docs/gate.toml.bak
        c mv").gated("docs/gate.toml.bak");
    pol_06_policy_that_is_no_file_is_refused: error("Base gate.toml is a symlink/gitlink/tree (poisoned earlier)", r"
        git checkout -q main
        git rm -q gate.toml
        git update-index --add --cacheinfo 160000,$BASE,gate.toml
        git commit -qm gitlink
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        git rm -q --cached gate.toml
        evil
        git add infra
        git commit -qm x");
    pol_08_policy_weakened_in_an_earlier_commit_does_not_judge: blocked("Two commits: first weakens policy, second exploits it", r"
        printf 'version = 1\n' > gate.toml
        c p1
        evil
        c p2").gated("gate.toml").gated("infra/main.tf");
    pol_09_base_inside_the_change_is_refused: error("Caller passes a base that is inside the change (after the weakening commit)", r"
        printf 'version = 1\n' > gate.toml
        c p1
        BASE=$(git rev-parse HEAD)
        evil
        c p2").says("not on the target");
    pol_10_base_from_before_the_policy_is_refused: error("Old base that predates gate.toml", r"
        git checkout -q --orphan old
        git rm -rqf .
        echo x > f
        c old
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        mkdir infra
        evil
        c x").says("no common ancestor");
    pol_12_huge_policy_is_refused: error("Huge gate.toml at base (50 MB comment; toml 0.9 took 3.1 s)", r"
        git checkout -q main
        { printf '#'; head -c 50000000 /dev/zero | tr '\0' x; echo; } > gate.toml
        c huge
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x").says("gate.toml");
    pol_13_deeply_nested_policy_is_refused: error("Deeply nested gate.toml", r"
        git checkout -q main
        { printf 'a='; head -c 100000 /dev/zero | tr '\0' '['; } > gate.toml
        c deep
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        c x");
    pol_14_regex_that_compiles_to_too_much_is_refused: error("Pathological regex / glob in base policy", r#"
        git checkout -q main
        printf '[[rule]]\nid = "big"\ncategory = "infra"\nadded = ["(x{100}){100}{100}"]\nwhy = "x"\n' >> gate.toml
        c re
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x"#).says("(x{100})");
    pol_19_policy_of_the_work_tree_is_not_read: blocked("Dirty worktree gate.toml differs from the base blob", r"
        evil
        c x
        printf 'version = 1\n' > gate.toml").gated("infra/main.tf");
    pol_20_policy_behind_an_lfs_pointer_is_refused: error("gate.toml at base is a git-lfs pointer", r"
        git checkout -q main
        printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 10\n' 1 > gate.toml
        c lfs
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x").says("gate.toml");
    pol_101_policy_in_capital_letters_is_a_look_alike: blocked("Adds `GATE.TOML`, which is gate.toml on a disk that does not tell case apart", r"
        B=$(printf 'version = 1\n' | git hash-object -w --stdin)
        git update-index --add --cacheinfo 100644,$B,GATE.TOML
        git commit -qm caps").gated("GATE.TOML");
    pol_102_policy_with_a_space_behind_is_a_look_alike: blocked("Adds `gate.toml ` and `gate.toml.`, which Windows takes for gate.toml", r"
        printf 'version = 1\n' > 'gate.toml '
        printf 'version = 1\n' > 'gate.toml.'
        c space").gated("gate.toml ").gated("gate.toml.");
    pol_103_policy_becomes_a_submodule: blocked("Puts a submodule in the place of gate.toml", r"
        git rm -q gate.toml
        git update-index --add --cacheinfo 160000,$BASE,gate.toml
        git commit -qm sub").gated("gate.toml");
    pol_104_policy_becomes_a_link: blocked("Makes gate.toml a link to a file that nobody guards", r"
        mv gate.toml docs/policy.toml
        ln -s docs/policy.toml gate.toml
        c link").gated("gate.toml");
    pol_105_local_row_does_not_reach_the_policy: blocked("A `[[local]]` row of the base covers every path, gate.toml with it", r#"
        git checkout -q main
        printf '\n[[local]]\npaths = ["**"]\n' >> gate.toml
        c local
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i 's/count = 1/count = 1 /' gate.toml
        c x"#).gated("gate.toml");
    pol_106_key_file_is_gated_though_a_local_row_covers_it: blocked("Adds a key to the file that gate.toml names, under a `[[local]]` row", r#"
        git checkout -q main
        mkdir keys
        printf 'senior1@example.com %s\n' "$(key "$W/keys/senior1.pub")" > keys/allowed
        sed -i 's,^project.*,&\nallowed-signers = "keys/allowed",' gate.toml
        printf '\n[[local]]\npaths = ["**"]\n' >> gate.toml
        c keys
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'senior1@example.com %s\n' "$(key "$W/keys/agent.pub")" >> keys/allowed
        c x"#).gated("keys/allowed");
    pol_107_broken_policy_does_not_land_though_it_is_signed: blocked("Leaves a gate.toml with mistakes behind, signed by a senior", r#"
        echo 'nonsense = [' >> gate.toml
        c broken
        signoff senior1 senior1 "$(fp gate.toml)""#).says("not TOML");
    pol_108_base_that_is_a_lax_branch_lends_no_policy: blocked("Stacks the change on a branch of its own with a weaker policy", r#"
        git checkout -q -b lax
        printf 'version = 1\n' > gate.toml
        c lax
        git checkout -q -b upon
        evil
        c x
        BASE=lax
        judge() { landed; gate check --base lax --format json; }"#).gated("infra/main.tf");
    pol_109_nobody_signs_by_naming_the_team_in_the_change: blocked("Adds a person to the team in gate.toml and signs with that key", r#"
        add_signer stranger "$W/keys/stranger.pub"
        evil
        c x
        signoff stranger stranger "$(fp infra/main.tf)" "$(fp gate.toml)""#).reason("unknown-key");
    pol_110_override_team_of_the_change_does_not_count: blocked("Lets itself through by an override of a team that the change defines", r#"
        sed -i 's/^team = "senior"/team = "devs"/; s/^senior = .*/&\ndevs = ["dev"]/' gate.toml
        c x
        DECISION=override
        MORE=',"text":"let me in"'
        signoff dev dev "$(fp gate.toml)""#).reason("team");
    pol_111_policy_that_is_too_large: blocked("Makes gate.toml larger than gate reads", r"
        { cat gate.toml; printf '#'; head -c 2000000 /dev/zero | tr '\0' x; echo; } > big
        mv big gate.toml
        c huge").gated("gate.toml");
    pol_112_policy_that_is_a_link_can_be_mended: blocked("Makes a link of the target's gate.toml a file again: nobody is locked out", r#"
        P=$(cat gate.toml)
        git checkout -q main
        mv gate.toml docs/policy.toml
        ln -s docs/policy.toml gate.toml
        c link
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        rm gate.toml
        printf '%s\n' "$P" > gate.toml
        c mend"#).gated("gate.toml");
    pol_113_change_switches_enforcement_off: blocked("Sets `enforce = false` in the change", r"
        sed -i 's/^\[gate\]$/&\nenforce = false/' gate.toml
        evil
        c x").gated("gate.toml").says("\"enforced\": true");
    pol_114_change_allows_authors: blocked("Sets `allow-author = true` in the change, by the author who signs it", r#"
        sed -i 's/^\[sign-off\]$/&\nallow-author = true/' gate.toml
        evil
        git add -A
        git commit -q --author='Senior One <senior1@example.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)" "$(fp gate.toml)""#).reason("author");
    pol_115_block_named_like_a_key_that_a_local_lets_off: blocked("Names a block as the key that a `[[local]]` lets off wherever it stands", r#"
        git checkout -q main
        printf '[[local]]\npaths = ["infra/**"]\nkeys = ["**.tags"]\n' >> gate.toml
        printf 'resource "x" "tags" {\n  public = false\n}\n' > infra/b.tf
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/false/true/ infra/b.tf
        c x"#).gated("infra/b.tf");
}
