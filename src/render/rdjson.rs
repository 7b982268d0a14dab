//! The diagnostic format of reviewdog, which brings them to ten forges.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use super::json;
use super::remark::{Gravity, Remark, extent, headline, is_red, remarks};
use crate::report::Report;

/// Writes one result with every remark.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let verdict = Diagnostic {
        message: format!("{}. {}", headline(report), extent(report)),
        location: Location { path: &report.policy.source, range: None },
        severity: if is_red(report) { "ERROR" } else { "INFO" },
        code: Code { value: "gate/verdict".to_owned() },
    };
    let remarks = remarks(report);
    let diagnostics = std::iter::once(verdict).chain(remarks.iter().map(Diagnostic::new)).collect();
    json::write(&Results { source: Source { name: "gate" }, diagnostics }, out)
}

#[derive(Serialize)]
struct Results<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
}

#[derive(Serialize)]
struct Code {
    value: String,
}

impl<'a> Diagnostic<'a> {
    fn new(remark: &Remark<'a>) -> Self {
        Self {
            message: terminal(&remark.message),
            location: Location {
                path: remark.path,
                range: remark.lines.map(|(first, last)| Range {
                    start: Position { line: first },
                    end: Position { line: last },
                }),
            },
            severity: match remark.gravity {
                Gravity::Error => "ERROR",
                Gravity::Warning => "WARNING",
                Gravity::Note => "INFO",
            },
            code: Code { value: terminal(remark.rule) },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::render::{Format, fixture};

    #[test]
    fn a_finding_is_a_diagnostic() {
        let results: serde_json::Value =
            serde_json::from_str(&fixture::drawn(Format::Rdjson, &fixture::blocked())).unwrap();
        insta::assert_snapshot!(results["source"], @r#"{"name":"gate"}"#);
        insta::assert_snapshot!(results["diagnostics"][0], @r#"{"code":{"value":"gate/verdict"},"location":{"path":"gate.toml"},"message":"blocked. 3 of 4 hunks are architectural: 14 of 120 lines to review.","severity":"ERROR"}"#);
        insta::assert_snapshot!(results["diagnostics"][1], @r#"{"code":{"value":"gate/objection"},"location":{"path":"gate.toml"},"message":"linus objects: not ::error::before <U+202E>Monday ##<U+005B>error]","severity":"ERROR"}"#);
        insta::assert_snapshot!(results["diagnostics"][4], @r#"{"code":{"value":"terraform/resource"},"location":{"path":"infra/main.tf","range":{"end":{"line":12},"start":{"line":12}}},"message":"PgBouncer admits 20 connections in all: see <docs> & \"ask\" | @platform. Needs 2 of platform, and 1 of payments or ledger.","severity":"ERROR"}"#);
    }
}
