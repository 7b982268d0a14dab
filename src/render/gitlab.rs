//! GitLab's code quality report: one JSON array of issues.
//!
//! The merge request's widget compares it with the target's report; only what still
//! needs somebody is an issue, so a signed hunk is shown as fixed.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use super::json;
use super::remark::{Gravity, Remark, remarks};
use crate::report::Report;

/// Writes the report.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<_> = remarks(report).iter().map(Issue::new).collect();
    json::write(&issues, out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Issue {
    fn new(remark: &Remark<'_>) -> Self {
        Self {
            description: terminal(&remark.message),
            check_name: terminal(remark.rule),
            fingerprint: remark.fingerprint.clone(),
            severity: match remark.gravity {
                Gravity::Error => "blocker",
                Gravity::Warning => "minor",
                Gravity::Note => "info",
            },
            location: Location {
                path: remark.path.to_owned(),
                lines: Lines { begin: remark.lines.map_or(1, |(first, _)| first) },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::render::{Format, fixture};

    #[test]
    fn a_blocked_change_has_issues() {
        insta::assert_snapshot!(fixture::drawn(Format::Gitlab, &fixture::blocked()), @r#"
        [
          {
            "description": "linus objects: not ::error::before <U+202E>Monday \u0023#<U+005B>error]",
            "check_name": "gate/objection",
            "fingerprint": "gate/objection:0",
            "severity": "blocker",
            "location": {
              "path": "gate.toml",
              "lines": {
                "begin": 1
              }
            }
          },
          {
            "description": "`release/1` is not protected; add it to `[gate] protected`",
            "check_name": "gate/notice",
            "fingerprint": "gate/notice:1",
            "severity": "minor",
            "location": {
              "path": "gate.toml",
              "lines": {
                "begin": 1
              }
            }
          },
          {
            "description": "PgBouncer admits 20 connections in all: see <docs> & \"ask\" | @platform. Needs 2 of platform.",
            "check_name": "opaque",
            "fingerprint": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:opaque",
            "severity": "blocker",
            "location": {
              "path": "docs/%0A::error::<img src=x onerror=alert(1)>|`x`@org/team](http:\u0023#[error]'\".md",
              "lines": {
                "begin": 1
              }
            }
          },
          {
            "description": "PgBouncer admits 20 connections in all: see <docs> & \"ask\" | @platform. Needs 2 of platform, and 1 of payments or ledger.",
            "check_name": "terraform/resource",
            "fingerprint": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb:terraform/resource",
            "severity": "blocker",
            "location": {
              "path": "infra/main.tf",
              "lines": {
                "begin": 12
              }
            }
          }
        ]
        "#);
    }

    #[test]
    fn a_local_change_has_none() {
        insta::assert_snapshot!(fixture::drawn(Format::Gitlab, &fixture::local()), @"[]");
    }

    #[test]
    fn fingerprints_differ() {
        let issues: Vec<serde_json::Value> =
            serde_json::from_str(&fixture::drawn(Format::Gitlab, &fixture::blocked())).unwrap();
        let fingerprints: std::collections::BTreeSet<_> =
            issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), issues.len());
    }
}
