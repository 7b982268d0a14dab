//! Why a hunk has its class: the rule, where it was written, what matched, and what would satisfy it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::style::{ADDED, BAD, COMMAND, DIM, GOOD, PLACE, Painted, REMOVED, wrap};
use super::{hunks, rows};
use crate::classify::{Class, NearMiss};
use crate::policy::Policy;
use crate::render::escape;
use crate::report::{FindingReport, HunkReport, Report, RequirementReport};
use crate::rule::{Conditions, Kind, Rule, RuleOrigin, Text};

/// How many rules that all but matched are told of a local hunk.
const NEAR: usize = 5;
/// How many, and only those of gate.toml, of an architectural one.
const NEAR_OF_ASKED: usize = 2;

/// How many lines are told that changed since an older version was signed.
const SINCE: usize = 8;

/// A hunk with the rules that all but matched it.
pub struct Explained<'a> {
    /// The hunk.
    pub hunk: &'a HunkReport,
    /// The rules, the nearest first.
    pub near: &'a [NearMiss],
    /// What was signed in its place.
    pub older: Option<&'a Older>,
    /// The line that it stands for, where the change does not hold it.
    pub instead_of: Option<u32>,
}

/// What somebody signed before the hunk became what it is.
pub struct Older {
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// The lines of the patch that differ, each with whether it is new.
    pub lines: Vec<(bool, String)>,
}

/// Draws the hunks, each with all that is known of it.
pub fn render(
    report: &Report,
    policy: &Policy,
    asked: &[Explained<'_>],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, explained) in asked.iter().enumerate() {
        let hunk = explained.hunk;
        if index > 0 {
            writeln!(out)?;
        }
        hunks::place(hunk, width, out)?;
        class(explained, out)?;
        hunks::lines(hunk, width, out)?;
        for finding in &hunk.findings {
            self::finding(finding, policy, width, out)?;
        }
        if explained.instead_of.is_none() {
            satisfied(report, policy, hunk, width, out)?;
            older(explained, width, out)?;
        }
        near(explained, policy, width, out)?;
    }
    Ok(())
}

fn class(explained: &Explained<'_>, out: &mut dyn Write) -> io::Result<()> {
    let hunk = explained.hunk;
    let id: String = hunk.id.chars().take(10).collect();
    let id =
        explained.instead_of.map_or_else(|| format!("hunk {id}"), |line| format!("if line {line} changed"));
    let id = DIM.paint(&id);
    match hunk.class {
        Class::Architectural => writeln!(out, "    {}  {id}", BAD.paint("architectural")),
        Class::Local => {
            let why = hunk.local_because.as_deref().unwrap_or("no rule matches it");
            writeln!(out, "    {}  {id}\n    because {}", GOOD.paint("local"), escape::terminal(why))
        }
    }
}

/// What has changed since somebody signed.
fn older(explained: &Explained<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Some(older) = explained.older else { return Ok(()) };
    let day: String = older.at.chars().take(10).collect();
    let signed = format!("{} signed another version of it on {day}; since then", older.by);
    writeln!(out, "\n    {}", escape::terminal(signed))?;
    for (is_new, line) in older.lines.iter().take(SINCE) {
        let (word, style) = if *is_new { ("new ", ADDED) } else { ("gone", REMOVED) };
        let line = super::style::cut(&escape::terminal(line), width.saturating_sub(12));
        writeln!(out, "      {word}  {}", style.paint(&line))?;
    }
    match older.lines.len().saturating_sub(SINCE) {
        0 if older.lines.is_empty() => writeln!(out, "      only what is around it changed, or where it is"),
        0 => Ok(()),
        more => writeln!(out, "      {}", DIM.paint(&format!("… {more} more"))),
    }
}

/// The rules that all but matched, each with the condition that failed.
fn near(explained: &Explained<'_>, policy: &Policy, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let is_local = explained.hunk.class == Class::Local;
    let rule = |miss: &NearMiss| policy.rules.get(miss.rule);
    let is_told = |miss: &&NearMiss| {
        let found = |rule: &Rule| explained.hunk.findings.iter().any(|finding| finding.rule == rule.id);
        rule(miss).is_some_and(|rule| {
            let is_own = matches!(rule.origin, RuleOrigin::Policy(_));
            !found(rule) && (is_local || is_own && miss.held > 0)
        })
    };
    let misses: Vec<&NearMiss> = explained.near.iter().filter(is_told).collect();
    if misses.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n    {}", PLACE.paint("rules that come near"))?;
    let most = if is_local { NEAR } else { NEAR_OF_ASKED };
    for miss in misses.iter().take(most) {
        let Some(rule) = rule(miss) else { continue };
        writeln!(out, "      {} {}", escape::terminal(&rule.id), DIM.paint(&format!("({})", origin(rule))))?;
        for line in wrap(&escape::terminal(&miss.because), width.saturating_sub(8)) {
            writeln!(out, "        {line}")?;
        }
    }
    match misses.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "      {}", DIM.paint(&format!("and {more} more that are further off"))),
    }
}

fn origin(rule: &Rule) -> String {
    match rule.origin {
        RuleOrigin::Policy(line) => format!("gate.toml line {line}"),
        RuleOrigin::Pack => "a built-in pack".to_owned(),
        RuleOrigin::Always => "gate itself".to_owned(),
    }
}

/// The rule, its reason, and each condition that held.
fn finding(finding: &FindingReport, policy: &Policy, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rule = policy.rules.iter().find(|rule| rule.id == finding.rule);
    let origin = rule.map_or_else(|| "gate itself".to_owned(), origin);
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
    if rule.is_some_and(|rule| rule.provenance.is_some()) {
        writeln!(out, "      {}", DIM.paint("when = \"ai\""))?;
    }
    conditions.iter().try_for_each(|(name, entries)| {
        let text = format!("{name} = [{}]", entries.join(", "));
        let text = super::style::cut(&escape::terminal(text), width.saturating_sub(6));
        writeln!(out, "      {}", DIM.paint(&text))
    })
}

/// Returns the conditions of a rule, with their entries as gate.toml writes them.
pub fn conditions(when: &Conditions) -> Vec<(&'static str, Vec<String>)> {
    let lists = [
        ("paths", &when.paths),
        ("not-paths", &when.not_paths),
        ("added", &when.added),
        ("removed", &when.removed),
        ("changed", &when.changed),
        ("differs", &when.differs),
        ("except", &when.except),
        ("within", &when.within),
        ("not-within", &when.not_within),
        ("services", &when.services),
        ("only", &when.only),
    ];
    let quoted = |list: &[Text]| list.iter().map(|entry| format!("{entry:?}")).collect::<Vec<_>>();
    let name =
        |kind: &Kind| Kind::ALL.iter().find(|(_, known)| known == kind).map(|(name, _)| format!("{name:?}"));
    let kinds: Vec<String> = when.kinds.iter().filter_map(name).collect();
    lists
        .into_iter()
        .map(|(name, list)| (name, quoted(list)))
        .chain([("kinds", kinds)])
        .chain(parsed(when))
        .filter(|(_, list)| !list.is_empty())
        .collect()
}

/// Writes the conditions on the parsed file.
fn parsed(when: &Conditions) -> [(&'static str, Vec<String>); 2] {
    let syntax = when.syntax.iter().map(|pattern| match &pattern.lang {
        Some(lang) => format!("{{ lang = {lang:?}, pattern = {:?} }}", pattern.pattern),
        None => format!("{:?}", pattern.pattern),
    });
    let keys = when.keys.iter().map(|key| format!("{:?}", key.to_string()));
    [("syntax", syntax.collect()), ("keys", keys.collect())]
}

/// What is still asked for this hunk, or who signed it.
fn satisfied(
    report: &Report,
    policy: &Policy,
    hunk: &HunkReport,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let asks: Vec<_> = report.requirements.iter().filter(|row| row.hunks.contains(&hunk.id)).collect();
    if asks.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for row in &asks {
        rows::row(row, width, out)?;
    }
    if hunk.covered {
        return Ok(());
    }
    let mut open = asks.iter().filter(|row| row.missing > 0).peekable();
    let can_sign = policy.project.is_some() && open.any(|row| !row.candidates.is_empty());
    if can_sign || asks.iter().all(|row| row.missing == 0) {
        let id: String = hunk.id.chars().take(10).collect();
        return writeln!(out, "    {}", COMMAND.paint(&format!("{} --only {id}", rows::command(report))));
    }
    let lacks: BTreeSet<String> = if policy.project.is_none() {
        BTreeSet::from([
            "nobody can sign: gate.toml has no `project`, which a sign-off is bound to".to_owned()
        ])
    } else {
        asks.iter().filter(|row| row.missing > 0).map(|row| lacking(row, policy)).collect()
    };
    for line in lacks.iter().flat_map(|text| wrap(&escape::terminal(text), width.saturating_sub(4))) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// Says what has to be added to gate.toml before anybody can sign a row.
fn lacking(row: &RequirementReport, policy: &Policy) -> String {
    let teams: Vec<&String> = row.team.iter().chain(row.any_of.iter().flatten()).collect();
    let people: Vec<&String> = teams.iter().filter_map(|team| policy.teams.get(*team)).flatten().collect();
    let who = row.who();
    let has_key = |id: &&&String| policy.people.get(**id).is_some_and(|person| !person.keys.is_empty());
    match (teams.as_slice(), people.as_slice()) {
        ([], _) => {
            "nobody is named: give the rule, or `[sign-off]`, `required = [{ team = \"…\" }]`".to_owned()
        }
        (_, []) => format!("nobody is in {who}: add people under `[teams]`"),
        (_, people) if people.iter().any(|id| has_key(&id)) => {
            format!("all of {who} who have a key are authors of it: add somebody else to the team")
        }
        _ => format!("nobody of {who} has a key: add `keys` under `[people.…]`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::SyntaxPattern;
    use crate::rule::key_path::KeyPath;

    #[test]
    fn conditions_on_the_parsed_file_are_shown_as_they_are_written() {
        let pattern = |lang: Option<&str>| SyntaxPattern {
            lang: lang.map(str::to_owned),
            pattern: "f($$$, \"x\")".to_owned(),
        };
        let when = Conditions {
            syntax: vec![pattern(None), pattern(Some("go"))],
            keys: vec![KeyPath::parse("spec.containers[].image").unwrap()],
            ..Conditions::default()
        };
        assert_eq!(
            conditions(&when),
            [
                (
                    "syntax",
                    vec![
                        r#""f($$$, \"x\")""#.to_owned(),
                        r#"{ lang = "go", pattern = "f($$$, \"x\")" }"#.to_owned(),
                    ]
                ),
                ("keys", vec![r#""spec.containers[].image""#.to_owned()]),
            ]
        );
    }
}
