//! The same change gets the same report, byte for byte, wherever and however gate is run.
//!
//! One repository with a change that is signed and one that is blocked; then its clones of every
//! kind, other folders, other numbers of threads, and whatever git's configuration and the
//! environment can say.

#![cfg(unix)]
#![allow(dead_code, reason = "the stories' shop has more than is needed here")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says what it could not show"
)]

#[path = "support/mod.rs"]
mod support;
#[path = "stories/world.rs"]
mod world;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{ADA, TestRepo};
use crate::world::{ONE_TEAM, Shop};

/// What is done to a command before it runs.
type Prepare<'a> = &'a dyn Fn(&mut Command);
const AS_IT_IS: Prepare<'static> = &|_| ();

/// The shop with both changes, named by their commits, since not every clone has the branches.
struct Matter {
    shop: Shop,
    base: String,
    signed: String,
    blocked: String,
}

impl Matter {
    fn new() -> Self {
        let shop = Shop::empty();
        shop.repo.write(".gitattributes", "*.tf diff=terraform\n*.bin binary\n*.crlf text eol=crlf\n");
        shop.repo.write("infra/old name é.yaml", "replicas: 1\nimage: a\nport: 80\ncpu: 1\n");
        shop.repo.write("infra/logo.bin", b"\0\x01\x02");
        shop.repo.write("infra/run.sh", "#!/bin/sh\nexec true\n");
        shop.begin(ONE_TEAM);
        let base = shop.repo.rev("main");
        let signed = shop.rename_bucket();
        assert_eq!(shop.by("grace", &["sign", "main..feature"]).code, 0);
        shop.repo.write("app.py", "def total(items):\n    # adds\n    return sum(items) + 1\n");
        shop.repo.write("infra/logo.bin", b"\0\x01\x03");
        shop.repo.write("notes.crlf", "one\r\ntwo\r\n");
        shop.repo.git(&["mv", "infra/old name é.yaml", "infra/new name é.yaml"]);
        shop.repo.write("infra/new name é.yaml", "replicas: 2\nimage: a\nport: 80\ncpu: 1\n");
        shop.repo.git(&["update-index", "--chmod=+x", "infra/run.sh"]);
        shop.repo.git(&["config", "core.fileMode", "false"]);
        let blocked = shop.rename_queue();
        shop.repo.git(&["switch", "-q", "main"]);
        Self { shop, base, signed, blocked }
    }

    fn repo(&self) -> &TestRepo {
        &self.shop.repo
    }

    /// Returns the arguments that ask for one of the changes.
    fn check<'a>(&'a self, head: &'a str) -> Vec<&'a str> {
        vec!["check", "--base", &self.base, "--head", head, "--target", "main", "--format", "json"]
    }

    /// Returns the report of one change, as a command that `prepare` has had its way with gives it.
    fn report(&self, repo: &TestRepo, (head, code): (&str, i32), prepare: Prepare<'_>) -> String {
        let mut command = repo.command(env!("CARGO_BIN_EXE_gate"));
        command.args(self.check(head));
        prepare(&mut command);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{command:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the report of the blocked change, which the signed one is a part of.
    fn one(&self, prepare: Prepare<'_>) -> String {
        self.report(self.repo(), (&self.blocked, 1), prepare)
    }

    /// Returns both reports.
    fn both(&self, repo: &TestRepo, prepare: Prepare<'_>) -> String {
        self.report(repo, (&self.signed, 0), prepare) + &self.report(repo, (&self.blocked, 1), prepare)
    }

    fn usual(&self) -> String {
        self.both(self.repo(), AS_IT_IS)
    }

    /// Brings a clone what `git clone` leaves out.
    fn with_notes(&self, clone: TestRepo) -> TestRepo {
        clone.git(&["fetch", "-q", "origin", "refs/notes/gate:refs/notes/gate"]);
        clone
    }
}

#[track_caller]
fn assert_same(what: &str, got: &str, wanted: &str) {
    let first = got.lines().zip(wanted.lines()).find(|(got, wanted)| got != wanted);
    assert!(got == wanted, "{what} makes a difference: {first:?}");
}

#[test]
fn every_kind_of_clone() {
    let matter = Matter::new();
    let (repo, usual) = (matter.repo(), matter.usual());
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let file = format!("file://{}", repo.path().display());
    let reference = repo.path().display().to_string();
    let kinds: [(&str, &[&str]); 9] = [
        ("normal", &[]),
        ("bare", &["--bare"]),
        ("mirror", &["--mirror"]),
        ("without a checkout", &["--no-checkout"]),
        ("shallow, but deep enough", &["--depth=3", "--no-single-branch"]),
        ("with alternates", &["--reference", &reference]),
        ("sparse", &["--sparse"]),
        ("partial, without large files", &["--filter=blob:limit=1m"]),
        ("separate git folder", &["--separate-git-dir", "../elsewhere.git"]),
    ];
    for (kind, flags) in kinds {
        let clone = repo.cloned(flags);
        clone.git(&["remote", "set-url", "origin", &file]);
        let clone = if kind == "mirror" { clone } else { matter.with_notes(clone) };
        assert_same(kind, &matter.both(&clone, AS_IT_IS), &usual);
    }
    repo.git(&["worktree", "add", "-q", "--detach", "../linked", "main~0"]);
    let linked = repo.path().join("../linked");
    let in_linked = |command: &mut Command| {
        command.current_dir(&linked);
    };
    assert_same("a linked work tree", &matter.both(repo, &in_linked), &usual);
}

#[test]
fn every_way_to_keep_objects_and_refs() {
    let matter = Matter::new();
    let (repo, usual) = (matter.repo(), matter.usual());
    let ways: [&[&str]; 8] = [
        &["pack-refs", "--all"],
        &["gc", "-q"],
        &["commit-graph", "write", "--reachable", "--changed-paths"],
        &["multi-pack-index", "write", "--bitmap"],
        &["repack", "-q", "-a", "-d", "--cruft"],
        &["update-index", "--index-version", "4", "--split-index"],
        &["update-index", "--untracked-cache", "--fsmonitor"],
        &["checkout", "-q", "--detach", "feature"],
    ];
    for way in ways {
        repo.git(way);
        assert_same(&way.join(" "), &matter.both(repo, AS_IT_IS), &usual);
    }
    repo.try_git(&["fsmonitor--daemon", "stop"]);
}

#[test]
fn partial_clone_that_lacks_a_file_of_the_change_can_not_tell() {
    let matter = Matter::new();
    matter.repo().git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = matter.with_notes(matter.repo().cloned(&["--filter=blob:none", "--no-checkout"]));
    let run = clone.gate(&matter.check(&matter.blocked));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    world::has(&run.stderr, &["git fetch"]);
    // git brings what is missing as soon as it is looked at.
    for commit in [&matter.base, &matter.signed, &matter.blocked] {
        clone.git(&["checkout", "-q", commit]);
    }
    clone.git(&["log", "-p", "--notes=gate", "-1", &matter.signed]);
    clone.git(&["archive", "-o", "../notes.tar", "refs/notes/gate"]);
    assert_same("what came later", &matter.both(&clone, AS_IT_IS), &matter.usual());
}

#[test]
fn from_every_folder() {
    let matter = Matter::new();
    let (repo, usual) = (matter.repo(), matter.usual());
    let place = repo.path().display().to_string();
    let link = repo.path().join("../link");
    std::os::unix::fs::symlink(repo.path(), &link).unwrap();
    for folder in ["infra", ".git", ".git/refs/heads", "../link", "../link/infra"] {
        let folder = repo.path().join(folder);
        let there = |command: &mut Command| {
            command.current_dir(&folder);
        };
        assert_same(&folder.display().to_string(), &matter.both(repo, &there), &usual);
    }
    for (folder, named) in [
        ("/", place.as_str()),
        ("infra", ".."),
        ("..", "repo/infra"),
        ("infra", "../.git"),
        ("..", "./link/"),
    ] {
        let there = |command: &mut Command| {
            command.args(["--repo", named]).current_dir(repo.path().join(folder));
        };
        assert_same(&format!("--repo {named} from {folder}"), &matter.both(repo, &there), &usual);
    }
}

/// The cores that a process may use decide how many threads it starts.
#[test]
fn on_one_core_and_on_all() {
    let matter = Matter::new();
    let names: Vec<String> = (0..120).map(|number| format!("infra/{number}.tf")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "a = 1\n")).collect();
    matter.repo().git(&["switch", "-q", "feature"]);
    let matter = Matter { blocked: matter.repo().commit_files(&files, "Many files"), ..matter };
    let usual = matter.usual();
    let mut alone = matter.repo().command("taskset");
    alone.args(["-c", "0", env!("CARGO_BIN_EXE_gate")]).args(matter.check(&matter.blocked));
    match alone.output() {
        Ok(output) => {
            assert!(
                usual.ends_with(&String::from_utf8(output.stdout).unwrap()),
                "one core makes a difference"
            );
        }
        Err(error) => eprintln!("not shown on one core: `taskset` can't be run: {error}"),
    }
    for _ in 0..5 {
        assert_same("another run", &matter.usual(), &usual);
    }
}

/// Keys that change what git itself shows or does, each with a value that would matter.
const KEYS: &[(&str, &str)] = &[
    ("apply.whitespace", "fix"),
    ("blame.ignoreRevsFile", "app.py"),
    ("branch.feature.merge", "refs/heads/feature"),
    ("color.diff", "always"),
    ("color.ui", "always"),
    ("commit.gpgSign", "true"),
    ("core.abbrev", "5"),
    ("core.attributesFile", "../attributes"),
    ("core.autocrlf", "true"),
    ("core.bigFileThreshold", "1"),
    ("core.checkStat", "minimal"),
    ("core.commentChar", ";"),
    ("core.commitGraph", "false"),
    ("core.deltaBaseCacheLimit", "1"),
    ("core.eol", "crlf"),
    ("core.excludesFile", "../attributes"),
    ("core.fileMode", "true"),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/nowhere"),
    ("core.ignoreCase", "true"),
    ("core.logAllRefUpdates", "always"),
    ("core.looseCompression", "0"),
    ("core.multiPackIndex", "false"),
    ("core.notesRef", "refs/notes/other"),
    ("core.packedGitLimit", "1k"),
    ("core.packedGitWindowSize", "4k"),
    ("core.pager", "cat"),
    ("core.precomposeUnicode", "true"),
    ("core.preferSymlinkRefs", "true"),
    ("core.protectHFS", "false"),
    ("core.protectNTFS", "false"),
    ("core.quotePath", "false"),
    ("core.safecrlf", "true"),
    ("core.sharedRepository", "world"),
    ("core.sparseCheckout", "true"),
    ("core.splitIndex", "true"),
    ("core.symlinks", "false"),
    ("core.trustctime", "false"),
    ("core.untrackedCache", "true"),
    ("core.useReplaceRefs", "true"),
    ("core.warnAmbiguousRefs", "false"),
    ("core.whitespace", "tabwidth=3,indent-with-non-tab"),
    ("core.worktree", "../../elsewhere"),
    ("diff.algorithm", "patience"),
    ("diff.autoRefreshIndex", "false"),
    ("diff.colorMoved", "zebra"),
    ("diff.context", "25"),
    ("diff.dirstat", "lines"),
    ("diff.external", "false"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.indentHeuristic", "false"),
    ("diff.interHunkContext", "50"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.noPrefix", "true"),
    ("diff.orderFile", "app.py"),
    ("diff.relative", "true"),
    ("diff.renameLimit", "1"),
    ("diff.renames", "false"),
    ("diff.submodule", "log"),
    ("diff.suppressBlankEmpty", "true"),
    ("diff.terraform.binary", "true"),
    ("diff.terraform.command", "false"),
    ("diff.terraform.textconv", "echo same #"),
    ("diff.terraform.xfuncname", "^nothing$"),
    ("diff.wordRegex", "."),
    ("diff.wsErrorHighlight", "all"),
    ("extensions.preciousObjects", "true"),
    ("extensions.worktreeConfig", "true"),
    ("feature.experimental", "true"),
    ("feature.manyFiles", "true"),
    ("fetch.fsckObjects", "false"),
    ("filter.lfs.clean", "false"),
    ("format.pretty", "oneline"),
    ("fsck.skipList", "app.py"),
    ("gc.logExpiry", "now"),
    ("gitdir.x", "y"),
    ("gpg.format", "x509"),
    ("gpg.program", "false"),
    ("gpg.ssh.allowedSignersFile", "/nowhere"),
    ("gpg.ssh.revocationFile", "/nowhere"),
    ("grep.lineNumber", "true"),
    ("i18n.commitEncoding", "UTF-16"),
    ("i18n.logOutputEncoding", "latin1"),
    ("include.path", "../attributes-of-git"),
    ("index.version", "2"),
    ("init.defaultBranch", "feature"),
    ("log.date", "relative"),
    ("log.mailmap", "true"),
    ("log.showSignature", "true"),
    ("mailmap.file", "../mailmap"),
    ("merge.conflictStyle", "zdiff3"),
    ("merge.default", "union"),
    ("merge.directoryRenames", "false"),
    ("merge.ours.driver", "true"),
    ("merge.renameLimit", "1"),
    ("merge.renames", "false"),
    ("notes.displayRef", "refs/notes/other"),
    ("notes.gate.mergeStrategy", "ours"),
    ("notes.rewriteRef", "refs/notes/*"),
    ("pack.allowPackReuse", "false"),
    ("protocol.version", "0"),
    ("push.default", "nothing"),
    ("receive.denyDeletes", "false"),
    ("remote.origin.url", "file:///nowhere"),
    ("remote.pushDefault", "elsewhere"),
    ("safe.bareRepository", "explicit"),
    ("status.renames", "false"),
    ("status.showUntrackedFiles", "no"),
    ("submodule.recurse", "true"),
    ("tag.gpgSign", "true"),
    ("transfer.hideRefs", "refs/notes"),
    ("url.file:///nowhere/.insteadOf", "file://"),
    ("user.email", "grace@example.com"),
    ("user.name", "Grace Senior"),
    ("user.signingKey", "/nowhere"),
    ("user.useConfigOnly", "true"),
    ("worktree.guessRemote", "true"),
];

/// Writes a configuration file, and what its values name.
fn configure(folder: &Path, file: &Path, keys: &[(&str, &str)]) {
    fs::write(folder.join("attributes"), "* -diff -text binary merge=ours filter=lfs\n*\n").unwrap();
    fs::write(folder.join("attributes-of-git"), "[diff]\n\tnoIndex = true\n").unwrap();
    fs::write(folder.join("mailmap"), "Grace <grace@example.com> <ada@example.com>\n").unwrap();
    fs::create_dir_all(folder.join("elsewhere")).unwrap();
    for (key, value) in keys {
        let mut git = Command::new("git");
        git.env("GIT_CONFIG_NOSYSTEM", "1").arg("config").arg("--file").arg(file).args([key, value]);
        assert!(git.status().unwrap().success(), "{key}");
    }
}

#[test]
fn every_key_of_the_repository() {
    let matter = Matter::new();
    let (repo, usual, one) = (matter.repo(), matter.usual(), matter.one(AS_IT_IS));
    let file = repo.path().join(".git/config");
    let plain = fs::read(&file).unwrap();
    for key in KEYS {
        configure(&repo.beside(""), &file, &[*key]);
        assert_same(&format!("{} = {}", key.0, key.1), &matter.one(AS_IT_IS), &one);
        fs::write(&file, &plain).unwrap();
    }
    configure(&repo.beside(""), &file, KEYS);
    assert_same("all of them", &matter.both(repo, AS_IT_IS), &usual);
}

#[test]
fn every_key_of_the_user_and_the_machine() {
    let matter = Matter::new();
    let (repo, usual) = (matter.repo(), matter.usual());
    let home = repo.beside("home");
    configure(&repo.beside(""), &home.join(".gitconfig"), KEYS);
    let at_home = |command: &mut Command| {
        command.env_remove("GIT_CONFIG_GLOBAL").env_remove("GIT_CONFIG_NOSYSTEM");
    };
    assert_same("~/.gitconfig", &matter.both(repo, &at_home), &usual);
    let file = repo.beside("xdg/git").join("config");
    fs::rename(home.join(".gitconfig"), &file).unwrap();
    let elsewhere = |command: &mut Command| {
        at_home(command);
        command.env("XDG_CONFIG_HOME", repo.beside("xdg"));
    };
    assert_same("$XDG_CONFIG_HOME", &matter.both(repo, &elsewhere), &usual);
    let named = |command: &mut Command| {
        command
            .env("GIT_CONFIG_GLOBAL", &file)
            .env("GIT_CONFIG_SYSTEM", &file)
            .env_remove("GIT_CONFIG_NOSYSTEM");
    };
    assert_same("GIT_CONFIG_GLOBAL", &matter.both(repo, &named), &usual);
    let each = |command: &mut Command| {
        command.env("GIT_CONFIG_COUNT", KEYS.len().to_string());
        for (at, (key, value)) in KEYS.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
    };
    assert_same("GIT_CONFIG_COUNT", &matter.both(repo, &each), &usual);
}

/// Variables that git, or the library that reads for gate, or the system obeys.
const VARIABLES: &[(&str, &str)] = &[
    ("CLICOLOR_FORCE", "1"),
    ("COLUMNS", "20"),
    ("EDITOR", "false"),
    ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere"),
    ("GIT_ATTR_NOSYSTEM", "0"),
    ("GIT_ATTR_SOURCE", "HEAD"),
    ("GIT_CEILING_DIRECTORIES", "/"),
    ("GIT_COMMON_DIR", "/nowhere"),
    ("GIT_CONFIG", "/nowhere"),
    ("GIT_CONFIG_PARAMETERS", "'diff.external'='false'"),
    ("GIT_DEFAULT_HASH", "sha256"),
    ("GIT_DIFF_OPTS", "-u20"),
    ("GIT_DIR", "/nowhere"),
    ("GIT_DISCOVERY_ACROSS_FILESYSTEM", "0"),
    ("GIT_EXTERNAL_DIFF", "false"),
    ("GIT_GLOB_PATHSPECS", "1"),
    ("GIT_GRAFT_FILE", "/etc/passwd"),
    ("GIT_ICASE_PATHSPECS", "1"),
    ("GIT_INDEX_FILE", "/nowhere"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_MERGE_VERBOSITY", "5"),
    ("GIT_NAMESPACE", "other"),
    ("GIT_NOTES_DISPLAY_REF", "refs/notes/other"),
    ("GIT_NOTES_REF", "refs/notes/other"),
    ("GIT_NO_REPLACE_OBJECTS", "0"),
    ("GIT_OBJECT_DIRECTORY", "/nowhere"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PREFIX", "infra/"),
    ("GIT_REFLOG_ACTION", "other"),
    ("GIT_REF_PARANOIA", "0"),
    ("GIT_REPLACE_REF_BASE", "refs/heads/"),
    ("GIT_SHALLOW_FILE", "/nowhere"),
    ("GIT_TRACE", "1"),
    ("GIT_WORK_TREE", "/nowhere"),
    ("HOME", "/nowhere"),
    ("LANG", "tr_TR.UTF-8"),
    ("LANGUAGE", "de"),
    ("LC_ALL", "de_DE.UTF-8"),
    ("LC_ALL", "ja_JP.SJIS"),
    ("LC_CTYPE", "tr_TR.UTF-8"),
    ("NO_COLOR", "1"),
    ("PAGER", "false"),
    ("PREFIX", "/nowhere"),
    ("RAYON_NUM_THREADS", "1"),
    ("RUST_BACKTRACE", "full"),
    ("SSH_AUTH_SOCK", "/nowhere"),
    ("TERM", "xterm-256color"),
    ("TMPDIR", "/nowhere"),
    ("TZ", "Asia/Kathmandu"),
    ("TZ", "America/St_Johns"),
    ("TZ", "nonsense"),
    ("USER", "grace"),
    ("XDG_CONFIG_HOME", "/nowhere"),
];

#[test]
fn every_variable() {
    let matter = Matter::new();
    let (repo, usual, one) = (matter.repo(), matter.usual(), matter.one(AS_IT_IS));
    repo.git(&["notes", "--ref=other", "add", "-m", "another note", &matter.signed]);
    repo.git(&["replace", &matter.blocked, &matter.base]);
    for (name, value) in VARIABLES {
        let with = |command: &mut Command| {
            command.env(name, value);
        };
        assert_same(&format!("{name}={value}"), &matter.one(&with), &one);
    }
    let all = |command: &mut Command| {
        command.envs(VARIABLES.iter().copied());
    };
    assert_same("all of them", &matter.both(repo, &all), &usual);
    let none = |command: &mut Command| {
        command.env_clear();
    };
    assert_same("none at all", &matter.both(repo, &none), &usual);
}

/// What came later to a repository, and has no part in the change.
#[test]
fn whatever_else_is_in_the_repository() {
    let matter = Matter::new();
    let (repo, usual) = (matter.repo(), matter.usual());
    repo.write(".git/info/attributes", "* -diff binary\n");
    repo.write(".git/info/exclude", "*\n");
    repo.write(".mailmap", "Grace <grace@example.com> <ada@example.com>\n");
    repo.write(".gitattributes", "* -diff\n");
    repo.write("gate.toml", "broken");
    repo.write("infra/main.tf", "not committed\n");
    repo.git(&["replace", &matter.signed, &matter.base]);
    repo.git(&["tag", "main", &matter.blocked]);
    repo.git(&["tag", "feature", &matter.base]);
    repo.git(&["branch", "zzz", &matter.blocked]);
    repo.git(&["stash", "-q"]);
    repo.git(&["notes", "add", "-m", "a note of another kind", &matter.signed]);
    assert_same("what lies about", &matter.both(repo, AS_IT_IS), &usual);
    repo.git(&["switch", "-q", "--orphan", "empty"]);
    repo.commit_as(ADA, "Something else");
    assert_same("another branch", &matter.both(repo, AS_IT_IS), &usual);
}
