//! From gate.toml as written to a [`Policy`](super::Policy), or to every mistake at once.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use toml::Spanned;

use super::demands::{Every, Known, check_team, demands};
use super::file::{File, WrittenGate, WrittenOverride, WrittenSignOff};
use super::people::Roster;
use super::rules::Lines;
use super::{
    Gate, KeyFiles, OverrideRules, Places, Policy, SignOffRules, digest, duration, owners, people, rules,
    services,
};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::rule::glob;

/// The version of gate.toml that is read.
const VERSION: i64 = 1;
/// How long an override lasts where `[override]` does not say.
const OVERRIDE_AGE: SignedDuration = SignedDuration::from_hours(24);

/// Tells of a file for another version of gate: nothing else in it can be judged.
pub(super) fn other_version(file: &File) -> Option<Diagnostic> {
    let version = file.version.as_ref().filter(|version| *version.get_ref() != VERSION)?;
    let mistake =
        Diagnostic::error(version.span(), format!("version {} of gate.toml is unknown", version.get_ref()));
    Some(mistake.label("this gate reads version 1").help("update gate, or write `version = 1`"))
}

/// Checks the file and makes the policy; mistakes go to `found`, and only those of a pack end it.
pub(super) fn policy(
    file: File,
    source: &str,
    key_files: KeyFiles<'_>,
    found: &mut Vec<Diagnostic>,
) -> Result<Policy, Mistakes> {
    if file.version.is_none() && !found.iter().any(|mistake| mistake.message.starts_with("`version`")) {
        found.push(
            Diagnostic::error(0..0, "gate.toml has no `version`").help("let it start with `version = 1`"),
        );
    }
    let mut places = Places::default();
    let allowed_signers = file.allowed_signers.as_ref();
    let mut roster =
        people::roster(&file.people, &file.teams, allowed_signers, key_files, &mut places, found);
    let owners_from = owners::read(file.owners_from.as_ref(), key_files, &mut roster, found);
    let has_code_owners = file.owners_from.is_some();
    let services = services::services(file.services, &roster, has_code_owners, &mut places, found);
    let known = Known { roster: &roster, services: &services };
    let gate = gate(file.gate, known, &mut places, found);
    let sign_off = sign_off(file.sign_off, known, &mut places, found);
    let overrides = file.overrides.and_then(|written| overrides(written, &roster, found));
    let mut packs = rules::packs(&file.extends, found)?;
    let extends =
        file.extends.iter().filter_map(|name| name.get_ref().strip_prefix(crate::rule::pack::PREFIX));
    let extends = extends.map(str::to_owned).collect();
    let lines = Lines::new(source);
    let rules = rules::rules(&mut packs, &file.changes, file.rules, &lines, known, &mut places, found);
    let (crossings, rules) = rules.into_iter().partition(services::is_crossing);
    let locals = rules::locals(&mut packs, file.locals, &lines, known, &mut places, found);
    Ok(Policy {
        project: project(file.project, found),
        people: roster.people,
        teams: roster.teams.into_iter().chain(roster.owners).collect(),
        gate,
        sign_off,
        overrides,
        services,
        rules,
        crossings,
        locals,
        key_files: allowed_signers.map(|file| file.get_ref().clone()).into_iter().collect(),
        extends,
        owners_from,
        digest: digest(source.as_bytes()),
        places,
    })
}

fn project(written: Option<Spanned<String>>, found: &mut Vec<Diagnostic>) -> Option<String> {
    let written = written?;
    let text = written.get_ref();
    if text.is_empty() || text.len() > 200 || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        found.push(
            Diagnostic::error(written.span(), "`project` takes one word of up to 200 bytes")
                .help("for example `github.com/acme/shop`; sign-offs are bound to it"),
        );
    }
    Some(written.into_inner())
}

fn gate(written: WrittenGate, known: Known<'_>, places: &mut Places, found: &mut Vec<Diagnostic>) -> Gate {
    for branch in &written.protected {
        found.extend(bad_branch(branch));
    }
    let unmatched = written.unmatched.as_ref().map(|word| (word.get_ref().as_str(), word.span()));
    let unmatched_is_architectural = match unmatched {
        None | Some(("local", _)) => false,
        Some(("architectural", _)) => true,
        Some((_, span)) => {
            found.push(
                Diagnostic::error(span, "`unmatched` takes `local` or `architectural`")
                    .help("`architectural`: every hunk must be covered by a rule or a `[[local]]`"),
            );
            true
        }
    };
    Gate {
        enforce: written.enforce.is_none_or(Spanned::into_inner),
        protected: written.protected.into_iter().map(Spanned::into_inner).collect(),
        required: demands(&written.required.unwrap_or_default(), Every::HunkOfOneRule, known, places, found),
        unmatched_is_architectural,
    }
}

fn bad_branch(branch: &Spanned<String>) -> Option<Diagnostic> {
    let mistake = |reason: String| Diagnostic::error(branch.span(), "bad glob in `protected`").label(reason);
    if let Some(short) = branch.get_ref().strip_prefix("refs/heads/") {
        return Some(mistake(format!("write `{short}`")));
    }
    match glob::compile(branch.get_ref()) {
        Ok(_) => None,
        Err(reason) if reason.starts_with("paths start") => {
            Some(mistake("no branch starts like this".to_owned()))
        }
        Err(reason) => Some(mistake(reason)),
    }
}

fn sign_off(
    written: WrittenSignOff,
    known: Known<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> SignOffRules {
    SignOffRules {
        required: demands(&written.required.unwrap_or_default(), Every::Hunk, known, places, found),
        max_age: written.max_age.and_then(|text| length_of_time(&text, "90 days", found)),
        allow_author: written.allow_author.is_some_and(Spanned::into_inner),
        pusher_is_author: written.pusher_is_author.is_some_and(Spanned::into_inner),
        void: void(&written.void, found),
    }
}

fn void(written: &[Spanned<String>], found: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    for entry in written {
        if entry.get_ref().len() != 64 || !entry.get_ref().bytes().all(|byte| byte.is_ascii_hexdigit()) {
            found.push(
                Diagnostic::error(entry.span(), "this is not the digest of a statement")
                    .label("64 hexadecimal digits")
                    .help("`gate log` shows the digest of each statement"),
            );
        }
    }
    written.iter().map(|entry| entry.get_ref().to_ascii_lowercase()).collect()
}

fn overrides(
    written: WrittenOverride,
    roster: &Roster,
    found: &mut Vec<Diagnostic>,
) -> Option<OverrideRules> {
    let max_age = match written.max_age {
        Some(text) => length_of_time(&text, "1 day", found),
        None => Some(OVERRIDE_AGE),
    };
    let Some(team) = written.team else {
        found.push(
            Diagnostic::error(written.span, "`[override]` has no `team`")
                .help("name the team that may let a blocked change through, or take `[override]` out"),
        );
        return None;
    };
    if check_team(&team, roster, found) && roster.teams.get(team.get_ref()).is_some_and(BTreeSet::is_empty) {
        found.push(Diagnostic::error(team.span(), format!("nobody is in the team `{}`", team.get_ref())));
    }
    Some(OverrideRules { team: team.into_inner(), max_age: max_age? })
}

fn length_of_time(
    text: &Spanned<String>,
    example: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<SignedDuration> {
    match duration::parse(text.get_ref()) {
        Ok(time) => Some(time),
        Err(reason) => {
            found.push(
                Diagnostic::error(text.span(), format!("bad length of time `{}`", text.get_ref()))
                    .label(reason)
                    .help(format!("a whole number of minutes, hours, days or weeks, such as `{example}`")),
            );
            None
        }
    }
}
