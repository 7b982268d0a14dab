//! What the README shows is what the tour prints.

#![allow(clippy::unwrap_used, reason = "a test that can't run the tour fails")]

use std::path::Path;
use std::process::Command;

use regex::Regex;

#[test]
fn the_readme_tells_what_the_tour_prints() {
    let told = told();
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let readme = masked(&readme);
    let mut shown = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for line in
            block.lines().filter(|line| !line.is_empty() && !line.starts_with("$ echo") && *line != "1")
        {
            assert!(told.lines().any(|printed| printed == line), "the tour does not print: {line}");
            shown += 1;
        }
    }
    assert!(shown > 20, "the README shows only {shown} lines of the tour");
}

/// Runs the tour with the real binary and returns what it prints, without colours.
fn told() -> String {
    let gate = Path::new(env!("CARGO_BIN_EXE_gate"));
    let tour = gate.parent().unwrap().join("examples").join("tour");
    let output = Command::new(tour)
        .arg("--gate")
        .arg(gate)
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let colours = Regex::new("\x1b\\[[0-9;]*m").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    masked(&colours.replace_all(&text, ""))
}

/// Commit ids differ from run to run: the keys in the shop's gate.toml are new each time.
fn masked(text: &str) -> String {
    Regex::new(r"\.\.[0-9a-f]{12}").unwrap().replace_all(text, "..COMMIT").into_owned()
}
