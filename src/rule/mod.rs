//! A rule: which hunks are architectural, why, and who must sign them.
//!
//! Rules are data in one language, for the built-in packs and for gate.toml alike.

pub mod pack;

use std::num::NonZeroU32;

use crate::change::HunkKind;

/// One rule, ready to be matched.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name: `pool-size`, or `pack/name` for a built-in one.
    pub id: String,
    /// `service-boundary`, `infra`, `config`, or a word of the user's own.
    pub category: String,
    /// The assumption behind it, shown to whoever touches it.
    pub why: String,
    /// When it matches.
    pub when: Conditions,
    /// Who must sign; `None` for the policy's default.
    pub required: Option<Vec<Demand>>,
    /// Where it comes from.
    pub origin: RuleOrigin,
}

/// Where a rule was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOrigin {
    /// gate itself: what is always architectural.
    Always,
    /// A built-in pack.
    Pack,
    /// gate.toml, at this line (counted from 1).
    Policy(u32),
}

/// The conditions of a rule: ANDed, the entries within one ORed, an empty one always met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Globs, one of which the path must match (either end of a rename).
    pub paths: Vec<String>,
    /// Globs, none of which the path may match.
    pub not_paths: Vec<String>,
    /// Regexes, one of which an added line must match.
    pub added: Vec<String>,
    /// Regexes, one of which a removed line must match.
    pub removed: Vec<String>,
    /// Regexes, one of which an added or a removed line must match.
    pub changed: Vec<String>,
    /// Kinds of difference, one of which this must be.
    pub kinds: Vec<Kind>,
    /// For `[[local]]`: regexes, one of which each changed line must match.
    pub only: Vec<String>,
    /// Whether hunks of nothing but comments or blanks are asked for too.
    pub comments: bool,
}

/// A kind of difference, as a rule's `kinds` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The file was deleted.
    Deleted,
    /// The path differs.
    Renamed,
    /// The mode differs.
    Mode,
    /// A symbolic link on either side.
    Symlink,
    /// A submodule on either side.
    Submodule,
    /// Not text.
    Binary,
}

impl Kind {
    /// Every kind, with the word that gate.toml uses.
    pub const ALL: [(&'static str, Self); 6] = [
        ("deleted", Self::Deleted),
        ("renamed", Self::Renamed),
        ("mode", Self::Mode),
        ("symlink", Self::Symlink),
        ("submodule", Self::Submodule),
        ("binary", Self::Binary),
    ];

    /// Returns the kind that a hunk of this sort is by itself; deletion is the file's to say.
    pub fn of(kind: HunkKind) -> Option<Self> {
        match kind {
            HunkKind::Text | HunkKind::Empty => None,
            HunkKind::Binary => Some(Self::Binary),
            HunkKind::Mode => Some(Self::Mode),
            HunkKind::Renamed => Some(Self::Renamed),
            HunkKind::Symlink => Some(Self::Symlink),
            HunkKind::Submodule => Some(Self::Submodule),
        }
    }
}

/// One row of `required`: who must sign, and how many of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Demand {
    /// Who.
    pub who: Who,
    /// How many different people.
    pub count: NonZeroU32,
}

/// Whom a demand asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// One team, by name.
    Team(String),
    /// Any of these teams.
    AnyOf(Vec<String>),
    /// The owners of the service that the path is in, and this team where there is none.
    Owners {
        /// The team after `else`.
        otherwise: Option<String>,
    },
}
