//! `gate sync` and `--push`: many signers at once, clones of every kind, and a hostile one.

use std::collections::BTreeSet;
use std::thread;

use crate::support::{GRACE, TestRepo};
use crate::world::{ONE_TEAM, Shop, has, said};

/// A shop whose change is on a server.
fn on_server() -> (Shop, TestRepo) {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    let server = TestRepo::bare();
    shop.repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
    shop.repo.git(&["push", "-q", "origin", "main", "feature"]);
    (shop, server)
}

#[test]
fn ten_people_sign_at_once_and_nothing_is_lost() {
    const PEOPLE: usize = 10;
    const ROUNDS: usize = 2;
    let shop = Shop::empty();
    let names: Vec<String> = (0..PEOPLE).map(|number| format!("p{number}")).collect();
    let mut policy = shop.policy("");
    for name in &names {
        shop.make_key(name);
        let key = shop.public(name);
        policy
            .push_str(&format!("[people.{name}]\nemails = [\"{name}@example.com\"]\nkeys = [\"{key}\"]\n\n"));
    }
    let members: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    policy.push_str(&format!(
        "[teams]\nall = [{}]\n\n[sign-off]\nrequired = [{{ team = \"all\", count = {PEOPLE} }}]\n",
        members.join(", ")
    ));
    let repo = &shop.repo;
    repo.write("gate.toml", policy);
    repo.write("infra/main.tf", "a = 1\n");
    repo.commit_as(GRACE, "Begin");
    let server = TestRepo::bare();
    repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
    for round in 0..ROUNDS {
        repo.git(&["switch", "-q", "-c", &format!("feature-{round}"), "main"]);
        repo.commit_files(&[("infra/main.tf", &format!("a = {}\n", round + 2))], "Change");
    }
    repo.git(&["push", "-q", "origin", "--all"]);
    let clones: Vec<TestRepo> = names.iter().map(|_| server.cloned(&["--bare"])).collect();
    for clone in &clones {
        clone.git(&["remote", "add", "server", &format!("file://{}", server.path().display())]);
    }
    for round in 0..ROUNDS {
        let range = format!("main..feature-{round}");
        thread::scope(|scope| {
            for (name, clone) in names.iter().zip(&clones) {
                let (folder, key, range) = (clone.path().to_owned(), shop.key(name), &range);
                let mut command = clone.command(env!("CARGO_BIN_EXE_gate"));
                command.current_dir(folder);
                command.args(["sign", range, "--push", "--remote", "server", "--key", &key]);
                scope.spawn(move || {
                    let output = command.output().unwrap();
                    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                });
            }
        });
    }
    for round in 0..ROUNDS {
        let range = format!("main..feature-{round}");
        let run = server.gate(&["check", &range, "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let counted = report["sign_offs"].as_array().unwrap().iter().filter(|entry| entry["counted"] == true);
        let by: BTreeSet<&str> = counted.map(|entry| entry["by"].as_str().unwrap()).collect();
        assert_eq!(by.len(), PEOPLE, "{by:?}");
    }
}

#[test]
fn sync_says_what_has_moved() {
    let (shop, server) = on_server();
    let mut answers = vec![said(&shop.gate(&["sync"]), 0)];
    answers.push(said(&shop.by("grace", &["sign"]), 0));
    answers.push(said(&shop.gate(&["sync"]), 0));
    answers.push(said(&shop.gate(&["sync"]), 0));
    let other = server.cloned(&["-b", "feature"]);
    answers.push(said(&other.gate(&["check", "origin/main.."]), 1));
    answers.push(said(&other.gate(&["sync"]), 0));
    answers.push(said(&other.gate(&["check", "origin/main.."]), 0));
    insta::assert_snapshot!(answers.join("\n---\n"), @r#"
    there are no sign-offs on either side
    ---
    grace signed 1 hunk for main
    nobody else sees it before you push it: gate sync
    ---
    both sides have all sign-offs now
    ---
    both sides have the same sign-offs
    ---
    blocked: 1 of 1 hunk needs a sign-off before it lands on main
    note: refs/notes/gate is not in this repository, so no sign-off was found
          if there are any, fetch them: git fetch origin refs/notes/gate:refs/notes/gate

      infra/main.tf:2  terraform/resource
          2 -   bucket = "logs"
          2 +   bucket = "old-logs"
            Terraform acts on what runs: a changed attribute can replace a
            resource together with its data.

      platform     1 more for 1 hunk: grace or linus

      sign with  gate sign main..[id] --push
    ---
    fetched new sign-offs
    ---
    pass: 1 architectural hunk of 1 hunk in 1 file, signed by grace
    "#);
}

#[test]
fn a_remote_that_is_none_and_one_that_does_not_answer() {
    let (shop, _server) = on_server();
    insta::assert_snapshot!(said(&shop.gate(&["sync", "nowhere"]), 2), @r#"
    error: `git ls-remote` failed: fatal: 'nowhere' does not appear to be a git repository
      help: try it by hand: git fetch origin refs/notes/gate
    "#);
    shop.repo.git(&["remote", "set-url", "origin", "file:///nowhere/at/all"]);
    insta::assert_snapshot!(said(&shop.gate(&["sync"]), 2), @r#"
    error: `git ls-remote` failed: fatal: '/nowhere/at/all' does not appear to be a git repository
      help: try it by hand: git fetch origin refs/notes/gate
    "#);
    let run = shop.by("grace", &["sign", "--push"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    has(&run.stdout, &["grace signed 1 hunk for main"]);
    assert_eq!(shop.gate(&["check"]).code, 0, "it is recorded all the same");
}

#[test]
fn both_sides_keep_what_only_one_had() {
    let (shop, server) = on_server();
    let one = server.cloned(&["-b", "feature"]);
    let two = server.cloned(&["-b", "feature"]);
    assert_eq!(shop.by_in(&one, "grace", &["sign", "origin/main..", "--push"]).code, 0);
    assert_eq!(shop.by_in(&two, "linus", &["object", "origin/main..", "-m", "wait"]).code, 0);
    assert_eq!(said(&two.gate(&["sync"]), 0), "both sides have all sign-offs now");
    assert_eq!(said(&one.gate(&["sync"]), 0), "fetched new sign-offs");
    for clone in [&one, &two] {
        has(&said(&clone.gate(&["log", "origin/main.."]), 0), &["sign-off by grace", "objection by linus"]);
        assert_eq!(clone.gate(&["check", "origin/main.."]).code, 1);
    }
}

#[test]
fn a_shallow_and_a_single_branch_clone_sync_too() {
    let (shop, server) = on_server();
    for args in [&["--depth=1", "-b", "feature"][..], &["--single-branch", "-b", "main"]] {
        let clone = server.cloned(args);
        assert_eq!(said(&clone.gate(&["sync"]), 0), "there are no sign-offs on either side");
    }
    let single = server.cloned(&["--single-branch", "-b", "main"]);
    single.git(&["fetch", "-q", "origin", "feature:feature"]);
    assert_eq!(shop.by_in(&single, "grace", &["sign", "feature", "--push"]).code, 0);
    let shallow = server.cloned(&["--depth=1", "-b", "feature"]);
    assert_eq!(said(&shallow.gate(&["sync"]), 0), "fetched new sign-offs");
    let notes = |repo: &TestRepo| repo.git(&["ls-tree", "-r", "refs/notes/gate"]);
    assert_eq!(notes(&shallow), notes(&server));
    shop.repo.git(&["fetch", "-q", "origin"]);
    assert_eq!(said(&shop.gate(&["sync"]), 0), "fetched new sign-offs");
    assert_eq!(shop.gate(&["check"]).code, 0);
}

/// Without gate's pre-receive a hostile clone can delete what was signed: it blocks again, and
/// whoever still has the lines brings them back. A withdrawal that nobody else has is gone.
#[test]
fn without_pre_receive_a_force_push_loses_lines_until_somebody_syncs() {
    let (shop, server) = on_server();
    let evil = server.cloned(&["-b", "feature"]);
    assert_eq!(shop.by("grace", &["sign", "--push"]).code, 0);
    let tree = evil.git_with_input(&["mktree"], b"");
    let emptied = evil.git(&["commit-tree", "-m", "Gone", &tree]);
    evil.git(&["push", "-q", "--force", "origin", &format!("{emptied}:refs/notes/gate")]);
    assert_eq!(
        server.gate(&["check", "main..feature"]).code,
        1,
        "a lost sign-off never lets anything through"
    );
    assert_eq!(said(&shop.gate(&["sync"]), 0), "both sides have all sign-offs now");
    assert_eq!(server.gate(&["check", "main..feature"]).code, 0);
    assert_eq!(shop.by_in(&evil, "linus", &["object", "origin/main..", "-m", "wait"]).code, 0);
    assert_eq!(said(&evil.gate(&["sync"]), 0), "both sides have all sign-offs now");
    assert_eq!(server.gate(&["check", "main..feature"]).code, 1);
    let before = shop.notes();
    evil.git(&[
        "push",
        "-q",
        "--force",
        &format!("file://{}", server.path().display()),
        &format!("{emptied}:refs/notes/gate"),
    ]);
    evil.git(&["update-ref", "-d", "refs/notes/gate"]);
    assert_eq!(shop.notes(), before);
    assert_eq!(said(&shop.gate(&["sync"]), 0), "both sides have all sign-offs now");
    assert_eq!(server.gate(&["check", "main..feature"]).code, 0, "an objection that nobody else had is gone");
}

#[test]
fn a_configured_fetch_of_notes_does_not_put_theirs_in_the_place_of_ours() {
    let (shop, server) = on_server();
    let other = server.cloned(&["-b", "feature"]);
    let theirs = shop.by_in(&other, "linus", &["sign", "origin/main..", "--push"]);
    said(&theirs, 0);
    shop.repo.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*"]);
    said(&shop.by("grace", &["sign"]), 0);
    said(&shop.gate(&["sync"]), 0);
    has(&said(&shop.gate(&["check"]), 0), &["signed by grace, linus"]);
}

#[test]
fn a_partial_clone_gets_the_notes_in_full() {
    let (shop, server) = on_server();
    said(&shop.by("grace", &["sign", "--push"]), 0);
    server.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = server.cloned(&["-b", "feature", "--filter=blob:none"]);
    said(&partial.gate(&["sync"]), 0);
    partial.git(&["diff", "origin/main", "HEAD"]);
    has(&said(&partial.gate(&["check", "origin/main.."]), 0), &["signed by grace"]);
}

#[test]
fn a_plain_fetch_brings_sign_offs_along_once_that_is_set_up() {
    let (shop, server) = on_server();
    let ada = server.cloned(&[]);
    let setup = |repo: &TestRepo| said(&repo.gate(&["sync", "--setup"]), 0);
    has(&setup(&ada), &["from now on `git fetch` brings sign-offs along", "no sign-offs on either side"]);
    let before = ada.git(&["config", "--local", "--list"]);
    setup(&ada);
    assert_eq!(ada.git(&["config", "--local", "--list"]), before, "once is enough");
    // A server without notes, and a `git log` without any, are nothing to complain about.
    let quiet = ada.try_git(&["fetch"]);
    assert!(quiet.status.success(), "{quiet:?}");
    assert!(ada.try_git(&["log", "-1"]).stderr.is_empty());

    let grace = server.cloned(&[]);
    let sign = ["sign", "origin/main..origin/feature", "--push"];
    assert_eq!(shop.by_in(&grace, "grace", &sign).code, 0);
    let check = ["check", "origin/main..origin/feature"];
    has(&said(&ada.gate(&check), 1), &["blocked"]);
    ada.git(&["fetch", "-q"]);
    has(&said(&ada.gate(&check), 0), &["pass"]);
    has(&ada.git(&["log", "-1", "origin/feature"]), &["Notes (origin/gate):", "sign-off"]);

    // Linus objects without a push; a fetch that prunes takes nothing of his, and both count.
    assert_eq!(shop.by_in(&ada, "linus", &["object", check[1], "-m", "wait"]).code, 0);
    let own = ada.rev("refs/notes/gate");
    server.git(&["update-ref", "-d", "refs/notes/gate"]);
    ada.git(&["fetch", "-q", "--prune"]);
    assert_eq!(ada.rev("refs/notes/gate"), own);
    has(&said(&ada.gate(&check), 1), &["linus objects"]);
    let refused = ada.gate(&["sync", "--setup", "elsewhere"]);
    assert_eq!(refused.code, 2);
    has(&refused.stderr, &["`elsewhere` is no remote of this repository"]);
}

#[test]
fn a_server_counts_its_own_notes_alone() {
    let (shop, server) = on_server();
    assert_eq!(shop.by("grace", &["sign", "main..feature"]).code, 0);
    let address = format!("file://{}", server.path().display());
    shop.repo.git(&["push", "-q", &address, "refs/notes/gate:refs/notes/origin/gate"]);
    server.git(&["remote", "add", "origin", &address]);
    has(&said(&server.gate(&["check", "main..feature", "--target", "main"]), 1), &["blocked"]);
}

/// Whatever the remote has in the place of notes, nothing of it is taken over.
#[test]
fn what_is_no_notes_on_the_remote_stays_there() {
    let (shop, server) = on_server();
    let repo = &shop.repo;
    repo.git(&["tag", "-a", "-m", "x", "t"]);
    let flat = repo.raw_object("tree", b"");
    let blob = repo.raw_object("blob", b"x\n");
    for (id, words) in [
        (blob.as_str(), "points to a blob, not a commit"),
        (&flat, "points to a tree, not a commit"),
        (&repo.rev("t"), "points to a tag, not a commit"),
    ] {
        repo.git(&["push", "-q", "--force", "origin", &format!("{id}:refs/notes/gate")]);
        let run = shop.gate(&["sync"]);
        assert_eq!(run.code, 2, "{words}: {}", run.stderr);
        has(&run.stderr, &["the remote's sign-offs can't be read", words, "git push --force origin"]);
        assert!(!repo.try_git(&["rev-parse", "-q", "--verify", "refs/notes/gate"]).status.success());
    }
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    let own = repo.rev("refs/notes/gate");
    assert_eq!(shop.gate(&["sync"]).code, 2);
    assert_eq!(repo.rev("refs/notes/gate"), own);
    repo.git(&["push", "-q", "--force", "origin", "refs/notes/gate"]);
    assert_eq!(said(&server.gate(&["check", "main..feature"]), 0).lines().count(), 1);
}

#[test]
fn what_stands_in_the_way_of_the_notes_on_the_remote_is_named() {
    let (shop, _server) = on_server();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    shop.repo.git(&["push", "-q", "origin", "HEAD:refs/notes/gate/x"]);
    insta::assert_snapshot!(said(&shop.gate(&["sync"]), 2), @r"
    error: the remote has `refs/notes/gate/x`, beside which there can't be `refs/notes/gate`
      help: find out who made it, and delete it: git push origin --delete refs/notes/gate/x
    ");
    shop.repo.git(&["push", "-q", "origin", "--delete", "refs/notes/gate/x"]);
    assert_eq!(said(&shop.gate(&["sync"]), 0), "both sides have all sign-offs now");
}

#[test]
fn a_remote_whose_notes_have_no_place_is_not_set_up() {
    let (shop, _server) = on_server();
    for name in ["gate", "Gate", "gate/x"] {
        shop.repo.git(&["remote", "rename", "origin", name]);
        let before = shop.repo.git(&["config", "--local", "--list"]);
        let run = shop.gate(&["sync", "--setup", name]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        has(
            &run.stderr,
            &["would lie below `refs/notes/gate`", &format!("git remote rename {name} upstream")],
        );
        assert_eq!(shop.repo.git(&["config", "--local", "--list"]), before);
        shop.repo.git(&["remote", "rename", name, "origin"]);
    }
    shop.repo.git(&["remote", "rename", "origin", "gateway"]);
    assert_eq!(shop.gate(&["sync", "--setup", "gateway"]).code, 0);
}
