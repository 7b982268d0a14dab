//! The `git` program, as far as the notes need it.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::change::ObjectId;

/// The program, in one repository.
pub struct Git {
    git_dir: PathBuf,
}

/// What came of a push.
#[derive(Debug)]
pub enum Pushed {
    /// The remote has it.
    Done,
    /// The remote has moved on in the meantime, or this is what it looks like.
    Overtaken(Error),
}

/// Why the program did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not installed, or can't be run.
    #[error("`git` can't be run: {0}")]
    Program(#[source] io::Error),
    /// It ended with an error.
    #[error("`git {what}` failed: {}", told(said))]
    Failed {
        /// The subcommand.
        what: &'static str,
        /// All that it said.
        said: String,
    },
    /// A name that would be read as an option.
    #[error("`{0}` is no name of a remote")]
    Name(String),
    /// The remote answered with something else than an id.
    #[error("the remote's answer can't be read: {0}")]
    Answer(String),
}

impl Error {
    /// Returns the way out.
    pub fn help(&self) -> String {
        match self {
            Self::Program(_) => "install git: sync goes through it".to_owned(),
            Self::Failed { what: "push", .. } => {
                "see whether you may push to refs/notes/gate there; a server with gate's pre-receive says why not".to_owned()
            }
            Self::Failed { what: "config", .. } => "see whether you may write the repository's `config`".to_owned(),
            Self::Failed { .. } => "try it by hand: git fetch origin refs/notes/gate".to_owned(),
            Self::Name(_) => "list them: git remote".to_owned(),
            Self::Answer(_) => "try it by hand: git ls-remote origin refs/notes/gate".to_owned(),
        }
    }
}

impl Git {
    /// Names the repository.
    pub fn new(git_dir: PathBuf) -> Self {
        Self { git_dir }
    }

    /// Returns where a ref of the remote is; `None` where it has none.
    pub fn tip(&self, remote: &str, name: &str) -> Result<Option<ObjectId>, Error> {
        let output = self.run("ls-remote", &["--refs", "--end-of-options", named(remote)?, name])?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.split_once('\t').filter(|(_, found)| *found == name));
        let Some((hex, _)) = line else { return Ok(None) };
        ObjectId::parse(hex).map(Some).ok_or_else(|| Error::Answer(hex.to_owned()))
    }

    /// Fetches what a ref of the remote leads to, and moves no ref here.
    ///
    /// Without `--refmap`, a `remote.*.fetch` for notes would put theirs in the place of ours.
    pub fn fetch(&self, remote: &str, name: &str) -> Result<(), Error> {
        let flags = [
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--no-filter",
            "--refmap=",
        ];
        let arguments: Vec<&str> =
            flags.into_iter().chain(["--end-of-options", named(remote)?, name]).collect();
        match self.run("fetch", &arguments) {
            // Deleted since it was looked up: nothing came, and the caller looks again.
            Err(Error::Failed { said, .. }) if is_gone(&said) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Pushes a commit to a ref of the remote, never by force.
    pub fn push(&self, remote: &str, commit: ObjectId, name: &str) -> Result<Pushed, Error> {
        let refspec = format!("{commit}:{name}");
        let arguments = [
            "--porcelain",
            "--no-verify",
            "--no-recurse-submodules",
            "--end-of-options",
            named(remote)?,
            &refspec,
        ];
        match self.run("push", &arguments) {
            Ok(_) => Ok(Pushed::Done),
            Err(Error::Failed { what, said }) if is_overtaken(&said) => {
                Ok(Pushed::Overtaken(Error::Failed { what, said }))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns a ref of the remote that lies below `name`, so that `name` itself can't be made there.
    pub fn below(&self, remote: &str, name: &str) -> Result<Option<String>, Error> {
        let folder = format!("{name}/");
        let pattern = format!("{folder}*");
        let output = self.run("ls-remote", &["--refs", "--end-of-options", named(remote)?, &pattern])?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut names = text.lines().filter_map(|line| line.split_once('\t')).map(|(_, found)| found);
        Ok(names.find(|found| found.starts_with(&folder)).map(str::to_owned))
    }

    /// Adds a value to a setting of the repository, and tells whether it was not there before.
    pub fn configure(&self, name: &str, value: &str) -> Result<bool, Error> {
        let known = match self.run("config", &["--local", "--get-all", name]) {
            Ok(output) => String::from_utf8_lossy(&output.stdout).lines().any(|line| line == value),
            // A setting without a value is a failure that says nothing.
            Err(Error::Failed { said, .. }) if said.is_empty() => false,
            Err(error) => return Err(error),
        };
        if !known {
            self.run("config", &["--local", "--add", name, value])?;
        }
        Ok(!known)
    }

    /// Runs a subcommand in the folder of git's own files: the work tree, and what its owner planted there, is not looked at.
    fn run(&self, what: &'static str, arguments: &[&str]) -> Result<Output, Error> {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(&self.git_dir).args([
            "-c",
            "core.fsmonitor=",
            "-c",
            "fetch.writeCommitGraph=false",
            "-c",
            "core.fsync=committed",
            // With a bitmap, git looks at all notes that both sides have in order to push a few.
            "-c",
            "pack.useBitmaps=false",
        ]);
        command.arg(what).args(arguments.iter().map(OsStr::new)).env("LC_ALL", "C");
        let output = command.output().map_err(Error::Program)?;
        if output.status.success() {
            return Ok(output);
        }
        let said =
            [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream).trim().to_owned());
        Err(Error::Failed { what, said: said.join("\n").trim().to_owned() })
    }
}

/// Returns what matters of what git said: gate's own words on the other side, else the first complaint.
fn told(said: &str) -> &str {
    let lines = || said.lines().map(str::trim);
    let ours =
        lines().find_map(|line| line.strip_prefix("remote: ").filter(|it| it.starts_with("gate refuses")));
    let complaint = || lines().find(|line| line.starts_with("fatal: ") || line.starts_with("error: "));
    ours.or_else(complaint).or_else(|| lines().find(|line| !line.is_empty())).unwrap_or("it did not say why")
}

/// Tells that a ref was deleted since it was last seen.
fn is_gone(said: &str) -> bool {
    said.lines().any(|line| line.starts_with("fatal: couldn't find remote ref "))
}

/// Tells a race that another signer won from a refusal.
fn is_overtaken(said: &str) -> bool {
    let refused = said.contains("[remote rejected]");
    let raced = ["[rejected]", "non-fast-forward", "fetch first", "stale info"]
        .iter()
        .any(|word| said.contains(word));
    let locked =
        ["cannot lock ref", "failed to update ref", "reference already exists", "incorrect old value"];
    raced && !refused || locked.iter().any(|word| said.contains(word))
}

fn named(remote: &str) -> Result<&str, Error> {
    let is_option = remote.starts_with('-') || remote.is_empty();
    if is_option { Err(Error::Name(remote.to_owned())) } else { Ok(remote) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_race_is_no_refusal() {
        assert!(is_overtaken("!\tabc:refs/notes/gate\t[rejected] (fetch first)"));
        assert!(is_overtaken(
            "!\tabc:refs/notes/gate\t[remote rejected] (cannot lock ref 'refs/notes/gate')"
        ));
        assert!(!is_overtaken("!\tabc:refs/notes/gate\t[remote rejected] (pre-receive hook declined)"));
        assert!(!is_overtaken("fatal: could not read from remote repository"));
    }

    #[test]
    fn a_ref_that_was_deleted_in_between_is_told_from_other_failures() {
        assert!(is_gone("fatal: couldn't find remote ref refs/notes/gate"));
        assert!(!is_gone("fatal: could not read from remote repository"));
        assert!(!is_gone("remote: fatal: couldn't find remote ref refs/notes/gate"));
    }

    #[test]
    fn a_remote_is_no_option() {
        assert!(matches!(named("--upload-pack=touch x"), Err(Error::Name(_))));
    }
}
