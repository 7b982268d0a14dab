//! What in a policy works, and does not do what it seems to.
//!
//! Everything here is a warning: globs that match no file, rules that a `[[local]]`
//! hides, rows that nobody can meet without signing their own work, names that
//! nothing uses.

use std::collections::BTreeSet;
use std::ops::Range;

use bstr::{BStr, ByteSlice};
use globset::{GlobSet, GlobSetBuilder};

use super::{OwnersFrom, Places, Policy};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::rule::{Conditions, Demand, RuleOrigin, Text, Who, glob};
use crate::structure::Format;
use crate::syntax::Language;

/// Finds what does not do what it seems to, in a repository of these files.
pub fn lint(policy: &Policy, files: &[&BStr]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    nobody_asked(policy, &mut found);
    people(policy, &mut found);
    teams(policy, &mut found);
    rows(policy, &mut found);
    rules(policy, &mut found);
    globs(&policy.places, files, &mut found);
    hidden(policy, files, &mut found);
    unread(policy, files, &mut found);
    named(policy, files, &mut found);
    found.sort_by_key(|warning| warning.span.as_ref().map_or(0, |span| span.start));
    found
}

fn whole_file(message: impl Into<String>) -> Diagnostic {
    Diagnostic { span: None, ..Diagnostic::warning(0..0, message) }
}

/// Warns where a hunk could be blocked for good, since nobody is named for it, and where nobody can sign at all.
fn nobody_asked(policy: &Policy, found: &mut Vec<Diagnostic>) {
    if policy.sign_off.required.is_empty() && policy.gate.enforce {
        let rules = match policy.rules.iter().filter(|rule| rule.required.is_none()).count() {
            0 => None,
            1 => Some("one rule matches: neither it".to_owned()),
            more => Some(format!("{more} rules match: neither they")),
        };
        if let Some(rules) = rules {
            found.push(
                whole_file(format!("nobody may sign what {rules} nor `[sign-off]` name a team"))
                    .help("add `required = [{ team = \"…\", count = 1 }]` under `[sign-off]`"),
            );
        }
    }
    if policy.project.is_none() {
        found.push(
            whole_file("there is no `project`, so nobody can sign")
                .help("add `project = \"github.com/acme/shop\"` at the top: sign-offs are bound to it"),
        );
    }
}

fn people(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for (id, person) in &policy.people {
        let Some(place) = policy.places.people.get(id) else { continue };
        let in_team = policy.teams_of(id).next().is_some();
        if !in_team {
            found.push(
                Diagnostic::warning(
                    place.clone(),
                    format!("`{id}` is in no team, so no sign-off of theirs counts"),
                )
                .help("add them to a team, or take them out"),
            );
        } else if person.keys.is_empty() {
            found.push(
                Diagnostic::warning(place.clone(), format!("`{id}` has no key, so they can't sign"))
                    .help("add `keys = [\"ssh-ed25519 …\"]`: the line of their `.pub` file"),
            );
        }
        if person.emails.is_empty() && person.github.is_none() {
            found.push(
                Diagnostic::warning(
                    place.clone(),
                    format!("`{id}` has no address, so their commits can't be told"),
                )
                .help("add `emails` or `github`: else they could sign their own work"),
            );
        }
    }
}

fn teams(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let rows = policy.places.rows.iter().flat_map(|(_, demand)| teams_of(demand));
    let owners = policy.services.iter().flat_map(|service| service.owners.iter().map(String::as_str));
    let overrides = policy.overrides.iter().map(|overrides| overrides.team.as_str());
    let code_owners = policy.owners_from.iter().flat_map(OwnersFrom::teams);
    let used: BTreeSet<&str> = rows.chain(owners).chain(overrides).chain(code_owners).collect();
    for (team, people) in &policy.teams {
        let Some(place) = policy.places.teams.get(team) else { continue };
        if !used.contains(team.as_str()) {
            found.push(
                Diagnostic::warning(place.clone(), format!("nothing asks for the team `{team}`"))
                    .help("name it in a `required`, as `owners` of a service, or take it out"),
            );
        } else if people.is_empty() {
            found.push(Diagnostic::warning(place.clone(), format!("nobody is in the team `{team}`")));
        }
    }
}

/// Warns of rows that nobody can meet where one of the team is the author, or too few have a key.
fn rows(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for (place, demand) in &policy.places.rows {
        if demand.who == (Who::Owners { otherwise: None }) {
            found.push(
                Diagnostic::warning(place.clone(), "nobody is named for paths that no service owns")
                    .label("there is no `else`")
                    .help("add `else = \"…\"`, the team for such paths"),
            );
            continue;
        }
        let teams = teams_of(demand);
        let people: BTreeSet<&String> =
            teams.iter().filter_map(|team| policy.teams.get(*team)).flatten().collect();
        let count = demand.count.get() as usize;
        let with_key =
            people.iter().filter(|id| policy.people.get(**id).is_some_and(|person| !person.keys.is_empty()));
        let with_key = with_key.count();
        if with_key < count {
            found.push(
                Diagnostic::warning(
                    place.clone(),
                    format!("{count} must sign, and {with_key} of {} have a key", people.len()),
                )
                .help("add `keys` of the others"),
            );
        } else if people.len() == count && !policy.sign_off.allow_author {
            let (everybody, them) =
                if count == 1 { ("the one person", "them") } else { ("everybody", "one of them") };
            let message =
                format!("{everybody} in {} must sign, and an author can't", document::listed(&teams));
            found.push(
                Diagnostic::warning(place.clone(), message)
                    .label(format!("a change by {them} could never be merged"))
                    .help("add somebody to the team, ask for fewer, or set `allow-author = true` under `[sign-off]`"),
            );
        }
    }
}

/// Returns the teams that a row names.
fn teams_of(demand: &Demand) -> Vec<&str> {
    match &demand.who {
        Who::Team(team) => vec![team],
        Who::AnyOf(teams) => teams.iter().map(String::as_str).collect(),
        Who::Owners { otherwise } => otherwise.iter().map(String::as_str).collect(),
    }
}

fn rules(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for rule in policy.rules.iter().filter(|rule| rule.why.trim().is_empty()) {
        if let Some(place) = policy.places.rules.get(&rule.id) {
            found.push(
                Diagnostic::warning(place.clone(), format!("`{}` does not say why", rule.id))
                    .help("add `why = \"…\"`: the assumption that whoever touches this should know"),
            );
        }
    }
}

/// Warns of globs that match no file.
fn globs(places: &Places, files: &[&BStr], found: &mut Vec<Diagnostic>) {
    for written in &places.globs {
        let text = written.get_ref();
        if files.is_empty() || count(text, files) > 0 {
            continue;
        }
        let warning = Diagnostic::warning(written.span(), format!("no file matches `{text}`"));
        let deeper = format!("**/{text}");
        found.push(match if text.contains('/') { 0 } else { count(&deeper, files) } {
            0 => warning.help("it may be misspelt, or the files are gone"),
            1 => warning.help(format!("it looks at the top only; `{deeper}` matches one file")),
            more => warning.help(format!("it looks at the top only; `{deeper}` matches {more} files")),
        });
    }
}

fn count(text: &str, files: &[&BStr]) -> usize {
    matcher(&[text.to_owned().into()])
        .map_or(0, |matcher| files.iter().filter(|file| matches(&matcher, file)).count())
}

/// Warns of rules and locals all of whose files an earlier `[[local]]` takes away.
fn hidden(policy: &Policy, files: &[&BStr], found: &mut Vec<Diagnostic>) {
    let of_packs = policy.locals.len().saturating_sub(policy.places.locals.len());
    let locals: Vec<(usize, Files)> = policy
        .locals
        .iter()
        .enumerate()
        .filter(|(_, local)| by_path_alone(&local.when))
        .map(|(index, local)| (index, Files::new(&local.when)))
        .collect();
    let place = |local: usize| local.checked_sub(of_packs).and_then(|own| policy.places.locals.get(own));
    let hides = |when: &Conditions, before: usize| {
        let wanted = Files::new(when);
        let mut wanted = files.iter().filter(|file| wanted.has(file)).peekable();
        wanted.peek()?;
        let taken = |file: &&&BStr| locals.iter().find(|(index, local)| *index < before && local.has(file));
        wanted.map(|file| taken(&file).map(|(index, _)| *index)).try_fold(None, |_, index| index.map(Some))?
    };
    for rule in policy.rules.iter().filter(|rule| matches!(rule.origin, RuleOrigin::Policy(_))) {
        if let Some(span) = policy.places.rules.get(&rule.id)
            && let Some(local) = hides(&rule.when, usize::MAX)
        {
            let message = format!("`{}` never matches: all its files are local", rule.id);
            found.push(hidden_by(span, message, place(local)));
        }
    }
    for (own, span) in policy.places.locals.iter().enumerate() {
        let index = of_packs + own;
        if let Some(local) = policy.locals.get(index).and_then(|local| hides(&local.when, index)) {
            found.push(hidden_by(span, "all these files are local already".to_owned(), place(local)));
        }
    }
}

/// Warns of rules that look into files which can't be read for that: there, every change matches.
fn unread(policy: &Policy, files: &[&BStr], found: &mut Vec<Diagnostic>) {
    for rule in policy.rules.iter().filter(|rule| !rule.when.paths.is_empty()) {
        let Some(place) = policy.places.rules.get(&rule.id) else { continue };
        let wanted = Files::new(&rule.when);
        let is_unread = |file: &&&BStr| wanted.has(file) && !is_readable(&rule.when, file);
        let mut unread = files.iter().filter(is_unread);
        let Some(first) = unread.next() else { continue };
        let more = match unread.count() {
            0 => String::new(),
            1 => " and one more file".to_owned(),
            more => format!(" and {more} more files"),
        };
        let label = if rule.when.keys.is_empty() {
            "its language can't be parsed"
        } else {
            "keys are told in YAML, JSON, TOML and HCL"
        };
        found.push(
            Diagnostic::warning(
                place.clone(),
                format!("`{}` matches every change of `{first}`{more}", rule.id),
            )
            .label(label)
            .help("name fewer files in `paths`, as `src/**/*.py`, or `**/*.yaml` for `keys`"),
        );
    }
}

/// Warns of locals with a key anywhere: where names are keys, as those of services in YAML are, whoever writes one
/// chooses what is let off. In HCL the names of blocks are told from keys.
fn named(policy: &Policy, files: &[&BStr], found: &mut Vec<Diagnostic>) {
    let of_packs = policy.locals.len().saturating_sub(policy.places.locals.len());
    for (local, place) in policy.locals.iter().skip(of_packs).zip(&policy.places.locals) {
        let when = &local.when;
        let Some((path, key)) = when.keys.iter().find_map(|path| Some((path, path.key_anywhere()?))) else {
            continue;
        };
        let wanted = Files::new(when);
        let is_one = |format: Format| format != Format::Hcl;
        let has_keys = |file: &&&BStr| wanted.has(file) && Format::of(file).is_some_and(is_one);
        if let Some(file) = files.iter().find(has_keys) {
            found.push(
                Diagnostic::warning(
                    place.clone(),
                    format!("`{path}` also lets off all that stands under a name `{key}`, as in `{file}`"),
                )
                .label("whoever writes a service or an item of a map may call it so")
                .help(format!("name the steps from the top of the file, as `services.*.{key}`")),
            );
        }
    }
}

/// Tells whether a file is of a kind that the conditions on the parsed file can be asked about.
fn is_readable(when: &Conditions, file: &BStr) -> bool {
    let has_language = when.syntax.iter().all(|pattern| pattern.lang.is_some());
    (when.keys.is_empty() || Format::of(file).is_some()) && (has_language || Language::of(file).is_some())
}

fn hidden_by(span: &Range<usize>, message: String, local: Option<&Range<usize>>) -> Diagnostic {
    let warning = Diagnostic::warning(span.clone(), message);
    match local {
        Some(local) => warning
            .related(local.clone(), "by this one")
            .help("change the `[[local]]`, or take one of the two out"),
        None => warning.label("by a pack that is extended"),
    }
}

/// Tells whether a `[[local]]` looks at paths and at nothing else.
fn by_path_alone(when: &Conditions) -> bool {
    let Conditions { paths, not_paths, .. } = when;
    *when == Conditions { paths: paths.clone(), not_paths: not_paths.clone(), ..Conditions::default() }
}

/// The files that conditions look at.
struct Files {
    paths: Option<GlobSet>,
    not_paths: Option<GlobSet>,
}

impl Files {
    fn new(when: &Conditions) -> Self {
        Self { paths: matcher(&when.paths), not_paths: matcher(&when.not_paths) }
    }

    fn has(&self, file: &BStr) -> bool {
        let wanted = self.paths.as_ref().is_none_or(|paths| matches(paths, file));
        wanted && !self.not_paths.as_ref().is_some_and(|paths| matches(paths, file))
    }
}

/// Compiles globs; `None` where there are none.
fn matcher(globs: &[Text]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for text in globs {
        // The policy has been checked: every glob of it compiles.
        set.add(glob::compile(text).ok()?);
    }
    if globs.is_empty() { None } else { set.build().ok() }
}

fn matches(globs: &GlobSet, file: &BStr) -> bool {
    file.to_path().is_ok_and(|path| globs.is_match(path))
}
