//! Rules, listed and shown whole.

use std::io::{self, Write};

use super::explain::conditions;
use super::style::{DIM, PLACE, Painted, cut, wrap};
use crate::policy::Policy;
use crate::render::escape;
use crate::rule::{Demand, Provenance, Rule, RuleOrigin, Who};

/// Lists every rule in one line each, category by category as they stand.
pub fn list(policy: &Policy, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let crossings = if policy.services.is_empty() { &[] } else { policy.crossings.as_slice() };
    for rule in policy.rules.iter().chain(crossings) {
        let head = format!("{:<34} {:<16}", escape::terminal(&rule.id), escape::terminal(&rule.category));
        let room = width.saturating_sub(head.chars().count() + 1);
        writeln!(out, "{} {}", PLACE.paint(&head), DIM.paint(&cut(&escape::terminal(&rule.why), room)))?;
    }
    writeln!(out, "{} rules, {} exceptions", policy.rules.len() + crossings.len(), policy.locals.len())
}

/// Shows one rule whole.
pub fn show(policy: &Policy, rule: &Rule, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let origin = match rule.origin {
        RuleOrigin::Policy(line) => format!("gate.toml line {line}"),
        RuleOrigin::Pack => "built in".to_owned(),
        RuleOrigin::Always => "gate itself".to_owned(),
    };
    writeln!(
        out,
        "{} ({}), {origin}",
        PLACE.paint(&escape::terminal(&rule.id)),
        escape::terminal(&rule.category)
    )?;
    for line in wrap(&escape::terminal(&rule.why), width.saturating_sub(2)) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    for (name, entries) in conditions(&rule.when) {
        entries_of(name, &entries, width, out)?;
    }
    if rule.when.comments {
        writeln!(out, "  comments = true")?;
    }
    if rule.provenance.is_some() {
        writeln!(out, "  when = \"ai\"")?;
    }
    let demands = rule.required.as_ref().unwrap_or(&policy.sign_off.required);
    for demand in demands {
        writeln!(out, "  asks for {}", escape::terminal(said(demand)))?;
    }
    for example in &rule.examples {
        let matches = if example.matches { "matches" } else { "does not match" };
        writeln!(out, "\n  {matches}, in {}", escape::terminal(&*example.path))?;
        for line in example.diff.lines() {
            writeln!(out, "    {}", DIM.paint(&escape::terminal(line)))?;
        }
    }
    Ok(())
}

/// Writes `name = ["…", "…"]`, broken between entries into lines that stand under the first one.
fn entries_of(name: &str, entries: &[String], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let head = format!("  {name} = [");
    let indent = head.chars().count();
    let (mut line, mut used) = (head, indent);
    for (index, entry) in entries.iter().enumerate() {
        let end = if index + 1 == entries.len() { "]" } else { "," };
        let text = escape::terminal(format!("{entry}{end}"));
        let long = text.chars().count();
        if index > 0 && used + 1 + long > width {
            writeln!(out, "{line}")?;
            (line, used) = (" ".repeat(indent), indent);
        } else if index > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(&text);
        used += long;
    }
    writeln!(out, "{line}")
}

fn said(demand: &Demand) -> String {
    let who = match &demand.who {
        Who::Team(team) => team.clone(),
        Who::AnyOf(teams) => teams.join(" or "),
        Who::Owners { otherwise: Some(team) } => format!("the owners, else {team}"),
        Who::Owners { otherwise: None } => "the owners".to_owned(),
    };
    let when = demand.provenance.map_or("", |Provenance::Ai| ", where AI wrote it");
    format!("{} of {who}{when}", demand.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_conditions_are_broken_between_entries() {
        let mut out = Vec::new();
        let entries = ["\"a/**\"", "\"bb/**\"", "\"ccc/**\"", "\"d\""].map(str::to_owned);
        entries_of("paths", &entries, 30, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        paths = ["a/**", "bb/**",
                 "ccc/**", "d"]
        "#);
    }
}
