//! Who can free the change, the command for it, and the sign-offs that do not count.

use std::io::{self, Write};

use super::style::{BAD, COMMAND, DIM, GOOD, PLACE, Painted, WARN, wrap};
use crate::render::escape;
use crate::report::{Report, RequirementReport, SignOffReport};
use crate::sign_off::StatementKind;

/// How many sign-offs that do not count are told of.
const REJECTED: usize = 10;

/// Draws the rows, the objections and the command.
pub fn render(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    each(report, width, out)?;
    objections(report, out)?;
    let open = report.requirements.iter().any(|row| row.missing > 0 && !row.candidates.is_empty());
    if open {
        writeln!(out, "\n  {}  {}", PLACE.paint("sign with"), COMMAND.paint(&command(report)))?;
    }
    Ok(())
}

/// Draws who objects, and why.
pub fn objections(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for entry in
        report.sign_offs.iter().filter(|entry| entry.counted && entry.kind == StatementKind::Objection)
    {
        let text = entry.text.as_deref().unwrap_or("no reason given");
        writeln!(
            out,
            "  {} {}: {}",
            escape::terminal(&entry.by),
            BAD.paint("objects"),
            escape::terminal(text)
        )?;
    }
    Ok(())
}

/// Draws each row.
pub fn each(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    report.requirements.iter().try_for_each(|row| self::row(row, width, out))
}

/// Draws a row: `  platform   1 more for 2 hunks: ada or grace`.
pub fn row(row: &RequirementReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let who = escape::terminal(row.who());
    if row.missing == 0 {
        let by = escape::terminal(row.signed_by.join(", "));
        return writeln!(out, "  {who:<12} {} {}", GOOD.paint("signed"), DIM.paint(&by));
    }
    let hunks = super::count(row.hunks.len(), "hunk");
    let is_nobody = row.team.is_none() && row.any_of.as_ref().is_none_or(Vec::is_empty);
    let from = if is_nobody {
        BAD.paint("neither the rule nor `[sign-off]` names anybody")
    } else if row.candidates.is_empty() {
        BAD.paint("nobody may sign: every member is an author, or the team has no keys")
    } else {
        escape::terminal(join_or(&row.candidates))
    };
    let text = format!("{} more for {hunks}: ", row.missing);
    let column = who.chars().count().max(12) + 3;
    if column + text.chars().count() + from.chars().count() <= width {
        return writeln!(out, "  {who:<12} {}{from}", WARN.paint(&text));
    }
    writeln!(out, "  {who:<12} {}", WARN.paint(text.trim_end()))?;
    wrap(&from, width.saturating_sub(15)).iter().try_for_each(|line| writeln!(out, "{:15}{line}", ""))
}

fn join_or(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// The command that signs just this change.
pub(in crate::render) fn command(report: &Report) -> String {
    let head = report.change.head.chars().take(12).collect::<String>();
    let push = if report.has_remote { " --push" } else { "" };
    match report.change.target.as_deref() {
        Some(target) => format!("gate sign {}..{head}{push}", escape::terminal(super::short_ref(target))),
        None => format!(
            "gate sign {}..{head} --target BRANCH{push}",
            report.change.base.chars().take(12).collect::<String>()
        ),
    }
}

/// Says of each sign-off that does not count why it does not.
pub fn rejected(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rejected: Vec<_> = report.sign_offs.iter().filter(|entry| !entry.counted).collect();
    if rejected.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for entry in rejected.iter().take(REJECTED) {
        not_counted(entry, width, out)?;
    }
    if rejected.len() > REJECTED {
        let rest = rejected.len() - REJECTED;
        writeln!(
            out,
            "  {}",
            DIM.paint(&format!("… and {rest} more that do not count; `gate log` lists them"))
        )?;
    }
    Ok(())
}

fn not_counted(entry: &SignOffReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let text = format!("not counted: {}", escape::terminal(&entry.detail));
    let lines = wrap(&text, width.saturating_sub(4));
    lines.iter().enumerate().try_for_each(|(index, line)| {
        let indent = if index == 0 { "  " } else { "    " };
        writeln!(out, "{indent}{}", DIM.paint(line))
    })
}
