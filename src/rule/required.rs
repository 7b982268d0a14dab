//! Rows of `required` as they are written: who must sign, and how many of them.

use std::num::NonZeroU32;
use std::ops::Range;

use toml::Spanned;

use super::{Provenance, written};
use crate::diagnostic::Diagnostic;
use crate::document::Table;

/// A row of `required`.
#[derive(Debug)]
pub struct WrittenDemand {
    /// All of the row.
    pub span: Range<usize>,
    /// Whom it asks.
    pub who: WrittenWho,
    /// How many of them, at the row where it is left out.
    pub count: Spanned<NonZeroU32>,
    /// `when`.
    pub when: Option<Provenance>,
}

/// Whom a row asks.
#[derive(Debug)]
pub enum WrittenWho {
    /// `team`.
    Team(Spanned<String>),
    /// `any-of`.
    AnyOf(Vec<Spanned<String>>),
    /// `owners = true`, with `else`.
    Owners(Option<Spanned<String>>),
}

/// Reads `required`: at least one row, where it is there.
pub fn read(table: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Option<Vec<WrittenDemand>> {
    let place = table.value("required")?.span();
    let form = "`required = [{ team = \"…\", count = 1 }]`";
    let rows = table.tables("required", "a row of `required`", form, found)?;
    if rows.is_empty() {
        found
            .push(Diagnostic::error(place, "`required` names nobody, so nothing could ever be merged").help(
            "leave it out for the default of `[sign-off]`, or name a team: `[{ team = \"…\", count = 1 }]`",
        ));
        return None;
    }
    Some(rows.into_iter().filter_map(|row| demand(row, found)).collect())
}

fn demand(mut row: Table<'_>, found: &mut Vec<Diagnostic>) -> Option<WrittenDemand> {
    let span = row.span();
    let team = row.string("team", found);
    let any_of = row.strings("any-of", found);
    let any_of = row.has("any-of").then_some(any_of);
    let owners = row.flag("owners", found);
    let otherwise = row.string("else", found);
    let count = count(&mut row, found);
    let when = written::provenance(&mut row, found);
    let named = ["team", "any-of", "owners"].into_iter().filter(|key| row.has(key)).count();
    row.close(found);
    if named != 1 {
        let what = if named == 0 { "names nobody" } else { "asks for two things at once" };
        found.push(
            Diagnostic::error(span, format!("this row {what}"))
                .help("a row has one of `team = \"…\"`, `any-of = [\"…\", \"…\"]` and `owners = true`"),
        );
        return None;
    }
    if let Some(otherwise) = otherwise.as_ref().filter(|_| owners.is_none()) {
        found.push(
            Diagnostic::error(otherwise.span(), "`else` is for rows with `owners = true`")
                .help("it names the team for paths that no service owns"),
        );
    }
    let who = match (team, any_of, owners) {
        (Some(team), ..) => WrittenWho::Team(team),
        (_, Some(teams), _) => WrittenWho::AnyOf(some_teams(teams, &span, found)?),
        (.., Some(owners)) if *owners.get_ref() => WrittenWho::Owners(otherwise),
        (.., Some(owners)) => {
            found.push(
                Diagnostic::error(owners.span(), "`owners = false` asks for nobody").help("name a team"),
            );
            return None;
        }
        (None, None, None) => return None,
    };
    let place = span.clone();
    let count = count?.unwrap_or(Spanned::new(place, NonZeroU32::MIN));
    Some(WrittenDemand { span, who, count, when })
}

fn some_teams(
    teams: Vec<Spanned<String>>,
    row: &Range<usize>,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Spanned<String>>> {
    if teams.is_empty() {
        found.push(Diagnostic::error(row.clone(), "`any-of` names no team"));
        return None;
    }
    Some(teams)
}

/// Reads `count`: `Some(None)` where it is left out, `None` where it is wrong.
fn count(row: &mut Table<'_>, found: &mut Vec<Diagnostic>) -> Option<Option<Spanned<NonZeroU32>>> {
    if !row.has("count") {
        row.value("count");
        return Some(None);
    }
    let count = row.number("count", found)?;
    match u32::try_from(*count.get_ref()).map(NonZeroU32::new) {
        Ok(Some(number)) => Some(Some(Spanned::new(count.span(), number))),
        _ if *count.get_ref() <= 0 => {
            found.push(
                Diagnostic::error(count.span(), format!("a count of {} asks for nobody", count.get_ref()))
                    .label("at least 1")
                    .help("to let such hunks pass, switch the rule off or write a `[[local]]`"),
            );
            None
        }
        _ => {
            found.push(Diagnostic::error(count.span(), "no team has this many people"));
            None
        }
    }
}
