//! Tells each hunk apart as local or architectural.
//!
//! A [`Classifier`] is made of a policy once and asked about each file of a change.
//! A rule can only make a hunk architectural; what takes that back is a comment, a
//! layout or a `[[local]]`, and nothing takes back what is [`Always`] architectural.

mod always;
mod around;
mod asked;
mod automaton;
mod braces;
mod classifier;
mod codes;
pub mod example;
mod excerpt;
mod globs;
mod hidden;
mod hits;
mod keyed;
mod known;
mod layout;
mod lines;
mod literals;
mod looks;
mod near;
mod needs;
mod parsed;
mod parts;
mod places;
mod reading;
mod subjects;
mod told;

use std::collections::BTreeSet;

use bstr::BString;
use serde::Serialize;

use crate::change::{HunkId, HunkKind, Origin, Span};
use crate::service::Crossing;

use self::hits::Hit;

pub use self::classifier::Classifier;
pub use self::near::{Near, NearMiss};

/// Where a hunk needs a human.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The model can be trusted.
    Local,
    /// A mistake here is expensive to reverse.
    Architectural,
}

/// A hunk with its class and why; what is left of a file once it has been judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The hunk's id.
    pub id: HunkId,
    /// The path: the new one, or the old one of a deleted file.
    pub path: BString,
    /// The other end of a rename.
    pub old_path: Option<BString>,
    /// What sort of difference it is.
    pub kind: HunkKind,
    /// The lines before.
    pub old: Span,
    /// The lines after.
    pub new: Span,
    /// The changed lines, added and removed together.
    pub changed_lines: u32,
    /// Of the changed lines those that somebody has to read: none where it is local, all where it is architectural;
    /// but of a long one that rules found by its lines only what `Reading` tells, and of a generated file one line.
    pub lines_to_review: u32,
    /// The marks by which AI may have written it, as indices into [`Written::rows`](crate::provenance::Written::rows).
    pub ai: BTreeSet<usize>,
    /// Its class.
    pub class: Class,
    /// The rules that matched; at least one where it is architectural.
    pub findings: Vec<Finding>,
    /// Why it is local though a rule might have matched: the comment, the layout, the `[[local]]`.
    pub local_because: Option<LocalReason>,
    /// What to show of it; empty where it is local.
    pub excerpt: Vec<ExcerptLine>,
}

/// A rule matched a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, as an index into [`Policy::rules`](crate::policy::Policy::rules) or one of gate's own.
    pub rule: RuleRef,
    /// The line that matched, in the new file (or the old one, for a removed line); `None` where the path decided.
    pub line: Option<u32>,
    /// The line that matched is a removed one.
    pub removed: bool,
    /// The bytes of that line that matched.
    pub matched: Option<(usize, usize)>,
    /// Which condition on the parsed file was met, in words.
    pub by: Option<String>,
}

impl Finding {
    fn hit(&self) -> Option<Hit> {
        let (line, matched) = (self.line?, self.matched.unwrap_or_default());
        Some(Hit { line, removed: self.removed, matched })
    }
}

/// What made a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleRef {
    /// A rule of the policy, by index.
    Policy(usize),
    /// One of gate's own, which no policy can switch off.
    Always(Always),
    /// A boundary of the service map.
    Service(Crossing),
}

/// What is architectural whatever the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Always {
    /// gate.toml or a path that looks like it.
    Policy,
    /// A key file that gate.toml names.
    KeyFile,
    /// The CODEOWNERS file that gate.toml reads, or one in a place where it would be read.
    Owners,
    /// `.gitattributes`: it changes what is checked out and merged.
    GitAttributes,
    /// `.gitmodules`: it changes where submodules come from.
    GitModules,
    /// A CI file: it can switch gate off.
    Ci,
    /// A path that a reader may take for another.
    SuspiciousPath,
    /// Characters in code that a reader can't see or that reorder what they see.
    HiddenCharacters,
    /// Content that can't be read as lines: binary, too large, a pointer to elsewhere.
    Opaque,
    /// A symbolic link.
    Symlink,
    /// A submodule.
    Submodule,
    /// A changed mode.
    Mode,
    /// No rule covers it, and `unmatched = "architectural"`.
    Unmatched,
}

/// Why a hunk is local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalReason {
    /// Nothing but comments, blank lines or blanks at line ends.
    Comment,
    /// The same words in another layout, in a file whose layout means nothing there.
    Layout,
    /// A `[[local]]` of gate.toml or of a pack, by index into [`Policy::locals`](crate::policy::Policy::locals).
    Local(usize),
}

/// A line of a hunk that is kept to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Which side it is on.
    pub origin: Origin,
    /// Its number on that side.
    pub number: u32,
    /// Its text without the line end, cut to a length that a screen can hold.
    pub text: BString,
    /// The bytes of it that rules matched.
    pub matched: Vec<(usize, usize)>,
    /// It is among those that somebody has to read.
    pub is_read: bool,
}
