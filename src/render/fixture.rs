//! One report that every format's tests draw, with the worst that a change can hold.

use super::{Format, render};
use crate::classify::Class;
use crate::provenance::Signal;
use crate::report::*;
use crate::service::{Edge, Share};
use crate::sign_off::StatementKind;
use crate::verdict::Verdict;

/// Text that means something to every language that a format is written in.
pub const HOSTILE: &str = "docs/%0A::error::<img src=x onerror=alert(1)>|`x`@org/team](http:##[error]'\".md";

/// Returns a blocked change: three of four hunks are architectural, one of them signed; somebody objects.
pub fn blocked() -> Report {
    Report {
        schema: SCHEMA,
        verdict: Verdict::Blocked,
        enforced: true,
        change: ChangeReport {
            base: "1".repeat(40),
            merge_base: "2".repeat(40),
            head: "3".repeat(40),
            target: Some("refs/heads/main".to_owned()),
            merges: true,
            commits: 3,
            authors: vec!["a@b".to_owned()],
        },
        policy: PolicyReport {
            source: "gate.toml".to_owned(),
            commit: Some("1".repeat(40)),
            digest: "d".repeat(64),
        },
        hunks: vec![
            hunk('a', HOSTILE, "binary", (0, 0), vec![finding("opaque", "infra", None)]),
            hunk(
                'b',
                "infra/main.tf",
                "text",
                (10, 4),
                vec![finding("terraform/resource", "infra", Some(12))],
            ),
            HunkReport {
                covered: true,
                ..hunk(
                    'c',
                    "services/api/pool.yaml",
                    "text",
                    (3, 1),
                    vec![finding("pool-size", "config", None)],
                )
            },
            HunkReport {
                class: Class::Local,
                covered: true,
                ..hunk('d', "README.md", "text", (1, 2), vec![])
            },
        ],
        requirements: requirements(),
        sign_offs: sign_offs(),
        provenance: vec![by_ai()],
        notices: vec![Notice {
            level: Level::Warning,
            message: "`release/1` is not protected".to_owned(),
            help: Some("add it to `[gate] protected`".to_owned()),
        }],
        services: vec![Share { name: "api".to_owned(), hunks: 1, architectural: 1 }],
        edges: vec![Edge { from: "api".to_owned(), to: "payments".to_owned(), hunks: 1 }],
        summary: Summary { files: 4, hunks: 4, architectural: 3, lines: 120, lines_to_review: 14 },
        has_remote: true,
    }
}

fn by_ai() -> ProvenanceReport {
    ProvenanceReport {
        signal: Signal::Identity,
        tool: "Claude Code".to_owned(),
        class: crate::provenance::Class::Agent,
        commits: vec!["3".repeat(40)],
        hunks: vec!["a".repeat(64)],
    }
}

/// Returns the same change, let through by an override.
pub fn overridden() -> Report {
    let mut report = blocked();
    report.verdict = Verdict::Pass;
    report.sign_offs.retain(|one| one.kind == StatementKind::SignOff);
    report.sign_offs.push(SignOffReport {
        kind: StatementKind::Override,
        by: "grace".to_owned(),
        counted: true,
        reason: None,
        detail: "by grace, ends 2026-11-23".to_owned(),
        text: Some("site is down".to_owned()),
        range: None,
        ..report.sign_offs[0].clone()
    });
    report
}

/// Returns the same change where nothing is enforced.
pub fn advisory() -> Report {
    let mut report = Report { enforced: false, ..blocked() };
    report.notices.push(Notice {
        level: Level::Alert,
        message: "nothing is enforced: this run passes although the change is blocked".to_owned(),
        help: None,
    });
    report
}

/// Returns a change that asks for nobody.
pub fn local() -> Report {
    let mut report = blocked();
    report.verdict = Verdict::Pass;
    report.hunks.drain(..3);
    report.requirements.clear();
    report.sign_offs.clear();
    report.notices.clear();
    report.provenance.clear();
    report.services.clear();
    report.edges.clear();
    report.summary = Summary { files: 1, hunks: 1, architectural: 0, lines: 2, lines_to_review: 0 };
    report
}

/// Returns what the format makes of a report.
pub fn drawn(format: Format, report: &Report) -> String {
    let mut out = Vec::new();
    render(format, report, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("formats are UTF-8")
}

fn hunk(
    id: char,
    path: &str,
    kind: &'static str,
    new: (u32, u32),
    findings: Vec<FindingReport>,
) -> HunkReport {
    HunkReport {
        id: id.to_string().repeat(64),
        path: path.to_owned(),
        old_path: None,
        kind,
        old_start: new.0,
        old_lines: new.1,
        new_start: new.0,
        new_lines: new.1,
        class: Class::Architectural,
        findings,
        covered: false,
        local_because: None,
        excerpt: Vec::new(),
        changed_lines: new.1,
        lines_to_review: new.1,
    }
}

fn finding(rule: &str, category: &str, line: Option<u32>) -> FindingReport {
    FindingReport {
        rule: rule.to_owned(),
        category: category.to_owned(),
        why: "PgBouncer admits 20 connections\nin all: see <docs> & \"ask\" | @platform.".to_owned(),
        line,
        by: None,
    }
}

fn requirements() -> Vec<RequirementReport> {
    let row = RequirementReport {
        team: Some("platform".to_owned()),
        any_of: None,
        count: 2,
        rules: vec!["opaque".to_owned(), "terraform/resource".to_owned()],
        hunks: vec!["a".repeat(64), "b".repeat(64)],
        signed_by: vec!["ada".to_owned()],
        missing: 1,
        candidates: vec!["grace".to_owned(), "heidi".to_owned()],
    };
    vec![
        row.clone(),
        RequirementReport {
            team: None,
            any_of: Some(vec!["payments".to_owned(), "ledger".to_owned()]),
            count: 1,
            hunks: vec!["b".repeat(64)],
            signed_by: Vec::new(),
            candidates: Vec::new(),
            ..row.clone()
        },
        RequirementReport {
            count: 1,
            rules: vec!["pool-size".to_owned()],
            hunks: vec!["c".repeat(64)],
            missing: 0,
            candidates: Vec::new(),
            ..row
        },
    ]
}

fn sign_offs() -> Vec<SignOffReport> {
    let signed = SignOffReport {
        kind: StatementKind::SignOff,
        by: "ada".to_owned(),
        at: "2026-11-22T10:00:00Z".to_owned(),
        hunks: vec!["c".repeat(64)],
        counted: true,
        reason: None,
        detail: String::new(),
        digest: "e".repeat(64),
        text: None,
        range: None,
    };
    vec![
        signed.clone(),
        SignOffReport {
            by: "mallory".to_owned(),
            counted: false,
            reason: Some("author".to_owned()),
            detail: "mallory wrote this hunk \u{1b}[2J| <b>".to_owned(),
            ..signed.clone()
        },
        SignOffReport {
            kind: StatementKind::Objection,
            by: "linus".to_owned(),
            text: Some("not\r\n::error::before \u{202e}Monday ##[error]".to_owned()),
            range: None,
            ..signed
        },
    ]
}
