//! From what a review found to the report of it.

use std::collections::BTreeSet;

use bstr::ByteSlice as _;

use super::{
    ChangeReport, FindingReport, HunkReport, Level, Notice, PolicyReport, Report, RequirementReport, SCHEMA,
    SignOffReport, Summary,
};
use crate::change::{Change, HunkId, path};
use crate::classify::{Class, Judged, LocalReason, RuleRef};
use crate::policy::Policy;
use crate::provenance::Written;
use crate::requirement::Requirement;
use crate::service::{ServiceMap, Touch};
use crate::sign_off::{Standing, StatementKind};
use crate::verdict::{Decision, Outcome};

/// What a report is made of.
pub struct Parts<'a> {
    /// The facts of the change.
    pub change: &'a Change,
    /// The policy that judged it.
    pub policy: &'a Policy,
    /// Where the policy was read.
    pub source: PolicyReport,
    /// Whether the verdict is enforced.
    pub enforced: bool,
    /// The service map of the policy.
    pub services: &'a ServiceMap,
    /// Who wrote the change, as far as anybody says.
    pub written: Option<&'a Written>,
    /// The hunks.
    pub hunks: Vec<Judged>,
    /// Who must sign what.
    pub requirements: Vec<Requirement>,
    /// The recorded statements.
    pub standings: Vec<Standing>,
    /// What was decided.
    pub decision: Decision,
}

/// Makes the report.
pub fn compose(parts: Parts<'_>) -> Report {
    let notices = notices(&parts);
    let summary = summary(&parts.hunks);
    let reach = parts.services.reach(parts.hunks.iter().map(touch));
    let provenance = super::provenance::rows(parts.written, &parts.hunks);
    let Parts { change, policy, source, enforced, hunks, requirements, standings, decision, .. } = parts;
    let rows =
        requirements.into_iter().zip(decision.outcomes).map(|(row, outcome)| requirement(row, outcome));
    let uncovered = &decision.open | &decision.overridden;
    Report {
        schema: SCHEMA,
        verdict: decision.verdict,
        enforced,
        change: facts(change),
        policy: source,
        requirements: rows.collect(),
        hunks: hunks
            .into_iter()
            .map(|hunk| {
                let covered = !uncovered.contains(&hunk.id);
                HunkReport::new(policy, hunk, covered)
            })
            .collect(),
        sign_offs: standings.into_iter().map(sign_off).collect(),
        provenance,
        notices,
        services: reach.services,
        edges: reach.edges,
        summary,
        has_remote: true,
    }
}

fn touch(hunk: &Judged) -> Touch<'_> {
    let crossings = hunk.findings.iter().filter_map(|finding| match finding.rule {
        RuleRef::Service(crossing) => Some(crossing),
        RuleRef::Policy(_) | RuleRef::Always(_) => None,
    });
    Touch {
        path: &hunk.path,
        old_path: hunk.old_path.as_ref().map(|path| path.as_slice()),
        architectural: hunk.class == Class::Architectural,
        crossings: crossings.collect(),
    }
}

fn facts(change: &Change) -> ChangeReport {
    let people = change.commits.iter().flat_map(|commit| &commit.people);
    let authors: BTreeSet<String> = people.map(|person| person.email.to_str_lossy().into_owned()).collect();
    ChangeReport {
        base: change.base.to_string(),
        merge_base: change.merge_base.to_string(),
        head: change.head.to_string(),
        target: change.target.clone(),
        merges: change.merges,
        commits: change.commits.len(),
        authors: authors.into_iter().collect(),
    }
}

impl HunkReport {
    /// Tells of one hunk.
    pub fn new(policy: &Policy, hunk: Judged, covered: bool) -> Self {
        let finding = |finding: &crate::classify::Finding| FindingReport {
            rule: finding.rule.id(policy).to_owned(),
            category: finding.rule.category(policy).to_owned(),
            why: finding.rule.why(policy),
            line: finding.line,
            by: finding.by.clone(),
        };
        Self {
            id: hunk.id.to_string(),
            path: path::quoted(hunk.path.as_bstr()),
            old_path: hunk.old_path.as_ref().map(|old| path::quoted(old.as_bstr())),
            kind: hunk.kind.name(),
            old_start: hunk.old.start,
            old_lines: hunk.old.lines,
            new_start: hunk.new.start,
            new_lines: hunk.new.lines,
            class: hunk.class,
            findings: hunk.findings.iter().map(finding).collect(),
            covered,
            local_because: hunk.local_because.map(|reason| local_because(policy, &reason)),
            excerpt: hunk.excerpt,
            lines_to_review: hunk.lines_to_review,
            changed_lines: hunk.changed_lines,
        }
    }
}

fn local_because(policy: &Policy, reason: &LocalReason) -> String {
    match reason {
        LocalReason::Comment => "only comments or blanks change".to_owned(),
        LocalReason::Layout => "only the layout changes".to_owned(),
        LocalReason::Local(index) => match policy.locals.get(*index) {
            Some(local) if local.line > 0 => format!("of the `[[local]]` in gate.toml line {}", local.line),
            Some(local) if !local.why.is_empty() => local.why.clone(),
            Some(_) | None => "a pack says that such files are local".to_owned(),
        },
    }
}

fn requirement(row: Requirement, outcome: Outcome) -> RequirementReport {
    let (team, any_of) = match <[String; 1]>::try_from(row.teams) {
        Ok([team]) => (Some(team), None),
        Err(teams) => (None, Some(teams)),
    };
    RequirementReport {
        team,
        any_of,
        count: row.count.get(),
        rules: row.rules,
        hunks: row.hunks.iter().map(HunkId::to_string).collect(),
        signed_by: outcome.signed_by,
        missing: outcome.missing,
        candidates: outcome.candidates,
    }
}

fn sign_off(standing: Standing) -> SignOffReport {
    let statement = standing.statement;
    SignOffReport {
        kind: statement.as_ref().map_or(StatementKind::SignOff, |statement| statement.kind),
        by: statement.as_ref().map_or_else(String::new, |statement| statement.by.clone()),
        at: statement.as_ref().map_or_else(String::new, |statement| statement.at.to_string()),
        hunks: statement.iter().flat_map(|statement| &statement.hunks).map(HunkId::to_string).collect(),
        counted: standing.counted,
        reason: standing.reason.map(|reason| reason.name().to_owned()),
        detail: standing.detail,
        digest: standing.digest,
        range: statement.as_ref().map(|statement| (statement.base, statement.head)),
        text: statement.and_then(|statement| statement.text),
    }
}

fn summary(hunks: &[Judged]) -> Summary {
    let architectural = || hunks.iter().filter(|hunk| hunk.class == Class::Architectural);
    let files: BTreeSet<_> = hunks.iter().map(|hunk| (&hunk.path, &hunk.old_path)).collect();
    Summary {
        files: files.len(),
        hunks: hunks.len(),
        architectural: architectural().count(),
        lines: hunks.iter().map(|hunk| u64::from(hunk.changed_lines)).sum(),
        lines_to_review: architectural().map(|hunk| u64::from(hunk.lines_to_review)).sum(),
    }
}

fn notices(parts: &Parts<'_>) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut say = |level, message: String, help: Option<&str>| {
        notices.push(Notice { level, message, help: help.map(str::to_owned) });
    };
    let asked = !parts.requirements.is_empty();
    if asked && parts.change.target.is_none() {
        let message = "the branch that this change is for is not known, so no sign-off counts";
        say(Level::Warning, message.to_owned(), Some("name it: --target main"));
    }
    if !parts.change.merges {
        say(Level::Note, "head does not merge into base without conflict; judged as it is".to_owned(), None);
    }
    for (row, outcome) in parts.requirements.iter().zip(&parts.decision.outcomes) {
        if !outcome.out_of_reach.is_empty() {
            let (message, help) = nobody_left(parts.policy, row);
            say(Level::Warning, message, Some(&help));
        }
    }
    unreadable(parts, &mut notices);
    let mut say = |level, message: String, help: Option<&str>| {
        notices.push(Notice { level, message, help: help.map(str::to_owned) });
    };
    let own: BTreeSet<_> = parts
        .standings
        .iter()
        .filter(|one| one.counted && !one.own.is_empty())
        .filter(|one| one.statement.as_ref().is_some_and(|said| said.kind == StatementKind::SignOff))
        .filter_map(|one| one.person.as_deref())
        .collect();
    for person in own {
        say(Level::Warning, format!("{person} signed hunks of their own, as `allow-author` lets them"), None);
    }
    notices
}

/// Says what of AI's marks can't be read, where that may ask for more.
fn unreadable(parts: &Parts<'_>, notices: &mut Vec<Notice>) {
    let all = parts.written.map_or(&[][..], Written::unreadable);
    let Some(first) = all.first() else { return };
    let more = if all.len() > 1 { format!(", and {} more like it", all.len() - 1) } else { String::new() };
    let first: String = first.chars().take(LONGEST).collect();
    notices.push(Notice {
        level: Level::Note,
        message: format!("what can't be read counts as written by AI: {first}{more}"),
        help: None,
    });
}

/// The most that is told of what can't be read.
const LONGEST: usize = 200;
const NOBODY_NAMED: &str = "give the rules, or `[sign-off]` for all of them, a `required`";
const NOBODY_LEFT: &str = "change who is in the team on the target";

/// Says why a row can't be met any more, and the way out.
fn nobody_left(policy: &Policy, row: &Requirement) -> (String, String) {
    let rules = match row.rules.as_slice() {
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second}, {third} and {} more rules", rest.len())
        }
        rules => rules.join(", "),
    };
    if row.teams.is_empty() {
        let message = format!("nobody is named to sign what {rules} ask for");
        return (message, NOBODY_NAMED.to_owned());
    }
    let members: BTreeSet<_> = row.teams.iter().filter_map(|team| policy.teams.get(team)).flatten().collect();
    let teams = row.teams.join(" or ");
    if members.is_empty()
        && let Some(code) = &policy.owners_from
        && let Some(way_in) = row.teams.iter().find_map(|team| code.way_in(team))
    {
        return (format!("`{}` says {teams}, whom gate.toml does not know ({rules})", code.path), way_in);
    }
    let or_override = if policy.overrides.is_some() { ", or use an override: gate override" } else { "" };
    let message = match members.len() {
        0 => format!("nobody is in {teams}, which {rules} asks"),
        _ => format!("too few of {teams} may still sign for {rules}: the others are authors or have no key"),
    };
    (message, format!("{NOBODY_LEFT}{or_override}"))
}
