//! The rules and locals of the packs and of gate.toml, joined and checked.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::demands::{Every, Known, demands};
use super::file::RuleChange;
use super::people::is_name;
use super::services::{check_services, crossings};
use super::{Local, Places};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::document;
use crate::rule::pack::{self, PACKS, PREFIX, Pack};
use crate::rule::written::{WrittenLocal, WrittenRule};
use crate::rule::{Rule, RuleOrigin};

/// The line that each byte of a text is in.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub fn new(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// Returns the line, counted from 1.
    pub fn of(&self, at: usize) -> u32 {
        u32::try_from(self.0.partition_point(|newline| *newline < at) + 1).unwrap_or(u32::MAX)
    }
}

/// Reads the packs that gate.toml extends.
pub(super) fn packs(extends: &[Spanned<String>], found: &mut Vec<Diagnostic>) -> Result<Vec<Pack>, Mistakes> {
    let mut names = Vec::new();
    for written in extends {
        let name = written.get_ref().strip_prefix(PREFIX);
        match name.and_then(|name| PACKS.iter().find(|(known, _)| *known == name)) {
            Some((name, _)) => names.push(*name),
            None => found.push(unknown_pack(written)),
        }
    }
    pack::load_all(names)
}

/// Joins the rules of the packs and of the service map, as changed by gate.toml, with its own.
pub(super) fn rules(
    packs: &mut [Pack],
    changes: &[RuleChange],
    own: Vec<WrittenRule>,
    lines: &Lines,
    known: Known<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    let extended: Vec<&str> = packs.iter().map(|pack| pack.name).collect();
    let mut rules: Vec<Rule> = packs.iter_mut().flat_map(|pack| std::mem::take(&mut pack.rules)).collect();
    rules.extend(crossings());
    for written in changes {
        change(written, &mut rules, &own, &extended, known, places, found);
    }
    rules.retain(|rule| !places.disabled.contains(&rule.id));
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for written in own {
        rules.extend(rule(written, &mut seen, lines, known, places, found));
    }
    rules
}

/// Joins what the packs and gate.toml say is never architectural.
pub(super) fn locals(
    packs: &mut [Pack],
    own: Vec<WrittenLocal>,
    lines: &Lines,
    known: Known<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Vec<Local> {
    let mut locals: Vec<Local> = packs.iter_mut().flat_map(|pack| std::mem::take(&mut pack.locals)).collect();
    for written in own {
        check_services(&written.services, known.services, found);
        let line = lines.of(written.span.start);
        places.globs.extend(written.globs);
        places.locals.push(written.span);
        locals.push(Local {
            when: written.when,
            why: written.why.map(Spanned::into_inner).unwrap_or_default(),
            line,
        });
    }
    locals
}

fn unknown_pack(name: &Spanned<String>) -> Diagnostic {
    let known: Vec<String> = PACKS.iter().map(|(name, _)| format!("{PREFIX}{name}")).collect();
    let message = format!("unknown pack `{}`", name.get_ref());
    let full = if name.get_ref().starts_with(PREFIX) {
        name.get_ref().clone()
    } else {
        format!("{PREFIX}{}", name.get_ref())
    };
    document::unknown(name.span(), message, &full, "packs", known.iter().map(String::as_str))
}

fn change(
    written: &RuleChange,
    rules: &mut [Rule],
    own: &[WrittenRule],
    extended: &[&str],
    known: Known<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) {
    let id = written.id.get_ref();
    let Some(rule) = rules.iter_mut().find(|rule| rule.id == *id) else {
        found.push(unknown_rule(&written.id, rules, own, extended));
        return;
    };
    places.changes.insert(id.clone(), written.id.span());
    if let Some(category) = &written.category {
        check_category(category, found);
        rule.category.clone_from(category.get_ref());
    }
    if let Some(rows) = &written.required {
        rule.required = Some(demands(rows, Every::HunkOfOneRule, known, places, found));
    }
    if written.category.is_none()
        && written.required.is_none()
        && written.enabled.as_ref().is_none_or(|on| *on.get_ref())
    {
        found.push(
            Diagnostic::warning(written.id.span(), format!("`{id}` is as it was: nothing here changes it"))
                .help("set `required`, `category` or `enabled = false`, or take this out"),
        );
    }
    if written.enabled.as_ref().is_some_and(|enabled| !enabled.get_ref()) {
        places.disabled.push(id.clone());
    }
}

fn unknown_rule(id: &Spanned<String>, rules: &[Rule], own: &[WrittenRule], extended: &[&str]) -> Diagnostic {
    let mistake = |message: String| Diagnostic::error(id.span(), message);
    if own.iter().any(|rule| rule.id.as_ref().is_some_and(|own| own.get_ref() == id.get_ref())) {
        return mistake(format!("`{}` is not a built-in rule", id.get_ref()))
            .help("it is a `[[rule]]` of this file: change it where it stands");
    }
    let of_pack = id.get_ref().split_once('/').map_or("", |(pack, _)| pack);
    let known = PACKS.iter().any(|(pack, _)| *pack == of_pack);
    if known && !extended.contains(&of_pack) {
        return mistake(format!("the pack of `{}` is not extended", id.get_ref()))
            .help(format!("add `{PREFIX}{of_pack}` to `extends`, or take this out"));
    }
    let mistake = mistake(format!("no pack has a rule `{}`", id.get_ref()));
    let near = document::nearest(id.get_ref(), rules.iter().map(|rule| rule.id.as_str()));
    let mistake = match near {
        Some(near) => mistake.label(format!("did you mean `{near}`?")),
        None => mistake,
    };
    mistake.help("`gate rules list` shows all that there are")
}

fn rule(
    written: WrittenRule,
    seen: &mut BTreeMap<String, Range<usize>>,
    lines: &Lines,
    known: Known<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Option<Rule> {
    check_services(&written.services, known.services, found);
    let required = written.required.map(|rows| demands(&rows, Every::HunkOfOneRule, known, places, found));
    if let Some(category) = &written.category {
        check_category(category, found);
    }
    let Some(id) = written.id else {
        found.push(
            Diagnostic::error(written.span, "this rule has no `id`")
                .help("add `id = \"…\"`: reports and sign-offs speak of the rule by it"),
        );
        return None;
    };
    check_id(&id, found);
    if let Some(first) = seen.insert(id.get_ref().clone(), id.span()) {
        found.push(
            Diagnostic::error(id.span(), format!("two rules have the id `{}`", id.get_ref()))
                .related(first, "first here")
                .help("give each an id of its own"),
        );
    }
    let line = lines.of(written.span.start);
    places.globs.extend(written.globs);
    places.rules.insert(id.get_ref().clone(), id.span());
    Some(Rule {
        id: id.into_inner(),
        category: written.category.map_or_else(|| "custom".to_owned(), Spanned::into_inner),
        why: written.why.map(Spanned::into_inner).unwrap_or_default(),
        when: written.when,
        required,
        provenance: written.provenance,
        examples: written.examples,
        origin: RuleOrigin::Policy(line),
    })
}

fn check_id(id: &Spanned<String>, found: &mut Vec<Diagnostic>) {
    if id.get_ref().contains('/') {
        found.push(
            Diagnostic::error(
                id.span(),
                format!("`{}` is written as the id of a built-in rule", id.get_ref()),
            )
            .help("an id of one's own has no `/`; a built-in rule is changed under `[rules.\"pack/id\"]`"),
        );
    } else if !is_name(id.get_ref()) {
        found.push(
            Diagnostic::error(id.span(), format!("`{}` can't be an id", id.get_ref()))
                .help("an id has up to 100 of the letters A-Z, a-z, 0-9 and `. _ -`"),
        );
    }
}

fn check_category(category: &Spanned<String>, found: &mut Vec<Diagnostic>) {
    if !is_name(category.get_ref()) {
        found.push(
            Diagnostic::error(category.span(), format!("`{}` can't be a category", category.get_ref()))
                .help("it is `service-boundary`, `infra`, `config`, or another single word"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_newline() {
        let lines = Lines::new("a\nb\n");
        assert_eq!([0, 1, 2, 3, 4].map(|at| lines.of(at)), [1, 1, 2, 2, 3]);
    }
}
