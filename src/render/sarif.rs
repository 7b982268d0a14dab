//! SARIF 2.1.0, for code scanning.
//!
//! A result for each finding; its level is `error` only where the merge is blocked, since
//! code scanning turns red by an error whatever gate's own exit code says. What nobody
//! may miss is a notification of the run, and a result as well: viewers leave the former out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::escape::terminal;
use super::json;
use super::remark::{Gravity, Remark, extent, headline, one_line, remarks};
use crate::report::Report;

/// How many results code scanning takes of a run before it refuses the file.
const RESULTS: usize = 25_000;

/// Writes one run.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(report);
    let rules = rules(&remarks);
    let index: BTreeMap<_, _> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gate",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(report, &remarks),
            }],
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "the root of the repository" } } },
            "columnKind": "unicodeCodePoints",
            "results": remarks.iter().take(RESULTS).map(|one| result(one, &index)).collect::<Vec<_>>(),
            "properties": {
                "verdict": report.verdict,
                "enforced": report.enforced,
                "base": report.change.base,
                "head": report.change.head,
            },
        }],
    });
    json::write(&log, out)
}

/// Every rule that a remark names, once, sorted.
fn rules<'a>(remarks: &[Remark<'a>]) -> BTreeMap<&'a str, Value> {
    remarks.iter().map(|one| (one.rule, describe(one))).collect()
}

fn describe(remark: &Remark<'_>) -> Value {
    let id = terminal(remark.rule);
    match remark.finding {
        None => json!({ "id": id, "shortDescription": { "text": "What nobody may miss." } }),
        Some((_, finding)) => json!({
            "id": id,
            "shortDescription": { "text": terminal(one_line(&finding.why)) },
            "properties": { "tags": [terminal(&finding.category)] },
        }),
    }
}

fn notifications(report: &Report, remarks: &[Remark<'_>]) -> Vec<Value> {
    let note = |text: &str, level| json!({ "level": level, "message": { "text": terminal(text) } });
    let mut all = vec![note(&format!("{}. {}", headline(report), extent(report)), "note")];
    let shouts = remarks.iter().filter(|one| one.finding.is_none() && one.gravity != Gravity::Note);
    all.extend(shouts.map(|one| note(&one.message, level(one.gravity))));
    if remarks.len() > RESULTS {
        all.push(note(&format!("{} results are left out", remarks.len() - RESULTS), "warning"));
    }
    all
}

fn result(remark: &Remark<'_>, index: &BTreeMap<&str, usize>) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(remark.path), "uriBaseId": "SRCROOT" } });
    if let (Some((first, last)), Value::Object(fields)) = (remark.lines, &mut place) {
        fields.insert("region".to_owned(), json!({ "startLine": first, "endLine": last }));
    }
    json!({
        "ruleId": terminal(remark.rule),
        "ruleIndex": index.get(remark.rule),
        "level": level(remark.gravity),
        "message": { "text": terminal(&remark.message) },
        "locations": [{ "physicalLocation": place }],
        "partialFingerprints": { "gateHunk/v1": remark.fingerprint },
    })
}

fn level(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Error => "error",
        Gravity::Warning => "warning",
        Gravity::Note => "note",
    }
}

/// Writes a path as a relative reference: every byte but the plainest ones as `%XX`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, fixture};

    fn run(report: &Report) -> Value {
        let mut log: Value = serde_json::from_str(&fixture::drawn(Format::Sarif, report)).unwrap();
        log["runs"][0].take()
    }

    #[test]
    fn a_finding_is_a_result() {
        let run = run(&fixture::blocked());
        insta::assert_snapshot!(run["results"][3], @r#"{"level":"error","locations":[{"physicalLocation":{"artifactLocation":{"uri":"infra/main.tf","uriBaseId":"SRCROOT"},"region":{"endLine":12,"startLine":12}}}],"message":{"text":"PgBouncer admits 20 connections in all: see <docs> & \"ask\" | @platform. Needs 2 of platform, and 1 of payments or ledger."},"partialFingerprints":{"gateHunk/v1":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb:terraform/resource"},"ruleId":"terraform/resource","ruleIndex":3}"#);
        insta::assert_snapshot!(run["tool"]["driver"]["rules"][3], @r#"{"id":"terraform/resource","properties":{"tags":["infra"]},"shortDescription":{"text":"PgBouncer admits 20 connections in all: see <docs> & \"ask\" | @platform."}}"#);
        insta::assert_snapshot!(run["results"][2]["locations"][0], @r#"{"physicalLocation":{"artifactLocation":{"uri":"docs/%250A%3A%3Aerror%3A%3A%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%7C%60x%60%40org/team%5D%28http%3A%23%23%5Berror%5D%27%22.md","uriBaseId":"SRCROOT"}}}"#);
    }

    #[test]
    fn each_result_points_at_its_rule() {
        let run = run(&fixture::blocked());
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }

    #[test]
    fn what_nobody_may_miss_is_told_twice() {
        let run = run(&fixture::blocked());
        insta::assert_snapshot!(run["results"][0], @r#"{"level":"error","locations":[{"physicalLocation":{"artifactLocation":{"uri":"gate.toml","uriBaseId":"SRCROOT"}}}],"message":{"text":"linus objects: not ::error::before <U+202E>Monday ##<U+005B>error]"},"partialFingerprints":{"gateHunk/v1":"gate/objection:0"},"ruleId":"gate/objection","ruleIndex":1}"#);
        insta::assert_snapshot!(run["invocations"][0], @r#"{"executionSuccessful":true,"toolExecutionNotifications":[{"level":"note","message":{"text":"blocked. 3 of 4 hunks are architectural: 14 of 120 lines to review."}},{"level":"error","message":{"text":"linus objects: not ::error::before <U+202E>Monday ##<U+005B>error]"}},{"level":"warning","message":{"text":"`release/1` is not protected; add it to `[gate] protected`"}}]}"#);
    }

    #[test]
    fn nothing_is_an_error_where_nothing_is_blocked() {
        for report in [fixture::advisory(), fixture::overridden(), fixture::local()] {
            let text = fixture::drawn(Format::Sarif, &report);
            assert!(!text.contains(r#""level": "error""#), "{text}");
        }
    }

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(uri("a b/é:%#?.tf"), "a%20b/%C3%A9%3A%25%23%3F.tf");
    }
}
