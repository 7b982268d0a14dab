//! What the process tells its caller.

use std::process::{ExitCode, Termination};

use crate::report::Report;
use crate::verdict::Verdict;

/// The exit status of every command: three values, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum ExitStatus {
    /// The change may be merged, or the command did what it was asked.
    Pass,
    /// The change is blocked.
    Blocked,
    /// gate could not tell, or could not do what it was asked. Never a verdict.
    Error,
}

impl ExitStatus {
    /// The status of a report: its verdict, unless nothing is enforced.
    pub fn of(report: &Report) -> Self {
        match report.verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Blocked if report.enforced => Self::Blocked,
            Verdict::Blocked => Self::Pass,
        }
    }

    /// Returns the number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Blocked => 1,
            Self::Error => 2,
        }
    }
}

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
