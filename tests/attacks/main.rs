//! Ways past gate, each built with the real `git` and tried on the real binary.
//!
//! A case is a bash script that builds a repository and the verdict that gate must come
//! to. `docs/attacks.md` is the list of them all, written from the same data.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod attack;
mod comments;
mod content;
mod diff;
mod environment;
mod forged;
mod history;
mod hooks;
mod layout;
mod owners;
mod path;
mod policy;
mod provenance;
mod raw_sig;
mod sign_offs;

use std::fmt::Write as _;
use std::path::Path;

use attack::Attack;

/// The families, in the order of the page.
fn families() -> Vec<(&'static str, Vec<Attack>)> {
    vec![
        ("The policy", policy::all()),
        ("Code owners", owners::all()),
        ("Making the diff say nothing", diff::all()),
        ("Paths", path::all()),
        ("Content", content::all().into_iter().chain(comments::all()).chain(layout::all()).collect()),
        ("History", history::all()),
        ("Hooks", hooks::all()),
        ("Sign-offs", sign_offs::all().into_iter().chain(forged::all()).collect()),
        ("The machine and the CI system", environment::all()),
        ("Provenance", provenance::all()),
    ]
}

/// Fails when the page differs from the cases; `UPDATE_DOCS=1` writes it anew.
#[test]
fn page_lists_every_case_and_its_verdict() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/attacks.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/attacks.md is out of date: UPDATE_DOCS=1 cargo test --test attacks page");
}

#[test]
fn no_case_is_there_twice() {
    let mut ids: Vec<String> = families().iter().flat_map(|(_, all)| all).map(Attack::id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "two cases have one id");
}

fn page() -> String {
    let families = families();
    let count: usize = families.iter().map(|(_, all)| all.len()).sum();
    let mut page = format!(
        "# Attacks\n\n\
         {count} ways past a gate, each built with the real git and tried on the real binary by\n\
         `cargo test --test attacks`, which also writes this page. *Wanted* is what a gate ought to say,\n\
         *got* is what gate says: `pass` is exit 0, `blocked` exit 1, `error` exit 2. Where the two differ,\n\
         the reason is given.\n"
    );
    for (title, all) in families {
        write!(page, "\n## {title}\n\n| Case | What it tries | Wanted | Got |\n|---|---|---|---|\n").unwrap();
        for attack in all {
            page.push_str(&attack.row());
        }
    }
    page
}
