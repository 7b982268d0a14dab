//! Two commands in turn, whole processes, and what they cost.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Measures changes of one repository.
pub struct Bench {
    repo: PathBuf,
    gate: PathBuf,
    policy: tempfile::NamedTempFile,
    runs: usize,
}

/// What one change cost.
pub struct Row {
    name: String,
    files: usize,
    hunks: usize,
    git: Duration,
    gate: Duration,
    ratio: f64,
}

impl Bench {
    /// Prepares to judge by nothing but the recommended pack.
    pub fn new(repo: &Path, gate: &Path, runs: usize) -> Result<Self> {
        let policy = tempfile::NamedTempFile::with_suffix(".toml")?;
        std::fs::write(policy.path(), "version = 1\nextends = [\"gate:recommended\"]\n")?;
        Ok(Self { repo: repo.to_owned(), gate: gate.to_owned(), policy, runs: runs.max(1) })
    }

    /// Times both commands on the change between two commits.
    pub fn compare(&self, name: &str, base: &str, head: &str) -> Result<Row> {
        let report = self.gate(base, head).output().context("can't run gate")?;
        let report: serde_json::Value = serde_json::from_slice(&report.stdout)
            .with_context(|| format!("gate gave no report: {}", String::from_utf8_lossy(&report.stderr)))?;
        let figure = |field: &str| report["summary"][field].as_u64().unwrap_or(0) as usize;
        self.time(self.git(base, head))?;
        let (mut git, mut gate, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let theirs = self.time(self.git(base, head))?;
            let ours = self.time(self.gate(base, head))?;
            ratios.push(ours.as_secs_f64() / theirs.as_secs_f64());
            git.push(theirs);
            gate.push(ours);
        }
        git.sort();
        gate.sort();
        ratios.sort_by(f64::total_cmp);
        let middle = self.runs / 2;
        Ok(Row {
            name: name.to_owned(),
            files: figure("files"),
            hunks: figure("hunks"),
            git: git[middle],
            gate: gate[middle],
            ratio: ratios[middle],
        })
    }

    fn git(&self, base: &str, head: &str) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.repo).args(["diff", "-M", base, head]);
        command
    }

    fn gate(&self, base: &str, head: &str) -> Command {
        let mut command = Command::new(&self.gate);
        command.args(["check", "--format", "json", "--base", base, "--head", head]);
        command.arg("--repo").arg(&self.repo).arg("--policy").arg(self.policy.path());
        command
    }

    fn time(&self, mut command: Command) -> Result<Duration> {
        let started = Instant::now();
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        let took = started.elapsed();
        match status.code() {
            Some(0 | 1) => Ok(took),
            other => bail!("{command:?} ended with {other:?}"),
        }
    }
}

impl Row {
    /// Prints what the columns are.
    pub fn heading() {
        anstream::println!(
            "{:<34} {:>6} {:>7} {:>10} {:>10} {:>7}",
            "change",
            "files",
            "hunks",
            "git ms",
            "gate ms",
            "ratio"
        );
    }

    /// Prints the medians.
    pub fn print(&self) {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        anstream::println!(
            "{:<34} {:>6} {:>7} {:>10.1} {:>10.1} {:>7.2}",
            self.name,
            self.files,
            self.hunks,
            ms(self.git),
            ms(self.gate),
            self.ratio
        );
    }
}
