//! The built-in packs: TOML files embedded in the binary, and the one table of them.
//!
//! A pack is written in the language of gate.toml: `about`, `extends` (other packs),
//! `except` (as in a rule, but for each of its rules that has regexes on lines),
//! `[[rule]]` with its `[[rule.example]]`s, and `[[local]]`. A rule's full id is
//! `pack/id`. A new pack is a file in `packs/` and a row in [`PACKS`].

use toml::Spanned;

use super::written::{self, Author, WrittenRule};
use super::{Local, Rule, RuleOrigin, built_in};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::document::{self, Table};

/// What stands before a pack's name in `extends`.
pub const PREFIX: &str = "gate:";

/// The name and the text of each pack, sorted by name.
pub const PACKS: &[(&str, &str)] = &[
    ("build", include_str!("packs/build.toml")),
    ("ci", include_str!("packs/ci.toml")),
    ("clients", include_str!("packs/clients.toml")),
    ("compose", include_str!("packs/compose.toml")),
    ("contracts", include_str!("packs/contracts.toml")),
    ("dependencies", include_str!("packs/dependencies.toml")),
    ("deploy", include_str!("packs/deploy.toml")),
    ("docker", include_str!("packs/docker.toml")),
    ("graphql", include_str!("packs/graphql.toml")),
    ("helm", include_str!("packs/helm.toml")),
    ("http-api", include_str!("packs/http-api.toml")),
    ("kubernetes", include_str!("packs/kubernetes.toml")),
    ("limits", include_str!("packs/limits.toml")),
    ("openapi", include_str!("packs/openapi.toml")),
    ("protobuf", include_str!("packs/protobuf.toml")),
    ("quiet", include_str!("packs/quiet.toml")),
    ("recommended", include_str!("packs/recommended.toml")),
    ("security", include_str!("packs/security.toml")),
    ("settings", include_str!("packs/settings.toml")),
    ("sql-migrations", include_str!("packs/sql-migrations.toml")),
    ("telemetry", include_str!("packs/telemetry.toml")),
    ("terraform", include_str!("packs/terraform.toml")),
];

/// A pack that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name, without `gate:`.
    pub name: &'static str,
    /// One sentence on what it is for.
    pub about: String,
    /// The packs that it includes, without `gate:`.
    pub extends: Vec<String>,
    /// Its own rules, each with its full id.
    pub rules: Vec<Rule>,
    /// What it says is never architectural.
    pub locals: Vec<Local>,
}

/// Reads a pack by its name without `gate:`; `None` where there is no such pack.
pub fn load(name: &str) -> Option<Result<Pack, Mistakes>> {
    let &(name, source) = PACKS.iter().find(|(known, _)| *known == name)?;
    Some(built_in::pack(name).map_or_else(|| parse(name, source, Author::Gate), Ok))
}

/// Reads packs and all that they include, each once, those included first.
pub fn load_all<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<Pack>, Mistakes> {
    let mut packs: Vec<Pack> = Vec::new();
    let mut waiting: Vec<String> = names.into_iter().map(str::to_owned).collect();
    waiting.reverse();
    while let Some(name) = waiting.pop() {
        if packs.iter().any(|pack| pack.name == name) {
            continue;
        }
        if let Some(pack) = load(&name) {
            let pack = pack?;
            waiting.extend(pack.extends.iter().rev().cloned());
            packs.push(pack);
        }
    }
    Ok(packs)
}

fn parse(name: &'static str, source: &str, author: Author) -> Result<Pack, Mistakes> {
    let (document, syntax) = document::parse(source);
    let mut found = Vec::new();
    let mut table = Table::new(format!("the pack `{name}`"), 0..0, document.get_ref());
    let about = table.string("about", &mut found).map(Spanned::into_inner).unwrap_or_default();
    let extends =
        table.strings("extends", &mut found).into_iter().map(|pack| extended(&pack, &mut found)).collect();
    let except = written::patterns(&mut table, "except", author, &mut found);
    let rules = table.tables("rule", "`[[rule]]`", "`[[rule]]`", &mut found).unwrap_or_default();
    let rules = rules.into_iter().map(|rule| written::rule(rule, author, &mut found)).collect::<Vec<_>>();
    let mut rules: Vec<Rule> =
        rules.into_iter().filter_map(|rule| finished(name, rule, &mut found)).collect();
    for rule in rules.iter_mut().filter(|rule| rule.when.looks_at_lines()) {
        rule.when.except.extend_from_slice(&except);
    }
    let locals = table.tables("local", "`[[local]]`", "`[[local]]`", &mut found).unwrap_or_default();
    let locals =
        locals.into_iter().map(|local| written::local(local, author, &mut found)).collect::<Vec<_>>();
    let locals = locals
        .into_iter()
        .map(|local| Local {
            when: local.when,
            why: local.why.map(Spanned::into_inner).unwrap_or_default(),
            line: 0,
        })
        .collect();
    table.close(&mut found);
    let found = syntax.join(source, found);
    if found.is_empty() {
        return Ok(Pack { name, about, extends, rules, locals });
    }
    Err(Mistakes { file: format!("the pack {PREFIX}{name}"), source: source.to_owned(), diagnostics: found })
}

fn extended(pack: &Spanned<String>, found: &mut Vec<Diagnostic>) -> String {
    let name = pack.get_ref().strip_prefix(PREFIX).unwrap_or_default();
    if !PACKS.iter().any(|(known, _)| *known == name) {
        found.push(Diagnostic::error(pack.span(), "unknown pack"));
    }
    name.to_owned()
}

/// Turns a rule of a pack into one with its full id; what a pack can't say is a mistake.
fn finished(pack: &str, rule: WrittenRule, found: &mut Vec<Diagnostic>) -> Option<Rule> {
    if rule.required.is_some() || !rule.services.is_empty() {
        found.push(Diagnostic::error(rule.span.clone(), "a pack knows no teams and no services"));
    }
    let (Some(id), Some(category), Some(why)) = (rule.id, rule.category, rule.why) else {
        found.push(Diagnostic::error(rule.span, "a rule of a pack has an `id`, a `category` and a `why`"));
        return None;
    };
    Some(Rule {
        id: format!("{pack}/{}", id.get_ref()),
        category: category.into_inner(),
        why: why.into_inner(),
        when: rule.when,
        required: None,
        provenance: rule.provenance,
        examples: rule.examples,
        origin: RuleOrigin::Pack,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn every_pack() -> Vec<Pack> {
        PACKS.iter().map(|&(name, source)| parse(name, source, Author::User).unwrap()).collect()
    }

    #[test]
    fn packs_are_sorted_and_each_is_there_once() {
        assert!(PACKS.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn every_pack_reads_without_a_mistake_and_says_what_it_is_for() {
        for pack in every_pack() {
            assert!(!pack.about.is_empty(), "{} has no `about`", pack.name);
        }
    }

    #[test]
    fn ids_are_unique_words() {
        for pack in every_pack() {
            let mut ids = BTreeSet::new();
            for rule in &pack.rules {
                let id = rule.id.split_once('/').unwrap().1;
                let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                assert!(plain && !id.is_empty(), "{} is not kebab-case", rule.id);
                assert!(ids.insert(id), "{} is there twice", rule.id);
            }
        }
    }

    #[test]
    fn every_rule_says_why_and_shows_what_it_matches_and_what_not() {
        for rule in every_pack().iter().flat_map(|pack| &pack.rules) {
            let id = &rule.id;
            assert!(rule.why.len() > 20, "{id} has no real `why`");
            assert!(!rule.when.is_empty(), "{id} has no condition");
            assert!(rule.examples.iter().any(|example| example.matches), "{id} has no example that matches");
            assert!(
                rule.examples.iter().any(|example| !example.matches),
                "{id} has no example that does not"
            );
        }
    }

    #[test]
    fn included_packs_are_read_once() {
        let names = ["recommended", "recommended"];
        let packs = load_all(names).unwrap();
        let unique: BTreeSet<_> = packs.iter().map(|pack| pack.name).collect();
        assert_eq!(unique.len(), packs.len());
        assert!(packs.len() > 1 && packs.iter().any(|pack| pack.name == "recommended"));
    }

    #[test]
    fn tables_hold_what_is_written() {
        for &(name, source) in PACKS {
            let table = built_in::pack(name).unwrap_or_else(|| panic!("the build can't read all of {name}"));
            assert_eq!(table, parse(name, source, Author::Gate).unwrap());
        }
    }

    #[test]
    fn what_a_pack_can_not_say_is_a_mistake() {
        let told = |source: &str| match parse("x", source, Author::Gate) {
            Ok(_) => Vec::new(),
            Err(mistakes) => {
                mistakes.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect()
            }
        };
        let none: [&str; 0] = [];
        assert_eq!(told("about = \"a\"\nextends = [\"gate:docker\"]\n"), none);
        assert_eq!(told("about = \"a\"\nextends = [\"gate:nonsense\"]\n"), ["unknown pack"]);
        let rule = |rest: &str| {
            told(&format!(
                "about = \"a\"\n[[rule]]\nid = \"a\"\ncategory = \"infra\"\nwhy = \"b\"\npaths = [\"c\"]\n{rest}\n"
            ))
        };
        assert_eq!(rule(""), none);
        let names_somebody = ["a pack knows no teams and no services"];
        assert_eq!(rule("required = [{ team = \"a\" }]"), names_somebody);
        assert_eq!(rule("services = [\"a\"]"), names_somebody);
    }

    #[test]
    fn a_pack_that_is_not_there_is_none() {
        assert!(load("nonsense").is_none());
    }
}
