//! `gate sign`, `object`, `withdraw`, `override`: what seniors do, and what holds afterwards.

use crate::support::GRACE;
use crate::world::{BUCKET, ONE_TEAM, QUEUE, Shop, has, said};

#[test]
fn a_signed_change_passes_and_the_sign_off_is_in_gits_log() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.by("grace", &["sign", "-m", "data moved first"]), 0), @"grace signed 1 hunk for main");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 0), @"pass: 1 architectural hunk of 1 hunk in 1 file, signed by grace");
    insta::assert_snapshot!(said(&shop.gate(&["status"]), 0), @r#"
    pass: 1 architectural hunk of 1 hunk in 1 file, signed by grace

      platform     signed grace
    "#);
    insta::assert_snapshot!(said(&shop.gate(&["log"]), 0), @r#"
    sign-off by grace [time] [id]
        counts, 1 hunk
        data moved first
    "#);
    has(&shop.repo.git(&["log", "-1", "--notes=gate"]), &["\"by\":\"grace\"", "data moved first"]);
}

#[test]
fn a_sign_off_of_somebody_nobody_asked_says_so() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.by("mary", &["sign"]), 0), @r#"
    mary signed 1 hunk for main
    still missing: 1 of platform: grace or linus
    warning: nobody asks for it: mary is in none of the teams that must sign these hunks
    "#);
    assert_eq!(shop.gate(&["check"]).code, 1);
}

#[test]
fn the_author_may_not_sign_unless_the_policy_says_so() {
    let teams = "[teams]\nplatform = [\"ada\", \"grace\"]\n\n[sign-off]\n\
                 required = [{ team = \"platform\", count = 1 }]\n";
    let shop = Shop::new(teams);
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.by("ada", &["sign"]), 0), @r#"
    ada signed 1 hunk for main
    still missing: 1 of platform: grace
    warning: ada's sign-off does not count for 1 hunk that ada is an author of
    "#);
    has(&said(&shop.gate(&["check"]), 1), &["not counted: ada's sign-off"]);
    let shop = Shop::new(&format!("{teams}allow-author = true\n"));
    shop.rename_bucket();
    assert_eq!(shop.by("ada", &["sign"]).code, 0);
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 0), @r#"
    pass: 1 architectural hunk of 1 hunk in 1 file, signed by ada
    warning: ada signed hunks of their own, as `allow-author` lets them
    "#);
}

#[test]
fn two_teams_are_both_needed() {
    let shop = Shop::new(
        "[teams]\nplatform = [\"grace\"]\nsecurity = [\"linus\"]\n\n[sign-off]\nrequired = [\n  \
         { team = \"platform\", count = 1 },\n  { team = \"security\", count = 1 },\n]\n",
    );
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.gate(&["status"]), 1), @r#"
    blocked: 1 of 1 hunk needs a sign-off before it lands on main

      platform     1 more for 1 hunk: grace
      security     1 more for 1 hunk: linus

      grace and linus are enough, each with
        gate sign main..[id]
      platform: terraform/resource: [id]
      security: terraform/resource: [id]
    "#);
    insta::assert_snapshot!(said(&shop.by("grace", &["sign"]), 0), @r#"
    grace signed 1 hunk for main
    still missing: 1 of security: linus
    "#);
    assert_eq!(shop.gate(&["check"]).code, 1);
    assert_eq!(said(&shop.by("linus", &["sign"]), 0), "linus signed 1 hunk for main");
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn any_of_two_teams_is_enough() {
    let shop = Shop::new(
        "[teams]\nplatform = [\"grace\"]\nsecurity = [\"linus\"]\n\n[sign-off]\n\
         required = [{ any-of = [\"platform\", \"security\"], count = 1 }]\n",
    );
    shop.rename_bucket();
    has(&said(&shop.gate(&["check"]), 1), &["grace or linus"]);
    assert_eq!(shop.by("linus", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn a_count_of_two_wants_two_people_and_not_two_signatures() {
    let shop = Shop::new(&ONE_TEAM.replace("count = 1", "count = 2"));
    shop.rename_bucket();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    has(&said(&shop.by("grace", &["sign"]), 0), &["still missing: 1 of platform: linus"]);
    assert_eq!(shop.gate(&["check"]).code, 1);
    assert_eq!(shop.by("linus", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn owners_of_a_service_are_asked_and_the_team_elsewhere() {
    let shop = Shop::new(
        "[teams]\nplatform = [\"grace\"]\npayments = [\"linus\"]\n\n[sign-off]\n\
         required = [{ owners = true, else = \"platform\", count = 1 }]\n\n\
         [[service]]\nname = \"mail\"\npaths = [\"infra/queue.tf\"]\nowners = [\"payments\"]\n",
    );
    shop.rename_bucket();
    shop.rename_queue();
    insta::assert_snapshot!(said(&shop.gate(&["status"]), 1), @r#"
    blocked: 2 of 2 hunks need a sign-off before it lands on main

      payments     1 more for 1 hunk: linus
      platform     1 more for 1 hunk: grace

      grace and linus are enough, each with
        gate sign main..[id]
      payments: terraform/resource: [id]
      platform: terraform/resource: [id]
    "#);
    has(&said(&shop.by("grace", &["sign"]), 0), &["linus"]);
    assert_eq!(shop.by("linus", &["sign", "--only", "infra/queue.tf"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn only_takes_a_path_a_folder_a_rule_or_a_hunk() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop.rename_queue();
    let report = shop.gate(&["check", "--format", "json"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let id = report["hunks"][0]["id"].as_str().unwrap().to_owned();
    let rule = report["hunks"][0]["findings"][0]["rule"].as_str().unwrap().to_owned();
    has(
        &said(&shop.by("grace", &["sign", "--only", "infra/queue.tf"]), 0),
        &["grace signed 1 hunk", "still missing"],
    );
    assert_eq!(shop.gate(&["check"]).code, 1);
    has(&said(&shop.by("linus", &["sign", "--only", &id[..8]]), 0), &["linus signed 1 hunk"]);
    assert_eq!(shop.gate(&["check"]).code, 0);
    has(&said(&shop.by("grace", &["sign", "--only", "infra/"]), 0), &["grace signed 2 hunks"]);
    has(&said(&shop.by("grace", &["sign", "--only", &rule]), 0), &["grace signed 2 hunks"]);
    let notes = shop.notes();
    insta::assert_snapshot!(said(&shop.by("grace", &["sign", "--only", "docs"]), 2), @r#"
    error: `--only docs` names no rule, path or hunk of this change that could be meant
      help: see what there is: gate status
    "#);
    assert_eq!(shop.notes(), notes);
}

#[test]
fn a_rebase_keeps_the_sign_off_and_an_edit_loses_it() {
    let shop = Shop::new(ONE_TEAM);
    let repo = &shop.repo;
    shop.rename_bucket();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    repo.git(&["switch", "-q", "main"]);
    repo.write("infra/main.tf", format!("# What runs.\n\n{BUCKET}"));
    repo.commit_as(GRACE, "Say what it is");
    repo.git(&["switch", "-q", "feature"]);
    repo.git(&["rebase", "-q", "main"]);
    assert_eq!(shop.gate(&["check"]).code, 0, "the lines moved, the hunk did not change");
    repo.git(&["commit", "-q", "--amend", "-m", "Rename the bucket, as agreed"]);
    assert_eq!(shop.gate(&["check"]).code, 0);
    let text = format!("# What runs.\n\n{}", BUCKET.replace("= \"logs\"", "= \"older-logs\""));
    repo.commit_files(&[("infra/main.tf", &text)], "Another name");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 1), @r#"
    blocked: 1 of 1 hunk needs a sign-off before it lands on main

      infra/main.tf:4  terraform/resource
          4 -   bucket = "logs"
          4 +   bucket = "older-logs"
            Terraform acts on what runs: a changed attribute can replace a
            resource together with its data.

      platform     1 more for 1 hunk: grace or linus

      sign with  gate sign main..[id]
    "#);
}

#[test]
fn squashed_and_merged_elsewhere_it_still_holds() {
    let shop = Shop::new(ONE_TEAM);
    let repo = &shop.repo;
    shop.rename_bucket();
    repo.commit_files(&[("app.py", "pass\n")], "Local");
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    repo.git(&["switch", "-q", "-c", "squashed", "main"]);
    repo.git(&["merge", "-q", "--squash", "feature"]);
    repo.commit("Rename the bucket (#7)");
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn what_was_merged_is_spent_and_a_revert_of_a_revert_asks_again() {
    let shop = Shop::new(ONE_TEAM);
    let repo = &shop.repo;
    shop.rename_bucket();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge", "feature"]);
    repo.write("infra/main.tf", BUCKET);
    repo.commit_as(GRACE, "Revert");
    repo.git(&["switch", "-qC", "again"]);
    shop.rename_bucket();
    has(&said(&shop.gate(&["check"]), 1), &["not counted: grace"]);
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn an_objection_blocks_until_it_is_withdrawn() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    insta::assert_snapshot!(said(&shop.by("mary", &["object"]), 2), @r#"
    error: an objection needs a reason
      help: give it: -m "why"
    "#);
    insta::assert_snapshot!(said(&shop.by("mary", &["object", "-m", "the importer reads it"]), 0), @r#"
    mary objects to 1 hunk
    the change is blocked until you take it back: gate withdraw
    "#);
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 1), @r#"
    blocked: an objection stands

      infra/main.tf:2  terraform/resource
          2 -   bucket = "logs"
          2 +   bucket = "old-logs"
            Terraform acts on what runs: a changed attribute can replace a
            resource together with its data.

      platform     signed grace
      mary objects: the importer reads it
    "#);
    has(&said(&shop.gate(&["status"]), 1), &["mary"]);
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 1, "no sign-off outweighs it");
    insta::assert_snapshot!(said(&shop.by("mary", &["withdraw"]), 0), @"mary withdrew the objection of [time]");
    assert_eq!(shop.gate(&["check"]).code, 0);
    insta::assert_snapshot!(said(&shop.by("mary", &["withdraw"]), 2), @r#"
    error: mary has no statement about this change to take back
      help: see what there is: gate log
    "#);
}

#[test]
fn a_withdrawn_sign_off_blocks_again_and_only_its_signer_can_take_it_back() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    assert_eq!(shop.by("linus", &["withdraw"]).code, 2);
    assert_eq!(shop.gate(&["check"]).code, 0);
    assert_eq!(shop.by("grace", &["withdraw", "-m", "on second thought"]).code, 0);
    has(&said(&shop.gate(&["check"]), 1), &["not counted: grace took the sign-off back"]);
    assert_eq!(shop.by("linus", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn an_override_passes_and_is_shouted() {
    let shop = Shop::new(&ONE_TEAM.replace(
        "\n\n[sign-off]",
        "\nincident = [\"mary\"]\n\n[override]\nteam = \"incident\"\nmax-age = \"1 day\"\n\n[sign-off]",
    ));
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.by("mary", &["override"]), 2), @r#"
    error: an override needs a reason
      help: give it: -m "why"
    "#);
    insta::assert_snapshot!(said(&shop.by("grace", &["override", "-m", "now"]), 2), @r#"
    error: `grace` is not in `incident`, which alone may override
      help: ask somebody of that team
    "#);
    assert_eq!(shop.notes(), "");
    has(
        &said(&shop.by("mary", &["override", "-m", "the site is down"]), 0),
        &["mary overrides 1 hunk until "],
    );
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 0), @r#"
    pass: 1 hunk in 1 file, by an override
    OVERRIDE: mary at [time]: the site is down
    "#);
    for format in ["json", "github", "gitlab", "sarif", "junit", "markdown", "rdjson"] {
        let run = shop.gate(&["check", "--format", format]);
        has(&said(&run, 0), &["mary", "the site is down"]);
    }
    assert_eq!(shop.by("mary", &["withdraw"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 1);
}

#[test]
fn without_an_override_section_nobody_overrides() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.by("grace", &["override", "-m", "now"]), 2), @r#"
    error: the policy has no `[override]`, so nobody can
      help: add it to gate.toml on the target: a team and a max-age
    "#);
    assert_eq!(shop.notes(), "");
}

#[test]
fn gits_own_signing_key_is_used() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop.repo.git(&["config", "gpg.format", "ssh"]);
    shop.repo.git(&["config", "user.signingkey", &format!("{}.pub", shop.key("grace"))]);
    assert_eq!(said(&shop.gate(&["sign"]), 0), "grace signed 1 hunk for main");
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn a_change_with_nothing_architectural_needs_no_signature() {
    let shop = Shop::new(ONE_TEAM);
    shop.repo.commit_files(&[("app.py", "pass\n")], "Local");
    insta::assert_snapshot!(said(&shop.by("grace", &["sign"]), 0), @"nothing to sign: no hunk of this change is architectural");
    assert_eq!(shop.notes(), "");
}

#[test]
fn a_sign_off_for_one_branch_is_none_for_another() {
    let shop = Shop::new(&format!("{ONE_TEAM}\n[gate]\nprotected = [\"main\", \"release/*\"]\n"));
    shop.repo.git(&["branch", "release/1", "main"]);
    shop.rename_bucket();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    has(
        &said(&shop.gate(&["check", "release/1.."]), 1),
        &["not counted: grace's sign-off is for `refs/heads/main`"],
    );
    assert_eq!(shop.by("grace", &["sign", "release/1.."]).code, 0);
    assert_eq!(shop.gate(&["check", "release/1.."]).code, 0);
}

#[test]
fn the_same_lines_in_another_file_are_another_hunk() {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_queue();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    shop.repo.commit_files(&[("infra/other.tf", &QUEUE.replace("= \"mail\"", "= \"post\""))], "A second");
    has(&said(&shop.gate(&["check"]), 1), &["infra/other.tf", "1 of 2 hunks needs a sign-off"]);
}
