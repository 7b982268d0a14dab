//! What to say of a statement: phrases for a human.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::standing::Standing;
use super::verified::Refusal;
use super::{Reason, Statement};

/// Decides whether a statement counts once its hunks are known, and says it.
pub(super) fn told(standing: Standing, statement: &Statement) -> Standing {
    let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
    for reason in standing.refused.values() {
        *counts.entry(*reason).or_default() += 1;
    }
    let mut others: Vec<String> = counts
        .iter()
        .map(|(reason, count)| {
            let author = *reason == Reason::Author;
            let what =
                if author { format!("{} is an author of", statement.by) } else { "landed since".to_owned() };
            format!("{} that {what}", hunks(*count))
        })
        .collect();
    if standing.covers.is_empty() && counts.is_empty() {
        let detail = format!("{} is for an older version: it names no hunk of this change", named(statement));
        return standing.refused(Refusal::new(Reason::Stale, detail));
    }
    if !standing.gone.is_empty() {
        let count = hunks(standing.gone.len());
        others.push(format!("{count} that changed since {} or went away", day(statement.at)));
    }
    let others = others.join(" or ");
    if let (true, Some(reason)) = (standing.covers.is_empty(), counts.keys().next()) {
        let detail = format!("{} does not count for {others}", named(statement));
        return standing.refused(Refusal::new(*reason, detail));
    }
    let mut detail = format!("{} counts for {}", named(statement), hunks(standing.covers.len()));
    if !others.is_empty() {
        detail = format!("{detail}, not for {others}");
    }
    Standing { counted: true, detail, ..standing }
}

/// Names a statement: `ada's sign-off`.
pub(super) fn named(statement: &Statement) -> String {
    format!("{}'s {}", statement.by, statement.kind.name())
}

fn hunks(count: usize) -> String {
    if count == 1 { "1 hunk".to_owned() } else { format!("{count} hunks") }
}

/// Says on which day something was.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// Says how long something is, in the largest unit that fits.
pub(super) fn length(duration: SignedDuration) -> String {
    let hours = duration.as_hours();
    let (count, unit) = if hours >= 48 { (hours / 24, "days") } else { (hours, "hours") };
    format!("{count} {unit}")
}
