//! What a report says of who wrote the change.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Report;
use crate::classify::Judged;
use crate::provenance::{Class, Signal, Written};

/// How many tools a sentence names.
const NAMED: usize = 3;

/// A mark by which a program made some of the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvenanceReport {
    /// How the mark was made.
    pub signal: Signal,
    /// The program, as far as it is known.
    pub tool: String,
    /// What the mark is worth.
    pub class: Class,
    /// The commits that bear it, newest first; none where a record is about files alone.
    pub commits: Vec<String>,
    /// The hunks that it may be about; none for automation.
    pub hunks: Vec<String>,
}

/// Returns a row for each mark.
pub(super) fn rows(written: Option<&Written>, hunks: &[Judged]) -> Vec<ProvenanceReport> {
    let rows = written.map_or(&[][..], Written::rows);
    let about = |at: usize| hunks.iter().filter(move |hunk| hunk.ai.contains(&at));
    let report = |(at, row): (usize, &crate::provenance::Row)| ProvenanceReport {
        signal: row.mark.signal,
        tool: row.mark.tool.clone(),
        class: row.mark.class,
        commits: row.commits.iter().map(ToString::to_string).collect(),
        hunks: about(at).map(|hunk| hunk.id.to_string()).collect(),
    };
    rows.iter().enumerate().map(report).collect()
}

impl Report {
    /// Says in a sentence what is marked as AI's; `None` where nothing is.
    pub fn ai_sentence(&self) -> Option<String> {
        let ai: Vec<_> = self.provenance.iter().filter(|row| row.class.is_ai()).collect();
        let tools: BTreeSet<&str> = ai.iter().map(|row| row.tool.as_str()).collect();
        let commits: BTreeSet<&str> = ai.iter().flat_map(|row| &row.commits).map(String::as_str).collect();
        let hunks: BTreeSet<&str> = ai.iter().flat_map(|row| &row.hunks).map(String::as_str).collect();
        if tools.is_empty() {
            return None;
        }
        let verb = if ai.iter().any(|row| row.class == Class::Agent) { "written" } else { "maybe written" };
        let mut names = tools.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        if tools.len() > NAMED {
            names = format!("{names} and {} more", tools.len() - NAMED);
        }
        let (all, of) = (self.change.commits, self.summary.hunks);
        let commits = match commits.len() {
            0 => String::new(),
            some => format!("{some} of {all} commits, "),
        };
        Some(format!("{verb} by AI: {commits}{} of {of} hunks ({names})", hunks.len()))
    }
}
