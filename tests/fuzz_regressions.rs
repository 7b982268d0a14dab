//! What the fuzzers found, and a few inputs that reach far, given to the same functions once more.
//!
//! `cargo +nightly fuzz run TARGET` looks for more; a finding is kept as `fuzz/regressions/TARGET/NAME`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

#[path = "../fuzz/inputs.rs"]
mod inputs;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 11] = [
    ("policy", inputs::policy),
    ("notes", inputs::notes),
    ("signature", inputs::signature),
    ("allowed_signers", inputs::allowed_signers),
    ("event", inputs::event),
    ("range", inputs::range),
    ("hunks", inputs::hunks),
    ("owners", inputs::owners),
    ("ai_notes", inputs::ai_notes),
    ("structure", inputs::structure),
    ("findings", inputs::findings),
];

#[test]
fn nothing_that_was_found_is_found_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let mut folders: Vec<_> =
        fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort_unstable();
    let mut names: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.sort_unstable();
    assert_eq!(folders, names, "a folder for each target");
    for (name, target) in TARGETS {
        target(b"");
        for entry in fs::read_dir(root.join(name)).unwrap() {
            target(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn every_target_is_built() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        assert!(
            fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs")))
                .unwrap()
                .contains(&format!("inputs::{name}("))
        );
    }
}
