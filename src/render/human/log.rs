//! The recorded statements of a change, each with its standing.

use std::io::{self, Write};

use super::style::{ALERT, BAD, DIM, GOOD, PLACE, Painted, wrap};
use crate::render::escape;
use crate::report::{Report, SignOffReport};
use crate::sign_off::StatementKind;

/// Draws every statement, oldest first.
pub fn render(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if report.sign_offs.is_empty() {
        return writeln!(out, "nobody has signed anything of this change");
    }
    report.sign_offs.iter().try_for_each(|entry| self::entry(entry, width, out))
}

/// Three lines: who and when, what it is worth, and what they said.
fn entry(entry: &SignOffReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let kind = match (entry.counted, entry.kind) {
        (true, StatementKind::SignOff) => GOOD.paint("sign-off"),
        (true, StatementKind::Objection) => BAD.paint("objection"),
        (true, StatementKind::Override) => ALERT.paint("OVERRIDE"),
        (_, kind) => kind.name().to_owned(),
    };
    let by = if entry.by.is_empty() { "nobody known".to_owned() } else { escape::terminal(&entry.by) };
    let digest: String = entry.digest.chars().take(12).collect();
    writeln!(out, "{kind} by {} {} {}", PLACE.paint(&by), escape::terminal(&entry.at), DIM.paint(&digest))?;
    let standing = if entry.counted { "counts" } else { "does not count" };
    let hunks = super::count(entry.hunks.len(), "hunk");
    let reason = entry.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
    writeln!(out, "    {standing}{reason}, {hunks}")?;
    for text in [Some(&entry.detail).filter(|_| !entry.counted), entry.text.as_ref()].into_iter().flatten() {
        for line in wrap(&escape::terminal(text), width.saturating_sub(4)) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}
