//! The services that a blocked change touches, and who of them reaches whom.

use std::io::{self, Write};

use super::style::wrap;
use crate::render::escape;
use crate::report::Report;

/// How many services and arrows are told.
const MOST: usize = 8;

/// Writes a line or two where there is more than one service to see.
pub fn render(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if report.services.len() < 2 && report.edges.is_empty() {
        return Ok(());
    }
    let share =
        |share: &crate::service::Share| format!("{} ({})", share.name, super::count(share.hunks, "hunk"));
    let arrow = |edge: &crate::service::Edge| format!("{} → {}", edge.from, edge.to);
    row("services", report.services.iter().map(share).collect(), width, out)?;
    row("reaches", report.edges.iter().map(arrow).collect(), width, out)
}

fn row(label: &str, mut items: Vec<String>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let more = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    if more > 0 {
        items.push(format!("and {more} more"));
    }
    let text = escape::terminal(items.join(", "));
    let indent = label.len() + 2;
    for (at, line) in
        wrap(&text, width.saturating_sub(indent)).iter().enumerate().filter(|(_, line)| !line.is_empty())
    {
        match at {
            0 => writeln!(out, "{label}: {line}")?,
            _ => writeln!(out, "{:indent$}{line}", "")?,
        }
    }
    Ok(())
}
