//! Why a statement does not count.

use std::fmt;

/// Why a statement, or a statement for one hunk, does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The line can't be read.
    Unreadable,
    /// The signature does not verify.
    Signature,
    /// The signature was made for another purpose.
    Namespace,
    /// The key is nobody's in the policy.
    UnknownKey,
    /// The key is another person's than the statement says.
    WrongPerson,
    /// The policy lists it as void.
    Void,
    /// Its author took it back.
    Withdrawn,
    /// It is for another project.
    Project,
    /// It is for another branch, or the branch of the change is not known.
    Target,
    /// It is dated more than a day ahead.
    Future,
    /// It is older than the policy lets it be.
    Expired,
    /// It is by somebody outside the team that may override.
    Team,
    /// The withdrawal is of nothing that this person can take back.
    Withdrawal,
    /// It names no hunk of this change.
    Stale,
    /// The person is an author of the hunk.
    Author,
    /// The hunk has landed since: the sign-off has done its work.
    Spent,
}

impl Reason {
    /// Returns the word that reports use. It never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Signature => "signature",
            Self::Namespace => "namespace",
            Self::UnknownKey => "unknown-key",
            Self::WrongPerson => "wrong-person",
            Self::Void => "void",
            Self::Withdrawn => "withdrawn",
            Self::Project => "project",
            Self::Target => "target",
            Self::Future => "future",
            Self::Expired => "expired",
            Self::Team => "team",
            Self::Withdrawal => "withdrawal",
            Self::Stale => "stale",
            Self::Author => "author",
            Self::Spent => "spent",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_reports_are_what_they_have_always_been() {
        let all = [
            Reason::Unreadable,
            Reason::Signature,
            Reason::Namespace,
            Reason::UnknownKey,
            Reason::WrongPerson,
            Reason::Void,
            Reason::Withdrawn,
            Reason::Project,
            Reason::Target,
            Reason::Future,
            Reason::Expired,
            Reason::Team,
            Reason::Withdrawal,
            Reason::Stale,
            Reason::Author,
            Reason::Spent,
        ];
        let words = all.map(|reason| reason.to_string()).join(" ");
        insta::assert_snapshot!(words, @"unreadable signature namespace unknown-key wrong-person void withdrawn project target future expired team withdrawal stale author spent");
    }
}
