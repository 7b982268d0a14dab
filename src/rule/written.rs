//! Rules as they are written, in packs and in gate.toml alike, every value with its place.
//!
//! What a rule says about itself is checked here; what it says about teams and
//! services is for the policy to check, which knows them.

use std::ops::Range;

use toml::Spanned;

use super::key_path::KeyPath;
use super::required::{self, WrittenDemand};
use super::{Conditions, Example, Kind, Provenance, Text, glob, pattern, written_syntax};
use crate::diagnostic::Diagnostic;
use crate::document::{self, Table};

/// A `[[rule]]`.
#[derive(Debug)]
pub struct WrittenRule {
    /// Its header.
    pub span: Range<usize>,
    /// `id`.
    pub id: Option<Spanned<String>>,
    /// `category`.
    pub category: Option<Spanned<String>>,
    /// `why`.
    pub why: Option<Spanned<String>>,
    /// Its conditions.
    pub when: Conditions,
    /// The globs of `paths`, with their places.
    pub globs: Vec<Spanned<String>>,
    /// The services of its conditions, with their places.
    pub services: Vec<Spanned<String>>,
    /// `when`.
    pub provenance: Option<Provenance>,
    /// `required`.
    pub required: Option<Vec<WrittenDemand>>,
    /// `[[rule.example]]`.
    pub examples: Vec<Example>,
}

/// A `[[local]]`.
#[derive(Debug)]
pub struct WrittenLocal {
    /// Its header.
    pub span: Range<usize>,
    /// `why`.
    pub why: Option<Spanned<String>>,
    /// Its conditions.
    pub when: Conditions,
    /// The globs of `paths`, with their places.
    pub globs: Vec<Spanned<String>>,
    /// The services of its conditions, with their places.
    pub services: Vec<Spanned<String>>,
}

/// Whose patterns are being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The user: every glob and regex is checked.
    User,
    /// gate: the tests have checked them.
    Gate,
}

/// Reads a `[[rule]]`.
pub fn rule(mut table: Table<'_>, author: Author, found: &mut Vec<Diagnostic>) -> WrittenRule {
    let (span, before) = (table.span(), found.len());
    let id = table.string("id", found);
    let category = table.string("category", found);
    let why = table.string("why", found);
    let (mut when, globs, services) = conditions(&mut table, author, found);
    when.comments = table.flag("comments", found).is_some_and(Spanned::into_inner);
    let provenance = provenance(&mut table, found);
    let required = required::read(&mut table, found);
    let examples = examples(&mut table, found);
    if let Some(only) = table.has("only").then(|| table.value("only")).flatten() {
        found.push(
            Diagnostic::error(only.span(), "`only` is for `[[local]]`")
                .help("a rule matches where one changed line does: use `changed`, `added` or `removed`"),
        );
    }
    table.close(found);
    if author == Author::User && when.is_empty() && found.len() == before {
        found.push(
            Diagnostic::error(span.clone(), "this rule has no condition, so it would match every hunk")
                .help("add `paths = [\"…\"]`; for all files, say so: `paths = [\"**\"]`"),
        );
    }
    WrittenRule { span, id, category, why, when, globs, services, provenance, required, examples }
}

/// Reads a `[[local]]`.
pub fn local(mut table: Table<'_>, author: Author, found: &mut Vec<Diagnostic>) -> WrittenLocal {
    let (span, before) = (table.span(), found.len());
    let why = table.string("why", found);
    let (mut when, globs, services) = conditions(&mut table, author, found);
    when.only = patterns(&mut table, "only", author, found);
    table.close(found);
    if author == Author::User && when.is_empty() && found.len() == before {
        found.push(
            Diagnostic::error(
                span.clone(),
                "this `[[local]]` has no condition, so it would make every hunk local",
            )
            .help("add `paths = [\"…\"]`"),
        );
    }
    WrittenLocal { span, why, when, globs, services }
}

/// Reads `when`.
pub fn provenance(table: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Option<Provenance> {
    let when = table.string("when", found)?;
    if when.get_ref() == "ai" {
        return Some(Provenance::Ai);
    }
    found.push(Diagnostic::error(when.span(), "`when` takes `ai`, and nothing else").help(
        "`when = \"ai\"` holds where an AI agent is known to have written some of the change; leave it out for every change",
    ));
    None
}

fn conditions(
    table: &mut Table<'_>,
    author: Author,
    found: &mut Vec<Diagnostic>,
) -> (Conditions, Vec<Spanned<String>>, Vec<Spanned<String>>) {
    let paths = globs(table, "paths", author, found);
    let not_paths = globs(table, "not-paths", author, found);
    let text =
        |texts: &[Spanned<String>]| texts.iter().map(|text| Text::from(text.get_ref().as_str())).collect();
    let added = patterns(table, "added", author, found);
    let removed = patterns(table, "removed", author, found);
    let changed = patterns(table, "changed", author, found);
    let differs = patterns(table, "differs", author, found);
    let except = patterns(table, "except", author, found);
    let within = patterns(table, "within", author, found);
    let not_within = patterns(table, "not-within", author, found);
    let kinds = kinds(table, found);
    let syntax = written_syntax::read(table, &paths, author, found);
    let keys = keys(table, found);
    let services = table.strings("services", found);
    let when = Conditions {
        paths: text(&paths),
        not_paths: text(&not_paths),
        added,
        removed,
        changed,
        differs,
        except,
        within,
        not_within,
        kinds,
        syntax,
        keys,
        services: text(&services),
        only: Vec::new(),
        comments: false,
    };
    (when, paths, services)
}

/// Reads a list of globs over paths.
pub fn globs(
    table: &mut Table<'_>,
    key: &'static str,
    author: Author,
    found: &mut Vec<Diagnostic>,
) -> Vec<Spanned<String>> {
    let written = table.strings(key, found);
    if author == Author::User {
        for text in &written {
            if let Err(reason) = glob::check(text.get_ref()) {
                found.push(Diagnostic::error(text.span(), format!("bad glob in `{key}`")).label(reason));
            }
        }
    }
    written
}

/// Reads a list of regexes over lines.
pub fn patterns(
    table: &mut Table<'_>,
    key: &'static str,
    author: Author,
    found: &mut Vec<Diagnostic>,
) -> Vec<Text> {
    let written = table.strings(key, found);
    if author == Author::User {
        for text in &written {
            if let Err(reason) = pattern::check(text.get_ref()) {
                found.push(Diagnostic::error(text.span(), format!("bad regex in `{key}`")).label(reason));
            }
        }
    }
    written.into_iter().map(|text| text.into_inner().into()).collect()
}

fn kinds(table: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for word in table.strings("kinds", found) {
        match Kind::ALL.iter().find(|(name, _)| name == word.get_ref()) {
            Some((_, kind)) => kinds.push(*kind),
            None => {
                let names = Kind::ALL.iter().map(|(name, _)| *name);
                let message = format!("unknown kind `{}`", word.get_ref());
                found.push(document::unknown(word.span(), message, word.get_ref(), "kinds", names));
            }
        }
    }
    kinds
}

fn keys(table: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<KeyPath> {
    let mut keys = Vec::new();
    for text in table.strings("keys", found) {
        match KeyPath::parse(text.get_ref()) {
            Ok(path) => keys.push(path),
            Err(reason) => found.push(
                Diagnostic::error(text.span(), "bad key path in `keys`")
                    .label(reason)
                    .help("for example `spec.template.spec.containers[].resources`, or `**.replicas`"),
            ),
        }
    }
    keys
}

fn examples(table: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<Example> {
    let tables =
        table.tables("example", "`[[rule.example]]`", "`[[rule.example]]`", found).unwrap_or_default();
    tables.into_iter().filter_map(|example| self::example(example, found)).collect()
}

fn example(mut table: Table<'_>, found: &mut Vec<Diagnostic>) -> Option<Example> {
    let span = table.span();
    let path = table.string("path", found);
    let diff = table.string("diff", found);
    let class = table.string("class", found);
    for key in ["path", "diff", "class"] {
        if !table.has(key) {
            found.push(Diagnostic::error(span.clone(), format!("this example has no `{key}`")));
        }
    }
    table.close(found);
    let class = class?;
    let matches = match class.get_ref().as_str() {
        "architectural" => true,
        "local" => false,
        _ => {
            found.push(
                Diagnostic::error(class.span(), "`class` takes `architectural` or `local`")
                    .help("`architectural`: the rule matches this diff; `local`: it does not"),
            );
            return None;
        }
    };
    Some(Example { path: path?.into_inner().into(), diff: diff?.into_inner().into(), matches })
}
