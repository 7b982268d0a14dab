//! Who says that AI wrote a change: marks in commits, notes and traces, as data.
//!
//! Nobody signs these marks and anybody may leave them out. So they may only raise
//! what is asked: one that is there counts, one that can't be read counts as well, and
//! none at all means unknown, never human. No claim of human work is looked at.

mod git_ai;
mod identity;
mod message;
mod trace;
mod written;

use serde::Serialize;

pub use self::identity::{Tool, tool};
pub use self::written::{Claim, Claims, OfFile, Row, Written};

/// Where git-ai keeps what it knows of each commit.
pub const NOTES_REF: &str = "refs/notes/ai";
/// Where Agent Trace's own programs keep their records.
pub const TRACES: &str = ".agent-trace/traces.jsonl";
/// The most bytes that are read of one note of git-ai or of the traces.
pub const LARGEST: usize = 8 << 20;

/// What a mark is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// An agent wrote it.
    Agent,
    /// AI may have helped: some editors leave such a mark on work by hand as well.
    Assist,
    /// A program that is no AI, such as one that bumps versions.
    Automation,
}

impl Class {
    /// Tells whether `when = "ai"` holds by such a mark; all doubt is for it.
    pub fn is_ai(self) -> bool {
        self != Self::Automation
    }
}

/// How a mark was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// An author, a committer or a co-author whose address or name is a program's.
    Identity,
    /// A line `Key: value` of the message.
    Trailer,
    /// Another line of the message, such as `Generated with …`.
    Line,
    /// A note of git-ai.
    Note,
    /// A record of Agent Trace.
    Trace,
}

/// A sign in a commit that a program made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// How it was made.
    pub signal: Signal,
    /// The program, as far as it is known.
    pub tool: String,
    /// What it is worth.
    pub class: Class,
}

impl Mark {
    fn new(signal: Signal, tool: &str, class: Class) -> Self {
        Self { signal, tool: tool.to_owned(), class }
    }
}

/// A file of which a record says that AI wrote some.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Attested {
    path: bstr::BString,
    tool: String,
    /// First and last lines after the commit, sorted and apart; empty where the record does not tell.
    lines: Vec<(u32, u32)>,
}

/// What is said where a record gives no name that can be shown.
const SOME_AGENT: &str = "an agent";

/// Returns the name of a program as a record gives it, where it is fit to be shown.
fn shown(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '/');
    let is_name = (1..=40).contains(&name.len()) && name.chars().all(fits) && !name.trim().is_empty();
    if is_name { name.trim().to_owned() } else { SOME_AGENT.to_owned() }
}
