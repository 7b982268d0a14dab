//! The hunks that still need somebody: where, by which rule, the lines, and why.

use std::io::{self, Write};

use super::style::{ADDED, DIM, PLACE, Painted, REMOVED, cut, wrap};
use crate::change::Origin;
use crate::classify::ExcerptLine;
use crate::render::escape;
use crate::report::{HunkReport, Report};

/// How many hunks are drawn with their lines; the rest get one line each.
const DRAWN: usize = 8;
/// How many hunks are named at all.
const NAMED: usize = 30;
/// How many reasons are told of one hunk.
const REASONS: usize = 2;
/// How many lines of a hunk are drawn.
const LINES: usize = 8;

/// Draws the uncovered hunks.
pub fn render(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let open: Vec<_> = report.hunks.iter().filter(|hunk| !hunk.covered).collect();
    let mut told: Vec<&str> = Vec::new();
    for hunk in open.iter().take(DRAWN) {
        place(hunk, width, out)?;
        lines(hunk, width, out)?;
        why(hunk, width, &mut told, out)?;
        writeln!(out)?;
    }
    for hunk in open.iter().skip(DRAWN).take(NAMED - DRAWN) {
        place(hunk, width, out)?;
    }
    if open.len() > NAMED {
        let rest = open.len() - NAMED;
        writeln!(out, "  {}", DIM.paint(&format!("… and {rest} more; `--format json` lists them all")))?;
    }
    if open.len() > DRAWN {
        writeln!(out)?;
    }
    Ok(())
}

/// Draws where it is and the rules: `infra/main.tf:12  terraform/resource-removed`.
pub fn place(hunk: &HunkReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let path = path(hunk);
    let rules: Vec<_> = hunk.findings.iter().map(|finding| escape::terminal(&finding.rule)).collect();
    if rules.is_empty() {
        return writeln!(out, "  {}", PLACE.paint(&path));
    }
    let mut rules_text = rules.join(", ");
    let used = 4 + path.chars().count();
    if used + rules_text.chars().count() > width && rules.len() > 1 {
        rules_text = format!("{} and {} more", rules[0], rules.len() - 1);
    }
    if used + rules_text.chars().count() > width {
        writeln!(out, "  {}", PLACE.paint(&path))?;
        return writeln!(out, "      {}", DIM.paint(&rules_text));
    }
    writeln!(out, "  {}  {}", PLACE.paint(&path), DIM.paint(&rules_text))
}

/// Writes the path with the line where the reader should look.
fn path(hunk: &HunkReport) -> String {
    let line = hunk.findings.iter().find_map(|finding| finding.line);
    let line = line
        .or_else(|| hunk.excerpt.iter().find(|line| line.origin != Origin::Context).map(|line| line.number));
    let mut text = escape::terminal(&hunk.path);
    if let Some(line) = line {
        text.push_str(&format!(":{line}"));
    }
    if let Some(old) = &hunk.old_path {
        text.push_str(&format!(" (was {})", escape::terminal(old)));
    }
    match hunk.kind {
        "text" => text,
        kind => format!("{text} [{kind}]"),
    }
}

/// Draws the changed lines that have to be read, with what matched.
pub fn lines(hunk: &HunkReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let changed: Vec<_> =
        hunk.excerpt.iter().filter(|line| line.origin != Origin::Context && line.is_read).collect();
    let first = first_line(&changed);
    let is_part = hunk.lines_to_review < hunk.changed_lines;
    let mut before: Option<&ExcerptLine> = None;
    for line in changed.iter().skip(first).take(LINES) {
        if is_part && before.is_some_and(|before| is_gap(before, line)) {
            writeln!(out, "  {}", DIM.paint(&format!("{:>5}", "⋯")))?;
        }
        excerpt(line, width, out)?;
        before = Some(line);
    }
    let shown = changed.len().saturating_sub(first).min(LINES);
    let rest = (hunk.changed_lines as usize).saturating_sub(shown);
    if rest > 0 && shown > 0 {
        let plural = if rest == 1 { "" } else { "s" };
        let unread = match (hunk.lines_to_review as usize).saturating_sub(shown) {
            unread if unread == rest => String::new(),
            0 => ", none of them to review".to_owned(),
            unread => format!(", {unread} of them to review"),
        };
        writeln!(out, "  {:>5} {}", "", DIM.paint(&format!("… {rest} more changed line{plural}{unread}")))?;
    }
    Ok(())
}

/// Tells whether lines of one side are left out between two.
fn is_gap(before: &ExcerptLine, line: &ExcerptLine) -> bool {
    before.origin == line.origin && before.number.saturating_add(1) < line.number
}

/// Starts where a rule matched, when that is too far down to be seen from the top.
fn first_line(changed: &[&ExcerptLine]) -> usize {
    let matched = changed.iter().position(|line| !line.matched.is_empty()).unwrap_or(0);
    if matched < LINES { 0 } else { matched.saturating_sub(2) }
}

fn excerpt(line: &ExcerptLine, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (sign, style) = match line.origin {
        Origin::Removed => ('-', REMOVED),
        Origin::Added => ('+', ADDED),
        Origin::Context => (' ', DIM),
    };
    let room = width.saturating_sub(11);
    let mut text = String::new();
    let mut at = 0;
    let mut used = 0;
    for &(start, end) in &line.matched {
        if start < at || end > line.text.len() || start >= end {
            continue;
        }
        push(&mut text, &mut used, room, &line.text[at..start], style);
        push(&mut text, &mut used, room, &line.text[start..end], style.bold().underline());
        at = end;
    }
    push(&mut text, &mut used, room, &line.text[at..], style);
    writeln!(out, "  {} {} {text}", DIM.paint(&format!("{:>5}", line.number)), style.paint(&sign.to_string()))
}

fn push(text: &mut String, used: &mut usize, room: usize, bytes: &[u8], style: anstyle::Style) {
    if bytes.is_empty() || *used >= room {
        return;
    }
    let piece = cut(&escape::terminal(bytes), room - *used);
    *used += piece.chars().count();
    text.push_str(&style.paint(&piece));
}

/// Writes each rule's reason once in a report: a wall of the same sentence teaches people to skip it.
fn why<'a>(
    hunk: &'a HunkReport,
    width: usize,
    told: &mut Vec<&'a str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in hunk.findings.iter().take(REASONS) {
        if told.contains(&finding.why.as_str()) {
            continue;
        }
        told.push(&finding.why);
        for line in wrap(&escape::terminal(&finding.why), width.saturating_sub(10)) {
            writeln!(out, "        {line}")?;
        }
    }
    Ok(())
}
