//! A change as gate sees it: the files between two trees, cut into hunks.
//!
//! Nothing here knows git. The `git` module fills these types in; everything
//! downstream only reads them. Paths, names and lines are bytes, as git has them.

mod certain;
pub mod cut;
pub mod hex;
mod id;
mod lines;
mod object_id;
pub mod path;
mod place;
mod probe;
mod scope;
#[cfg(test)]
pub mod testing;
pub mod trail;

use std::ops::Range;

use bstr::{BStr, BString};

pub use self::id::{HunkId, Identity, SCHEME};
pub(crate) use self::lines::mark;
pub use self::object_id::ObjectId;
pub use self::probe::probe;
pub use self::scope::Scope;

/// The facts of a change that are not in its hunks.
#[derive(Clone, Debug)]
pub struct Change {
    /// The tip that the change is to be merged into.
    pub base: ObjectId,
    /// Where the change left the base; the base itself for a push or a merge commit.
    pub merge_base: ObjectId,
    /// The last commit of the change.
    pub head: ObjectId,
    /// The full name of the branch that the change is for, when it is known.
    pub target: Option<String>,
    /// Whether head merges into base without conflict; `true` when no merge had to be tried.
    pub merges: bool,
    /// The commits of the change, newest first.
    pub commits: Vec<Commit>,
}

/// One commit of a change: who made it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The commit's id.
    pub id: ObjectId,
    /// Everyone its raw object names: author, committer and each `Co-authored-by` line.
    pub people: Vec<Contributor>,
    /// The raw message, with anything behind a NUL.
    pub message: BString,
    /// The SSH signature in its header and the bytes that it signs, when it has one.
    pub signature: Option<CommitSignature>,
}

/// Somebody whom a commit names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contributor {
    /// What the commit names them as.
    pub role: Role,
    /// The name as written.
    pub name: BString,
    /// The e-mail address as written.
    pub email: BString,
}

/// What a commit, or the forge, names a person as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The `author` header.
    Author,
    /// The `committer` header.
    Committer,
    /// A `Co-authored-by` line.
    CoAuthor,
}

/// A path that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// The path, after the commit, or before it where the commit deleted it.
    pub path: BString,
    /// Where the commit moved it from.
    pub from: Option<BString>,
    /// What the commit left there; `None` where it deleted it.
    pub object: Option<ObjectId>,
}

/// An SSH signature found in a commit's header.
#[derive(Clone, Debug)]
pub struct CommitSignature {
    /// The armoured signature.
    pub armoured: BString,
    /// The commit object without its signature header: what was signed.
    pub payload: Vec<u8>,
}

/// A file that differs between the two trees.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The file before; `None` where it was added.
    pub old: Option<Side>,
    /// The file after; `None` where it was deleted.
    pub new: Option<Side>,
    /// What changed in it: at least one hunk, in the order of the file.
    pub hunks: Vec<Hunk>,
}

impl FileChange {
    /// Returns the path to show: the new one, or the old one of a deleted file.
    pub fn path(&self) -> &BStr {
        let side = self.new.as_ref().or(self.old.as_ref());
        side.map_or(BStr::new(b""), |side| side.path.as_ref())
    }

    /// Returns the path before, where it differs from [`path`](Self::path): the other end of a rename.
    pub fn old_path(&self) -> Option<&BStr> {
        let old = BStr::new(self.old.as_ref()?.path.as_slice());
        (old != self.path()).then_some(old)
    }

    /// Returns the bytes of a line, its line end included.
    pub fn text(&self, line: &Line) -> &[u8] {
        let side = match line.origin {
            Origin::Removed => self.old.as_ref(),
            Origin::Added | Origin::Context => self.new.as_ref(),
        };
        side.and_then(|side| side.content.as_deref())
            .and_then(|content| content.get(line.bytes.clone()))
            .unwrap_or_default()
    }
}

/// A file as it is on one side of the change.
#[derive(Clone, Debug)]
pub struct Side {
    /// The path, as bytes.
    pub path: BString,
    /// The mode of the tree entry.
    pub mode: Mode,
    /// The blob, or the commit that a submodule points to.
    pub object: ObjectId,
    /// The bytes of the file; `None` where the side is opaque (too large, not text, a submodule).
    pub content: Option<Vec<u8>>,
}

/// The mode of a tree entry, as git stores it (`0o100644` …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(pub u32);

impl Mode {
    /// A plain file.
    pub const FILE: Self = Self(0o100_644);
    /// A file that can be executed.
    pub const EXECUTABLE: Self = Self(0o100_755);
    /// A symbolic link.
    pub const SYMLINK: Self = Self(0o120_000);
    /// A submodule.
    pub const SUBMODULE: Self = Self(0o160_000);

    /// Tells whether this is a plain or an executable file.
    pub fn is_file(self) -> bool {
        self.0 & 0o170_000 == 0o100_000
    }
}

/// The smallest thing that is classified and signed.
#[derive(Clone, Debug)]
pub struct Hunk {
    /// What a sign-off holds on to.
    pub id: HunkId,
    /// What sort of difference this is.
    pub kind: HunkKind,
    /// The lines before, counted from 1, one unchanged line either side included; 0 and 0 where there are none.
    pub old: Span,
    /// The lines after.
    pub new: Span,
    /// The lines in the order of a patch; empty unless the kind is [`HunkKind::Text`].
    pub lines: Vec<Line>,
}

/// What sort of difference a hunk is. Everything but text is opaque: there are no lines to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HunkKind {
    /// Lines were added or removed.
    Text,
    /// The content is not text, or too large to be read as text.
    Binary,
    /// An empty file was added or deleted.
    Empty,
    /// Only the mode differs (one hunk of its own beside text hunks).
    Mode,
    /// The path differs (one hunk of its own beside text hunks).
    Renamed,
    /// A symbolic link on either side.
    Symlink,
    /// A submodule on either side.
    Submodule,
}

impl HunkKind {
    /// Returns the name that reports and hunk ids use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Empty => "empty",
            Self::Mode => "mode",
            Self::Renamed => "renamed",
            Self::Symlink => "symlink",
            Self::Submodule => "submodule",
        }
    }
}

/// A run of lines, as a hunk's header writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first line, counted from 1; the line before the gap where `lines` is 0.
    pub start: u32,
    /// How many lines.
    pub lines: u32,
}

/// A line of a text hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which side it is on.
    pub origin: Origin,
    /// Its number, counted from 1, in the old file where it was removed and in the new file elsewhere.
    pub number: u32,
    /// Where it is in the content of that side, its line end included.
    pub bytes: Range<usize>,
}

/// Which side of a change a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// On both sides.
    Context,
    /// Only before.
    Removed,
    /// Only after.
    Added,
}
