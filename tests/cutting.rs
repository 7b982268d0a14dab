//! How hunks are cut and what their ids are: pinned, so that no change here or in libgit2 voids sign-offs.
//!
//! Each case of `tests/vectors/cutting.json` holds two sides of a file and the hunks between them. The
//! headers are what `git diff -U1` writes, which is asked again here. After a deliberate change of the
//! scheme, run with `GATE_WRITE_VECTORS=1` to write the hunks anew.

#![allow(clippy::unwrap_used)]

mod support;

use bstr::BString;
use gate::change::{FileChange, Mode, ObjectId, SCHEME, Span};
use gate::git::{Delta, Entry, Repo};
use serde::{Deserialize, Serialize};
use support::TestRepo;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/cutting.json");

#[derive(Deserialize, Serialize)]
struct Vectors {
    scheme: String,
    cases: Vec<Case>,
}

#[derive(Deserialize, Serialize)]
struct Case {
    name: String,
    old: Option<End>,
    new: Option<End>,
    hunks: Vec<Cut>,
}

/// A side of a file; the text of a submodule is the id of its commit.
#[derive(Deserialize, Serialize)]
struct End {
    path: String,
    mode: String,
    text: String,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Cut {
    kind: String,
    header: String,
    id: String,
}

#[test]
fn hunks_and_ids_are_what_they_have_always_been() {
    let mut vectors: Vectors = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    let test = TestRepo::new();
    let repo = Repo::open(test.path()).unwrap();
    let cut = |case: &Case| {
        let entry = |end: &Option<End>| end.as_ref().map(|end| end.entry(&test));
        hunks(&repo.file_change(&Delta { old: entry(&case.old), new: entry(&case.new) }).unwrap())
    };
    if std::env::var_os("GATE_WRITE_VECTORS").is_some() {
        vectors.cases.iter_mut().for_each(|case| case.hunks = cut(case));
        std::fs::write(PATH, serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
    }
    assert_eq!(vectors.scheme, SCHEME);
    for case in &vectors.cases {
        assert_eq!(cut(case), case.hunks, "{}", case.name);
    }
}

#[test]
fn text_is_cut_where_git_cuts_it() {
    let vectors: Vectors = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    let test = TestRepo::new();
    for case in vectors.cases.iter().filter(|case| case.hunks.iter().any(|hunk| hunk.kind == "text")) {
        let blob =
            |end: &Option<End>| test.raw_object("blob", end.as_ref().map_or(b"", |end| end.text.as_bytes()));
        let args = ["diff", "-U1", "--no-ext-diff", "--no-textconv", &blob(&case.old), &blob(&case.new)];
        let patch = test.git(&args);
        let headers = patch.lines().filter(|line| line.starts_with("@@ "));
        let expected: Vec<String> =
            headers.map(|line| line.split_inclusive("@@").take(2).collect()).collect();
        let ours = case.hunks.iter().filter(|hunk| hunk.kind == "text").map(|hunk| &hunk.header);
        assert!(ours.eq(&expected), "{}: git writes {expected:?}", case.name);
    }
}

impl End {
    fn entry(&self, test: &TestRepo) -> Entry {
        let mode = Mode(u32::from_str_radix(&self.mode, 8).unwrap());
        let text = self.text.as_bytes();
        let object = if mode == Mode::SUBMODULE { self.text.clone() } else { test.raw_object("blob", text) };
        let object = ObjectId::parse(&object).unwrap();
        Entry { path: BString::from(self.path.as_str()), mode, object, on_disk: false }
    }
}

fn hunks(file: &FileChange) -> Vec<Cut> {
    let side = |span: Span| match span.lines {
        1 => span.start.to_string(),
        lines => format!("{},{lines}", span.start),
    };
    let cut = |hunk: &gate::change::Hunk| Cut {
        kind: hunk.kind.name().to_owned(),
        header: format!("@@ -{} +{} @@", side(hunk.old), side(hunk.new)),
        id: hunk.id.to_string(),
    };
    file.hunks.iter().map(cut).collect()
}
