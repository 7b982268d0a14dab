//! Rows of `required`, checked against the teams there are.

use std::collections::BTreeSet;

use toml::Spanned;

use super::Places;
use super::people::Roster;
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::rule::required::{WrittenDemand, WrittenWho};
use crate::rule::{Demand, Who};

/// Checks rows: each team is known and has as many people as the row counts.
pub(super) fn demands(
    rows: &[WrittenDemand],
    roster: &Roster,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Vec<Demand> {
    let mut demands = Vec::with_capacity(rows.len());
    for row in rows {
        let demand = Demand { who: who(row, roster, found), count: *row.count.get_ref() };
        places.rows.push((row.span.clone(), demand.clone()));
        demands.push(demand);
    }
    demands
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
    let people: BTreeSet<&String> =
        teams.iter().filter_map(|team| roster.teams.get(team.get_ref())).flatten().collect();
    let count = row.count.get_ref().get();
    if !known || people.len() >= count as usize {
        return;
    }
    let names: Vec<&str> = teams.iter().map(|team| team.get_ref().as_str()).collect();
    let together = if names.len() > 1 { "together have" } else { "has" };
    let size = match people.len() {
        0 => "nobody in it".to_owned(),
        1 => "one person".to_owned(),
        more => format!("{more} people"),
    };
    found.push(
        Diagnostic::error(
            row.count.span(),
            format!("{count} people are asked for, and {} {together} {size}", document::listed(&names)),
        )
        .label("nobody could ever meet this")
        .help("add people to the team, or ask for fewer"),
    );
}
