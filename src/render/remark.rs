//! What the formats for machines say, before each says it in its own way.
//!
//! A remark is about a finding that somebody must still sign, or it is one that nobody
//! may miss: an objection, an override, a notice. Advisory runs have no errors: nothing
//! that reads the remarks may turn red by them.

use std::collections::HashMap;

use crate::report::{FindingReport, HunkReport, Level, Report, SignOffReport};
use crate::sign_off::StatementKind;
use crate::verdict::Verdict;

/// How grave a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// It blocks the merge.
    Error,
    /// It would, or somebody should look at it.
    Warning,
    /// Good to know.
    Note,
}

/// One thing to say of a change.
#[derive(Clone, Debug)]
pub struct Remark<'a> {
    /// How grave it is.
    pub gravity: Gravity,
    /// The rule that was broken, or `gate/…` for what is no rule's.
    pub rule: &'a str,
    /// What it says, in one line.
    pub message: String,
    /// The file; the policy's where the whole change is meant.
    pub path: &'a str,
    /// The first and the last line in the new file; `None` where there are none to point at.
    pub lines: Option<(u32, u32)>,
    /// What stays the same when the change is rebased.
    pub fingerprint: String,
    /// The hunk's id and the finding that it is about; `None` for what nobody may miss.
    pub finding: Option<(&'a str, &'a FindingReport)>,
}

/// The remarks that nobody may miss, then one for each finding that still needs a signature.
pub fn remarks(report: &Report) -> Vec<Remark<'_>> {
    let mut remarks: Vec<_> = shouts(report)
        .into_iter()
        .enumerate()
        .map(|(index, shout)| Remark {
            gravity: shout.gravity,
            rule: shout.rule,
            message: shout.message,
            path: &report.policy.source,
            lines: None,
            fingerprint: format!("{}:{index}", shout.rule),
            finding: None,
        })
        .collect();
    let needs = needs(report);
    let gravity = if is_red(report) { Gravity::Error } else { Gravity::Warning };
    for hunk in report.hunks.iter().filter(|hunk| !hunk.covered) {
        let needs = needs.get(hunk.id.as_str()).map(|who| format!(" Needs {}.", who.join(", and ")));
        let needs = needs.unwrap_or_default();
        remarks.extend(hunk.findings.iter().map(|finding| Remark {
            gravity,
            rule: &finding.rule,
            message: format!("{}{needs}", one_line(&finding.why)),
            path: &hunk.path,
            lines: lines(hunk, finding.line),
            fingerprint: format!("{}:{}", hunk.id, finding.rule),
            finding: Some((&hunk.id, finding)),
        }));
    }
    remarks
}

/// Something that nobody may miss.
pub struct Shout {
    /// How grave it is.
    pub gravity: Gravity,
    /// What it is, as a rule's id.
    pub rule: &'static str,
    /// What it says, in one line.
    pub message: String,
}

/// The objections and overrides that count, and the notices.
pub fn shouts(report: &Report) -> Vec<Shout> {
    let said = report.sign_offs.iter().filter(|one| one.counted).filter_map(|one| match one.kind {
        StatementKind::Objection => Some(Shout {
            gravity: if is_red(report) { Gravity::Error } else { Gravity::Warning },
            rule: "gate/objection",
            message: format!("{} objects{}", one.by, words(one)),
        }),
        StatementKind::Override => Some(Shout {
            gravity: Gravity::Warning,
            rule: "gate/override",
            message: format!("override by {}{}", one.by, words(one)),
        }),
        StatementKind::SignOff | StatementKind::Withdrawal => None,
    });
    let notices = report.notices.iter().map(|notice| Shout {
        gravity: match notice.level {
            Level::Alert | Level::Warning => Gravity::Warning,
            Level::Note => Gravity::Note,
        },
        rule: "gate/notice",
        message: match &notice.help {
            Some(help) => one_line(&format!("{}; {help}", notice.message)),
            None => one_line(&notice.message),
        },
    });
    said.chain(notices).collect()
}

/// Says the verdict in a few words.
pub fn headline(report: &Report) -> String {
    let advisory = if report.enforced { "" } else { " (advisory: nothing is enforced)" };
    format!("{}{advisory}", verdict(report))
}

/// Says how much of the change is architectural.
pub fn extent(report: &Report) -> String {
    let summary = &report.summary;
    match summary.architectural {
        0 => format!("None of {} is architectural.", hunks(summary.hunks)),
        some => format!(
            "{some} of {} {} architectural: {} of {} lines to review.",
            hunks(summary.hunks),
            if some == 1 { "is" } else { "are" },
            summary.lines_to_review,
            summary.lines
        ),
    }
}

/// Tells whether a run of this report may be shown red: only what is blocked, and only where that is enforced.
pub fn is_red(report: &Report) -> bool {
    report.verdict == Verdict::Blocked && report.enforced
}

/// Puts a text of several lines into one.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// For each hunk, whose signatures it still needs.
fn needs(report: &Report) -> HashMap<&str, Vec<String>> {
    let mut needs = HashMap::<_, Vec<_>>::new();
    for row in report.requirements.iter().filter(|row| row.missing > 0) {
        for hunk in &row.hunks {
            needs.entry(hunk.as_str()).or_default().push(format!("{} of {}", row.count, row.who()));
        }
    }
    needs
}

fn lines(hunk: &HunkReport, found: Option<u32>) -> Option<(u32, u32)> {
    if hunk.new_lines == 0 || hunk.new_start == 0 {
        return None;
    }
    let last = hunk.new_start.saturating_add(hunk.new_lines - 1);
    match found {
        Some(line) if (hunk.new_start..=last).contains(&line) => Some((line, line)),
        Some(_) | None => Some((hunk.new_start, last)),
    }
}

fn verdict(report: &Report) -> &'static str {
    match (report.verdict, is_overridden(report)) {
        (Verdict::Blocked, _) => "blocked",
        (Verdict::Pass, true) => "pass, by an override",
        (Verdict::Pass, false) => "pass",
    }
}

/// Tells whether the change would be blocked, were there no override.
fn is_overridden(report: &Report) -> bool {
    let stands = |kind| report.sign_offs.iter().any(|one| one.counted && one.kind == kind);
    let blocked = report.requirements.iter().any(|row| row.missing > 0) || stands(StatementKind::Objection);
    blocked && stands(StatementKind::Override)
}

/// What a person had to say, behind a colon.
fn words(statement: &SignOffReport) -> String {
    let said = statement.text.as_deref().map(one_line).filter(|text| !text.is_empty());
    said.map(|text| format!(": {text}")).unwrap_or_default()
}

fn hunks(count: usize) -> String {
    format!("{count} hunk{}", if count == 1 { "" } else { "s" })
}
