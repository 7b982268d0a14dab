//! Reports of real runs against what the public schemas ask of them.
//!
//! The rules are written down here as facts: the members that there are, which must be there, their types, words and
//! patterns. A member that is not described fails too, so this is stricter than the schemas, which allow much more.
//! `tests/clients` checks the same formats with the schemas themselves, where they are at hand.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::schema::violations;
use crate::support::Run;
use crate::world::{ONE_TEAM, Shop};
use crate::xml::{self, Element};
use crate::{POLICY, hostile};

/// The outputs of one format: blocked, advisory, objected to, signed, overridden, with nothing architectural, and
/// with names, texts and paths that mean something to a reader.
fn reports(format: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut take = |name: &'static str, run: Run, code: i32| {
        assert_eq!(run.code, code, "{name}: {run:?}");
        found.push((name, run.stdout));
    };
    let evil = hostile();
    assert!(POLICY.contains("Everything"));
    take("hostile", evil.gate(&["check", "main..feature", "--format", format]), 1);
    take("hostile, advisory", evil.gate(&["check", "main..feature", "--advisory", "--format", format]), 0);

    let shop = Shop::new(&format!("{ONE_TEAM}\n[override]\nteam = \"platform\"\nmax-age = \"1 day\"\n"));
    let check = |more: &[&str]| shop.gate(&[&["check", "--format", format], more].concat());
    shop.repo.commit_files(&[("app.py", "def total(items):\n    return len(items)\n")], "Count");
    take("local", check(&[]), 0);
    shop.rename_bucket();
    shop.repo.git(&["rm", "-q", "infra/queue.tf"]);
    shop.repo.write("bin/tool", [0, 159, 146, 150]);
    shop.repo.commit("Drop the queue, add a binary");
    take("blocked", check(&[]), 1);
    let text = "]]> & <b> \"x\" %0A::error:: \u{202e}| `y` ##[error]";
    assert_eq!(shop.by("linus", &["object", "-m", text]).code, 0);
    take("objected", check(&[]), 1);
    take("objected, advisory", check(&["--advisory"]), 0);
    assert_eq!(shop.by("grace", &["override", "-m", text]).code, 0);
    take("overridden", check(&[]), 0);
    assert_eq!(shop.by("linus", &["withdraw", "-m", text]).code, 0);
    assert_eq!(shop.by("grace", &["sign", "-m", text]).code, 0);
    take("signed", check(&[]), 0);
    found
}

fn each_is(format: &str, schema: &Value) -> Vec<(&'static str, Value)> {
    let read = |(name, text): (&'static str, String)| {
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(violations(schema, &value), Vec::<String>::new(), "{format}, {name}");
        (name, value)
    };
    reports(format).into_iter().map(read).collect()
}

/// What of SARIF 2.1.0 gate writes.
fn sarif() -> Value {
    let text = json!({ "type": "object", "required": ["text"], "properties": { "text": { "type": "string", "pattern": "\\S" } } });
    let level = json!({ "type": "string", "enum": ["none", "note", "warning", "error"] });
    let properties = |fields: Value| json!({ "type": "object", "properties": fields });
    let rule = json!({ "type": "object", "required": ["id"], "properties": {
        "id": { "type": "string" },
        "shortDescription": text,
        "properties": properties(json!({ "tags": { "type": "array", "items": { "type": "string" } } })),
    }});
    let line = json!({ "type": "integer", "minimum": 1 });
    let place = json!({ "type": "object", "required": ["artifactLocation"], "properties": {
        "artifactLocation": { "type": "object", "required": ["uri"], "properties": {
            // A relative reference whose first part is no scheme: RFC 3986.
            "uri": { "type": "string", "format": "uri-reference",
                "pattern": "^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$" },
            "uriBaseId": { "const": "SRCROOT" },
        }},
        "region": { "type": "object", "required": ["startLine"], "properties": { "startLine": line, "endLine": line } },
    }});
    let result = json!({ "type": "object", "required": ["message"], "properties": {
        "ruleId": { "type": "string" },
        "ruleIndex": { "type": "integer", "minimum": 0 },
        "level": level,
        "message": text,
        "locations": { "type": "array", "items": { "type": "object", "properties": { "physicalLocation": place } } },
        "partialFingerprints": properties(json!({ "gateHunk/v1": { "type": "string" } })),
    }});
    let notification = json!({ "type": "object", "required": ["message"], "properties": { "level": level, "message": text } });
    let string = json!({ "type": "string" });
    let run = json!({ "type": "object", "required": ["tool", "results"], "properties": {
        "tool": { "type": "object", "required": ["driver"], "properties": { "driver": {
            "type": "object", "required": ["name"], "properties": {
                "name": string, "version": string, "rules": { "type": "array", "items": rule },
        }}}},
        "invocations": { "type": "array", "items": { "type": "object", "required": ["executionSuccessful"], "properties": {
            "executionSuccessful": { "const": true },
            "toolExecutionNotifications": { "type": "array", "items": notification },
        }}},
        "originalUriBaseIds": properties(json!({ "SRCROOT": properties(json!({ "description": text })) })),
        "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
        "results": { "type": "array", "items": result },
        "properties": properties(json!({
            "verdict": { "enum": ["pass", "blocked"] }, "enforced": { "type": "boolean" }, "base": string, "head": string,
        })),
    }});
    json!({ "type": "object", "required": ["version", "runs"], "properties": {
        "$schema": { "type": "string", "pattern": "^https://" },
        "version": { "const": "2.1.0" },
        "runs": { "type": "array", "items": run },
    }})
}

#[test]
fn sarif_is_as_its_schema_says() {
    for (name, log) in each_is("sarif", &sarif()) {
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "{name}: rules are unique");
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"], "{name}");
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert!(region["startLine"].as_u64() <= region["endLine"].as_u64(), "{name}");
            let is_red = ["hostile", "blocked", "objected"].contains(&name);
            assert!(is_red || result["level"] != "error", "{name}: nothing red where nothing is blocked");
        }
    }
}

#[test]
fn rdjson_is_as_its_schema_says() {
    let string = json!({ "type": "string" });
    let position = json!({ "type": "object", "required": ["line"], "properties": { "line": { "type": "integer", "minimum": 1 } } });
    let diagnostic = json!({ "type": "object", "required": ["message", "location", "severity"], "properties": {
        "message": string,
        "location": { "type": "object", "required": ["path"], "properties": {
            "path": string,
            "range": { "type": "object", "required": ["start"], "properties": { "start": position, "end": position } },
        }},
        "severity": { "enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"] },
        "code": { "type": "object", "required": ["value"], "properties": { "value": string } },
    }});
    let schema = json!({ "type": "object", "required": ["source", "diagnostics"], "properties": {
        "source": { "type": "object", "required": ["name"], "properties": { "name": { "const": "gate" } } },
        "diagnostics": { "type": "array", "items": diagnostic },
    }});
    for (name, results) in each_is("rdjson", &schema) {
        let is_red = ["hostile", "blocked", "objected"].contains(&name);
        let reds = results["diagnostics"].as_array().unwrap().iter().filter(|one| one["severity"] == "ERROR");
        assert_eq!(reds.count() > 0, is_red, "{name}");
    }
}

#[test]
fn code_quality_is_as_gitlab_documents_it() {
    let string = json!({ "type": "string", "pattern": "\\S" });
    let lines = json!({ "type": "object", "required": ["begin"], "properties": { "begin": { "type": "integer", "minimum": 1 } } });
    let issue = json!({
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": string, "check_name": string, "fingerprint": string,
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": { "type": "object", "required": ["path", "lines"], "properties": {
                "path": { "type": "string", "pattern": "^[^/]" }, "lines": lines,
            }},
        },
    });
    for (name, issues) in each_is("gitlab", &json!({ "type": "array", "items": issue })) {
        let all = issues.as_array().unwrap();
        let own: BTreeSet<_> = all.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(own.len(), all.len(), "{name}: GitLab shows one issue for each fingerprint");
    }
}

/// What the stricter of the two schemas (Ant's) asks of an element: its attributes, and its children in order.
fn is_as_ant_says(element: &Element, attributes: &[&str]) {
    let names: BTreeSet<_> = element.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, attributes.iter().copied().collect(), "{}", element.name);
    let no_text = ["testsuites", "testsuite", "testcase", "properties"].contains(&element.name.as_str());
    assert!(!no_text || element.text.trim().is_empty(), "{}", element.text);
}

#[test]
fn junit_is_as_both_of_its_schemas_say() {
    const SUITE: [&str; 10] =
        ["name", "package", "id", "hostname", "timestamp", "time", "tests", "failures", "errors", "skipped"];
    for (name, text) in reports("junit") {
        let root = xml::parse(&text);
        assert_eq!((root.name.as_str(), root.children.len()), ("testsuites", 1), "{name}");
        is_as_ant_says(&root, &[]);
        let suite = &root.children[0];
        is_as_ant_says(suite, &SUITE);
        let names: Vec<_> = suite.children.iter().map(|child| child.name.as_str()).collect();
        let cases = names.len() - 3;
        assert_eq!(names[0], "properties");
        assert!(names[1..=cases].iter().all(|name| *name == "testcase"), "{names:?}");
        assert_eq!(names[cases + 1..], ["system-out", "system-err"]);
        let (mut failures, mut skipped) = (0, 0);
        for case in &suite.children[1..=cases] {
            is_as_ant_says(case, &["classname", "name", "time"]);
            assert!(case.children.len() <= 1);
            match case.children.first().map(|child| (child.name.as_str(), child)) {
                None => {}
                Some(("failure", failure)) => {
                    is_as_ant_says(failure, &["type", "message"]);
                    failures += 1;
                }
                Some(("skipped", skip)) => {
                    is_as_ant_says(skip, &["message"]);
                    skipped += 1;
                }
                Some((other, _)) => panic!("{other}"),
            }
        }
        let counted = |attribute| suite.get(attribute).unwrap().parse::<usize>().unwrap();
        assert_eq!(
            (counted("tests"), counted("failures"), counted("errors")),
            (cases, failures, 0),
            "{name}"
        );
        assert_eq!(counted("skipped"), skipped, "{name}");
        let is_red = ["hostile", "blocked", "objected"].contains(&name);
        assert_eq!(failures > 0, is_red, "{name}");
    }
}
