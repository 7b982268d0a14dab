//! The report for a person at a terminal: short, and quiet when it passes.
//!
//! Colours are always written; the stream that the caller gives strips them where
//! they should not be. Everything that comes from the repository is escaped.

mod draft;
mod explain;
mod hunks;
mod log;
mod rows;
mod rules;
mod services;
mod status;
mod style;

use std::io::{self, Write};

pub use self::draft::render as draft;
pub use self::explain::{Explained, Older, render as explain};
pub use self::log::render as log;
pub use self::rules::{list as rules, show as rule};
pub use self::status::render as status;
use self::style::{ALERT, BAD, DIM, GOOD, Painted};
use crate::classify::Class;
use crate::render::escape;
use crate::report::{HunkReport, Level, Notice, Report};
use crate::sign_off::StatementKind;
use crate::verdict::Verdict;

/// Draws the report in `width` columns.
pub fn render(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    headline(report, out)?;
    overrides(report, width, out)?;
    notices(report, width, out)?;
    if report.verdict == Verdict::Blocked {
        if let Some(said) = report.ai_sentence() {
            writeln!(out, "{}", DIM.paint(&escape::terminal(said)))?;
        }
        services::render(report, width, out)?;
        writeln!(out)?;
        hunks::render(report, width, out)?;
        rows::render(report, width, out)?;
    }
    rows::rejected(report, width, out)
}

/// One line: the verdict, and what it stands on.
fn headline(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let hunks = count(summary.hunks, "hunk");
    let files = count(summary.files, "file");
    match report.verdict {
        Verdict::Blocked => {
            let asked = |hunk: &&HunkReport| !hunk.covered && hunk.class == Class::Architectural;
            let open = report.hunks.iter().filter(asked).count();
            let place = report.change.target.as_deref().map_or(String::new(), |target| {
                format!(" before it lands on {}", escape::terminal(short_ref(target)))
            });
            let what = match held_by(report) {
                _ if report.requirements.iter().any(|row| row.missing > 0) => format!(
                    "{open} of {hunks} {} a sign-off{place}",
                    if open == 1 { "needs" } else { "need" }
                ),
                held => held.to_owned(),
            };
            let word = if report.enforced { "blocked" } else { "advisory, would be blocked" };
            writeln!(out, "{}: {what}", BAD.paint(word))
        }
        Verdict::Pass if overridden(report) => {
            writeln!(out, "{}: {hunks} in {files}, by an override", ALERT.paint("pass"))
        }
        Verdict::Pass if summary.hunks == 0 => writeln!(out, "{}: no changes", GOOD.paint("pass")),
        Verdict::Pass if summary.architectural == 0 => {
            writeln!(out, "{}: {hunks} in {files}, none architectural", GOOD.paint("pass"))
        }
        Verdict::Pass => {
            let signers = signers(report);
            let by = match signers.as_slice() {
                [] => "no sign-off asked".to_owned(),
                signers => format!("signed by {}", signers.join(", ")),
            };
            let architectural = count(summary.architectural, "architectural hunk");
            writeln!(out, "{}: {architectural} of {hunks} in {files}, {by}", GOOD.paint("pass"))
        }
    }
}

/// What blocks a change whose requirements are all met.
fn held_by(report: &Report) -> &'static str {
    let objected =
        report.sign_offs.iter().any(|entry| entry.counted && entry.kind == StatementKind::Objection);
    if objected { "an objection stands" } else { "the gate.toml that it leaves behind has mistakes" }
}

/// Who let the change through, and why: nobody may miss it.
fn overrides(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let counted =
        report.sign_offs.iter().filter(|entry| entry.counted && entry.kind == StatementKind::Override);
    counted.into_iter().try_for_each(|entry| {
        let reason = entry.text.as_deref().unwrap_or("no reason given");
        let said = escape::terminal(format!("{} at {}: {reason}", entry.by, entry.at));
        told(&ALERT.paint("OVERRIDE"), "OVERRIDE".len(), &said, width, out)
    })
}

fn overridden(report: &Report) -> bool {
    report.sign_offs.iter().any(|entry| entry.counted && entry.kind == StatementKind::Override)
}

fn signers(report: &Report) -> Vec<String> {
    let counted =
        report.sign_offs.iter().filter(|entry| entry.counted && entry.kind == StatementKind::SignOff);
    let mut names: Vec<_> = counted.map(|entry| escape::terminal(&entry.by)).collect();
    names.sort();
    names.dedup();
    names
}

fn notices(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    report.notices.iter().try_for_each(|notice| self::notice(notice, width, out))
}

fn notice(notice: &Notice, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let style = match notice.level {
        Level::Note => DIM,
        Level::Warning => style::WARN,
        Level::Alert => ALERT,
    };
    let word = match notice.level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Alert => "ALERT",
    };
    let indent = word.len() + 2;
    told(&style.paint(word), word.len(), &escape::terminal(&notice.message), width, out)?;
    match &notice.help {
        Some(help) => writeln!(out, "{:indent$}{}", "", DIM.paint(&escape::terminal(help))),
        None => Ok(()),
    }
}

/// Writes `word: text`, broken into lines that stand under the text.
fn told(word: &str, long: usize, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let indent = long + 2;
    for (index, line) in style::wrap(text, width.saturating_sub(indent)).iter().enumerate() {
        match index {
            0 => writeln!(out, "{word}: {line}")?,
            _ => writeln!(out, "{:indent$}{line}", "")?,
        }
    }
    Ok(())
}

/// Writes a number with its noun.
fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Returns a branch as people call it.
pub(super) fn short_ref(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use crate::provenance::{Class, Signal};
    use crate::render::Format;
    use crate::render::fixture::{advisory, blocked, drawn, local, overridden};
    use crate::report::{ProvenanceReport, Report};

    #[test]
    fn a_pass_is_one_line() {
        insta::assert_snapshot!(drawn(Format::Human, &local()));
    }

    #[test]
    fn a_block_shows_what_why_who_and_how() {
        insta::assert_snapshot!(drawn(Format::Human, &blocked()));
    }

    #[test]
    fn an_override_is_shouted() {
        insta::assert_snapshot!(drawn(Format::Human, &overridden()));
    }

    #[test]
    fn an_advisory_run_says_that_nothing_is_enforced() {
        insta::assert_snapshot!(drawn(Format::Human, &advisory()));
    }

    #[test]
    fn a_sentence_tells_how_much_and_by_whom() {
        let row = |tool: &str, class, commits: &[&str]| ProvenanceReport {
            signal: Signal::Trailer,
            tool: tool.to_owned(),
            class,
            commits: commits.iter().map(|id| (*id).to_owned()).collect(),
            hunks: vec!["h".to_owned()],
        };
        let mut report = Report { provenance: Vec::new(), ..blocked() };
        assert_eq!(report.ai_sentence(), None);
        report.provenance.push(row("automation", Class::Automation, &["c"]));
        assert_eq!(report.ai_sentence(), None);
        report.provenance.push(row("Cursor", Class::Assist, &["a"]));
        assert_eq!(
            report.ai_sentence().unwrap(),
            "maybe written by AI: 1 of 3 commits, 1 of 4 hunks (Cursor)"
        );
        for tool in ["a", "b", "c"] {
            report.provenance.push(row(tool, Class::Agent, &["a", "b"]));
        }
        assert_eq!(
            report.ai_sentence().unwrap(),
            "written by AI: 2 of 3 commits, 1 of 4 hunks (Cursor, a, b and 1 more)"
        );
    }
}
