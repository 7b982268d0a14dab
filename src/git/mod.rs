//! The repository: the only module that names `git2`.
//!
//! It reads objects and nothing else: no attribute, filter, replacement, external
//! program or user setting has a say in what it returns.

mod ancestry;
mod broken;
mod claims;
mod commit;
mod commit_graph;
mod diff;
mod durable;
mod entry;
mod files;
mod first_parents;
mod history;
mod landed;
mod lately;
mod merge;
mod notes;
mod objects;
mod open;
mod packed;
mod range;
mod remotes;
mod rename;
mod revision;
mod server;
mod similar;
mod source;
mod target;
mod threads;
mod tree;
mod wanted;
mod worktree;

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;

pub use self::lately::Landing;
pub use self::notes::{Moved, NOTES_REF, Notes, Writer};
pub use self::range::{Asked, Content, Provided, Range, Shape};
pub use self::remotes::fetched_ref;
pub use self::revision::Revision;
pub use self::source::Reader;
pub use self::tree::{Delta, Entry};

/// An open repository.
pub struct Repo {
    inner: git2::Repository,
    /// The same, opened for writing; it is open only where something is written.
    durable: OnceCell<git2::Repository>,
    objects: objects::Objects,
    /// The commit graph, where there is one.
    graph: OnceCell<Option<commit_graph::CommitGraph>>,
    /// The folders of the notes that were read.
    folders: notes::Folders,
    /// The objects opened again, when no thread is using them.
    spare: RefCell<Vec<objects::Objects>>,
    /// More folders of objects: those of a push that is being received.
    quarantine: Vec<PathBuf>,
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
    ///
    /// Where nobody knows better, the way out is to see whether the repository is sound.
    pub fn git(what: impl Into<String>, source: git2::Error) -> Self {
        let help = "check the repository with `git fsck`".to_owned();
        Self { message: what.into(), help: Some(help), source: Some(source) }
    }

    /// Tells whether a fuller clone is the way out.
    pub fn is_about_clone(&self) -> bool {
        self.help.as_ref().is_some_and(|help| help.contains("fetch"))
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
