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

/// The policy of the measurements.
pub const POLICY: &str = "version = 1\nextends = [\"gate:recommended\"]\n";

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
        std::fs::write(policy.path(), POLICY)?;
        Ok(Self { repo: repo.to_owned(), gate: gate.to_owned(), policy, runs: runs.max(1) })
    }

    /// Judges by another policy from here on.
    pub fn judge_by(&self, policy: &str) -> Result<()> {
        Ok(std::fs::write(self.policy.path(), policy)?)
    }

    /// Where the policy is.
    pub fn policy(&self) -> &Path {
        self.policy.path()
    }

    /// Tells the most memory that both commands take, in MiB: git's and gate's.
    pub fn memory(&self, base: &str, head: &str) -> Result<[f64; 2]> {
        Ok([peak(&self.git(base, head))?, peak(&self.gate(base, head))?])
    }

    /// Times both commands on the change between two commits.
    pub fn compare(&self, name: &str, base: &str, head: &str) -> Result<Row> {
        let merge_base =
            Command::new("git").arg("-C").arg(&self.repo).args(["merge-base", base, head]).output()?;
        let merge_base = String::from_utf8(merge_base.stdout)?;
        // What gate shows begins there: where the target has not moved on, it is the base.
        let merge_base = merge_base.trim();
        let report = self.gate(base, head).output().context("can't run gate")?;
        let report: serde_json::Value = serde_json::from_slice(&report.stdout)
            .with_context(|| format!("gate gave no report: {}", String::from_utf8_lossy(&report.stderr)))?;
        let figure = |field: &str| report["summary"][field].as_u64().unwrap_or(0) as usize;
        self.time(self.git(merge_base, head))?;
        let (mut git, mut gate, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let theirs = self.time(self.git(merge_base, head))?;
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
    /// Returns what was measured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the milliseconds that git took.
    pub fn git(&self) -> f64 {
        self.git.as_secs_f64() * 1_000.0
    }

    /// Returns the milliseconds that gate took.
    pub fn gate(&self) -> f64 {
        self.gate.as_secs_f64() * 1_000.0
    }

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

/// Runs a command under GNU time and returns the most memory that it took, in MiB.
fn peak(command: &Command) -> Result<f64> {
    let file = tempfile::NamedTempFile::new()?;
    let mut timed = Command::new("time");
    timed.args(["-f", "%M", "-o"]).arg(file.path()).arg(command.get_program()).args(command.get_args());
    timed.stdout(Stdio::null()).stderr(Stdio::null()).status().context("memory is measured by GNU time")?;
    let text = std::fs::read_to_string(file.path())?;
    let kilobytes: f64 = text.lines().last().unwrap_or_default().trim().parse()?;
    Ok(kilobytes / 1024.0)
}
