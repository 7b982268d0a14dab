//! Signed statements about a change: how they are written, and which of them count.

mod line;
mod standing;

use jiff::Timestamp;

use crate::change::{HunkId, ObjectId};

pub use self::line::{Line, Unreadable};

/// The newest version of a statement.
pub const VERSION: u32 = 1;
/// The namespace of gate's signatures: one made for another purpose is no sign-off.
pub const NAMESPACE: &str = "gate.signoff";

/// What somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The project that it is for.
    pub project: String,
    /// The full name of the branch that the change is for.
    pub target: String,
    /// The digest of the policy it was made under: evidence, it voids nothing.
    pub policy: Option<String>,
    /// The hunks that it is about.
    pub hunks: Vec<HunkId>,
    /// The tip of the target when it was made.
    pub base: ObjectId,
    /// The last commit of the change when it was made.
    pub head: ObjectId,
    /// The person, by the policy's id.
    pub by: String,
    /// When, by the signer's clock.
    pub at: Timestamp,
    /// The digest of what the signer was shown, from `gate review`.
    pub seen: Option<String>,
    /// What the signer had to say.
    pub text: Option<String>,
    /// For a withdrawal: the digest of the statement that it takes back.
    pub withdraws: Option<String>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementKind {
    /// The hunks may be merged.
    SignOff,
    /// The hunks may not be merged until the same person withdraws.
    Objection,
    /// An earlier statement of the same person no longer holds.
    Withdrawal,
    /// The change may be merged though sign-offs are missing.
    Override,
}

impl StatementKind {
    /// Returns the word that statements and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignOff => "sign-off",
            Self::Objection => "objection",
            Self::Withdrawal => "withdrawal",
            Self::Override => "override",
        }
    }
}
