//! Requirements and standing sign-offs, decided.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::change::HunkId;
use crate::policy::Policy;
use crate::requirement::Requirement;
use crate::sign_off::{Authors, Standing, StatementKind};

/// Whether a change may be merged. There is no third answer: what can't be told is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[must_use]
pub enum Verdict {
    /// Every requirement is met and nobody objects, or an override stands.
    Pass,
    /// A signature is missing, or somebody objects.
    Blocked,
}

/// The verdict and what it stands on.
#[derive(Clone, Debug)]
#[must_use]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// What has become of each requirement, in the same order.
    pub outcomes: Vec<Outcome>,
    /// The hunks that lack a signature, or that somebody objects to.
    pub open: BTreeSet<HunkId>,
}

/// What has become of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Who signed all its hunks, sorted.
    pub signed_by: Vec<String>,
    /// The most signatures that any of its hunks lacks.
    pub missing: u32,
    /// Who may still sign a hunk that lacks one, sorted.
    pub candidates: Vec<String>,
}

/// Decides. Sign-offs count once a person and hunk; an objection blocks its hunks; an override frees those it names.
pub fn decide(
    policy: &Policy,
    requirements: &[Requirement],
    standings: &[Standing],
    authors: &Authors,
) -> Decision {
    let signed = signers(standings, StatementKind::SignOff);
    let nobody = BTreeSet::new();
    let mut open = BTreeSet::new();
    let mut outcomes = Vec::new();
    for row in requirements {
        let members: BTreeSet<&str> = row
            .teams
            .iter()
            .filter_map(|team| policy.teams.get(team))
            .flatten()
            .map(String::as_str)
            .collect();
        let mut outcome = Outcome { signed_by: Vec::new(), missing: 0, candidates: Vec::new() };
        let mut everywhere = members.clone();
        let mut candidates = BTreeSet::new();
        for hunk in &row.hunks {
            let all = signed.get(hunk).unwrap_or(&nobody);
            let counted: BTreeSet<&str> = members.intersection(all).copied().collect();
            everywhere.retain(|person| counted.contains(person));
            let lacking = row.count.get().saturating_sub(u32::try_from(counted.len()).unwrap_or(u32::MAX));
            if lacking > 0 {
                outcome.missing = outcome.missing.max(lacking);
                open.insert(*hunk);
                let may =
                    members.difference(&counted).filter(|person| may_sign(policy, authors, *hunk, person));
                candidates.extend(may.copied());
            }
        }
        outcome.signed_by = everywhere.into_iter().map(str::to_owned).collect();
        outcome.candidates = candidates.into_iter().map(str::to_owned).collect();
        outcomes.push(outcome);
    }
    open.extend(signers(standings, StatementKind::Objection).into_keys());
    let overridden = signers(standings, StatementKind::Override);
    open.retain(|hunk| !overridden.contains_key(hunk));
    let verdict = if open.is_empty() { Verdict::Pass } else { Verdict::Blocked };
    Decision { verdict, outcomes, open }
}

/// Tells whether a person could sign a hunk: with a key, and not their own work.
fn may_sign(policy: &Policy, authors: &Authors, hunk: HunkId, person: &str) -> bool {
    let has_key = policy.people.get(person).is_some_and(|person| !person.keys.is_empty());
    has_key && (policy.sign_off.allow_author || !authors.contains(hunk, person))
}

/// The people behind the statements of a kind that count, by hunk.
fn signers(standings: &[Standing], kind: StatementKind) -> BTreeMap<HunkId, BTreeSet<&str>> {
    let mut signers: BTreeMap<HunkId, BTreeSet<&str>> = BTreeMap::new();
    let of_kind =
        |standing: &&Standing| standing.statement.as_ref().is_some_and(|statement| statement.kind == kind);
    for standing in standings.iter().filter(|standing| standing.counted).filter(of_kind) {
        let Some(person) = &standing.person else { continue };
        for hunk in &standing.covers {
            signers.entry(*hunk).or_default().insert(person);
        }
    }
    signers
}
