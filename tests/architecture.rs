//! Imports point one way: a module uses only modules in rows above its own.
//!
//! The table is the architecture. A row names a module and those that it may use.

#![allow(clippy::unwrap_used, reason = "a test that can't read the sources fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const MAY_USE: &[(&str, &[&str])] = &[
    ("change", &[]),
    ("diagnostic", &[]),
    ("key", &[]),
    ("document", &["diagnostic"]),
    ("lexer", &["change"]),
    ("structure", &[]),
    ("syntax", &[]),
    ("rule", &["change", "diagnostic", "document", "syntax"]),
    ("owners", &["change"]),
    ("provenance", &["change"]),
    (
        "policy",
        &["change", "diagnostic", "document", "key", "owners", "provenance", "rule", "structure", "syntax"],
    ),
    ("service", &["change", "policy", "rule"]),
    ("classify", &["change", "lexer", "policy", "provenance", "rule", "service", "structure", "syntax"]),
    ("requirement", &["change", "classify", "policy", "rule", "service"]),
    ("sign_off", &["change", "classify", "key", "policy"]),
    ("verdict", &["change", "classify", "policy", "requirement", "sign_off"]),
    (
        "report",
        &["change", "classify", "policy", "provenance", "requirement", "service", "sign_off", "verdict"],
    ),
    (
        "review",
        &[
            "change",
            "classify",
            "policy",
            "provenance",
            "report",
            "requirement",
            "service",
            "sign_off",
            "verdict",
        ],
    ),
    ("init", &["change", "classify", "key", "owners", "policy", "rule"]),
    ("git", &["change", "classify", "provenance", "review", "sign_off"]),
    ("signer", &["key"]),
    ("sync", &["change", "git"]),
    ("ci", &["change"]),
    (
        "render",
        &[
            "change",
            "classify",
            "diagnostic",
            "init",
            "policy",
            "provenance",
            "report",
            "rule",
            "service",
            "sign_off",
            "verdict",
        ],
    ),
    ("session", &["change", "ci", "classify", "diagnostic", "git", "policy", "report", "review", "verdict"]),
    ("hook", &["change", "git", "policy", "report", "session", "verdict"]),
    (
        "cli",
        &[
            "change",
            "ci",
            "classify",
            "diagnostic",
            "git",
            "hook",
            "init",
            "key",
            "owners",
            "policy",
            "render",
            "report",
            "rule",
            "service",
            "session",
            "sign_off",
            "signer",
            "sync",
            "verdict",
        ],
    ),
];

#[test]
fn rows_are_in_topological_order() {
    let mut above = BTreeSet::new();
    for (module, uses) in MAY_USE {
        for used in *uses {
            assert!(above.contains(used), "`{module}` may use `{used}`, which is not in a row above it");
        }
        above.insert(*module);
    }
}

#[test]
fn every_module_has_a_row() {
    let rows: BTreeSet<_> = MAY_USE.iter().map(|(module, _)| (*module).to_owned()).collect();
    let mut modules = BTreeSet::new();
    for entry in fs::read_dir(source()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs").unwrap_or(&name).to_owned();
        if name != "lib" && name != "main" {
            modules.insert(name);
        }
    }
    assert_eq!(modules, rows);
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for (module, uses) in MAY_USE {
        for file in files_of(module) {
            for (number, line) in code(&file).lines().enumerate() {
                for used in crate_paths(line) {
                    let known = MAY_USE.iter().any(|(name, _)| *name == used);
                    if known && used != *module && !uses.contains(&used.as_str()) {
                        wrong.push(format!("{}:{}: `{module}` uses `{used}`", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_git_names_git2() {
    assert_only_in("git2::", &["git"]);
}

#[test]
fn the_core_reads_no_clock_environment_or_file() {
    let outside = ["git", "signer", "sync", "ci", "session", "hook", "cli"];
    for word in
        ["std::env", "std::fs", "Timestamp::now", "SystemTime::now", "std::process::Command", "println!("]
    {
        assert_only_in(word, &outside);
    }
}

fn assert_only_in(word: &str, allowed: &[&str]) {
    for (module, _) in MAY_USE.iter().filter(|(module, _)| !allowed.contains(module)) {
        for file in files_of(module) {
            let line = code(&file).lines().position(|line| line.contains(word));
            assert_eq!(line, None, "{} names `{word}`, which only {allowed:?} may", file.display());
        }
    }
}

/// Returns the modules behind each `crate::` in a line, those in braces too.
fn crate_paths(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in line.split("crate::").skip(1) {
        if let Some(list) = piece.strip_prefix('{') {
            let list = list.split('}').next().unwrap_or(list);
            found.extend(list.split(',').map(|item| word(item.trim_start())));
        } else {
            found.push(word(piece));
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Returns the text without the test module at its end and without comment lines.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text).to_owned();
    text.lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .collect::<Vec<_>>()
        .join("\n")
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let file = source().join(format!("{module}.rs"));
    if file.is_file() { vec![file] } else { files_below(&source().join(module)) }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
