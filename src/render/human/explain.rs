//! Why a hunk has its class: the rule, where it was written, what matched, and what would satisfy it.

use std::io::{self, Write};

use super::style::{BAD, COMMAND, DIM, GOOD, Painted, wrap};
use super::{hunks, rows};
use crate::classify::Class;
use crate::policy::Policy;
use crate::render::escape;
use crate::report::{FindingReport, HunkReport, Report};
use crate::rule::{Conditions, RuleOrigin};

/// Draws the hunks, each with all that is known of it.
pub fn render(
    report: &Report,
    policy: &Policy,
    asked: &[&HunkReport],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, hunk) in asked.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        hunks::place(hunk, width, out)?;
        class(hunk, out)?;
        hunks::lines(hunk, width, out)?;
        for finding in &hunk.findings {
            self::finding(finding, policy, width, out)?;
        }
        satisfied(report, hunk, width, out)?;
    }
    Ok(())
}

fn class(hunk: &HunkReport, out: &mut dyn Write) -> io::Result<()> {
    let id: String = hunk.id.chars().take(10).collect();
    let id = DIM.paint(&format!("hunk {id}"));
    match hunk.class {
        Class::Architectural => writeln!(out, "    {}  {id}", BAD.paint("architectural")),
        Class::Local => {
            let why = hunk.local_because.as_deref().unwrap_or("no rule matches it");
            writeln!(out, "    {}  {id}\n    because {}", GOOD.paint("local"), escape::terminal(why))
        }
    }
}

/// The rule, its reason, and each condition that held.
fn finding(finding: &FindingReport, policy: &Policy, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rule = policy.rules.iter().find(|rule| rule.id == finding.rule);
    let origin = match rule.map(|rule| rule.origin) {
        Some(RuleOrigin::Policy(line)) => format!("gate.toml line {line}"),
        Some(RuleOrigin::Pack) => "a built-in pack".to_owned(),
        Some(RuleOrigin::Always) | None => "gate itself".to_owned(),
    };
    let (id, category) = (escape::terminal(&finding.rule), escape::terminal(&finding.category));
    writeln!(out, "\n    rule {id} ({category}), from {origin}")?;
    for line in wrap(&escape::terminal(&finding.why), width.saturating_sub(6)) {
        writeln!(out, "      {line}")?;
    }
    if let Some(line) = finding.line {
        writeln!(out, "      {}", DIM.paint(&format!("matched in line {line}")))?;
    }
    if let Some(by) = &finding.by {
        for line in wrap(&escape::terminal(by), width.saturating_sub(6)) {
            writeln!(out, "      {}", DIM.paint(&line))?;
        }
    }
    let conditions = rule.map(|rule| conditions(&rule.when)).unwrap_or_default();
    conditions.iter().try_for_each(|text| {
        let text = super::style::cut(&escape::terminal(text), width.saturating_sub(6));
        writeln!(out, "      {}", DIM.paint(&text))
    })
}

/// Writes the conditions of a rule as gate.toml does.
pub fn conditions(when: &Conditions) -> Vec<String> {
    let lists = [
        ("paths", &when.paths),
        ("not-paths", &when.not_paths),
        ("added", &when.added),
        ("removed", &when.removed),
        ("changed", &when.changed),
    ];
    lists
        .iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| format!("{name} = {list:?}"))
        .chain(parsed(when))
        .collect()
}

/// Writes the conditions on the parsed file.
fn parsed(when: &Conditions) -> Vec<String> {
    let syntax = when.syntax.iter().map(|pattern| match &pattern.lang {
        Some(lang) => format!("{{ lang = {lang:?}, pattern = {:?} }}", pattern.pattern),
        None => format!("{:?}", pattern.pattern),
    });
    let keys = when.keys.iter().map(|key| format!("{:?}", key.to_string()));
    [("syntax", syntax.collect::<Vec<_>>()), ("keys", keys.collect())]
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| format!("{name} = [{}]", list.join(", ")))
        .collect()
}

/// What is still asked for this hunk, or who signed it.
fn satisfied(report: &Report, hunk: &HunkReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let asks: Vec<_> = report.requirements.iter().filter(|row| row.hunks.contains(&hunk.id)).collect();
    if asks.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for row in asks {
        rows::row(row, width, out)?;
    }
    if hunk.covered {
        return Ok(());
    }
    let id: String = hunk.id.chars().take(10).collect();
    writeln!(out, "    {}", COMMAND.paint(&format!("{} --only {id}", rows::command(report))))
}
