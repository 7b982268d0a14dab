//! The repository: the only module that names `git2`.
//!
//! It reads objects and nothing else: no attribute, filter, replacement, external
//! program or user setting has a say in what it returns.

use std::path::{Path, PathBuf};

/// An open repository.
pub struct Repo {
    inner: git2::Repository,
}

/// What goes wrong in reading or writing a repository, with the way out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What is wrong: a lower-case phrase without a full stop.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// What git said.
    #[source]
    pub source: Option<git2::Error>,
}

impl Error {
    /// Makes an error with nothing behind it.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, source: None }
    }

    /// Makes an error of one that libgit2 returned while doing `what`.
    pub fn git(what: impl Into<String>, source: git2::Error) -> Self {
        Self { message: what.into(), help: None, source: Some(source) }
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Repo {
    /// Opens the repository at `path`, or the one that `path` is inside of.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let inner = git2::Repository::discover(path)
            .map_err(|error| Error::git(format!("can't open a repository at `{}`", path.display()), error))?;
        Ok(Self { inner })
    }

    /// Returns the folder of the repository's own files.
    pub fn git_dir(&self) -> PathBuf {
        self.inner.path().to_owned()
    }
}
