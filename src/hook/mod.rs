//! The git hooks: putting them in place, and what they do when git runs them.

pub mod install;
mod lines;
pub mod pre_push;
pub mod pre_receive;

pub use self::lines::LARGEST;
use crate::report::Report;
use crate::session::Error;
use crate::verdict::Verdict;

/// A hook that gate can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// On a developer's machine: says what will be asked, before it leaves.
    PrePush,
    /// On the server: refuses the push.
    PreReceive,
}

impl Hook {
    /// Every hook.
    pub const ALL: [Self; 2] = [Self::PrePush, Self::PreReceive];

    /// Returns git's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }
}

/// What a hook thinks of one ref.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The full name of the ref.
    pub name: String,
    /// Whether the ref is protected: only then can the report refuse it.
    pub is_protected: bool,
    /// Why it is refused whatever it holds.
    pub refused: Option<String>,
    /// Something to say besides.
    pub told: Option<String>,
    /// What was found in it.
    pub report: Option<Report>,
}

impl Judged {
    /// Refuses a ref whatever it holds.
    fn refused(name: &str, why: &str) -> Self {
        let refused = Some(why.to_owned());
        Self { name: name.to_owned(), is_protected: true, refused, told: None, report: None }
    }

    /// Lets a ref through with a word.
    fn told(name: &str, what: &str) -> Self {
        let told = Some(what.to_owned());
        Self { name: name.to_owned(), is_protected: false, refused: None, told, report: None }
    }

    /// Tells whether the push must stop because of it.
    pub fn stops(&self) -> bool {
        let blocked = |report: &Report| report.verdict == Verdict::Blocked && report.enforced;
        self.refused.is_some() || self.is_protected && self.report.as_ref().is_some_and(blocked)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands over the error itself")]
fn malformed(error: lines::Malformed) -> Error {
    Error::asked(error.to_string(), "let git run the hook: gate hook install")
}
