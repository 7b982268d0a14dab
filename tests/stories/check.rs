//! `gate check`, `explain`, `status`, `log`: what an author sees.

use std::fs::{self, File};
use std::process::Stdio;

use crate::support::{GRACE, TestRepo};
use crate::world::{APP, BUCKET, ONE_TEAM, Shop, has, said};

fn blocked() -> Shop {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop
}

#[test]
fn a_local_change_passes_in_one_line() {
    let shop = Shop::new(ONE_TEAM);
    shop.repo.commit_files(&[("app.py", &APP.replace("sum(items)", "round(sum(items), 2)"))], "Round");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 0), @"pass: 1 hunk in 1 file, none architectural");
    insta::assert_snapshot!(said(&shop.gate(&["status"]), 0), @"pass: 1 hunk in 1 file, none architectural");
    insta::assert_snapshot!(said(&shop.gate(&["explain"]), 0), @"no hunk of this change is architectural; name a path to see why not");
}

#[test]
fn an_architectural_change_is_blocked_and_says_how_to_go_on() {
    let shop = blocked();
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 1), @r#"
    blocked: 1 of 1 hunk needs a sign-off before it lands on main

      infra/main.tf:2  terraform/resource
          2 -   bucket = "logs"
          2 +   bucket = "old-logs"
            Terraform acts on what runs: a changed attribute can replace a
            resource together with its data.

      platform     1 more for 1 hunk: grace or linus

      sign with  gate sign main..[id]
    "#);
    insta::assert_snapshot!(said(&shop.gate(&["status"]), 1), @r#"
    blocked: 1 of 1 hunk needs a sign-off before it lands on main

      platform     1 more for 1 hunk: grace or linus

      grace is enough, with
        gate sign main..[id]
      platform: terraform/resource: [id]
    "#);
    insta::assert_snapshot!(said(&shop.gate(&["log"]), 0), @"nobody has signed anything of this change");
}

#[test]
fn explain_takes_a_path_a_line_a_hunk_or_nothing() {
    let shop = blocked();
    let all = said(&shop.gate(&["explain"]), 0);
    insta::assert_snapshot!(all, @r#"
    infra/main.tf:2  terraform/resource
      architectural  hunk [id]
        2 -   bucket = "logs"
        2 +   bucket = "old-logs"

      rule terraform/resource (infra), from a built-in pack
        Terraform acts on what runs: a changed attribute can replace a resource
        together with its data.
        paths = ["**/*.{tf,tofu,tfvars}", "**/*.tf.json", "**/*.tfvars.json", "**…

    platform     1 more for 1 hunk: grace or linus
      gate sign main..[id] --only [id]
    "#);
    for what in ["infra/main.tf", "infra/main.tf:2"] {
        assert_eq!(said(&shop.gate(&["explain", what]), 0), all, "{what}");
    }
    let report = shop.gate(&["check", "--format", "json"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let id = report["hunks"][0]["id"].as_str().unwrap();
    assert_eq!(said(&shop.gate(&["explain", &id[..8]]), 0), all);
    insta::assert_snapshot!(said(&shop.gate(&["explain", "app.py"]), 2), @r"
    error: `app.py` is no path and no hunk of this change
      help: list all: gate check --format json; or name a line of a file: gate explain PATH:LINE
    ");
}

#[test]
fn the_default_base_is_the_remotes_default_branch_and_never_the_upstream() {
    let shop = blocked();
    let server = TestRepo::bare();
    let url = server.path().display().to_string();
    shop.repo.git(&["remote", "add", "origin", &url]);
    shop.repo.git(&["push", "-q", "-u", "origin", "main", "feature"]);
    assert_eq!(shop.repo.git(&["rev-parse", "--abbrev-ref", "@{upstream}"]), "origin/feature");
    assert_eq!(shop.gate(&["check"]).code, 1, "its own upstream is not the base");
    server.git(&["branch", "trunk", "main"]);
    server.git(&["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    let clone = server.cloned(&["-b", "feature"]);
    has(&said(&clone.gate(&["check"]), 1), &["before it lands on trunk"]);
    clone.git(&["remote", "set-head", "origin", "-d"]);
    clone.git(&["branch", "master", "origin/trunk"]);
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    has(&said(&clone.gate(&["check"]), 1), &["before it lands on master"]);
    clone.git(&["branch", "main", "origin/trunk"]);
    has(&said(&clone.gate(&["check"]), 1), &["before it lands on main"]);
}

#[test]
fn commits_on_the_default_branch_itself_are_judged_against_what_the_remote_has() {
    let shop = Shop::new(ONE_TEAM);
    let server = TestRepo::bare();
    shop.repo.git(&["remote", "add", "origin", &server.path().display().to_string()]);
    shop.repo.git(&["push", "-q", "origin", "main"]);
    shop.repo.git(&["switch", "-q", "main"]);
    shop.rename_bucket();
    for args in [&["check"][..], &["check", "main.."], &["check", "HEAD"], &["check", "--base", "main"]] {
        has(&said(&shop.gate(args), 1), &["before it lands on main", "infra/main.tf:2"]);
    }
    assert_eq!(shop.by("grace", &["sign", "main.."]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn ranges_are_gits() {
    let shop = blocked();
    let tip = shop.repo.rev("HEAD");
    let all = said(&shop.gate(&["check"]), 1);
    for range in [
        "main..",
        "main..HEAD",
        "main...feature",
        "main..refs/heads/feature",
        "feature",
        "HEAD",
        tip.as_str(),
    ] {
        assert_eq!(said(&shop.gate(&["check", range]), 1), all, "{range}");
    }
    assert_eq!(said(&shop.gate(&["check", "--base", "main", "--head", "feature"]), 1), all);
    assert_eq!(said(&shop.gate(&["check", "--target", "main"]), 1), all);
    shop.repo.git(&["switch", "-q", "main"]);
    assert_eq!(said(&shop.gate(&["check", "feature"]), 1), all, "whatever is checked out");
    insta::assert_snapshot!(said(&shop.gate(&["check"]), 0), @"pass: no changes");
    insta::assert_snapshot!(said(&shop.gate(&["check", "feature..main"]), 0), @"pass: no changes");
}

#[test]
fn what_is_staged_and_what_lies_in_the_work_tree_are_judged() {
    let shop = Shop::new(ONE_TEAM);
    shop.repo.write("infra/main.tf", BUCKET.replace("= \"logs\"", "= \"old-logs\""));
    assert_eq!(shop.gate(&["check"]).code, 0);
    assert_eq!(shop.gate(&["check", "--staged"]).code, 0);
    has(&said(&shop.gate(&["check", "--worktree"]), 1), &["infra/main.tf:2  terraform/"]);
    shop.repo.git(&["add", "-A"]);
    has(&said(&shop.gate(&["check", "--staged"]), 1), &["infra/main.tf:2  terraform/"]);
    shop.repo.write("infra/main.tf", BUCKET);
    assert_eq!(shop.gate(&["check", "--worktree"]).code, 0, "what lies there is what counts");
    assert_eq!(shop.gate(&["check", "--staged"]).code, 1);
}

#[test]
fn a_bare_repository_a_sub_folder_and_another_folder_give_the_same_answer() {
    let shop = blocked();
    let all = said(&shop.gate(&["check"]), 1);
    let bare = TestRepo::bare();
    let folder = bare.path().display().to_string();
    shop.repo.git(&["push", "-q", &folder, "main", "feature"]);
    assert_eq!(said(&bare.gate(&["check", "main..feature"]), 1), all);
    assert_eq!(said(&shop.gate(&["check", "main..feature", "--repo", &folder]), 1), all);
    let binary = env!("CARGO_BIN_EXE_gate");
    let mut command = shop.repo.command(binary);
    let output = command.arg("check").current_dir(shop.repo.path().join("infra")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(crate::world::plain(&String::from_utf8(output.stdout).unwrap()), all);
}

#[test]
fn several_formats_go_where_each_is_told_to() {
    let shop = blocked();
    let all = said(&shop.gate(&["check"]), 1);
    let folder = shop.repo.beside("out");
    let file = folder.join("report.json").display().to_string();
    let args = ["check", "--format", "json", "--output", &file, "--format", "human"];
    assert_eq!(said(&shop.gate(&args), 1), all);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!((&report["schema"], &report["verdict"]), (&"gate.report/1".into(), &"blocked".into()));
    let lost = shop.gate(&["check", "--format", "json", "--output", "/nowhere/at/all"]);
    insta::assert_snapshot!(said(&lost, 2), @r#"
    error: can't write `/nowhere/at/all`: No such file or directory (os error 2)
      help: check the path after --output
    "#);
}

#[test]
fn advice_alone_ends_with_0_and_says_so() {
    let shop = blocked();
    let run = shop.gate(&["check", "--advisory"]);
    insta::assert_snapshot!(said(&run, 0), @r#"
    advisory, would be blocked: 1 of 1 hunk needs a sign-off before it lands on main
    ALERT: nothing is enforced (asked for with --advisory): this run passes although
           the change is blocked

      infra/main.tf:2  terraform/resource
          2 -   bucket = "logs"
          2 +   bucket = "old-logs"
            Terraform acts on what runs: a changed attribute can replace a
            resource together with its data.

      platform     1 more for 1 hunk: grace or linus

      sign with  gate sign main..[id]
    "#);
    let run = shop.gate(&["check", "--advisory", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &report["verdict"]), (0, &"blocked".into()));
    assert_eq!(report["enforced"], serde_json::Value::Bool(false));
    let nowhere = shop.gate(&["check", "--advisory", "nowhere.."]);
    assert_eq!(nowhere.code, 2, "an error stays one");
}

#[test]
fn a_policy_that_does_not_enforce_says_so_too() {
    let shop = Shop::new(&format!("{ONE_TEAM}\n[gate]\nenforce = false\n"));
    shop.rename_bucket();
    has(&said(&shop.gate(&["check"]), 0), &["would be blocked", "`[gate] enforce = false`"]);
    assert_eq!(shop.gate(&["status"]).code, 0);
}

#[test]
fn a_change_cannot_stop_its_own_enforcement() {
    let shop = Shop::new(ONE_TEAM);
    shop.repo.commit_files(
        &[("gate.toml", &shop.policy(&format!("{ONE_TEAM}\n[gate]\nenforce = false\n")))],
        "Only advise",
    );
    has(&said(&shop.gate(&["check"]), 1), &["gate.toml"]);
}

#[test]
fn a_policy_can_be_tried_out_and_the_report_names_it() {
    let shop = blocked();
    let file = shop.repo.beside("out").join("lax.toml");
    fs::write(&file, "version = 1\n").unwrap();
    let run = shop.gate(&["check", "--policy", &file.display().to_string()]);
    has(&said(&run, 0), &["lax.toml", "which is not what the target has"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_changes_nothing_and_a_full_device_is_an_error() {
    let shop = blocked();
    let binary = env!("CARGO_BIN_EXE_gate");
    for (args, status) in [(vec!["check"], 1), (vec!["check", "main..main"], 0), (vec!["check", "no.."], 2)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = shop.repo.command(binary);
        let code = command.args(&args).stdout(writer).stderr(Stdio::null()).status().unwrap().code();
        assert_eq!(code, Some(status), "{args:?}");
    }
    for args in [vec!["check"], vec!["check", "main..main"], vec!["check", "--format", "json"], vec!["log"]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = shop.repo.command(binary).args(&args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        has(&text, &["can't write the answer", "No space left"]);
    }
    assert_eq!(shop.gate(&["check", "--format", "json", "--output", "/dev/full"]).code, 2);
}

#[test]
fn nothing_of_the_environment_or_the_users_settings_bends_the_answer() {
    let shop = blocked();
    let all = said(&shop.gate(&["check"]), 1);
    let other = TestRepo::new();
    other.commit_as(GRACE, "Elsewhere");
    let elsewhere = other.path().join(".git").display().to_string();
    shop.repo.write(".gitattributes", "*.tf -diff\n");
    for (key, value) in
        [("diff.external", "false"), ("core.attributesFile", "/dev/null"), ("diff.renames", "no")]
    {
        shop.repo.git(&["config", key, value]);
    }
    let environment =
        [("GIT_DIR", elsewhere.as_str()), ("GIT_EXTERNAL_DIFF", "false"), ("LC_ALL", "tr_TR.UTF-8")];
    assert_eq!(said(&shop.repo.gate_with(&["check"], &environment, b""), 1), all);
}

/// Rules that a newcomer wrote, without packs.
const MISSING: &str = "version = 1\n\n\
    [[rule]]\nid = \"rounding\"\ncategory = \"money\"\npaths = [\"*.py\"]\nadded = [\"round\\\\(\"]\nwhy = \"Cents.\"\n\n\
    [[rule]]\nid = \"queue\"\ncategory = \"infra\"\npaths = [\"infra/**\"]\nwhy = \"Mail.\"\n\n\
    [[local]]\npaths = [\"infra/queue.tf\"]\n";

#[test]
fn explain_tells_which_condition_a_rule_missed_by() {
    let shop = Shop::empty();
    shop.repo.write("app.py", APP);
    shop.repo.commit_files(
        &[("gate.toml", MISSING), ("lib/app.py", "x = 1\n"), ("infra/queue.tf", "a\n")],
        "Begin",
    );
    shop.repo.git(&["switch", "-q", "-c", "feature"]);
    let sum = APP.replace("sum(items)", "sum(items, 0)");
    let files = [("app.py", sum.as_str()), ("infra/queue.tf", "b\n"), ("lib/app.py", "x = round(1)\n")];
    shop.repo.commit_files(&files, "Sum");
    let told = |what: &str| said(&shop.gate(&["explain", what]), 0);
    insta::assert_snapshot!(told("app.py:2"), @r"
    app.py
      local  hunk [id]
      because no rule matches it

      rules that come near
        rounding (gate.toml line 3)
          added: no added line matches `round\(`
        queue (gate.toml line 10)
          paths: `app.py` does not match `infra/**`
    ");
    insta::assert_snapshot!(told("lib/app.py"), @r"
    lib/app.py
      local  hunk [id]
      because no rule matches it

      rules that come near
        rounding (gate.toml line 3)
          paths: `lib/app.py` does not match `*.py`; `*.py` looks at the top only,
          `**/*.py` would match
        queue (gate.toml line 10)
          paths: `lib/app.py` does not match `infra/**`
    ");
    insta::assert_snapshot!(told("infra/queue.tf"), @r"
    infra/queue.tf
      local  hunk [id]
      because of the `[[local]]` in gate.toml line 16

      rules that come near
        queue (gate.toml line 10)
          it matches, and what makes the hunk local goes before it
    ");
}

#[test]
fn explain_judges_a_line_that_does_not_change_as_if_it_did() {
    let shop = blocked();
    insta::assert_snapshot!(said(&shop.gate(&["explain", "infra/queue.tf:2"]), 0), @r#"
    infra/queue.tf:2  terraform/resource
      architectural  if line 2 changed
        2 +   name = "mail"

      rule terraform/resource (infra), from a built-in pack
        Terraform acts on what runs: a changed attribute can replace a resource
        together with its data.
        paths = ["**/*.{tf,tofu,tfvars}", "**/*.tf.json", "**/*.tfvars.json", "**…
    "#);
    insta::assert_snapshot!(said(&shop.gate(&["explain", "infra/queue.tf:9"]), 2), @r"
    error: `infra/queue.tf` has no line 9, or it is no text
      help: lines count from 1, in the file as the change leaves it
    ");
    insta::assert_snapshot!(said(&shop.gate(&["explain", "infra/queue.tf"]), 2), @r"
    error: `infra/queue.tf` is no path and no hunk of this change
      help: list all: gate check --format json; or name a line of a file: gate explain PATH:LINE
    ");
    insta::assert_snapshot!(said(&shop.gate(&["explain", "nothing.tf:1"]), 2), @r"
    error: `nothing.tf` is no path and no hunk of this change
      help: list all: gate check --format json
    ");
}

#[test]
fn paths_are_read_from_the_current_folder_and_from_the_top() {
    let shop = blocked();
    let run = |args: &[&str]| {
        let mut command = shop.repo.command(env!("CARGO_BIN_EXE_gate"));
        let output = command.current_dir(shop.repo.path().join("infra")).args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    for path in ["main.tf:2", "../infra/main.tf", "infra/main.tf"] {
        let (code, told) = run(&["explain", path]);
        assert!(code == Some(0) && told.contains("infra/main.tf:2  terraform/resource"), "{path}: {told}");
    }
    assert_eq!(run(&["explain", "../main.tf"]).0, Some(2));
    let key = shop.key("grace");
    assert_eq!(run(&["sign", "--key", &key, "--only", "queue.tf"]).0, Some(2));
    assert_eq!(run(&["sign", "--key", &key, "--only", "main.tf"]).0, Some(0));
}

#[test]
fn explain_says_what_is_missing_where_nobody_may_sign() {
    let shop =
        Shop::new("[teams]\nplatform = [\"ada\"]\n\n[sign-off]\nrequired = [{ team = \"platform\" }]\n");
    shop.rename_bucket();
    insta::assert_snapshot!(said(&shop.gate(&["explain"]), 0), @r#"
    infra/main.tf:2  terraform/resource
      architectural  hunk [id]
        2 -   bucket = "logs"
        2 +   bucket = "old-logs"

      rule terraform/resource (infra), from a built-in pack
        Terraform acts on what runs: a changed attribute can replace a resource
        together with its data.
        paths = ["**/*.{tf,tofu,tfvars}", "**/*.tf.json", "**/*.tfvars.json", "**…

    platform     1 more for 1 hunk:
                 nobody may sign: every member is an author, or the team
                 has no keys
      all of platform who have a key are authors of it: add somebody else to the
      team
    "#);
}

#[test]
fn explain_tells_what_changed_since_somebody_signed() {
    let shop = blocked();
    assert_eq!(shop.by("grace", &["sign", "-m", "fine"]).code, 0);
    shop.repo.commit_files(&[("infra/main.tf", &BUCKET.replace("= \"logs\"", "= \"new-logs\""))], "Again");
    let told = said(&shop.gate(&["explain"]), 0);
    has(
        &told,
        &[
            "grace signed another version of it on",
            "gone  +   bucket = \"old-logs\"",
            "new   +   bucket = \"new-logs\"",
        ],
    );
}
