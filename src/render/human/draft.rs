//! What `gate init` found and wrote, for a person.

use std::io::{self, Write};

use super::style::{COMMAND, DIM, GOOD, PLACE, Painted, wrap};
use crate::init::{COLLEAGUE, Candidate, Replay, Survey};
use crate::render::escape;

/// How many rules of the replay are listed.
const MOST: usize = 8;

/// Writes what was found, what the draft would have asked lately, and what comes next.
pub fn render(survey: &Survey, replay: &Replay, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} gate.toml: nothing is enforced yet", GOOD.paint("wrote"))?;
    writeln!(out)?;
    let people = |one: &Candidate| match (one.keys.is_empty(), one.is_own, one.commits) {
        (true, _, _) => format!("{} (no key)", one.id),
        (false, true, _) => format!("{} (you)", one.id),
        (false, false, 1) => format!("{} (1 signed commit)", one.id),
        (false, false, commits) => format!("{} ({commits} signed commits)", one.id),
    };
    let named: Vec<String> = survey.services.iter().map(|service| service.name.clone()).collect();
    row(out, "project", &survey.project.clone().into_iter().collect::<Vec<_>>(), width)?;
    row(out, "people", &survey.people.iter().map(people).collect::<Vec<_>>(), width)?;
    row(out, "services", &named, width)?;
    row(out, "packs", &survey.packs, width)?;
    self::replay(replay, out)?;
    writeln!(out)?;
    writeln!(out, "next")?;
    let step = |out: &mut dyn Write, number: u8, text: &str| writeln!(out, "  {number}. {text}");
    step(out, 1, "read gate.toml, and ask each person in it: is this key yours?")?;
    step(out, 2, &format!("see what is wrong with it: {}", COMMAND.paint("gate lint")))?;
    step(
        out,
        3,
        &format!("land it alone: {}", COMMAND.paint("git add gate.toml && git commit -m \"Add gate.toml\"")),
    )?;
    step(
        out,
        4,
        &format!("turn it on in gate.toml, when you like what it asks: {}", COMMAND.paint("enforce = true")),
    )?;
    step(
        out,
        5,
        &format!(
            "have git fetch bring sign-offs along, in each clone: {}",
            COMMAND.paint("gate sync --setup")
        ),
    )?;
    writeln!(out)?;
    writeln!(out, "a colleague joins by adding this, and their name to a team:")?;
    for line in COLLEAGUE.lines() {
        writeln!(out, "  {}", DIM.paint(line))?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, label: &str, values: &[String], width: usize) -> io::Result<()> {
    let text = match values.is_empty() {
        true => "none found".to_owned(),
        false => escape::terminal(values.join(", ")),
    };
    for (at, line) in wrap(&text, width.saturating_sub(12)).iter().enumerate() {
        writeln!(out, "  {:<9} {line}", if at == 0 { label } else { "" })?;
    }
    Ok(())
}

fn replay(replay: &Replay, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    if replay.changes == 0 {
        return writeln!(out, "no change has landed here yet that the rules could be tried on");
    }
    writeln!(
        out,
        "of the last {} changes, {} would have needed a sign-off,",
        replay.changes,
        PLACE.paint(&replay.blocked.to_string())
    )?;
    writeln!(
        out,
        "for {} of {} hunks ({} of {} lines to read), by these rules:",
        replay.architectural, replay.hunks, replay.lines_to_review, replay.lines
    )?;
    let rules = replay.rules();
    for (rule, changes) in rules.iter().take(MOST) {
        writeln!(out, "  {changes:>4}  {}", escape::terminal(rule))?;
    }
    match rules.len().checked_sub(MOST) {
        Some(more @ 1..) => writeln!(out, "        and {more} more"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Service;

    #[test]
    fn what_was_found_and_what_comes_next_are_told() {
        let service = |name: &str| Service { name: name.to_owned(), ..Service::default() };
        let survey = Survey {
            project: Some("github.com/acme/shop".to_owned()),
            services: ["cart", "pay\u{1b}[2J"].map(service).into(),
            packs: vec!["docker".to_owned()],
            ..Survey::default()
        };
        let mut drawn = Vec::new();
        render(&survey, &Replay::default(), 80, &mut drawn).unwrap();
        let drawn = anstream::adapter::strip_bytes(&drawn).into_vec();
        insta::assert_snapshot!(String::from_utf8(drawn).unwrap(), @r#"
        wrote gate.toml: nothing is enforced yet

          project   github.com/acme/shop
          people    none found
          services  cart, pay<U+001B>[2J
          packs     docker

        no change has landed here yet that the rules could be tried on

        next
          1. read gate.toml, and ask each person in it: is this key yours?
          2. see what is wrong with it: gate lint
          3. land it alone: git add gate.toml && git commit -m "Add gate.toml"
          4. turn it on in gate.toml, when you like what it asks: enforce = true
          5. have git fetch bring sign-offs along, in each clone: gate sync --setup

        a colleague joins by adding this, and their name to a team:
          [people.grace]
          emails = ["grace@acme.dev"]
          keys = ["ssh-ed25519 AAAA... grace@laptop"]   # the line of ~/.ssh/id_ed25519.pub
          github = "grace"
        "#);
    }
}
