//! `gate hook`: putting it in place, taking it away, and pre-push on a developer's machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop, has, plain, refused, said};

/// A shop with a server that has no hook.
fn with_server() -> (Shop, TestRepo) {
    let shop = Shop::new(ONE_TEAM);
    let server = TestRepo::bare();
    shop.repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
    shop.repo.git(&["push", "-q", "origin", "main"]);
    (shop, server)
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Pushes, and returns whether it went through and what was said.
fn push(repo: &TestRepo, args: &[&str]) -> (bool, String) {
    let mut all = vec!["push", "origin"];
    all.extend(args);
    let output = repo.try_git(&all);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), plain(&String::from_utf8_lossy(&text)))
}

#[test]
fn pre_push_blocks_a_protected_branch_and_tells_of_any_other() {
    let (shop, _server) = with_server();
    has(&said(&shop.gate(&["hook", "install"]), 0), &["hooks/pre-push: installed"]);
    shop.rename_bucket();
    let (through, text) = push(&shop.repo, &["feature:main"]);
    assert!(!through, "{text}");
    has(&text, &["gate, for main:", "infra/main.tf:2"]);
    let (through, text) = push(&shop.repo, &["feature"]);
    assert!(through, "{text}");
    has(&text, &["gate, for feature:", "the push goes through: this is what the merge will ask for"]);
    let (through, text) = push(&shop.repo, &["--delete", "main"]);
    assert!(!through, "{text}");
    let (through, text) = push(&shop.repo, &["--delete", "feature"]);
    assert!(through, "{text}");
    let (through, text) = push(&shop.repo, &["feature:refs/tags/v1"]);
    assert!(through, "{text}");
    assert_eq!(shop.by("grace", &["sign", "--push"]).code, 0);
    let (through, text) = push(&shop.repo, &["feature:main"]);
    assert!(through, "{text}");
}

#[test]
fn what_pre_commit_hands_on_is_judged_as_what_git_says() {
    let (shop, _server) = with_server();
    let new = shop.rename_bucket();
    let old = shop.repo.rev("main");
    let run = |remote: &str| {
        let variables = [
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/feature"),
            ("PRE_COMMIT_TO_REF", &*new),
            ("PRE_COMMIT_REMOTE_BRANCH", remote),
            ("PRE_COMMIT_FROM_REF", &*old),
        ];
        shop.repo.gate_with(&["hook", "run", "pre-push"], &variables, b"")
    };
    has(&said(&run("refs/heads/main"), 1), &["gate, for main:", "infra/main.tf:2"]);
    has(&said(&run("refs/heads/feature"), 0), &["the push goes through"]);
    assert_eq!(shop.repo.gate(&["hook", "run", "pre-push"]).code, 0, "nothing is pushed");
    // Of a branch without a common history pre-commit hands on the names alone.
    let names =
        [("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/feature"), ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main")];
    let alone =
        |variables: &[(&str, &str)]| shop.repo.gate_with(&["hook", "run", "pre-push"], variables, b"");
    has(&said(&alone(&names), 1), &["gate, for main:", "infra/main.tf:2"]);
    has(&refused(&alone(&names[1..])), &["pre-commit does not say what is pushed", "SKIP=gate git push"]);
}

#[test]
fn pre_push_is_a_courtesy_that_no_verify_skips() {
    let (shop, _server) = with_server();
    assert_eq!(shop.gate(&["hook", "install"]).code, 0);
    shop.rename_bucket();
    let (through, text) = push(&shop.repo, &["--no-verify", "feature:main"]);
    assert!(through, "{text}");
}

#[test]
fn a_hook_that_was_there_still_runs_and_comes_back() {
    let (shop, _server) = with_server();
    let hook = shop.repo.path().join(".git/hooks/pre-push");
    let log = shop.repo.beside("out").join("log");
    let mine = format!("#!/bin/sh\ncat >> '{}'\n[ \"$1\" != refuse ]\n", log.display());
    script(&hook, &mine);
    has(&said(&shop.gate(&["hook", "install"]), 0), &["installed; the hook that was there runs first"]);
    has(&said(&shop.gate(&["hook", "install"]), 0), &["already there"]);
    let (through, text) = push(&shop.repo, &["feature"]);
    assert!(through, "{text}");
    has(&fs::read_to_string(&log).unwrap(), &["refs/heads/feature"]);
    shop.repo.git(&["remote", "rename", "origin", "refuse"]);
    assert!(!shop.repo.try_git(&["push", "refuse", "feature:other"]).status.success(), "its word counts");
    has(&said(&shop.gate(&["hook", "uninstall", "pre-push"]), 0), &["the hook from before is back"]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), mine);
    has(&said(&shop.gate(&["hook", "uninstall"]), 0), &["no hook of gate's"]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), mine);
}

#[test]
fn the_folder_that_git_is_told_to_use_is_used() {
    let (shop, _server) = with_server();
    let folder = shop.repo.beside("hooks").display().to_string();
    shop.repo.git(&["config", "core.hooksPath", &folder]);
    assert_eq!(shop.gate(&["hook", "install"]).code, 0);
    assert!(Path::new(&folder).join("pre-push").exists());
    assert!(!shop.repo.path().join(".git/hooks/pre-push").exists());
    shop.rename_bucket();
    assert!(!push(&shop.repo, &["feature:main"]).0);
    shop.repo.git(&["config", "core.hooksPath", ".githooks"]);
    assert_eq!(shop.gate(&["hook", "install"]).code, 0);
    assert!(shop.repo.path().join(".githooks/pre-push").exists(), "from the top of the work tree");
    assert!(!push(&shop.repo, &["feature:main"]).0);
}

#[test]
fn a_linked_work_tree_has_the_same_hook() {
    let (shop, _server) = with_server();
    let linked = shop.repo.beside("out").join("linked").display().to_string();
    shop.repo.git(&["worktree", "add", "-q", "-b", "other", &linked, "main"]);
    let run = shop.gate(&["hook", "install", "--repo", &linked]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(shop.repo.path().join(".git/hooks/pre-push").exists());
    shop.rename_bucket();
    shop.repo.git(&["-C", &linked, "merge", "-q", "feature"]);
    let output = shop.repo.try_git(&["-C", &linked, "push", "origin", "other:main"]);
    assert!(!output.status.success());
    has(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()), &["infra/main.tf:2"]);
}

#[test]
fn husky_is_left_alone() {
    let (shop, _server) = with_server();
    shop.repo.git(&["config", "core.hooksPath", ".husky/_"]);
    insta::assert_snapshot!(said(&shop.gate(&["hook", "install"]), 2), @r#"
    error: the hooks folder `[tmp]/repo/.husky/_` belongs to husky, which would write over gate's file
      help: add this line to `.husky/pre-push`: gate hook run pre-push "$@"
    "#);
    assert!(!shop.repo.path().join(".husky").exists());
}
