//! Who can free a change: the fewest people, and what each of them runs.

use std::io::{self, Write};

use super::rows;
use super::style::{COMMAND, DIM, PLACE, Painted};
use crate::render::escape;
use crate::report::Report;

/// Draws the rows and the fewest people who can meet them.
pub fn render(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    super::headline(report, out)?;
    super::overrides(report, width, out)?;
    super::notices(report, width, out)?;
    if !report.requirements.is_empty() {
        writeln!(out)?;
        rows::each(report, width, out)?;
    }
    rows::objections(report, out)?;
    let Some(people) = report.fewest_signers().filter(|people| !people.is_empty()) else {
        return rows::rejected(report, width, out);
    };
    let names: Vec<_> = people.iter().map(escape::terminal).collect();
    let enough = if names.len() == 1 { "is enough, with" } else { "are enough, each with" };
    writeln!(out, "\n  {} {enough}", PLACE.paint(&names.join(" and ")))?;
    writeln!(out, "    {}", COMMAND.paint(&rows::command(report)))?;
    for row in report.requirements.iter().filter(|row| row.missing > 0) {
        let rules = escape::terminal(row.rules.join(", "));
        let hunks: Vec<_> = row.hunks.iter().map(|id| id.chars().take(10).collect::<String>()).collect();
        let line = format!("{}: {rules}: {}", escape::terminal(row.who()), hunks.join(" "));
        writeln!(out, "  {}", DIM.paint(&super::style::cut(&line, width.saturating_sub(4))))?;
    }
    rows::rejected(report, width, out)
}
