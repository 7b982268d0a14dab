//! Signed statements about a change: how they are written, and which of them count.
//!
//! The way of a statement: [`read`] takes the notes apart into lines, [`standings`]
//! verifies each and weighs it against the change. Whatever does not count says why.

mod author;
mod line;
mod reason;
mod standing;
mod statement;
#[cfg(test)]
pub mod testing;
mod verified;
mod weighing;
mod words;

pub use self::author::{Authors, Contributions};
pub use self::line::{Found, Line, Recorded, Rejected, TooManyLines, Unreadable, digest, read};
pub use self::reason::Reason;
pub use self::standing::{Circumstances, History, Standing, standings};
pub use self::statement::{MAX_HUNKS, MAX_TEXT, Statement, StatementKind, VERSION};

/// The namespace of gate's signatures: one made for another purpose is no sign-off.
pub const NAMESPACE: &str = "gate.signoff";
