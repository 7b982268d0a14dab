//! Who must sign what: the demands of all findings, gathered into rows.
//!
//! A finding asks whom its rule names, else whom `[sign-off]` names. Rows with the same
//! demand are one, with the union of their hunks. A hunk that nobody is named for gets
//! a row that nobody can meet: blocked, never free.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use crate::change::HunkId;
use crate::classify::{Always, Class, Finding, Judged, RuleRef};
use crate::policy::{Policy, Service};
use crate::rule::{Demand, Who};
use crate::service::{Crossing, ServiceMap};

/// A row of who must sign what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The teams of which any will do; empty where nobody is named.
    pub teams: Vec<String>,
    /// How many different people, for each hunk.
    pub count: NonZeroU32,
    /// The rules that ask, sorted.
    pub rules: Vec<String>,
    /// The hunks, in the order of the change.
    pub hunks: Vec<HunkId>,
}

/// Who is asked, and how many of them.
type Asked = (Vec<String>, NonZeroU32);

/// Gathers the demands on all architectural hunks, in an order that depends on nothing but the demands.
pub fn requirements(policy: &Policy, services: &ServiceMap, hunks: &[Judged]) -> Vec<Requirement> {
    let mut rows: BTreeMap<Asked, (BTreeSet<String>, Vec<HunkId>)> = BTreeMap::new();
    for hunk in hunks.iter().filter(|hunk| hunk.class == Class::Architectural) {
        for finding in &hunk.findings {
            for demand in demands(policy, services, hunk, finding) {
                let (rules, ids) = rows.entry(demand).or_default();
                rules.insert(finding.rule.id(policy).to_owned());
                if ids.last() != Some(&hunk.id) {
                    ids.push(hunk.id);
                }
            }
        }
    }
    let row = |((teams, count), (rules, hunks)): (_, (BTreeSet<String>, _))| Requirement {
        teams,
        count,
        rules: rules.into_iter().collect(),
        hunks,
    };
    rows.into_iter().map(row).collect()
}

/// The teams and counts that one finding asks for: at least one.
fn demands(policy: &Policy, services: &ServiceMap, hunk: &Judged, finding: &Finding) -> Vec<Asked> {
    let default = &policy.sign_off.required;
    let rows = match finding.rule {
        RuleRef::Policy(index) => {
            policy.rules.get(index).and_then(|rule| rule.required.as_ref()).unwrap_or(default)
        }
        RuleRef::Always(Always::Policy | Always::KeyFile) if !policy.gate.required.is_empty() => {
            &policy.gate.required
        }
        RuleRef::Always(_) => default,
        RuleRef::Service(crossing) => return sides(policy, crossing),
    };
    let asked: Vec<_> = rows.iter().flat_map(|row| resolved(policy, services, hunk, row)).collect();
    if asked.is_empty() { vec![(Vec::new(), NonZeroU32::MIN)] } else { asked }
}

/// Turns a row as it is written into teams: `owners` into those of each service that either end of the hunk is in.
fn resolved(policy: &Policy, services: &ServiceMap, hunk: &Judged, row: &Demand) -> Vec<Asked> {
    match &row.who {
        Who::Team(team) => vec![(vec![team.clone()], row.count)],
        Who::AnyOf(teams) => vec![(sorted(teams), row.count)],
        Who::Owners { otherwise } => {
            let mut found: BTreeSet<usize> = services.services_of(&hunk.path).into_iter().collect();
            found.extend(hunk.old_path.iter().flat_map(|path| services.services_of(path)));
            let owners = found
                .into_iter()
                .filter_map(|index| policy.services.get(index))
                .map(|one| sorted(&one.owners));
            let owners: BTreeSet<_> = owners.filter(|teams| !teams.is_empty()).collect();
            if owners.is_empty() {
                return vec![(otherwise.iter().cloned().collect(), row.count)];
            }
            owners.into_iter().map(|teams| (teams, row.count)).collect()
        }
    }
}

/// The owners on both sides of a boundary; a side without owners asks whom `[sign-off]` names for a path of no service.
fn sides(policy: &Policy, crossing: Crossing) -> Vec<Asked> {
    let asked: BTreeSet<_> =
        crossing.sides().flat_map(|side| side_of(policy, policy.services.get(side))).collect();
    asked.into_iter().collect()
}

fn side_of(policy: &Policy, service: Option<&Service>) -> Vec<Asked> {
    let owners = service.map(|service| sorted(&service.owners)).unwrap_or_default();
    let fallback = |row: &Demand| match &row.who {
        Who::Team(team) => (vec![team.clone()], row.count),
        Who::AnyOf(teams) => (sorted(teams), row.count),
        Who::Owners { otherwise } => (otherwise.iter().cloned().collect(), row.count),
    };
    let rows = &policy.sign_off.required;
    if owners.is_empty() {
        let asked: Vec<_> = rows.iter().map(fallback).collect();
        return if asked.is_empty() { vec![(Vec::new(), NonZeroU32::MIN)] } else { asked };
    }
    let count = rows
        .iter()
        .find(|row| matches!(row.who, Who::Owners { .. }))
        .map_or(NonZeroU32::MIN, |row| row.count);
    vec![(owners, count)]
}

fn sorted(teams: &[String]) -> Vec<String> {
    let set: BTreeSet<_> = teams.iter().cloned().collect();
    set.into_iter().collect()
}
