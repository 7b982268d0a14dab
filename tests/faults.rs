//! Killed in the middle, a disk that is full or broken, two at once, garbage in the repository:
//! a sign-off is whole or absent, the next run heals, and a fault never makes a verdict laxer.
//!
//! Faults are put under system calls by `strace`: under some of those that a run makes, and with
//! `GATE_FAULTS=all` under each, one after the other until a run gets through without meeting any.
//! Where `strace` can't be run these tests say so, and with `GATE_FAULTS` set to anything they fail.

#![cfg(target_os = "linux")]
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
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop, has, refused, said};

const GATE: &str = env!("CARGO_BIN_EXE_gate");
const NOTES: &str = "refs/notes/gate";

/// A shop with a change that waits for grace, and as many copies of it as are asked for.
struct Copies {
    shop: Shop,
    made: AtomicUsize,
}

/// What a run under a fault came to.
struct Struck {
    output: Output,
    /// Whether the fault was met at all.
    met: bool,
}

impl Copies {
    fn new() -> Self {
        let shop = Shop::new(ONE_TEAM);
        shop.rename_bucket();
        Self { shop, made: AtomicUsize::new(0) }
    }

    fn of(&self, folder: &Path) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let copy = self.shop.repo.path().parent().unwrap().join(format!("copy-{number}"));
        let status = Command::new("cp").arg("-a").arg(folder).arg(&copy).status().unwrap();
        assert!(status.success());
        copy
    }

    fn command(&self, folder: &Path, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.shop.repo.command(program);
        command.args(arguments).current_dir(folder);
        command
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.command(folder, "git", arguments).output().unwrap()
    }

    fn sign(&self) -> [String; 3] {
        ["sign".to_owned(), "--key".to_owned(), self.shop.key("grace")]
    }

    /// Runs gate so that each of its processes meets the fault at the `at`th of these calls.
    fn strike(&self, folder: &Path, calls: &str, fault: &str, at: usize, arguments: &[String]) -> Struck {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let log = folder.with_file_name(format!("{number}.log"));
        // With a filter, strace puts no signal under a call.
        let flags: &[&str] =
            if fault.starts_with("signal") { &["-f", "-o"] } else { &["-f", "--seccomp-bpf", "-o"] };
        let mut command = self.command(folder, "strace", flags);
        command.arg(&log).arg(format!("-etrace={calls}"));
        command.arg(format!("-einject={calls}:{fault}:when={at}")).arg(GATE).args(arguments);
        let output = command.output().unwrap();
        let log = fs::read(&log).unwrap();
        let log = String::from_utf8_lossy(&log);
        let met = log.contains("(INJECTED)") || log.contains("killed by SIGKILL");
        Struck { output, met }
    }

    /// Strikes one call after the other, several at a time, until none is met any more.
    ///
    /// Returns how many were.
    fn strike_each(&self, calls: &str, fault: &str, each: &(dyn Fn(usize) -> bool + Sync)) -> usize {
        let step = if std::env::var_os("GATE_FAULTS").is_some_and(|faults| faults == "all") { 1 } else { 6 };
        let next = AtomicUsize::new(1);
        let last = AtomicUsize::new(usize::MAX);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(step, Ordering::Relaxed);
                        assert!(at < 2_000, "{calls}: no end");
                        if at >= last.load(Ordering::Relaxed) {
                            break;
                        }
                        if !each(at) {
                            last.fetch_min(at, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let met = (last.into_inner() - 1).div_ceil(step);
        eprintln!("{calls} {fault}: {met} struck");
        met
    }

    /// Tells whether grace's sign-off is there, having made sure that nothing is there by halves.
    #[track_caller]
    fn is_signed(&self, folder: &Path, what: &str) -> bool {
        let fsck = self.git(folder, &["fsck", "--strict", "--no-dangling"]);
        assert!(fsck.status.success(), "{what}: {}", String::from_utf8_lossy(&fsck.stderr));
        let notes = self.git(folder, &["notes", "--ref=gate", "show", "feature"]);
        let signed = notes.status.success();
        let check = self.command(folder, GATE, &["check"]).output().unwrap();
        let code = check.status.code();
        assert_eq!(code, Some(i32::from(!signed)), "{what}: {}", String::from_utf8_lossy(&check.stderr));
        if signed {
            let log = self.git(folder, &["ls-tree", "-r", NOTES]);
            assert_eq!(String::from_utf8_lossy(&log.stdout).lines().count(), 2, "{what}");
        }
        signed
    }
}

/// Tells whether faults can be put under system calls here.
fn can_strike() -> bool {
    let works = Command::new("strace")
        .args(["-f", "--seccomp-bpf", "-o", "/dev/null", "-etrace=fsync", "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !works {
        let message = "NOT SHOWN: `strace` can't be run here, so no fault was tried";
        assert!(std::env::var_os("GATE_FAULTS").is_none(), "{message}");
        eprintln!("{message}");
    }
    works
}

/// The calls by which a repository is changed.
const CHANGING: [&str; 6] = [
    "write,pwrite64",
    "rename,renameat,renameat2",
    "fsync,fdatasync",
    "link,linkat,symlink",
    "mkdir,mkdirat",
    "unlink,unlinkat",
];

fn strike_sign(fault: &str) {
    if !can_strike() {
        return;
    }
    let copies = Copies::new();
    let mut all = 0;
    for calls in CHANGING {
        all += copies.strike_each(calls, fault, &|at| {
            let copy = copies.of(copies.shop.repo.path());
            let what = format!("{fault} at {calls} {at}");
            let struck = copies.strike(&copy, calls, fault, at, &copies.sign());
            let signed = copies.is_signed(&copy, &what);
            let told = struck.output.status.success();
            assert!(signed || !told, "{what}: success was told and nothing is there");
            let again = copies.command(&copy, GATE, &[]).args(copies.sign()).output().unwrap();
            let said = String::from_utf8_lossy(&again.stderr);
            assert!(again.status.success(), "{what}: the next run does not heal: {said}");
            assert_eq!(copies.command(&copy, GATE, &["check"]).status().unwrap().code(), Some(0), "{what}");
            fs::remove_dir_all(&copy).unwrap();
            struck.met
        });
    }
    assert!(all > 8, "only {all} calls were struck");
}

#[test]
fn sign_killed_at_each_change_is_whole_or_absent_and_heals() {
    strike_sign("signal=KILL");
}

#[test]
fn sign_on_a_full_disk_is_whole_or_absent_and_heals() {
    strike_sign("error=ENOSPC");
}

#[test]
fn sign_on_a_broken_disk_is_whole_or_absent_and_heals() {
    strike_sign("error=EIO");
}

/// Both a fetch and a push, with lines on either side.
fn strike_sync(fault: &str) {
    if !can_strike() {
        return;
    }
    let copies = Copies::new();
    let server = TestRepo::bare();
    let url = format!("file://{}", server.path().display());
    copies.shop.repo.git(&["remote", "add", "origin", &url]);
    copies.shop.repo.git(&["push", "-q", "origin", "main", "feature"]);
    let other = server.cloned(&["-b", "feature"]);
    said(&copies.shop.by_in(&other, "linus", &["sign", "origin/main..", "--push"]), 0);
    said(&copies.shop.by("grace", &["sign"]), 0);
    let mut all = 0;
    for calls in CHANGING {
        all += copies.strike_each(calls, fault, &|at| {
            let (here, there) = (copies.of(copies.shop.repo.path()), copies.of(server.path()));
            let what = format!("{fault} at {calls} {at}");
            copies.git(&here, &["remote", "set-url", "origin", &there.display().to_string()]);
            let struck = copies.strike(&here, calls, fault, at, &["sync".to_owned()]);
            let lines = |folder: &Path| {
                let fsck = copies.git(folder, &["fsck", "--strict", "--no-dangling"]);
                assert!(fsck.status.success(), "{what}: {}", String::from_utf8_lossy(&fsck.stderr));
                let show =
                    copies.git(folder, &["notes", "--ref=gate", "show", &copies.shop.repo.rev("feature")]);
                assert!(show.status.success(), "{what}: the notes are gone");
                String::from_utf8(show.stdout).unwrap()
            };
            let (ours, theirs) = (lines(&here), lines(&there));
            has(&ours, &["\"by\":\"grace\""]);
            has(&theirs, &["\"by\":\"linus\""]);
            if struck.output.status.success() {
                has(&(ours + &theirs), &["\"by\":\"linus\"", "\"by\":\"grace\""]);
                has(&theirs, &["\"by\":\"grace\""]);
            }
            // The server is another machine: what git leaves behind there is its keeper's to remove.
            drop(fs::remove_file(there.join("refs/notes/gate.lock")));
            let again = copies.command(&here, GATE, &["sync"]).output().unwrap();
            let said = String::from_utf8_lossy(&again.stderr);
            assert!(again.status.success(), "{what}: the next run does not heal: {said}");
            assert_eq!(lines(&here), lines(&there), "{what}");
            has(&lines(&here), &["\"by\":\"linus\"", "\"by\":\"grace\""]);
            fs::remove_dir_all(&here).unwrap();
            fs::remove_dir_all(&there).unwrap();
            struck.met
        });
    }
    assert!(all > 8, "only {all} calls were struck");
}

#[test]
fn sync_killed_at_each_change_loses_nothing_and_heals() {
    strike_sync("signal=KILL");
}

#[test]
fn sync_on_a_full_disk_loses_nothing_and_heals() {
    strike_sync("error=ENOSPC");
}

/// Whatever can't be read, a change that is blocked does not pass.
#[test]
fn no_read_that_fails_lets_a_blocked_change_pass() {
    if !can_strike() {
        return;
    }
    let copies = Copies::new();
    let folder = copies.shop.repo.path();
    for (calls, fault) in [
        ("openat", "error=EACCES"),
        ("openat", "error=EMFILE"),
        ("read,pread64", "error=EIO"),
        ("read,pread64", "retval=0"),
        ("mmap", "error=ENOMEM"),
        ("getdents64", "error=EIO"),
        ("newfstatat,fstat,lstat,stat,statx", "error=EIO"),
    ] {
        copies.strike_each(calls, fault, &|at| {
            let struck = copies.strike(folder, calls, fault, at, &["check".to_owned()]);
            let said = String::from_utf8_lossy(&struck.output.stderr);
            let status = struck.output.status;
            assert_ne!(status.code(), Some(0), "{fault} at {calls} {at}");
            // Without memory a program does not get as far as its own first line.
            assert!(status.signal().is_none() || calls == "mmap", "{fault} at {calls} {at}: {said}");
            struck.met
        });
    }
}

/// Before success is told, each new object and the ref have been written through to the disk.
/// As in a container that allows so many processes and no more.
#[test]
fn where_no_thread_can_be_made_the_answer_is_the_same() {
    if !can_strike() {
        return;
    }
    let copies = Copies::new();
    let folder = copies.shop.repo.path();
    let alone = copies.shop.repo.gate(&["check", "--format", "json"]);
    let calls = ["-f", "-etrace=clone,clone3", "-einject=clone,clone3:error=EAGAIN", "-o", "/dev/null"];
    let mut command = copies.command(folder, "strace", &calls);
    let output = command.arg(GATE).args(["check", "--format", "json"]).output().unwrap();
    assert_eq!((output.status.code(), alone.code), (Some(1), 1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), alone.stdout);
}

#[test]
fn a_sign_off_is_on_the_disk_before_success_is_told() {
    if !can_strike() {
        return;
    }
    let copies = Copies::new();
    let folder = copies.of(copies.shop.repo.path());
    let log = folder.with_extension("log");
    let mut command = copies.command(&folder, "strace", &["-f", "-y", "-o"]);
    command.arg(&log).arg("-etrace=fsync,rename,link,write").arg(GATE).args(copies.sign());
    assert!(command.output().unwrap().status.success());
    let log = fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    let position = |words: &[&str]| {
        lines.iter().position(|line| words.iter().all(|word| line.contains(word))).unwrap_or(usize::MAX)
    };
    let told = position(&["write(1", "signed 1 hunk"]);
    let moved =
        ["rename(", "link("].map(|call| position(&[call, "refs/notes/gate.lock"])).into_iter().min().unwrap();
    assert!(
        position(&["fsync(", "refs/notes/gate.lock"]) < moved && moved < told && told < usize::MAX,
        "{log}"
    );
    let synced =
        lines[..moved].iter().filter(|line| line.contains("fsync(") && line.contains("objects/")).count();
    let objects = lines[..moved].iter().filter(|line| {
        (line.contains("link(") || line.contains("rename("))
            && line.contains("/objects/")
            && line.contains("tmp_")
    });
    let objects = objects.count();
    assert!(objects >= 6 && synced >= objects, "{synced} of {objects} are synced:\n{log}");
}

#[test]
fn lock_files_left_over_stop_nobody_for_long() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    for lock in
        ["index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "refs/notes/gate.lock", "gc.pid"]
    {
        repo.write(&format!(".git/{lock}"), "");
    }
    assert_eq!(repo.gate(&["check"]).code, 1);
    said(&copies.shop.by("grace", &["sign"]), 0);
    assert_eq!(repo.gate(&["check"]).code, 0);
    assert!(!repo.path().join(".git/refs/notes/gate.lock").exists());
    assert!(repo.path().join(".git/index.lock").exists(), "a lock that is none of gate's is gone");
}

/// Root may write everywhere, so a file stands where a folder should be.
#[test]
fn read_only_repository_is_judged_and_not_signed() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    let objects = repo.path().join(".git/objects");
    repo.git(&["repack", "-q", "-a", "-d"]);
    for byte in 0..=255 {
        fs::write(objects.join(format!("{byte:02x}")), "").unwrap();
    }
    for folder in [".git/objects", ".git/refs/notes", ".git/refs", ".git"] {
        let folder = repo.path().join(folder);
        if folder.exists() {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
        }
    }
    assert_eq!(repo.gate(&["check"]).code, 1);
    let said = refused(&copies.shop.by("grace", &["sign"]));
    has(&said, &["the notes can't be written; nothing was recorded", "help: "]);
    assert_eq!(copies.shop.notes(), "");
    fs::set_permissions(repo.path().join(".git"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Each object of the repository in turn, gone or broken: never a pass, never a crash, and an end.
#[test]
fn no_object_that_is_broken_or_gone_lets_a_blocked_change_pass() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    said(&copies.shop.by("mary", &["sign"]), 0);
    let mut missed = 0;
    for id in ids(repo) {
        let file = loose_file(repo, &id);
        let whole = fs::read(&file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        for broken in [None, Some(""), Some("junk")] {
            match broken {
                Some(bytes) => fs::write(&file, bytes).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            missed += usize::from(is_missed(&repo.gate(&["check"])));
        }
        fs::write(&file, whole).unwrap();
    }
    assert_eq!(repo.gate(&["check"]).code, 1);
    assert!(missed > 20, "only {missed} of them were missed");
}

/// libgit2 reads such a file for ever.
#[test]
fn object_whose_file_is_cut_off_is_an_error_and_no_endless_loop() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    for id in ["feature", "main:infra/main.tf"].map(|name| repo.rev(name)) {
        let file = loose_file(repo, &id);
        let whole = fs::read(&file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&file, &whole[..whole.len() - 6]).unwrap();
        let run = repo.gate(&["check"]);
        assert!(is_missed(&run), "{id}");
        has(&run.stderr, &[&id, "its file is cut off or damaged"]);
        fs::write(&file, whole).unwrap();
    }
}

/// Bits that flip in a pack are found by its reader, or are in what nobody needs.
#[test]
fn pack_with_flipped_bits_never_lets_a_blocked_change_pass() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    repo.git(&["gc", "-q", "--prune=now"]);
    for entry in fs::read_dir(repo.path().join(".git/objects/pack")).unwrap() {
        let file = entry.unwrap().path();
        let whole = fs::read(&file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        for part in 0..24 {
            let mut flipped = whole.clone();
            let at = (whole.len() - 1) * part / 23;
            flipped[at] ^= 1 << (part % 8);
            fs::write(&file, flipped).unwrap();
            is_missed(&repo.gate(&["check"]));
        }
        for rest in [0, 11, whole.len() / 2, whole.len() - 1] {
            fs::write(&file, &whole[..rest]).unwrap();
            is_missed(&repo.gate(&["check"]));
        }
        fs::write(&file, whole).unwrap();
    }
    assert_eq!(repo.gate(&["check"]).code, 1);
}

fn ids(repo: &TestRepo) -> Vec<String> {
    let all = repo.git(&["rev-list", "--objects", "--all"]);
    all.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn loose_file(repo: &TestRepo, id: &str) -> PathBuf {
    let (folder, rest) = id.split_at(2);
    repo.path().join(".git/objects").join(folder).join(rest)
}

/// Tells whether what is broken was needed; a blocked change stays blocked where it was not.
#[track_caller]
fn is_missed(run: &support::Run) -> bool {
    assert!(matches!(run.code, 1 | 2), "exit {}: {}", run.code, run.stderr);
    if run.code == 2 {
        assert_eq!(run.stdout, "", "an answer and an error");
        has(&run.stderr, &["help: "]);
    }
    run.code == 2
}

#[test]
fn git_gc_at_the_same_time_changes_no_answer() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    let folder = repo.path().to_owned();
    let mut gc = copies.command(&folder, "sh", &["-c"]);
    gc.arg(
        "for i in 1 2 3 4 5 6; do git repack -q -a -d -f; git gc -q --prune=now; git pack-refs --all; done",
    );
    let mut gc = gc.spawn().unwrap();
    let mut checks = 0;
    while gc.try_wait().unwrap().is_none() {
        let run = repo.gate(&["check"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        checks += 1;
    }
    assert!(checks > 0);
    // Not `repack -a -d`: that throws away what nothing leads to yet, as what is being written.
    let mut gc = copies.command(&folder, "sh", &["-c"]);
    let mut gc = gc.arg("for i in 1 2 3 4; do git gc -q; git repack -q -A -d; done").spawn().unwrap();
    let mut signed = 0;
    while gc.try_wait().unwrap().is_none() || signed == 0 {
        said(&copies.shop.by("grace", &["sign"]), 0);
        signed += 1;
    }
    assert!(gc.wait().unwrap().success());
    assert_eq!(repo.gate(&["check"]).code, 0);
    repo.git(&["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn two_gates_at_once_both_record() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    thread::scope(|scope| {
        for name in ["grace", "linus", "mary"] {
            let mut command = copies.command(repo.path(), GATE, &["sign", "--key", &copies.shop.key(name)]);
            scope.spawn(move || assert!(command.output().unwrap().status.success()));
        }
        for _ in 0..3 {
            let mut command = copies.command(repo.path(), GATE, &["check"]);
            scope.spawn(move || assert!(matches!(command.output().unwrap().status.code(), Some(0 | 1))));
        }
    });
    let notes = repo.git(&["notes", "--ref=gate", "show", "feature"]);
    assert_eq!(notes.lines().count(), 3);
}

/// Runs gate so many years from now, or before, and returns how it ended; `None` where `faketime` can't be run.
fn years_away(copies: &Copies, years: i32, arguments: &[&str]) -> Option<i32> {
    let then = format!("{years:+}y");
    let arguments = [&["-f", &then, GATE], arguments].concat();
    match copies.command(copies.shop.repo.path(), "faketime", &arguments).output() {
        Ok(output) => output.status.code(),
        Err(error) if std::env::var_os("GATE_FAULTS").is_none() => {
            eprintln!("skipped: faketime can't be run: {error}");
            None
        }
        Err(error) => panic!("GATE_FAULTS is set, and faketime can't be run: {error}"),
    }
}

#[test]
fn clock_of_the_judge_or_of_the_signer_that_is_years_off_makes_no_answer_laxer() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    let key = copies.shop.key("grace");
    let Some(unsigned) = years_away(&copies, 20, &["check"]) else { return };
    assert_eq!(unsigned, 1);
    // A statement of the day after tomorrow is none yet, and waits.
    assert_eq!(years_away(&copies, 20, &["sign", "--key", &key]), Some(0));
    has(&said(&repo.gate(&["check"]), 1), &["blocked: 1 of 1 hunk"]);
    assert_eq!(years_away(&copies, 20, &["check"]), Some(0));
    // One of today is none for a judge who lives in the past.
    said(&copies.shop.by("grace", &["sign"]), 0);
    said(&repo.gate(&["check"]), 0);
    assert_eq!(years_away(&copies, 20, &["check"]), Some(0));
    assert_eq!(years_away(&copies, -20, &["check"]), Some(1));
}

/// Here it is those who commit whose clocks are off.
#[test]
fn dates_of_commits_that_are_years_off_change_no_answer() {
    for (before, after) in
        [("@4102444800 +0000", "@1 +0000"), ("@1 -1200", "@4102444800 +1400"), ("@0 +0000", "@0 +0000")]
    {
        let copies = Copies::new();
        let repo = &copies.shop.repo;
        let rewrite = |date: &str, range: &str| {
            let mut git = copies.command(repo.path(), "git", &["rebase", "-q", "--force-rebase"]);
            git.arg("--committer-date-is-author-date").args(range.split(' '));
            git.arg("-x")
                .arg(format!("GIT_COMMITTER_DATE='{date}' git commit -q --amend --no-edit --date='{date}'"));
            let output = git.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        repo.git(&["switch", "-q", "main"]);
        rewrite(before, "--root main");
        repo.git(&["switch", "-q", "feature"]);
        rewrite(after, "--onto main feature~1 feature");
        has(&said(&repo.gate(&["check"]), 1), &["blocked: 1 of 1 hunk"]);
        said(&copies.shop.by("grace", &["sign"]), 0);
        said(&repo.gate(&["check"]), 0);
    }
}

#[test]
fn repository_on_a_case_folding_disk_is_judged_the_same() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    repo.write("INFRA/Main.TF", "resource \"a\" \"b\" {}\n");
    repo.commit("In capitals");
    let args = ["check", "--format", "json"];
    let usual = repo.gate(&args);
    assert_eq!(usual.code, 1);
    for (ignore, precompose) in [("true", "true"), ("true", "false"), ("false", "true")] {
        repo.git(&["config", "core.ignoreCase", ignore]);
        repo.git(&["config", "core.precomposeUnicode", precompose]);
        assert_eq!(repo.gate(&args).stdout, usual.stdout);
    }
}

#[test]
fn repository_of_another_kind_is_refused_with_the_way_out() {
    let copies = Copies::new();
    let repo = &copies.shop.repo;
    for (format, kind) in [("--object-format=sha256", "SHA-256"), ("--ref-format=reftable", "a reftable")] {
        let folder = repo.beside("other").join(kind);
        repo.git(&["init", "-q", format, &folder.display().to_string()]);
        let run = repo.gate(&["check", "--repo", &folder.display().to_string()]);
        let said = refused(&run);
        has(&said, &[kind, "help: "]);
    }
}
