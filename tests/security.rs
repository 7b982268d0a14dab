//! Every test that SECURITY.md names exists.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn each_promise_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut tests = BTreeSet::new();
    collect(&root.join("src"), &mut tests);
    collect(&root.join("tests"), &mut tests);
    let mut named = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let last = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap();
        let Some(names) = last.strip_prefix('`') else { continue };
        for name in names.trim_end_matches('`').split("`, `") {
            assert!(tests.contains(name), "SECURITY.md names `{name}`, which is no test");
            named += 1;
        }
    }
    assert!(named > 70, "only {named} tests are named");
    for section in page
        .split("\n## Promises")
        .nth(1)
        .unwrap()
        .split("\n## What gate can't do")
        .next()
        .unwrap()
        .split("\n### ")
        .skip(1)
    {
        for row in section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise")) {
            assert!(row.ends_with("` |"), "a promise without a test: {row}");
        }
    }
}

/// Adds the names of functions, and of the attacks, which are written as `name: blocked(`.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, tests);
        } else if path.extension().is_some_and(|end| end == "rs") {
            for line in fs::read_to_string(&path).unwrap().lines() {
                let line = line.trim_start();
                let function = line.strip_prefix("fn ").and_then(|rest| rest.split_once(['(', '<']));
                let attack = line.split_once(": ").filter(|(_, rest)| {
                    ["blocked(", "error(", "pass("].iter().any(|start| rest.starts_with(start))
                });
                tests.extend(function.or(attack).map(|(name, _)| name.to_owned()));
            }
        }
    }
}
