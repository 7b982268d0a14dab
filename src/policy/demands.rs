//! Rows of `required`, checked against the teams there are.

use std::collections::BTreeSet;

use toml::Spanned;

use super::people::Roster;
use super::{Places, Service};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::rule::required::{WrittenDemand, WrittenWho};
use crate::rule::{Demand, Who};

/// What rows are checked against.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub roster: &'a Roster,
    pub services: &'a [Service],
}

/// Checks rows: each team is known and has as many people as the row counts.
///
/// A service whose owners are too few is an error where the row asks them for `every` hunk in it.
pub(super) fn demands(
    rows: &[WrittenDemand],
    every: Every,
    known: Known<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Vec<Demand> {
    let mut demands = Vec::with_capacity(rows.len());
    for row in rows {
        let who = who(row, known.roster, found);
        let demand = Demand { who, count: *row.count.get_ref(), provenance: row.when };
        if matches!(row.who, WrittenWho::Owners(_)) {
            check_owners(row, every, known, found);
        }
        places.rows.push((row.span.clone(), demand.clone()));
        demands.push(demand);
    }
    demands
}

/// Which hunks a row is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Every {
    /// All that no rule names others for.
    Hunk,
    /// Those of one rule, which may never be in some service.
    HunkOfOneRule,
}

/// Notes a team that is not there.
pub(super) fn check_team(team: &Spanned<String>, roster: &Roster, found: &mut Vec<Diagnostic>) -> bool {
    let known = roster.teams.contains_key(team.get_ref());
    if !known {
        let message = format!("unknown team `{}`", team.get_ref());
        let names = roster.teams.keys().map(String::as_str);
        let mistake = document::unknown(team.span(), message, team.get_ref(), "teams", names);
        found.push(if roster.teams.is_empty() {
            mistake.help(format!("there are no teams; add `{} = [\"…\"]` under `[teams]`", team.get_ref()))
        } else {
            mistake
        });
    }
    known
}

fn who(row: &WrittenDemand, roster: &Roster, found: &mut Vec<Diagnostic>) -> Who {
    match &row.who {
        WrittenWho::Team(team) => {
            check_size(row, &[team], roster, found);
            Who::Team(team.get_ref().clone())
        }
        WrittenWho::AnyOf(teams) => {
            check_size(row, &teams.iter().collect::<Vec<_>>(), roster, found);
            let mut names: Vec<String> = teams.iter().map(|team| team.get_ref().clone()).collect();
            names.sort();
            names.dedup();
            Who::AnyOf(names)
        }
        WrittenWho::Owners(otherwise) => {
            if let Some(team) = otherwise {
                check_size(row, &[team], roster, found);
            }
            Who::Owners { otherwise: otherwise.as_ref().map(|team| team.get_ref().clone()) }
        }
    }
}

/// Notes a row that nobody could ever meet: its teams together have too few people.
fn check_size(row: &WrittenDemand, teams: &[&Spanned<String>], roster: &Roster, found: &mut Vec<Diagnostic>) {
    let mut known = true;
    for team in teams {
        known &= check_team(team, roster, found);
    }
    let names: Vec<&str> = teams.iter().map(|team| team.get_ref().as_str()).collect();
    if known && let Some(few) = too_few(row, &names, roster) {
        let have = if names.len() > 1 { "together have" } else { "has" };
        let have = format!("{} {have} {}", document::listed(&names), few.there);
        found.push(
            Diagnostic::error(row.count.span(), format!("{}, and {have}", few.asked))
                .label("nobody could ever meet this")
                .help("add people to the team, or ask for fewer"),
        );
    }
}

/// Notes the services whose owners are fewer than a row asks for.
fn check_owners(row: &WrittenDemand, every: Every, known: Known<'_>, found: &mut Vec<Diagnostic>) {
    for service in known.services {
        let teams: Vec<&str> = service.owners.iter().map(String::as_str).collect();
        if teams.is_empty() || !teams.iter().all(|team| known.roster.teams.contains_key(*team)) {
            continue;
        }
        if let Some(few) = too_few(row, &teams, known.roster) {
            let message = format!("{}, and `{}` is owned by {}", few.asked, service.name, few.there);
            let mistake = match every {
                Every::Hunk => Diagnostic::error(row.count.span(), message),
                Every::HunkOfOneRule => Diagnostic::warning(row.count.span(), message),
            };
            found.push(
                mistake
                    .label("nobody could ever meet this there")
                    .help(format!("add people to {}, or ask for fewer", document::listed(&teams))),
            );
        }
    }
}

/// How many people a row asks for, and how many there are.
struct TooFew {
    asked: String,
    there: String,
}

/// Says that teams have fewer people than a row asks for, if so.
fn too_few(row: &WrittenDemand, teams: &[&str], roster: &Roster) -> Option<TooFew> {
    let people: BTreeSet<&String> =
        teams.iter().filter_map(|team| roster.teams.get(*team)).flatten().collect();
    let asked = match row.count.get_ref().get() {
        enough if enough as usize <= people.len() => return None,
        1 => "one person is asked for".to_owned(),
        more => format!("{more} people are asked for"),
    };
    let there = match people.len() {
        0 => "nobody".to_owned(),
        1 => "only one".to_owned(),
        more => format!("only {more}"),
    };
    Some(TooFew { asked, there })
}
