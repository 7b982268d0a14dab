//! The first gate.toml, and a broken one: nobody is locked out, and no change judges itself.

use crate::support::{GRACE, TestRepo};
use crate::world::{APP, BUCKET, ONE_TEAM, Shop, has, refused, said};

#[test]
fn the_first_policy_lands_alone() {
    let shop = Shop::empty();
    let repo = &shop.repo;
    repo.commit_files(&[("app.py", APP), ("infra/main.tf", BUCKET)], "Begin");
    repo.git(&["switch", "-q", "-c", "feature"]);
    repo.commit_files(&[("gate.toml", &shop.policy(ONE_TEAM))], "Put gate in front");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 0), @r#"
    pass: 1 architectural hunk of 1 hunk in 1 file, no sign-off asked
    note: the first gate.toml: it rules from the next change on
    "#);
    repo.commit_files(&[(".github/workflows/gate.yml", "on: pull_request\n")], "Call it in CI");
    assert_eq!(said(&shop.gate(&["check"]), 0).lines().count(), 2, "CI files that call it may come along");
    repo.commit_files(&[("app.py", "pass\n")], "And more");
    insta::assert_snapshot!(refused(&shop.gate(&["check"])), @r#"
    error: neither the target nor the default branch has a gate.toml, so nothing can judge `app.py`
      help: land gate.toml alone first: gate init writes one
    "#);
}

#[test]
fn without_any_policy_nothing_else_can_be_judged() {
    let repo = TestRepo::new();
    repo.commit_files(&[("app.py", APP)], "Begin");
    repo.git(&["switch", "-q", "-c", "feature"]);
    repo.commit_files(&[("app.py", "pass\n")], "Change");
    insta::assert_snapshot!(refused(&repo.gate(&["check"])), @r#"
    error: neither the target nor the default branch has a gate.toml, so nothing can judge `app.py`
      help: land gate.toml alone first: gate init writes one
    "#);
}

#[test]
fn a_first_policy_with_mistakes_is_blocked() {
    let shop = Shop::empty();
    shop.repo.commit_files(&[("app.py", APP)], "Begin");
    shop.repo.git(&["switch", "-q", "-c", "feature"]);
    shop.repo.commit_files(&[("gate.toml", "version = 1\nteam = 3\n")], "Put gate in front");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 1), @r#"
    blocked: the gate.toml that it leaves behind has mistakes
    warning: gate.toml at [id]:2: unknown key `team` in gate.toml

      gate.toml:1  gate/policy
          1 + version = 1
          2 + team = 3
            This decides who must sign what, for every change after this one.
    "#);
}

#[test]
fn a_change_that_leaves_a_broken_policy_is_blocked_even_when_it_is_signed() {
    let shop = Shop::new(ONE_TEAM);
    let broken =
        shop.policy("[teams]\nplatform = [\"ghost\"]\n\n[sign-off]\nrequired = [{ team = \"nobody\" }]\n");
    shop.repo.commit_files(&[("gate.toml", &broken)], "Break it");
    shop.by("grace", &["sign"]);
    shop.by("linus", &["sign"]);
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 1), @r#"
    blocked: the gate.toml that it leaves behind has mistakes
    warning: gate.toml at [id]:22: unknown person `ghost` in the team
             `platform`
             the people are `ada`, `grace`, `linus` and `mary`
    warning: gate.toml at [id]:25: unknown team `nobody`
             there is only `platform`

      gate.toml:22  gate/policy
         22 - platform = ["grace", "linus"]
         22 + platform = ["ghost"]
         25 - required = [{ team = "platform", count = 1 }]
         25 + required = [{ team = "nobody" }]
            This decides who must sign what, for every change after this one.

      platform     signed grace, linus
    "#);
    shop.repo.commit_files(
        &[("gate.toml", &shop.policy(&format!("{ONE_TEAM}\n[gate]\nunmatched = \"local\"\n")))],
        "Mend it",
    );
    assert_eq!(shop.gate(&["check"]).code, 1, "another text: to be signed again");
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn behind_an_unreadable_tip_only_its_mending_is_judged() {
    let shop = Shop::new(ONE_TEAM);
    let repo = &shop.repo;
    repo.git(&["switch", "-q", "main"]);
    repo.write("gate.toml", "version = 1\nteam = 3\n");
    repo.commit_as(GRACE, "Break it");
    repo.git(&["switch", "-qC", "feature"]);
    repo.commit_files(&[("gate.toml", &shop.policy(ONE_TEAM))], "Mend it");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 1), @r#"
    blocked: 1 of 1 hunk needs a sign-off before it lands on main
    warning: the target's gate.toml has mistakes; the newest one that can be read
             judges its mending

      gate.toml:2  gate/policy
          2 - team = 3
          2 + project = "acme/shop"
          3 + extends = ["gate:recommended"]
          4 + 
          5 + [people.ada]
          6 + emails = ["ada@example.com"]
          7 + keys = ["ssh-ed25519 [key]
          8 + 
            … 17 more changed lines
            This decides who must sign what, for every change after this one.

      platform     1 more for 1 hunk: grace or linus

      sign with  gate sign main..[id]
    "#);
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
    repo.commit_files(&[("app.py", "pass\n")], "And more");
    insta::assert_snapshot!(refused(&shop.gate(&["check"])), @r#"
    error: unknown key `team` in gate.toml
     --> gate.toml at [id]:2:1
      |
    2 | team = 3
      | ^^^^ did you mean `teams`?
    "#);
}

#[test]
fn a_change_of_the_policy_is_judged_by_the_policy_before_it() {
    let shop = Shop::new(ONE_TEAM);
    let own = "[teams]\nplatform = [\"ada\"]\n\n[sign-off]\nallow-author = true\nrequired = [{ team = \"platform\" }]\n";
    shop.repo.commit_files(&[("gate.toml", &shop.policy(own))], "Make me the platform");
    shop.rename_bucket();
    shop.by("ada", &["sign"]);
    has(&said(&shop.gate(&["check"]), 1), &["2 of 2 hunks need a sign-off", "grace or linus"]);
}
