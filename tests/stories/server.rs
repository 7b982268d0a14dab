//! A plain git server with gate's pre-receive: what it refuses, and what it lets through.

use std::process::Output;

use crate::support::{GRACE, TestRepo};
use crate::world::{BUCKET, ONE_TEAM, Shop, has, plain, said};

const PROTECTED: &str = "\n[gate]\nprotected = [\"main\", \"release/*\"]\n";

/// A bare server with the hook, the shop of ada who writes, and a clone of grace, the senior.
struct World {
    server: TestRepo,
    ada: Shop,
    grace: TestRepo,
}

impl World {
    fn new() -> Self {
        let server = TestRepo::bare();
        let installed = server.gate(&["hook", "install"]);
        has(&said(&installed, 0), &["hooks/pre-receive: installed"]);
        let ada = Shop::new(&format!("{ONE_TEAM}{PROTECTED}"));
        ada.repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
        let first = ada.repo.try_git(&["push", "origin", "main"]);
        has(&pushed(&first, true), &["the first push of `main`: gate judges from the next one on"]);
        ada.repo.git(&["fetch", "-q", "origin"]);
        let grace = server.cloned(&[]);
        Self { server, ada, grace }
    }

    fn push(&self, args: &[&str]) -> Output {
        let mut all = vec!["push", "origin"];
        all.extend(args);
        self.ada.repo.try_git(&all)
    }

    /// Lets grace fetch ada's branch and sign it with `--push`.
    fn signed_by_grace(&self) {
        assert!(self.push(&["feature"]).status.success(), "any other branch goes through");
        self.grace.git(&["fetch", "-q", "origin"]);
        let args = ["sign", "origin/main..origin/feature", "--push"];
        has(&said(&self.ada.by_in(&self.grace, "grace", &args), 0), &["grace signed", "pushed to origin"]);
    }

    fn tip(&self, name: &str) -> String {
        self.server.git(&["for-each-ref", "--format=%(objectname)", name])
    }
}

/// Returns what the server said to a push that must go through, or must not.
fn pushed(output: &Output, through: bool) -> String {
    let text = plain(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.success(), through, "{text}");
    text
}

#[test]
fn a_push_is_refused_until_the_senior_has_signed() {
    let world = World::new();
    world.ada.rename_bucket();
    let main = world.tip("refs/heads/main");
    let text = pushed(&world.push(&["feature:main"]), false);
    let shown: Vec<&str> =
        text.lines().filter(|line| line.starts_with("remote:")).map(str::trim_end).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    remote: gate, for main:
    remote: blocked: 1 of 1 hunk needs a sign-off before it lands on main
    remote:
    remote:   infra/main.tf:2  terraform/resource
    remote:       2 -   bucket = "logs"
    remote:       2 +   bucket = "old-logs"
    remote:         Terraform acts on what runs: a changed attribute can replace a
    remote:         resource together with its data.
    remote:
    remote:   platform     1 more for 1 hunk: grace or linus
    remote:
    remote:   sign with  gate sign main..[id]
    "#);
    for force in [
        &["--force", "feature:main"][..],
        &["--no-verify", "feature:main"],
        &["-o", "gate=skip", "feature:main"],
    ] {
        assert!(!world.push(force).status.success(), "{force:?}");
    }
    assert_eq!(world.tip("refs/heads/main"), main);
    world.signed_by_grace();
    pushed(&world.push(&["feature:main"]), true);
    assert_eq!(world.tip("refs/heads/main"), world.ada.repo.rev("feature"));
}

#[test]
fn a_local_change_and_any_other_branch_go_through() {
    let world = World::new();
    world.ada.repo.commit_files(&[("app.py", "pass\n")], "Local");
    has(&pushed(&world.push(&["feature:main"]), true), &["pass: 1 hunk in 1 file, none architectural"]);
    world.ada.rename_bucket();
    pushed(&world.push(&["feature"]), true);
    pushed(&world.push(&["feature:refs/tags/v1"]), true);
}

#[test]
fn sign_offs_of_the_same_push_count() {
    let world = World::new();
    world.ada.rename_bucket();
    assert_eq!(world.ada.by("grace", &["sign"]).code, 0);
    let both = world.push(&["--atomic", "feature:main", "refs/notes/gate"]);
    has(&pushed(&both, true), &["sign-offs of this push are counted"]);
    assert_eq!(world.tip("refs/notes/gate"), world.ada.notes());
}

#[test]
fn a_protected_branch_is_never_rewound_or_deleted() {
    let world = World::new();
    world.ada.repo.commit_files(&[("app.py", "pass\n")], "Local");
    pushed(&world.push(&["feature:main"]), true);
    has(&pushed(&world.push(&["--force", "feature~1:main"]), false), &["would take commits out of it"]);
    has(&pushed(&world.push(&["--delete", "main"]), false), &["and this would delete it"]);
    world.ada.repo.git(&["branch", "-D", "-q", "main"]);
    assert!(!world.push(&["--mirror"]).status.success());
    assert_eq!(world.tip("refs/heads/main"), world.ada.repo.rev("feature"));
    let rewritten = TestRepo::new();
    rewritten.commit_files(&[("app.py", "evil\n")], "Begin anew");
    let url = format!("file://{}", world.server.path().display());
    let output = rewritten.try_git(&["push", "--force", &url, "main"]);
    has(&pushed(&output, false), &["would take commits out of it"]);
}

#[test]
fn a_merge_is_judged_as_it_lands() {
    let world = World::new();
    let repo = &world.ada.repo;
    repo.commit_files(&[("app.py", "pass\n")], "Local");
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "feature"]);
    let evil = BUCKET.replace("= \"logs\"", "= \"evil\"");
    repo.commit_files(&[("infra/main.tf", &evil)], "Merge feature");
    has(&pushed(&world.push(&["main"]), false), &["infra/main.tf:2"]);
}

#[test]
fn the_notes_only_grow() {
    let world = World::new();
    world.ada.rename_bucket();
    world.signed_by_grace();
    let signed = world.tip("refs/notes/gate");
    let repo = &world.ada.repo;
    has(&pushed(&world.push(&["--delete", "refs/notes/gate"]), false), &["would delete every sign-off"]);
    repo.git(&["fetch", "-q", "origin", "refs/notes/gate:refs/notes/gate"]);
    repo.git(&["notes", "--ref=gate", "add", "-f", "-m", "gone", "feature"]);
    has(&pushed(&world.push(&["refs/notes/gate"]), false), &["would take a line out of it"]);
    repo.git(&["update-ref", "refs/notes/gate", &signed]);
    let tree = repo.git_with_input(&["mktree"], b"");
    let emptied = repo.git(&["commit-tree", "-m", "Clean up", "-p", &signed, &tree]);
    let answer = pushed(&world.push(&[&format!("{emptied}:refs/notes/gate")]), false);
    has(&answer, &["gate refuses refs/notes/gate: this would take 2 lines out of it"]);
    let root = repo.git(&["commit-tree", "-m", "Clean up", &tree]);
    has(
        &pushed(&world.push(&["--force", &format!("{root}:refs/notes/gate")]), false),
        &["this would rewind it; fetch and join first: gate sync"],
    );
    assert_eq!(world.tip("refs/notes/gate"), signed);
    assert_eq!(world.ada.by("linus", &["sign", "--push"]).code, 0, "more lines are welcome");
    assert_ne!(world.tip("refs/notes/gate"), signed);
}

#[test]
fn notes_that_nobody_could_read_are_not_taken_for_they_would_stay() {
    let world = World::new();
    let repo = &world.ada.repo;
    let large = "x".repeat(40 << 20);
    let blob = repo.git_with_input(&["hash-object", "-w", "--stdin"], large.as_bytes());
    let key = "a".repeat(40);
    let tree = repo.git_with_input(&["mktree"], format!("100644 blob {blob}\t{key}\n").as_bytes());
    let notes = repo.git(&["commit-tree", "-m", "Fill it up", &tree]);
    has(&pushed(&world.push(&[&format!("{notes}:refs/notes/gate")]), false), &["more than the"]);
    assert_eq!(world.tip("refs/notes/gate"), "");
}

#[test]
fn a_branch_that_was_deleted_and_is_pushed_anew_is_judged_anew() {
    let world = World::new();
    world.ada.repo.commit_files(&[("app.py", "pass\n")], "Local");
    pushed(&world.push(&["feature"]), true);
    pushed(&world.push(&["--delete", "feature"]), true);
    pushed(&world.push(&["feature"]), true);
    world.server.git(&["branch", "release/1", "main"]);
    world.server.git(&["branch", "-D", "-q", "release/1"]);
    world.ada.rename_bucket();
    has(&pushed(&world.push(&["feature:refs/heads/release/1"]), false), &["infra/main.tf:2"]);
}

#[test]
fn a_new_protected_branch_is_judged_by_the_default_branch() {
    let world = World::new();
    pushed(&world.push(&["main:refs/heads/release/1"]), true);
    world.ada.rename_bucket();
    has(
        &pushed(&world.push(&["feature:refs/heads/release/2"]), false),
        &["gate, for release/2", "infra/main.tf:2"],
    );
    has(
        &pushed(&world.push(&["feature:refs/heads/release/1"]), false),
        &["gate, for release/1", "infra/main.tf:2"],
    );
    let lax = "version = 1\n";
    world.ada.repo.git(&["switch", "-q", "-c", "lax", "main"]);
    world.ada.repo.commit_files(&[("gate.toml", lax)], "No rules here");
    has(&pushed(&world.push(&["lax:refs/heads/release/3"]), false), &["gate.toml"]);
    has(&pushed(&world.push(&["main:refs/heads/Main"]), false), &["in nothing but case"]);
    world.ada.repo.git(&["switch", "-q", "--orphan", "island"]);
    world.ada.repo.commit_files(&[("app.py", "pass\n")], "Begin anew");
    has(
        &pushed(&world.push(&["island:refs/heads/release/4"]), false),
        &["have no common ancestor", "rebase it onto the branch that it is for"],
    );
}

#[test]
fn several_refs_are_all_or_nothing() {
    let world = World::new();
    world.ada.rename_bucket();
    let answer = pushed(&world.push(&["feature:main", "feature:refs/heads/harmless"]), false);
    has(&answer, &["pre-receive hook declined"]);
    assert_eq!(world.tip("refs/heads/harmless"), "");
}

#[test]
fn replaced_objects_are_refused_and_change_nothing() {
    let world = World::new();
    let repo = &world.ada.repo;
    let evil = world.ada.rename_bucket();
    let harmless = repo.git(&["commit-tree", "-m", "Harmless", "-p", "main", "main^{tree}"]);
    repo.git(&["replace", &evil, &harmless]);
    let refs = ["refs/replace/*:refs/replace/*"];
    has(&pushed(&world.push(&refs), false), &["gate refuses refs/replace/"]);
    world.server.git(&["fetch", "-q", &repo.path().display().to_string(), "refs/replace/*:refs/replace/*"]);
    let mut command = repo.command("git");
    command.env("GIT_NO_REPLACE_OBJECTS", "1").args(["push", "origin", &format!("{evil}:refs/heads/main")]);
    has(&pushed(&command.output().unwrap(), false), &["infra/main.tf:2"]);
}

#[test]
fn a_forged_note_does_not_count() {
    let world = World::new();
    world.ada.rename_bucket();
    world.ada.make_key("stranger");
    let policy =
        world.ada.policy(ONE_TEAM).replace(&world.ada.public("grace"), &world.ada.public("stranger"));
    let file = world.ada.repo.beside("out").join("mine.toml");
    std::fs::write(&file, policy).unwrap();
    let file = file.display().to_string();
    assert_eq!(world.ada.by("stranger", &["sign", "--policy", &file]).code, 0);
    let both = world.push(&["--atomic", "feature:main", "refs/notes/gate"]);
    has(&pushed(&both, false), &["not counted"]);
}

#[test]
fn a_policy_that_opens_the_door_does_not_open_it_for_itself() {
    let world = World::new();
    let lax = world.ada.policy(&format!("{ONE_TEAM}\n[gate]\nenforce = false\n"));
    world.ada.repo.commit_files(&[("gate.toml", &lax)], "Only advise");
    world.ada.rename_bucket();
    has(&pushed(&world.push(&["feature:main"]), false), &["gate.toml", "infra/main.tf:2"]);
    pushed(&world.push(&["feature~1:refs/heads/policy"]), true);
    let split = world.push(&["feature~1:main"]);
    has(&pushed(&split, false), &["gate.toml"]);
}

#[test]
fn the_hook_says_what_is_wrong_with_its_input() {
    let server = TestRepo::bare();
    for input in [&b""[..], b"garbage\n"] {
        let run = server.gate_with(&["hook", "run", "pre-receive"], &[], input);
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        has(&run.stderr, &["help: "]);
    }
}

#[test]
fn a_server_without_a_policy_takes_it_first_and_alone() {
    let server = TestRepo::bare();
    assert_eq!(server.gate(&["hook", "install"]).code, 0);
    let shop = Shop::empty();
    let repo = &shop.repo;
    repo.git(&["remote", "add", "origin", &server.path().display().to_string()]);
    repo.commit_files(&[("app.py", "pass\n")], "Begin");
    pushed(&repo.try_git(&["push", "origin", "main"]), true);
    repo.commit_files(&[("app.py", "1\n")], "More");
    let answer = pushed(&repo.try_git(&["push", "origin", "main"]), false);
    has(&answer, &["land gate.toml alone first: gate init writes one"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write("gate.toml", shop.policy(ONE_TEAM));
    repo.commit_as(GRACE, "Put gate in front");
    has(&pushed(&repo.try_git(&["push", "origin", "main"]), true), &["it rules from the next change on"]);
}
