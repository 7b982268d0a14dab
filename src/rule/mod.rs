//! A rule: which hunks are architectural, why, and who must sign them.
//!
//! Rules are data in one language, for the built-in packs and for gate.toml alike.

mod built_in;
pub mod glob;
pub mod key_path;
pub mod pack;
pub mod pattern;
pub mod required;
pub mod texts;
pub mod written;
mod written_syntax;

use std::num::NonZeroU32;

use self::key_path::KeyPath;
pub use self::texts::Text;

use crate::change::HunkKind;

/// One rule, ready to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// For which changes it holds; `None` for all of them.
    pub provenance: Option<Provenance>,
    /// Hunks that it must and must not match.
    pub examples: Vec<Example>,
    /// Where it comes from.
    pub origin: RuleOrigin,
}

/// Who wrote a change, as far as `when` in gate.toml can ask. It may only raise what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// `when = "ai"`: only where an AI agent is known to have written some of it.
    Ai,
}

/// A hunk that shows what a rule means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The path of the file.
    pub path: Text,
    /// Its lines, each after `-`, `+` or a blank.
    pub diff: Text,
    /// Whether the rule matches it: `class = "architectural"`, or `"local"`.
    pub matches: bool,
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
    pub paths: Vec<Text>,
    /// Globs, none of which the path may match.
    pub not_paths: Vec<Text>,
    /// Regexes, one of which an added line must match.
    pub added: Vec<Text>,
    /// Regexes, one of which a removed line must match.
    pub removed: Vec<Text>,
    /// Regexes, one of which an added or a removed line must match.
    pub changed: Vec<Text>,
    /// Regexes, of one of which the matches (the first group, where it has one) differ between the added and the
    /// removed lines, as often as each is there.
    pub differs: Vec<Text>,
    /// Regexes: a changed line that matches one is not looked at by the conditions on lines.
    pub except: Vec<Text>,
    /// Regexes, one of which a line around a changed line must match, going outwards by indentation; only such
    /// changed lines are looked at.
    pub within: Vec<Text>,
    /// Regexes, none of which a line around a changed line may match; only such changed lines are looked at.
    pub not_within: Vec<Text>,
    /// Kinds of difference, one of which this must be.
    pub kinds: Vec<Kind>,
    /// For `[[local]]`: regexes, one of which each changed line must match.
    pub only: Vec<Text>,
    /// Patterns over the parsed code, one of which must match.
    pub syntax: Vec<SyntaxPattern>,
    /// Key paths in structured files, one of which the hunk must change something at or under.
    pub keys: Vec<KeyPath>,
    /// Names of services, in one of which the path must be.
    pub services: Vec<Text>,
    /// Whether hunks of nothing but comments, blanks or layout are asked for too.
    pub comments: bool,
}

/// A pattern over parsed code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxPattern {
    /// The language; `None` for that of the file.
    pub lang: Option<String>,
    /// The pattern.
    pub pattern: String,
}

impl Conditions {
    /// Tells whether there are regexes that a changed line must match.
    pub fn looks_at_lines(&self) -> bool {
        [&self.added, &self.removed, &self.changed, &self.differs].iter().any(|regexes| !regexes.is_empty())
    }

    /// Tells whether there is no condition, so that every hunk meets it; `comments` alone is none.
    pub fn is_empty(&self) -> bool {
        *self == Self { comments: self.comments, ..Self::default() }
    }
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
    /// For which hunks; `None` for all of them. Such a row only adds to the others.
    pub provenance: Option<Provenance>,
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

/// `[[local]]`: what is never architectural.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// When it matches.
    pub when: Conditions,
    /// Why, when it was said.
    pub why: String,
    /// The line in gate.toml, counted from 1; 0 for one of a pack.
    pub line: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_ask_for_comments_is_no_condition() {
        assert!(Conditions::default().is_empty());
        assert!(Conditions { comments: true, ..Conditions::default() }.is_empty());
        assert!(!Conditions { paths: vec!["a".into()], ..Conditions::default() }.is_empty());
    }

    #[test]
    fn regexes_that_let_off_are_none_that_a_line_must_match() {
        let text = || vec!["a".into()];
        let none = Conditions::default;
        assert!(!none().looks_at_lines());
        assert!(!Conditions { paths: text(), except: text(), only: text(), ..none() }.looks_at_lines());
        for when in [
            Conditions { added: text(), ..none() },
            Conditions { removed: text(), ..none() },
            Conditions { changed: text(), ..none() },
            Conditions { differs: text(), ..none() },
        ] {
            assert!(when.looks_at_lines());
        }
    }
}
