//! The shape of gate.toml as it is written, every value with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::Diagnostic;
use crate::document::{self, Table};
use crate::rule::required::{self, WrittenDemand};
use crate::rule::written::{self, Author, WrittenLocal, WrittenRule};

/// What is meant where `rules` is no table.
const RULES: &str = "`[[rule]]` for a rule of your own, and `[rules.\"pack/id\"]` to change a built-in one";

/// All of gate.toml.
#[derive(Debug)]
pub(super) struct File {
    pub version: Option<Spanned<i64>>,
    pub project: Option<Spanned<String>>,
    pub extends: Vec<Spanned<String>>,
    pub allowed_signers: Option<Spanned<String>>,
    pub owners_from: Option<Spanned<String>>,
    pub people: Vec<WrittenPerson>,
    pub teams: Vec<WrittenTeam>,
    pub gate: WrittenGate,
    pub sign_off: WrittenSignOff,
    pub overrides: Option<WrittenOverride>,
    pub services: Vec<WrittenService>,
    pub rules: Vec<WrittenRule>,
    pub changes: Vec<RuleChange>,
    pub locals: Vec<WrittenLocal>,
}

/// `[people.ID]`.
#[derive(Debug)]
pub(super) struct WrittenPerson {
    pub id: Spanned<String>,
    pub emails: Vec<Spanned<String>>,
    pub keys: Vec<Spanned<String>>,
    pub github: Option<Spanned<String>>,
}

/// A row of `[teams]`.
#[derive(Debug)]
pub(super) struct WrittenTeam {
    pub name: Spanned<String>,
    pub people: Vec<Spanned<String>>,
}

/// `[gate]`.
#[derive(Debug, Default)]
pub(super) struct WrittenGate {
    pub enforce: Option<Spanned<bool>>,
    pub protected: Vec<Spanned<String>>,
    pub required: Option<Vec<WrittenDemand>>,
    pub unmatched: Option<Spanned<String>>,
}

/// `[sign-off]`.
#[derive(Debug, Default)]
pub(super) struct WrittenSignOff {
    pub required: Option<Vec<WrittenDemand>>,
    pub max_age: Option<Spanned<String>>,
    pub allow_author: Option<Spanned<bool>>,
    pub pusher_is_author: Option<Spanned<bool>>,
    pub void: Vec<Spanned<String>>,
}

/// `[override]`.
#[derive(Debug)]
pub(super) struct WrittenOverride {
    pub span: Range<usize>,
    pub team: Option<Spanned<String>>,
    pub max_age: Option<Spanned<String>>,
}

/// `[[service]]`.
#[derive(Debug)]
pub(super) struct WrittenService {
    pub span: Range<usize>,
    pub name: Option<Spanned<String>>,
    pub paths: Vec<Spanned<String>>,
    pub interface: Vec<Spanned<String>>,
    pub names: Vec<Spanned<String>>,
    pub owners: Vec<Spanned<String>>,
}

/// `[rules."ID"]`.
#[derive(Debug)]
pub(super) struct RuleChange {
    pub id: Spanned<String>,
    pub enabled: Option<Spanned<bool>>,
    pub category: Option<Spanned<String>>,
    pub required: Option<Vec<WrittenDemand>>,
}

/// Reads the shape of gate.toml; wrong types and unknown keys are noted.
pub(super) fn read(document: &Spanned<DeTable<'_>>, found: &mut Vec<Diagnostic>) -> File {
    let mut top = Table::new("gate.toml", 0..0, document.get_ref());
    let file = File {
        version: top.number("version", found),
        project: top.string("project", found),
        extends: top.strings("extends", found),
        allowed_signers: top.string("allowed-signers", found),
        owners_from: top.string("owners-from", found),
        people: people(&mut top, found),
        teams: teams(&mut top, found),
        gate: gate(&mut top, found),
        sign_off: sign_off(&mut top, found),
        overrides: overrides(&mut top, found),
        services: each(&mut top, "service", "`[[service]]`", found, service),
        rules: each(&mut top, "rule", "`[[rule]]`", found, |table, found| {
            written::rule(table, Author::User, found)
        }),
        changes: changes(&mut top, found),
        locals: each(&mut top, "local", "`[[local]]`", found, |table, found| {
            written::local(table, Author::User, found)
        }),
    };
    top.close(found);
    file
}

fn each<T>(
    top: &mut Table<'_>,
    key: &'static str,
    what: &str,
    found: &mut Vec<Diagnostic>,
    read: impl Fn(Table<'_>, &mut Vec<Diagnostic>) -> T,
) -> Vec<T> {
    let tables = top.tables(key, what, what, found).unwrap_or_default();
    tables.into_iter().map(|table| read(table, found)).collect()
}

fn people(top: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<WrittenPerson> {
    let Some(people) = top.table("people", "`[people]`", found) else { return Vec::new() };
    people
        .names()
        .filter_map(|(id, value)| {
            let Some(mut table) = document::table(format!("`[people.{}]`", id.get_ref()), value) else {
                let mistake = document::wrong_type(id.get_ref(), value, "a table");
                found.push(
                    mistake.help(format!("write `[people.{}]` and `emails = […]` under it", id.get_ref())),
                );
                return None;
            };
            let emails = table.strings("emails", found);
            let keys = table.strings("keys", found);
            let github = table.string("github", found);
            table.close(found);
            Some(WrittenPerson { id, emails, keys, github })
        })
        .collect()
}

fn teams(top: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<WrittenTeam> {
    let Some(teams) = top.table("teams", "`[teams]`", found) else { return Vec::new() };
    let read = |(name, value): (Spanned<String>, _)| {
        let people = document::strings(name.get_ref(), value, found);
        WrittenTeam { name, people }
    };
    teams.names().map(read).collect()
}

fn gate(top: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> WrittenGate {
    let Some(mut table) = top.table("gate", "`[gate]`", found) else { return WrittenGate::default() };
    let gate = WrittenGate {
        enforce: table.flag("enforce", found),
        protected: table.strings("protected", found),
        required: required::read(&mut table, found),
        unmatched: table.string("unmatched", found),
    };
    not_for_all(&mut table, found);
    table.close(found);
    gate
}

/// Says why `when` is no key of `[gate]`: leaving out a mark would let a whole change off.
fn not_for_all(table: &mut Table<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(when) = table.has("when").then(|| table.value("when")).flatten() {
        found.push(
            Diagnostic::error(when.span(), "`when` may only add to what is asked, so `[gate]` has none")
                .help("give it to a `[[rule]]`, or to a row: `{ team = \"…\", count = 2, when = \"ai\" }`"),
        );
    }
}

fn sign_off(top: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> WrittenSignOff {
    let Some(mut table) = top.table("sign-off", "`[sign-off]`", found) else {
        return WrittenSignOff::default();
    };
    let sign_off = WrittenSignOff {
        required: required::read(&mut table, found),
        max_age: table.string("max-age", found),
        allow_author: table.flag("allow-author", found),
        pusher_is_author: table.flag("pusher-is-author", found),
        void: table.strings("void", found),
    };
    table.close(found);
    sign_off
}

fn overrides(top: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Option<WrittenOverride> {
    let mut table = top.table("override", "`[override]`", found)?;
    let overrides = WrittenOverride {
        span: table.span(),
        team: table.string("team", found),
        max_age: table.string("max-age", found),
    };
    table.close(found);
    Some(overrides)
}

fn service(mut table: Table<'_>, found: &mut Vec<Diagnostic>) -> WrittenService {
    let service = WrittenService {
        span: table.span(),
        name: table.string("name", found),
        paths: written::globs(&mut table, "paths", Author::User, found),
        interface: written::globs(&mut table, "interface", Author::User, found),
        names: table.strings("names", found),
        owners: table.strings("owners", found),
    };
    table.close(found);
    service
}

fn changes(top: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<RuleChange> {
    let Some(rules) = top.table("rules", RULES, found) else { return Vec::new() };
    rules.names().filter_map(|(id, value)| {
        let Some(mut table) = document::table(format!("`[rules.\"{}\"]`", id.get_ref()), value) else {
            let mistake = document::wrong_type(id.get_ref(), value, "a table");
            found.push(mistake.help("a rule of one's own is `[[rule]]`; a built-in one is changed under `[rules.\"pack/id\"]`"));
            return None;
        };
        let enabled = table.flag("enabled", found);
        let category = table.string("category", found);
        let required = required::read(&mut table, found);
        table.close(found);
        Some(RuleChange { id, enabled, category, required })
    }).collect()
}
