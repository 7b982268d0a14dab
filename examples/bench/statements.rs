//! What recorded statements cost those who add to them, list them and share them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::generate::{self, Change};
use super::measure::POLICY;

/// How many statements there are, and how many a day brings.
const MANY: u64 = 100_000;
const DAY: u64 = 1_000;

/// A key, and a policy by which its owner must sign everything.
pub struct Signer {
    /// The key.
    pub key: PathBuf,
    /// The policy's text.
    pub policy: String,
}

impl Signer {
    /// Makes a key in this folder.
    pub fn new(folder: &Path) -> Result<Self> {
        let key = folder.join("key");
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status()?;
        ensure!(made.success(), "ssh-keygen failed");
        let public = std::fs::read_to_string(key.with_extension("pub"))?;
        let public = public.trim();
        let policy = format!(
            "{POLICY}project = \"example.com/bench\"\n[people.ada]\nemails = [\"ada@example.com\"]\nkeys = [\"{public}\"]\n[teams]\nplatform = [\"ada\"]\n[sign-off]\nrequired = [{{ team = \"platform\", count = 1 }}]\n[[rule]]\nid = \"all\"\ncategory = \"config\"\npaths = [\"**\"]\nwhy = \"To have something signed.\"\n"
        );
        Ok(Self { key, policy })
    }
}

/// Two repositories that differ in how many statements they hold, each with one to sync with.
struct Pair<'a> {
    gate: &'a Path,
    change: &'a Change,
    policy: &'a Path,
    key: &'a Path,
    repos: [PathBuf; 2],
    runs: usize,
}

/// Measures `sign`, `log` and `sync` without statements and with 100,000, in turn.
pub fn measure(
    gate: &Path,
    repo: &Path,
    change: &Change,
    (policy, key): (&Path, &Path),
    runs: usize,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut repos = Vec::new();
    for (name, count) in [("none", 0), ("many", MANY)] {
        let made = folder.path().join(name);
        let path = made.display().to_string();
        generate::git(repo, &["clone", "--quiet", "--bare", "--no-local", ".", &path])?;
        if count > 0 {
            generate::sign_offs(&made, 0..count)?;
        }
        let there = format!("{path}-there");
        generate::git(&made, &["clone", "--quiet", "--mirror", "--shared", ".", &there])?;
        generate::git(&made, &["remote", "set-url", "origin", &there])?;
        repos.push(made);
    }
    let [none, many] = repos.try_into().map_err(|_repos| anyhow::anyhow!("two were made"))?;
    let pair = Pair { gate, change, policy, key, repos: [none, many], runs };
    pair.print()
}

impl Pair<'_> {
    fn print(&self) -> Result<()> {
        anstream::println!("\n{:<34} {:>14} {:>14} {:>7}", "", "none: ms", "100,000: ms", "ratio");
        self.row("gate log", &|_, _| Ok(()), &|repo| self.judging("log", repo))?;
        let signing = |repo: &Path| {
            let mut command = self.judging("sign", repo);
            command.arg("--key").arg(self.key);
            command
        };
        // Each run leaves what it wrote; that of all runs together is little beside what there is.
        self.row("gate sign", &|_, _| Ok(()), &signing)?;
        let syncing = |repo: &Path| {
            let mut command = Command::new(self.gate);
            command.arg("sync").arg("--repo").arg(repo);
            command
        };
        let nothing = |repo: &Path, _: u64| self.time(syncing(repo)).map(drop);
        self.row("gate sync, nothing new", &nothing, &syncing)?;
        let day = |repo: &Path, run: u64| {
            let first = MANY + (run + 1) * DAY;
            generate::sign_offs(repo, first..first + DAY)
        };
        self.row("gate sync, 1,000 new sign-offs", &day, &syncing)
    }

    /// Prints the medians of a command in both repositories, having prepared each run of it.
    fn row(
        &self,
        name: &str,
        prepare: &dyn Fn(&Path, u64) -> Result<()>,
        command: &dyn Fn(&Path) -> Command,
    ) -> Result<()> {
        let mut took = [Vec::new(), Vec::new()];
        for run in 0..self.runs as u64 {
            for (repo, took) in self.repos.iter().zip(&mut took) {
                prepare(repo, run)?;
                took.push(self.time(command(repo))?);
            }
        }
        let [none, many] = took.map(|mut took| {
            took.sort();
            took[took.len() / 2].as_secs_f64() * 1000.0
        });
        anstream::println!("{name:<34} {none:>14.1} {many:>14.1} {:>7.2}", many / none);
        Ok(())
    }

    fn judging(&self, what: &str, repo: &Path) -> Command {
        let mut command = Command::new(self.gate);
        command.args([what, "--base", &self.change.base, "--target", "main", "--head", &self.change.head]);
        command.arg("--repo").arg(repo).arg("--policy").arg(self.policy);
        command
    }

    fn time(&self, mut command: Command) -> Result<Duration> {
        let started = Instant::now();
        let output = command.stdout(Stdio::null()).output().context("can't run gate")?;
        let took = started.elapsed();
        ensure!(output.status.code() == Some(0), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(took)
    }
}
