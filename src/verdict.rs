//! Requirements and standing sign-offs, decided.
//!
//! Hunk by hunk: a row is met when each of its hunks has enough of the right people, an
//! objection blocks the hunks that it names, an override lets its hunks through. More
//! sign-offs never make a verdict worse, and more hunks never make it better.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::change::HunkId;
use crate::classify::{Class, Judged};
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
    /// The objections that stand.
    pub objections: Vec<Objection>,
    /// The hunks that hold the change up: they lack a signature, or somebody objects.
    pub open: BTreeSet<HunkId>,
    /// The hunks that would, if no override let them through.
    pub overridden: BTreeSet<HunkId>,
}

/// What has become of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Who signed all its hunks, sorted.
    pub signed_by: Vec<String>,
    /// The most signatures that any of its hunks lacks.
    pub missing: u32,
    /// The hunks that lack signatures.
    pub lacking: Vec<HunkId>,
    /// Who may still sign a hunk that lacks one, sorted.
    pub candidates: Vec<String>,
    /// The hunks that lack more signatures than there are people left to give them.
    pub out_of_reach: Vec<HunkId>,
}

/// Somebody wants hunks not to be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Who.
    pub by: String,
    /// Which hunks.
    pub hunks: BTreeSet<HunkId>,
    /// The digest that their withdrawal must name.
    pub digest: String,
    /// Why.
    pub text: Option<String>,
}

/// Decides. Sign-offs count once a person and hunk; an objection blocks its hunks; an override frees those it names.
pub fn decide(
    policy: &Policy,
    requirements: &[Requirement],
    hunks: &[Judged],
    standings: &[Standing],
    authors: &Authors,
) -> Decision {
    let signatures = Signatures::new(policy, authors, standings);
    let outcomes: Vec<Outcome> = requirements.iter().map(|row| signatures.outcome(row)).collect();
    let objections: Vec<Objection> = counted(standings, StatementKind::Objection).map(objection).collect();
    let mut open: BTreeSet<HunkId> = unasked(requirements, hunks);
    open.extend(outcomes.iter().flat_map(|outcome| &outcome.lacking));
    open.extend(objections.iter().flat_map(|objection| &objection.hunks));
    let freed: BTreeSet<HunkId> =
        counted(standings, StatementKind::Override).flat_map(|it| &it.covers).copied().collect();
    let overridden = open.intersection(&freed).copied().collect();
    open.retain(|hunk| !freed.contains(hunk));
    let verdict = if open.is_empty() { Verdict::Pass } else { Verdict::Blocked };
    Decision { verdict, outcomes, objections, open, overridden }
}

/// Returns the architectural hunks that no row asks for. There should be none; if there are, they are not free.
fn unasked(requirements: &[Requirement], hunks: &[Judged]) -> BTreeSet<HunkId> {
    let asked: BTreeSet<HunkId> = requirements.iter().flat_map(|row| &row.hunks).copied().collect();
    let architectural = hunks.iter().filter(|hunk| hunk.class == Class::Architectural);
    architectural.map(|hunk| hunk.id).filter(|id| !asked.contains(id)).collect()
}

/// Who signed which hunk, and who may.
struct Signatures<'a> {
    policy: &'a Policy,
    authors: &'a Authors,
    by_hunk: BTreeMap<HunkId, BTreeSet<&'a str>>,
}

impl<'a> Signatures<'a> {
    fn new(policy: &'a Policy, authors: &'a Authors, standings: &'a [Standing]) -> Self {
        let mut by_hunk: BTreeMap<HunkId, BTreeSet<&str>> = BTreeMap::new();
        for standing in counted(standings, StatementKind::SignOff) {
            for hunk in &standing.covers {
                by_hunk.entry(*hunk).or_default().extend(standing.person.as_deref());
            }
        }
        Self { policy, authors, by_hunk }
    }

    fn outcome(&self, requirement: &Requirement) -> Outcome {
        let teams = requirement.teams.iter().filter_map(|team| self.policy.teams.get(team));
        let members: BTreeSet<&str> = teams.flatten().map(String::as_str).collect();
        let mut signed_by = members.clone();
        let mut candidates = BTreeSet::new();
        let (mut missing, mut lacking, mut out_of_reach) = (0, Vec::new(), Vec::new());
        for hunk in &requirement.hunks {
            let signed: BTreeSet<&str> =
                self.signed(*hunk).filter(|person| members.contains(person)).collect();
            signed_by.retain(|person| signed.contains(person));
            let lacks =
                requirement.count.get().saturating_sub(u32::try_from(signed.len()).unwrap_or(u32::MAX));
            if lacks == 0 {
                continue;
            }
            missing = missing.max(lacks);
            lacking.push(*hunk);
            let left: BTreeSet<&str> =
                members.difference(&signed).copied().filter(|it| self.may(it, *hunk)).collect();
            if u32::try_from(left.len()).unwrap_or(u32::MAX) < lacks {
                out_of_reach.push(*hunk);
            }
            candidates.extend(left);
        }
        let names = |people: BTreeSet<&str>| people.into_iter().map(str::to_owned).collect();
        Outcome { signed_by: names(signed_by), missing, lacking, candidates: names(candidates), out_of_reach }
    }

    fn signed(&self, hunk: HunkId) -> impl Iterator<Item = &'a str> {
        self.by_hunk.get(&hunk).into_iter().flatten().copied()
    }

    /// Tells whether a sign-off of this person could count for the hunk.
    fn may(&self, person: &str, hunk: HunkId) -> bool {
        let has_key = self.policy.people.get(person).is_some_and(|person| !person.keys.is_empty());
        has_key && (self.policy.sign_off.allow_author || !self.authors.contains(hunk, person))
    }
}

fn counted(standings: &[Standing], kind: StatementKind) -> impl Iterator<Item = &Standing> {
    let is_kind = move |standing: &&Standing| standing.statement.as_ref().is_some_and(|it| it.kind == kind);
    standings.iter().filter(|standing| standing.counted).filter(is_kind)
}

fn objection(standing: &Standing) -> Objection {
    Objection {
        by: standing.person.clone().unwrap_or_default(),
        hunks: standing.covers.clone(),
        digest: standing.digest.clone(),
        text: standing.statement.as_ref().and_then(|statement| statement.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;
    use crate::sign_off::testing::{
        Past, hunk, id, line, policy, policy_with, statement, weigh, weigh_with, withdrawal,
    };
    use crate::sign_off::{Contributions, Statement};

    const SIGN_OFF: StatementKind = StatementKind::SignOff;
    const OBJECTION: StatementKind = StatementKind::Objection;
    const OVERRIDE: StatementKind = StatementKind::Override;

    fn ask(teams: &[&str], count: u32, hunks: &[u8]) -> Requirement {
        Requirement {
            teams: teams.iter().map(|team| (*team).to_owned()).collect(),
            count: NonZeroU32::new(count).unwrap(),
            rules: Vec::new(),
            hunks: hunks.iter().map(|number| id(*number)).collect(),
        }
    }

    fn hunks() -> [Judged; 2] {
        [hunk(1, "a"), hunk(2, "b")]
    }

    fn opened_by(policy: &Policy, who: &str, hunks: &[Judged]) -> Authors {
        let made = Contributions { commits: &[], touched: &[], opener: Some(who), pusher: None };
        Authors::new(policy, made, hunks)
    }

    /// Decides about the hunks 1 and 2, written by nobody.
    fn decided(rows: &[Requirement], statements: &[Statement]) -> Decision {
        let lines: Vec<String> = statements.iter().map(line).collect();
        let (policy, hunks) = (policy(), hunks());
        let standings = weigh(&policy, &hunks, &lines);
        decide(&policy, rows, &hunks, &standings, &Authors::default())
    }

    fn verdict(rows: &[Requirement], statements: &[Statement]) -> Verdict {
        decided(rows, statements).verdict
    }

    #[test]
    fn change_without_requirements_passes() {
        let local = hunks().map(|hunk| Judged { class: Class::Local, ..hunk });
        let outcome = decide(&policy(), &[], &local, &[], &Authors::default());
        assert_eq!(outcome.verdict, Verdict::Pass);
    }

    #[test]
    fn architectural_hunk_that_no_row_asks_for_is_blocked() {
        let outcome = decided(&[ask(&["platform"], 1, &[1])], &[statement(SIGN_OFF, "ada", &[1, 2])]);
        assert_eq!(outcome.verdict, Verdict::Blocked);
        assert_eq!(outcome.open, BTreeSet::from([id(2)]));
    }

    #[test]
    fn every_hunk_of_a_row_must_be_signed() {
        let row = [ask(&["platform"], 1, &[1, 2])];
        assert_eq!(verdict(&row, &[]), Verdict::Blocked);
        assert_eq!(verdict(&row, &[statement(SIGN_OFF, "ada", &[1])]), Verdict::Blocked);
        assert_eq!(verdict(&row, &[statement(SIGN_OFF, "ada", &[1, 2])]), Verdict::Pass);
        let both = [statement(SIGN_OFF, "ada", &[1]), statement(SIGN_OFF, "grace", &[2])];
        let outcome = decided(&row, &both);
        assert_eq!(outcome.verdict, Verdict::Pass);
        assert!(outcome.outcomes[0].signed_by.is_empty(), "nobody signed all of it");
    }

    #[test]
    fn every_row_must_be_met() {
        let rows = [ask(&["platform"], 1, &[1, 2]), ask(&["payments"], 1, &[2])];
        let ada = statement(SIGN_OFF, "ada", &[1, 2]);
        assert_eq!(verdict(&rows, std::slice::from_ref(&ada)), Verdict::Blocked);
        assert_eq!(verdict(&rows, &[ada, statement(SIGN_OFF, "linus", &[2])]), Verdict::Pass);
    }

    #[test]
    fn sign_off_from_outside_the_team_does_not_meet_the_row() {
        let row = [ask(&["platform"], 1, &[1, 2])];
        assert_eq!(verdict(&row, &[statement(SIGN_OFF, "mallory", &[1, 2])]), Verdict::Blocked);
    }

    #[test]
    fn any_of_the_teams_will_do() {
        let row = [ask(&["payments", "platform"], 1, &[1, 2])];
        assert_eq!(verdict(&row, &[statement(SIGN_OFF, "linus", &[1, 2])]), Verdict::Pass);
    }

    #[test]
    fn count_is_of_people_and_not_of_statements() {
        let row = [ask(&["platform"], 2, &[1, 2])];
        let ada = statement(SIGN_OFF, "ada", &[1, 2]);
        let again = Statement { text: Some("again".to_owned()), ..ada.clone() };
        let result = decided(&row, &[ada.clone(), again]);
        assert_eq!(result.verdict, Verdict::Blocked);
        assert_eq!(
            (result.outcomes[0].missing, result.outcomes[0].signed_by.as_slice()),
            (1, &["ada".to_owned()][..])
        );
        assert_eq!(result.outcomes[0].candidates, ["grace"]);
        assert_eq!(verdict(&row, &[ada, statement(SIGN_OFF, "grace", &[1, 2])]), Verdict::Pass);
    }

    #[test]
    fn missing_is_the_most_that_any_hunk_lacks() {
        let result = decided(&[ask(&["platform"], 2, &[1, 2])], &[statement(SIGN_OFF, "ada", &[1])]);
        assert_eq!(result.outcomes[0].missing, 2);
        assert_eq!(result.outcomes[0].candidates, ["ada", "grace"]);
    }

    #[test]
    fn row_that_names_nobody_blocks_whoever_signs() {
        let everybody = ["ada", "grace", "ida", "linus"].map(|by| statement(SIGN_OFF, by, &[1, 2]));
        let result = decided(&[ask(&[], 1, &[1, 2])], &everybody);
        assert_eq!(result.verdict, Verdict::Blocked);
        assert_eq!(result.outcomes[0].out_of_reach, [id(1), id(2)]);
    }

    #[test]
    fn author_is_no_candidate_and_nobody_left_is_said() {
        let (policy, hunks) = (policy(), hunks());
        let authors = opened_by(&policy, "ada", &hunks[..1]);
        let row = |count| [ask(&["platform"], count, &[1, 2])];
        let result = decide(&policy, &row(1), &hunks, &[], &authors);
        assert_eq!(result.outcomes[0].candidates, ["ada", "grace"], "ada may sign the other hunk");
        assert!(result.outcomes[0].out_of_reach.is_empty());
        let result = decide(&policy, &row(2), &hunks, &[], &authors);
        assert_eq!(result.outcomes[0].out_of_reach, [id(1)]);
    }

    #[test]
    fn own_sign_off_counts_where_the_policy_allows_it() {
        let mut policy = policy();
        policy.sign_off.allow_author = true;
        let hunks = hunks();
        let authors = opened_by(&policy, "ada", &hunks);
        let lines = [line(&statement(SIGN_OFF, "ada", &[1, 2]))];
        let standings = weigh_with(&policy, &hunks, &lines, &authors, &Past::default());
        let result = decide(&policy, &[ask(&["platform"], 1, &[1, 2])], &hunks, &standings, &authors);
        assert_eq!(result.verdict, Verdict::Pass);
    }

    #[test]
    fn objection_blocks_until_it_is_withdrawn() {
        let row = [ask(&["platform"], 1, &[1, 2])];
        let (yes, no) = (statement(SIGN_OFF, "ada", &[1, 2]), statement(OBJECTION, "mallory", &[2]));
        let result = decided(&row, &[yes.clone(), no.clone()]);
        assert_eq!(result.verdict, Verdict::Blocked);
        assert_eq!(result.objections[0].by, "mallory");
        assert!(result.outcomes[0].lacking.is_empty());
        assert_eq!(verdict(&row, &[yes, no.clone(), withdrawal(&no)]), Verdict::Pass);
    }

    #[test]
    fn objection_to_a_local_hunk_blocks_too() {
        let (policy, local) = (policy(), hunks().map(|hunk| Judged { class: Class::Local, ..hunk }));
        let standings = weigh(&policy, &local, &[line(&statement(OBJECTION, "grace", &[1]))]);
        let outcome = decide(&policy, &[], &local, &standings, &Authors::default());
        assert_eq!(outcome.verdict, Verdict::Blocked);
    }

    #[test]
    fn override_lets_its_hunks_through_and_no_others() {
        let row = [ask(&["platform"], 1, &[1, 2])];
        let result = decided(&row, &[statement(OVERRIDE, "ida", &[1])]);
        assert_eq!(result.verdict, Verdict::Blocked);
        let all = [statement(OVERRIDE, "ida", &[1, 2]), statement(OBJECTION, "grace", &[1])];
        let result = decided(&row, &all);
        assert_eq!(result.verdict, Verdict::Pass);
        assert_eq!(result.overridden, BTreeSet::from([id(1), id(2)]));
        assert_eq!(result.outcomes[0].missing, 1, "what it lets through is still missing");
    }

    #[test]
    fn override_of_what_is_signed_overrides_nothing() {
        let row = [ask(&["platform"], 1, &[1, 2])];
        let result =
            decided(&row, &[statement(SIGN_OFF, "ada", &[1, 2]), statement(OVERRIDE, "ida", &[1, 2])]);
        assert!(result.overridden.is_empty());
    }

    #[test]
    fn person_without_a_key_is_no_candidate() {
        let mut policy = policy_with("");
        policy.people.get_mut("ada").unwrap().keys.clear();
        let result = decide(&policy, &[ask(&["platform"], 1, &[1, 2])], &hunks(), &[], &Authors::default());
        assert_eq!(result.outcomes[0].candidates, ["grace"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn one_sign_off_more_never_turns_pass_into_blocked(
            picks in proptest::collection::vec((0..5usize, 1..4u8), 1..6),
            count in 1..3u32,
        ) {
            let people = ["ada", "grace", "ida", "linus", "mallory"];
            let statements: Vec<Statement> = picks
                .iter()
                .map(|(by, hunks)| {
                    let named: Vec<u8> = [1, 2].into_iter().filter(|bit| hunks & bit != 0).collect();
                    statement(SIGN_OFF, people[*by], &named)
                })
                .collect();
            let rows = [ask(&["platform"], count, &[1, 2]), ask(&["payments", "incident"], 1, &[2])];
            let mut before = Verdict::Blocked;
            for end in 0..=statements.len() {
                let now = verdict(&rows, &statements[..end]);
                prop_assert!(before == Verdict::Blocked || now == Verdict::Pass);
                before = now;
            }
        }

        #[test]
        fn one_hunk_or_row_more_never_turns_blocked_into_pass(
            by in 0..5usize, named in 0..4u8, count in 1..3u32, more in 0..3usize,
        ) {
            let people = ["ada", "grace", "ida", "linus", "mallory"];
            let named: Vec<u8> = [1, 2].into_iter().filter(|bit| named & bit != 0).collect();
            let signed = [statement(SIGN_OFF, people[by], &named)];
            let fewer = [ask(&["platform"], count, &[1]), ask(&["payments"], 1, &[2])];
            let mut rows = fewer.to_vec();
            match more {
                0 => rows[0].hunks.push(id(2)),
                1 => rows.push(ask(&["incident"], 1, &[1])),
                _ => rows.push(ask(&[], 1, &[2])),
            }
            prop_assert!(verdict(&fewer, &signed) == Verdict::Pass || verdict(&rows, &signed) == Verdict::Blocked);
        }
    }
}
