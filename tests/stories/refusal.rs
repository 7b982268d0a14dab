//! Exit 2, never 0 or 1: what gate can't tell, each with the way out.

use std::fs;

use crate::support::{GRACE, TestRepo};
use crate::world::{APP, BUCKET, ONE_TEAM, Shop, has, refused, said};

/// A shop whose change would be blocked if it could be read.
fn shop() -> Shop {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop
}

#[test]
fn what_names_no_change() {
    let shop = shop();
    let answers: Vec<String> = [
        vec!["check", "nowhere..HEAD"],
        vec!["check", "--base", "nowhere"],
        vec!["check", "--head", "nowhere"],
        vec!["check", "--target", "nowhere"],
        vec!["check", "main..feature..main"],
        vec!["check", ".."],
        vec!["check", ""],
        vec!["check", "HEAD~9.."],
        vec!["check", "main:app.py"],
        vec!["check", "main..feature", "--base", "main"],
        vec!["check", "--target", "a..b"],
    ]
    .iter()
    .map(|args| format!("{}\n{}", args.join(" "), refused(&shop.gate(args))))
    .collect();
    insta::assert_snapshot!(answers.join("\n"), @r#"
    check nowhere..HEAD
    error: there is no revision `nowhere`
      help: `git branch --all` lists the branches; in CI, fetch the branch first
    check --base nowhere
    error: there is no revision `nowhere`
      help: `git branch --all` lists the branches; in CI, fetch the branch first
    check --head nowhere
    error: there is no revision `nowhere`
      help: `git branch --all` lists the branches; in CI, fetch the branch first
    check --target nowhere
    error: the tip of the target `nowhere` is not in this repository
      help: fetch it: git fetch origin nowhere:refs/remotes/origin/nowhere
    check main..feature..main
    error: `main..feature..main` is not a range
      help: write `main..HEAD`, `A...B`, or one commit
    check ..
    error: `..` is not a range
      help: write `main..HEAD`, `A...B`, or one commit
    check 
    error: `` is not a revision: it is empty
      help: write a branch, a full ref name or an id, with `~2` or `^` behind it if need be
    check HEAD~9..
    error: `HEAD~9` leads nowhere: [id] has no parent 1
      help: name a commit that exists
    check main:app.py
    error: `main:app.py` is not a revision: no branch or commit has such a name
      help: write a branch, a full ref name or an id, with `~2` or `^` behind it if need be
    check main..feature --base main
    error: the base is given twice, in the range and by `--base`
      help: leave one out
    check --target a..b
    error: `a..b` is not the name of a branch
      help: name the branch that the change is for, as in --target main
    "#);
}

#[test]
fn arguments_that_are_none() {
    let shop = shop();
    for args in [
        &["check", "main", "feature"][..],
        &["check", "--format", "nope"],
        &["check", "--staged", "main.."],
        &["check", "--staged", "--worktree"],
        &["check", "-x"],
        &["nope"],
        &[],
    ] {
        let run = shop.gate(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}: {}", run.stderr);
    }
    assert_eq!(shop.gate(&["--help"]).code, 0);
}

#[test]
fn no_base_to_be_found() {
    let repo = TestRepo::new();
    repo.commit_files(&[("app.py", APP)], "Begin");
    repo.git(&["branch", "-m", "main", "trunk"]);
    insta::assert_snapshot!(refused(&repo.gate(&["check"])), @r#"
    error: no branch to compare with: there is no `origin/HEAD`, `main` or `master`
      help: say what the change is to be merged into: --base BRANCH
    "#);
    let empty = TestRepo::new();
    insta::assert_snapshot!(refused(&empty.gate(&["check"])), @r#"
    error: `HEAD` points to a branch without a commit
      help: make a first commit
    "#);
}

#[test]
fn no_common_ancestor() {
    let shop = shop();
    shop.repo.git(&["switch", "-q", "--orphan", "island"]);
    shop.repo.commit_files(&[("app.py", APP)], "Begin anew");
    insta::assert_snapshot!(refused(&shop.gate(&["check"])), @r#"
    error: [id] and [id] have no common ancestor
      because: no merge base found
      help: rebase it onto the branch that it is for, or name what it was made from: --base
    "#);
}

#[test]
fn a_shallow_clone_that_lacks_the_base() {
    let shop = shop();
    shop.rename_queue();
    shop.repo.git(&["switch", "-q", "main"]);
    let shallow = shop.repo.cloned(&["--depth=1", "--no-single-branch", "-b", "feature"]);
    insta::assert_snapshot!(refused(&shallow.gate(&["check", "origin/main.."])), @r#"
    error: the history is cut short at [id], inside the change
      help: this is a shallow clone: `git fetch --unshallow` (in CI: fetch-depth: 0)
    "#);
    let single = shop.repo.cloned(&["--depth=1", "--single-branch", "-b", "feature"]);
    insta::assert_snapshot!(refused(&single.gate(&["check", "origin/main.."])), @r#"
    error: there is no revision `origin/main`
      help: fetch it first: git fetch origin main:refs/remotes/origin/main
    "#);
    has(&refused(&single.gate(&["check"])), &["--base BRANCH"]);
}

#[test]
fn an_object_that_is_missing() {
    let shop = shop();
    let blob = shop.repo.rev("HEAD:infra/main.tf");
    fs::remove_file(shop.repo.path().join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    insta::assert_snapshot!(refused(&shop.gate(&["check"])), @r#"
    error: the blob `[id]` is missing
      because: object not found - cannot read header for ([id])
      help: fetch it, or look at the repository with `git fsck`
    "#);
}

#[test]
fn a_partial_clone_without_the_blobs() {
    let shop = shop();
    shop.repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = shop.repo.cloned(&["--filter=blob:none", "--no-checkout", "-b", "feature"]);
    insta::assert_snapshot!(refused(&partial.gate(&["check", "origin/main.."])), @r#"
    error: the blob `[id]` is missing
      because: object not found - cannot read header for ([id])
      help: this is a partial clone: run `git fetch --refetch --no-filter`, or clone in full
    "#);
}

#[test]
fn a_policy_that_cannot_be_read() {
    let shop = Shop::new(ONE_TEAM);
    let repo = &shop.repo;
    let judged = |what: &str| {
        repo.git(&["branch", "-qf", "main", "HEAD"]);
        let change =
            repo.commit_files(&[("infra/main.tf", &BUCKET.replace("= \"logs\"", "= \"x\""))], "Rename");
        let answer = refused(&shop.gate(&["check"]));
        repo.git(&["reset", "-q", "--hard", &format!("{change}~2")]);
        format!("{what}\n{answer}")
    };
    let mut answers = Vec::new();
    fs::remove_file(repo.path().join("gate.toml")).unwrap();
    std::os::unix::fs::symlink("app.py", repo.path().join("gate.toml")).unwrap();
    repo.commit_as(GRACE, "A symlink");
    answers.push(judged("symlink"));
    let tip = repo.rev("HEAD");
    repo.git(&["rm", "-q", "--cached", "gate.toml"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{tip},gate.toml")]);
    repo.git(&["commit", "-q", "-m", "A submodule"]);
    fs::remove_file(repo.path().join("gate.toml")).unwrap();
    fs::create_dir(repo.path().join("gate.toml")).unwrap();
    answers.push(judged("submodule"));
    repo.commit_files(&[("gate.toml", &format!("version = 1\n{}", "# more\n".repeat(400_000)))], "Large");
    answers.push(judged("too large"));
    repo.write("gate.toml", b"version = 1\n# \xff\n");
    repo.commit("Not UTF-8");
    answers.push(judged("not UTF-8"));
    repo.commit_files(&[("gate.toml", "version = 1\n[teams\nplatform = [\"ghost\"]\n")], "Syntax");
    answers.push(judged("syntax"));
    let unknown = "version = 1\nshape = \"round\"\n\n[teams]\nplatform = [\"ghost\"]\n";
    repo.commit_files(&[("gate.toml", unknown)], "Mistakes");
    answers.push(judged("two mistakes"));
    insta::assert_snapshot!(answers.join("\n\n"), @r#"
    symlink
    error: `gate.toml` at [id] is a symbolic link, not a file
    --> gate.toml at [id]
     = help: make it a plain file of less than 1 MiB on the target

    submodule
    error: `gate.toml` at [id] is a submodule, not a file
    --> gate.toml at [id]
     = help: make it a plain file of less than 1 MiB on the target

    too large
    error: `gate.toml` at [id] has 2800012 bytes, more than 1048576
    --> gate.toml at [id]
     = help: make it a plain file of less than 1 MiB on the target

    not UTF-8
    error: this is not UTF-8 text: there is another byte in line 2
    --> gate.toml at [id]
     = help: save the file as UTF-8

    syntax
    error: not TOML: unclosed table
     --> gate.toml at [id]:2:7
      |
    2 | [teams
      |       ^ expected `]`

    two mistakes
    error: unknown key `shape` in gate.toml
     --> gate.toml at [id]:2:1
      |
    2 | shape = "round"
      | ^^^^^
      |
      = help: the keys are `version`, `project`, `extends`, `allowed-signers`, `owners-from`, `people`, `teams`, `gate`, `sign-off`, `override`, `service`, `rule`, `rules` and `local`

    error: unknown person `ghost` in the team `platform`
     --> gate.toml at [id]:5:13
      |
    5 | platform = ["ghost"]
      |             ^^^^^^^
      |
      = help: add `[people.ghost]` with their `emails` and `keys`
    "#);
}

#[test]
fn a_notes_ref_that_is_none() {
    let shop = shop();
    let repo = &shop.repo;
    let head = repo.rev("HEAD");
    let blob = repo.rev("HEAD:app.py");
    repo.git(&["tag", "-a", "-m", "x", "x"]);
    let mut answers = Vec::new();
    for (what, id) in
        [("a tag", repo.rev("refs/tags/x")), ("a blob", blob), ("a tree", repo.rev("HEAD^{tree}"))]
    {
        fs::create_dir_all(repo.path().join(".git/refs/notes")).unwrap();
        fs::write(repo.path().join(".git/refs/notes/gate"), format!("{id}\n")).unwrap();
        answers.push(format!("{what}\n{}", refused(&shop.gate(&["check"]))));
        assert_eq!(shop.by("grace", &["sign"]).code, 2, "{what}");
        assert_eq!(shop.notes(), id, "{what}");
    }
    repo.git(&["symbolic-ref", "refs/notes/gate", "refs/heads/feature"]);
    answers.push(format!("symbolic\n{}", refused(&shop.gate(&["check"]))));
    assert_eq!(shop.by("grace", &["sign"]).code, 2);
    assert_eq!(repo.rev("feature"), head);
    fs::write(repo.path().join(".git/refs/notes/gate"), "garbage\n").unwrap();
    answers.push(format!("garbage\n{}", refused(&shop.gate(&["check"]))));
    insta::assert_snapshot!(answers.join("\n"), @r#"
    a tag
    error: `refs/notes/gate` points to a tag, not a commit
      help: fetch the notes anew: git fetch --force origin refs/notes/gate:refs/notes/gate
    a blob
    error: `refs/notes/gate` points to a blob, not a commit
      help: fetch the notes anew: git fetch --force origin refs/notes/gate:refs/notes/gate
    a tree
    error: `refs/notes/gate` points to a tree, not a commit
      help: fetch the notes anew: git fetch --force origin refs/notes/gate:refs/notes/gate
    symbolic
    error: `refs/notes/gate` is a symbolic ref
      help: make it a plain one: git update-ref --no-deref refs/notes/gate COMMIT
    garbage
    error: can't read the ref `refs/notes/gate`
      because: corrupted loose reference file: refs/notes/gate
      help: fetch the notes anew: git fetch --force origin refs/notes/gate:refs/notes/gate
    "#);
}

#[test]
fn no_repository_or_none_that_gate_reads() {
    let shop = shop();
    let folder = shop.repo.beside("out").display().to_string();
    insta::assert_snapshot!(refused(&shop.gate(&["check", "--repo", &folder])), @r#"
    error: there is no git repository at `[tmp]/out`
      because: could not find repository at '[tmp]/out'
      help: run gate inside a repository, or pass `--repo`
    "#);
    insta::assert_snapshot!(refused(&shop.gate(&["check", "--repo", "/nowhere/at/all"])), @r#"
    error: there is no git repository at `/nowhere/at/all`
      because: failed to resolve path '/nowhere/at/all': No such file or directory
      help: run gate inside a repository, or pass `--repo`
    "#);
    shop.repo.git(&["init", "-q", "--object-format=sha256", &folder]);
    insta::assert_snapshot!(refused(&shop.gate(&["check", "--repo", &folder])), @r#"
    error: the repository at `[tmp]/out/.git/` names its objects by SHA-256
      because: unknown object format 'sha256'
      help: gate reads SHA-1 repositories
    "#);
    shop.repo.write(".git/info/grafts", format!("{}\n", shop.repo.rev("HEAD")));
    insta::assert_snapshot!(refused(&shop.gate(&["check"])), @r#"
    error: `[tmp]/repo/.git/info/grafts` rewrites the parents of commits
      help: remove it: gate judges history as it was recorded
    "#);
}

#[test]
fn a_broken_head() {
    let shop = shop();
    fs::write(shop.repo.path().join(".git/HEAD"), "garbage\n").unwrap();
    insta::assert_snapshot!(refused(&shop.gate(&["check"])), @r#"
    error: can't read the ref `HEAD`
      because: corrupted loose reference file: HEAD
      help: `git fsck` tells what is broken
    "#);
}

#[test]
fn notes_of_others_are_shown_and_not_touched() {
    let shop = shop();
    let repo = &shop.repo;
    repo.git(&["notes", "--ref=gate", "add", "-m", "looks good to me", "HEAD"]);
    let run = shop.gate(&["check"]);
    insta::assert_snapshot!(said(&run, 1), @r#"
    blocked: 1 of 1 hunk needs a sign-off before it lands on main

      infra/main.tf:2  terraform/resource
          2 -   bucket = "logs"
          2 +   bucket = "old-logs"
            Terraform acts on what runs: a changed attribute can replace a
            resource together with its data.

      platform     1 more for 1 hunk: grace or linus

      sign with  gate sign main..[id]

      not counted: a line of the notes can't be read: it is not a statement in
        JSON: it does not start with `{`: `looks good to me`
    "#);
    insta::assert_snapshot!(said(&shop.gate(&["log"]), 0), @r#"
    sign-off by nobody known  [id]
        does not count (unreadable), 0 hunks
        a line of the notes can't be read: it is not a statement in JSON: it does
        not start with `{`: `looks good to me`
    "#);
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    assert_eq!(shop.gate(&["check"]).code, 0);
    has(&repo.git(&["notes", "--ref=gate", "show", "HEAD"]), &["looks good to me"]);
}
