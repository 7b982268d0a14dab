//! Measures how often gate is right: `cargo run --release --example accuracy -- CLONES [LABELS …]`.
//!
//! `CLONES` is a folder with a clone of each repository, bare or not, as `OWNER/NAME`, `OWNER/NAME.git` or
//! `OWNER+NAME`. The labels are those of `labels.jsonl` beside this file unless others are given: a JSON object a line,
//! for one hunk of a public commit as `git diff -U3 -M BASE HEAD` cuts it. Prints precision and recall of
//! `gate:recommended` and, beside them, of what path globs alone can say (`paths.toml` of the example `share`).
//! A hunk counts as found when any hunk that gate cuts from its lines is architectural.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use gate::change::{ObjectId, Span};
use gate::classify::{Class, Classifier, Judged};
use gate::git::{Landing, Repo};
use gate::policy::Policy;
use serde::Deserialize;

const POLICIES: [&str; 2] =
    ["version = 1\nextends = [\"gate:recommended\"]\n", include_str!("../share/paths.toml")];

/// A hunk that somebody read.
#[derive(Deserialize)]
struct Label {
    repo: String,
    /// What sort of repository it is.
    #[serde(default)]
    kind: String,
    base: String,
    head: String,
    path: String,
    old_start: u32,
    old_lines: u32,
    new_start: u32,
    new_lines: u32,
    /// `architectural` or `local`.
    label: String,
    category: String,
    /// `high` where the guide decides without weighing.
    confidence: String,
}

/// A row of the table.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    All,
    High,
    /// Of those that are architectural, the ones of a category.
    Category(String),
    /// Those of the repositories of one sort.
    Kind(String),
}

/// How many labelled hunks were judged, and how.
#[derive(Clone, Copy, Default)]
struct Count {
    found: u32,
    missed: u32,
    false_alarms: u32,
    all: u32,
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let clones = args.next().context("usage: accuracy CLONES [LABELS …]")?;
    let files: Vec<PathBuf> = args.collect();
    let mut text = String::new();
    for file in &files {
        text += &std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    }
    let text = if files.is_empty() { include_str!("labels.jsonl") } else { &text };
    let labels = text.lines().map(serde_json::from_str).collect::<Result<Vec<Label>, _>>()?;
    let mut changes: BTreeMap<(&str, &str, &str), Vec<&Label>> = BTreeMap::new();
    for label in &labels {
        changes.entry((&label.repo, &label.base, &label.head)).or_default().push(label);
    }
    let policies = POLICIES.iter().map(|source| policy(source)).collect::<Result<Vec<_>>>()?;
    let classifiers = policies.iter().map(Classifier::new).collect::<Result<Vec<_>, _>>()?;
    let mut rows: BTreeMap<Row, [Count; 2]> = BTreeMap::new();
    for ((repo, base, head), labels) in &changes {
        let repo = Repo::open(&clone_of(&clones, repo)?)?;
        let id = |text: &str| ObjectId::parse(text).ok_or_else(|| anyhow!("`{text}` is not an id"));
        let landing = Landing { before: id(base)?, after: id(head)? };
        let deltas = repo.landed_files(landing)?;
        for (number, classifier) in classifiers.iter().enumerate() {
            let hunks = repo.judge(&deltas, &|file| classifier.judge(file))?;
            for label in labels {
                let is_called = label.is_called(&hunks)?;
                for row in label.rows() {
                    rows.entry(row).or_default()[number].add(label, is_called);
                }
            }
        }
    }
    println!("| hunks | rows | precision / recall | by path alone |\n|---|---|---|---|");
    for (row, [gate, paths]) in rows {
        println!("| {} | {} | {} | {} |", row.name(), gate.all, gate.shown(&row), paths.shown(&row));
    }
    Ok(())
}

fn policy(source: &str) -> Result<Policy> {
    let (policy, _) =
        Policy::parse(source, "gate.toml", &|_| Ok(None)).map_err(|mistakes| anyhow!("{mistakes:?}"))?;
    Ok(policy)
}

/// Returns where the clone of a repository is.
fn clone_of(clones: &Path, repo: &str) -> Result<PathBuf> {
    let flat = repo.replace('/', "+");
    let places = [repo.to_owned(), format!("{repo}.git"), format!("{flat}/repo"), flat];
    let found = places.into_iter().map(|place| clones.join(place)).find(|place| place.is_dir());
    found.with_context(|| {
        format!("{repo} is not in {}: git clone --bare https://github.com/{repo}", clones.display())
    })
}

impl Label {
    /// Returns the rows of the table that it counts in.
    fn rows(&self) -> Vec<Row> {
        let mut rows = vec![Row::All, Row::Kind(self.kind.clone())];
        if self.confidence == "high" {
            rows.push(Row::High);
        }
        if self.label == "architectural" {
            rows.push(Row::Category(self.category.clone()));
        }
        rows
    }

    /// Tells whether one of the hunks that are cut from its lines is architectural.
    fn is_called(&self, hunks: &[Judged]) -> Result<bool> {
        let is_of_file = |hunk: &&Judged| {
            let old_path = hunk.old_path.as_ref().is_some_and(|path| *path == self.path.as_str());
            old_path || hunk.path == self.path.as_str()
        };
        let is_whole_file = self.old_start == 0 && self.new_start == 0;
        let is_here = |hunk: &&Judged| {
            is_whole_file
                || meets((self.old_start, self.old_lines), hunk.old)
                    && meets((self.new_start, self.new_lines), hunk.new)
        };
        let here: Vec<_> = hunks.iter().filter(is_of_file).filter(is_here).collect();
        ensure!(!here.is_empty(), "no hunk of {} {} is at the lines of the label", self.head, self.path);
        Ok(here.iter().any(|hunk| hunk.class == Class::Architectural))
    }
}

/// Tells whether two runs of lines have one in common; where one is empty, whether they touch.
fn meets((start, lines): (u32, u32), other: Span) -> bool {
    if lines == 0 || other.lines == 0 {
        start <= other.start + other.lines && other.start <= start + lines
    } else {
        start < other.start + other.lines && other.start < start + lines
    }
}

impl Count {
    fn add(&mut self, label: &Label, is_called: bool) {
        self.all += 1;
        match (label.label == "architectural", is_called) {
            (true, true) => self.found += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.false_alarms += 1,
            (false, false) => {}
        }
    }

    /// Returns precision and recall; for a category the recall, since it is what is not found that has one.
    fn shown(&self, row: &Row) -> String {
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        let precision = share(self.found, self.found + self.false_alarms);
        let recall = share(self.found, self.found + self.missed);
        match row {
            Row::Category(_) => format!("{recall:.2}"),
            Row::All | Row::High | Row::Kind(_) => format!("{precision:.2} / {recall:.2}"),
        }
    }
}

impl Row {
    fn name(&self) -> &str {
        match self {
            Self::All => "all",
            Self::High => "of high confidence",
            Self::Category(name) => name,
            Self::Kind(kind) if kind.is_empty() => "other repositories",
            Self::Kind(kind) => kind,
        }
    }
}
