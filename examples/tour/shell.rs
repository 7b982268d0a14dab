//! Running git, ssh-keygen and gate so that nothing of the user's own settings is in the story.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

/// Where commands of the story run.
pub struct Shell {
    home: PathBuf,
    repo: PathBuf,
    gate: PathBuf,
}

/// Somebody of the story, as git should name them.
#[derive(Clone, Copy)]
pub struct Someone {
    pub name: &'static str,
    pub email: &'static str,
}

impl Shell {
    /// Makes the folders `home` and `shop` inside of `folder`.
    pub fn new(folder: &Path, gate: &Path) -> Result<Self> {
        let shell = Self { home: folder.join("home"), repo: folder.join("shop"), gate: gate.to_owned() };
        std::fs::create_dir_all(&shell.home)?;
        std::fs::create_dir_all(&shell.repo)?;
        Ok(shell)
    }

    /// Returns the folder of the repository.
    pub fn repo(&self) -> &Path {
        &self.repo
    }

    /// Runs git as somebody, on a day of the story.
    pub fn git(&self, who: Someone, day: u32, arguments: &[&str]) -> Result<()> {
        let date = format!("2026-03-{day:02}T09:00:00+00:00");
        let mut command = self.command("git");
        command.args(arguments);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), who.name).env(format!("GIT_{role}_EMAIL"), who.email);
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        succeed(command, "git").map(drop)
    }

    /// Makes a key and returns the public line.
    pub fn keygen(&self, name: &str) -> Result<String> {
        let file = self.home.join(name);
        let mut command = self.command("ssh-keygen");
        command
            .args(["-q", "-t", "ed25519", "-N", "", "-C", &format!("{name}@shop.example"), "-f"])
            .arg(&file);
        succeed(command, "ssh-keygen")?;
        let line = std::fs::read_to_string(file.with_extension("pub"))?;
        Ok(line.trim().to_owned())
    }

    /// Shows a command, runs it with the real gate, prints what it printed, and expects a status.
    pub fn gate(&self, arguments: &[&str], expected: i32) -> Result<()> {
        let words: Vec<_> = arguments.iter().map(|word| quoted(word)).collect();
        anstream::println!("\n\x1b[1m$ gate {}\x1b[0m", words.join(" "));
        let mut command = self.command(&self.gate);
        let output = command.args(arguments).arg("--color=always").output().context("can't run gate")?;
        anstream::print!("{}", String::from_utf8_lossy(&output.stdout));
        anstream::print!("{}", String::from_utf8_lossy(&output.stderr));
        let status = output.status.code();
        if expected != 0 {
            anstream::println!("\x1b[2m[exit {expected}]\x1b[0m");
        }
        if status != Some(expected) {
            bail!("gate ended with {status:?} where the story needs {expected}");
        }
        Ok(())
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.repo).env_clear();
        for name in ["PATH", "TMPDIR", "SystemRoot", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", &self.home).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8");
        command
    }
}

/// Writes an argument as a shell wants it.
fn quoted(word: &str) -> String {
    if word.contains(' ') { format!("'{word}'") } else { word.to_owned() }
}

fn succeed(mut command: Command, program: &str) -> Result<Output> {
    let output = command.output().with_context(|| format!("can't run `{program}`: is it installed?"))?;
    if !output.status.success() {
        bail!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output)
}
