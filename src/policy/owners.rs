//! `owners-from`: the code owners that a CODEOWNERS file names, found among the people and teams of gate.toml.
//!
//! The file is read at the same commit as gate.toml, so a change never names its own
//! owners. An owner whom gate.toml does not know stays one whom nobody can sign for.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use bstr::BStr;
use toml::Spanned;

use super::people::Roster;
use super::{KeyFiles, Person, normal_address};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::document;
use crate::owners::{CodeOwners, Forge, Source, Use};
use crate::provenance::{Tool, tool};

/// Mistakes of the file after this many are counted and not told.
const MOST: usize = 10;

/// The owners that a CODEOWNERS file names.
#[derive(Clone, Debug)]
pub struct OwnersFrom {
    /// The path of the file.
    pub path: String,
    /// Where such a file may stand: a file there changes who owns what.
    pub places: Vec<String>,
    text: String,
    file: CodeOwners,
    /// The team that each owner is, where gate.toml knows them.
    teams: BTreeMap<String, String>,
}

/// Whom a path is owned by: one of these teams, so many of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathOwners {
    /// The teams; an owner whom gate.toml does not know is named as the file does.
    pub teams: BTreeSet<String>,
    /// How many people.
    pub count: NonZeroU32,
}

impl OwnersFrom {
    /// Returns whom the path is owned by; empty where nobody owns it. Of each of several, somebody is needed.
    pub fn of(&self, path: &BStr) -> Vec<PathOwners> {
        let team = |owner: &String| self.teams.get(owner).unwrap_or(owner).clone();
        let owned = self.file.of(path).into_iter();
        owned
            .map(|one| PathOwners { teams: one.owners.iter().map(team).collect(), count: one.count })
            .collect()
    }

    /// Returns the teams that the file asks for.
    pub fn teams(&self) -> impl Iterator<Item = &str> {
        self.teams.values().map(String::as_str)
    }

    /// Says how an owner becomes known to gate.toml; `None` where it knows them.
    pub fn way_in(&self, owner: &str) -> Option<String> {
        if self.teams.contains_key(owner) || !self.file.owners().contains(owner) {
            return None;
        }
        let team = format!("`\"{owner}\" = [\"…\"]` under `[teams]`");
        Some(match owner.strip_prefix('@') {
            Some(login) if self.file.forge() == Forge::GitHub && !login.contains('/') => {
                format!("give the person `github = \"{login}\"`, or say who that is: {team}")
            }
            Some(_) => format!("say who that is: {team}"),
            None => "add the address to somebody's `emails`".to_owned(),
        })
    }

    /// Finds what in the file does not do what it seems to, in a repository of these files.
    pub fn lint(&self, files: &[&BStr]) -> Option<Mistakes> {
        let mut diagnostics = Vec::new();
        let mut told = BTreeSet::new();
        for (line, usage) in self.file.uses(files) {
            let pattern = self.text.get(line.place.clone()).unwrap_or_default();
            let warning = |message: String| Diagnostic::warning(line.place.clone(), message);
            match usage {
                Use::Dead if !files.is_empty() => diagnostics.push(
                    warning(format!("no file matches `{pattern}`"))
                        .help("it may be misspelt, or the files are gone"),
                ),
                Use::Hidden => diagnostics.push(
                    warning(format!("a later line decides about all that `{pattern}` matches"))
                        .help("the last line that matches counts: put the wider pattern first"),
                ),
                Use::Dead | Use::Decides => {}
            }
            let unknown = line.owners.iter().filter_map(|owner| Some((owner, self.way_in(owner)?)));
            for (owner, help) in unknown.filter(|(owner, _)| told.insert(owner.as_str())) {
                diagnostics.push(warning(format!("gate.toml does not know the owner `{owner}`")).help(help));
            }
        }
        let (file, source) = (self.path.clone(), self.text.clone());
        (!diagnostics.is_empty()).then_some(Mistakes { file, source, diagnostics })
    }
}

/// Reads the file that gate.toml names; mistakes in it are told at the place where it is named.
pub(super) fn read(
    written: Option<&Spanned<String>>,
    key_files: KeyFiles<'_>,
    roster: &mut Roster,
    found: &mut Vec<Diagnostic>,
) -> Option<OwnersFrom> {
    let written = written?;
    let Some(source) = Source::parse(written.get_ref()) else {
        found.push(
            Diagnostic::error(written.span(), format!("`{}` is no CODEOWNERS file", written.get_ref()))
                .help("write `CODEOWNERS`, or its path from the top; `gitlab:CODEOWNERS` names its dialect"),
        );
        return None;
    };
    let (path, forge, text) = file(written, &source, key_files, found)?;
    let file = match CodeOwners::parse(&text, forge) {
        Ok(file) => file,
        Err(mistakes) => {
            let more = mistakes.len().saturating_sub(MOST);
            found.extend(mistakes.into_iter().take(MOST).map(|mistake| {
                let message = format!("line {} of `{path}`: {}", mistake.line, mistake.problem);
                Diagnostic::error(written.span(), message)
                    .help(format!("{forge} may skip this line in silence: correct it, or take it out"))
            }));
            if more > 0 {
                found.push(Diagnostic::error(written.span(), format!("{more} more mistakes in `{path}`")));
            }
            return None;
        }
    };
    let places = source.places().into_iter().map(str::to_owned).collect();
    let teams = file.owners().into_iter().filter_map(|owner| {
        let team = team(owner, forge, roster)?;
        Some((owner.to_owned(), team))
    });
    let teams = teams.collect();
    Some(OwnersFrom { path, places, text, file, teams })
}

/// Finds the file that is meant, its dialect and its text.
fn file(
    written: &Spanned<String>,
    source: &Source,
    key_files: KeyFiles<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<(String, Forge, String)> {
    let mistake = |message: String| Diagnostic::error(written.span(), message);
    let mut texts = Vec::new();
    for place in source.places() {
        match key_files(place) {
            Ok(Some(text)) => texts.push((place, text)),
            Ok(None) => {}
            Err(reason) => {
                found.push(mistake(format!("`{place}` can't be read: {reason}")));
                return None;
            }
        }
    }
    let there: Vec<&str> = texts.iter().map(|(place, _)| *place).collect();
    match source.pick(&there) {
        Ok(Some((path, forge))) => {
            let text = texts.iter().find(|(place, _)| *place == path).map(|(_, text)| text.clone())?;
            Some((path.to_owned(), forge, text))
        }
        Ok(None) => {
            let message = match source.places().as_slice() {
                [place] => format!("there is no file `{place}`"),
                _ => "there is no CODEOWNERS file".to_owned(),
            };
            found.push(
                mistake(message)
                    .help("it is read at the same commit as gate.toml, from the top of the repository"),
            );
            None
        }
        Err(several) => {
            found.push(
                mistake(format!("there is more than one: {}", document::listed(&several)))
                    .help("name one by its path, or the forge that picks: `github:CODEOWNERS`"),
            );
            None
        }
    }
}

/// Returns the team that an owner is; one person is a team of their own, which bears the owner's name.
fn team(owner: &str, forge: Forge, roster: &mut Roster) -> Option<String> {
    let named = |name: &str| {
        let is_it = |team: &&String| team.eq_ignore_ascii_case(name);
        roster.teams.keys().find(is_it).cloned()
    };
    if let Some(team) = named(owner) {
        return Some(team);
    }
    let person = match owner.strip_prefix('@') {
        Some(name) if name.starts_with('@') => None,
        Some(name) if name.contains('/') => return named(name.rsplit('/').next()?),
        Some(name) => by_login(name, forge, &roster.people),
        None => by_address(owner, &roster.people),
    };
    let Some(person) = person else {
        // A group has no slash in its name there.
        return owner.strip_prefix('@').filter(|_| forge == Forge::GitLab).and_then(named);
    };
    let team = owner.to_lowercase();
    roster.owners.entry(team.clone()).or_default().insert(person);
    Some(team)
}

/// Finds the person by their login: `github`, or the id where the login is that of another forge.
fn by_login(login: &str, forge: Forge, people: &BTreeMap<String, Person>) -> Option<String> {
    let is_it = |(id, person): &(&String, &Person)| match forge {
        Forge::GitHub => person.github.as_ref().is_some_and(|github| github.eq_ignore_ascii_case(login)),
        Forge::GitLab | Forge::Gitea => id.eq_ignore_ascii_case(login),
    };
    people.iter().find(is_it).filter(|it| is_human(*it)).map(|(id, _)| id.clone())
}

fn by_address(address: &str, people: &BTreeMap<String, Person>) -> Option<String> {
    let address = normal_address(address);
    let is_it =
        |(_, person): &(&String, &Person)| person.emails.iter().any(|email| normal_address(email) == address);
    people.iter().find(is_it).filter(|it| is_human(*it)).map(|(id, _)| id.clone())
}

/// Tells whether somebody may sign: a program may not, whatever a file says that it owns.
fn is_human((id, person): (&String, &Person)) -> bool {
    let identities = person.emails.iter().chain(&person.github).chain([id]);
    !identities.into_iter().any(|one| matches!(tool(one), Some(Tool::Ai(_, _) | Tool::Automation)))
}
