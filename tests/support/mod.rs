//! Real repositories for tests: made by the `git` program in a temporary folder, with
//! fixed people and dates and nothing of the machine's own git configuration.

#![allow(clippy::unwrap_used, reason = "a test that can't set up its repository fails")]
#![allow(dead_code, missing_docs, clippy::option_env_unwrap)]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

use tempfile::TempDir;

/// The author and committer of a test's commits unless it says otherwise.
pub const ADA: (&str, &str) = ("Ada Author", "ada@example.com");
/// Somebody else.
pub const GRACE: (&str, &str) = ("Grace Senior", "grace@example.com");

/// A repository in a temporary folder that goes away with it.
pub struct TestRepo {
    dir: TempDir,
    path: PathBuf,
    clock: AtomicI64,
}

/// What a run of `gate` said.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl TestRepo {
    /// Makes an empty repository on the branch `main`.
    pub fn new() -> Self {
        Self::init(&["init", "-q", "-b", "main"])
    }

    /// Makes an empty bare repository.
    pub fn bare() -> Self {
        Self::init(&["init", "-q", "--bare", "-b", "main"])
    }

    fn init(args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("repo");
        fs::create_dir_all(&path).unwrap();
        fs::create_dir_all(dir.path().join("home")).unwrap();
        let repo = Self { dir, path, clock: AtomicI64::new(1_700_000_000) };
        repo.git(args);
        repo
    }

    /// Clones this repository with the `git` program and these further arguments.
    pub fn cloned(&self, args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("repo");
        fs::create_dir_all(dir.path().join("home")).unwrap();
        let url = format!("file://{}", self.path.display());
        let mut all = vec!["clone", "-q"];
        all.extend(args);
        let target = path.display().to_string();
        all.extend([url.as_str(), target.as_str()]);
        self.git(&all);
        Self { dir, path, clock: AtomicI64::new(self.clock.load(Ordering::Relaxed) + 1_000_000) }
    }

    /// The work tree, or the bare repository itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An empty folder beside the repository, made on first use.
    pub fn beside(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// A program that runs in the repository and sees nothing of the machine's configuration.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).env_clear();
        for name in ["PATH", "TMPDIR", "SystemRoot"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let date = format!("@{} +0000", self.clock.load(Ordering::Relaxed));
        command
            .env("HOME", self.dir.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("GIT_AUTHOR_NAME", ADA.0)
            .env("GIT_AUTHOR_EMAIL", ADA.1)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", ADA.0)
            .env("GIT_COMMITTER_EMAIL", ADA.1)
            .env("GIT_COMMITTER_DATE", &date);
        command
    }

    /// Runs `git` and returns what it wrote, without the last line end; panics when it fails.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_with_input(args, b"")
    }

    /// Runs `git` with these bytes on its input.
    pub fn git_with_input(&self, args: &[&str], input: &[u8]) -> String {
        let output = run(self.command("git").args(args), input);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
    }

    /// Runs `git`, whatever comes of it.
    pub fn try_git(&self, args: &[&str]) -> Output {
        run(self.command("git").args(args), b"")
    }

    /// Writes a file of the work tree, with the folders it needs.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything in the work tree and returns the commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.commit_as(ADA, message)
    }

    /// Commits everything in the work tree as somebody, and returns the commit's id.
    pub fn commit_as(&self, (name, email): (&str, &str), message: &str) -> String {
        self.tick();
        self.git(&["add", "-A"]);
        let mut command = self.command("git");
        command.args(["commit", "-q", "--allow-empty", "--allow-empty-message", "-F", "-"]);
        command.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
        command.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", email);
        let output = run(&mut command, message.as_bytes());
        assert!(output.status.success(), "git commit: {}", String::from_utf8_lossy(&output.stderr));
        self.rev("HEAD")
    }

    /// Writes these files, commits everything and returns the commit's id.
    pub fn commit_files(&self, files: &[(&str, &str)], message: &str) -> String {
        for (path, content) in files {
            self.write(path, content);
        }
        self.commit(message)
    }

    /// Writes an object as it is, however malformed, and returns its id.
    pub fn raw_object(&self, kind: &str, bytes: &[u8]) -> String {
        self.git_with_input(&["hash-object", "-t", kind, "-w", "--literally", "--stdin"], bytes)
    }

    /// Returns the full id of a revision.
    pub fn rev(&self, revision: &str) -> String {
        self.git(&["rev-parse", "--verify", revision])
    }

    /// Moves the clock of the next commits on by a minute.
    pub fn tick(&self) {
        self.clock.fetch_add(60, Ordering::Relaxed);
    }

    /// Runs the `gate` binary (integration tests only).
    pub fn gate(&self, args: &[&str]) -> Run {
        self.gate_with(args, &[], b"")
    }

    /// Runs the `gate` binary with these variables and these bytes on its input.
    pub fn gate_with(&self, args: &[&str], variables: &[(&str, &str)], input: &[u8]) -> Run {
        let binary =
            option_env!("CARGO_BIN_EXE_gate").expect("the binary is there in integration tests only");
        let output = run(self.command(binary).args(args).envs(variables.iter().copied()), input);
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that ends without reading its input is no failure of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}
