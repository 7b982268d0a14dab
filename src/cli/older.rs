//! What somebody signed of a hunk before it changed, to tell what is new in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::change::Origin;
use crate::classify::{Class, Classifier, ExcerptLine, Judged};
use crate::git::{Content, Range, Shape};
use crate::render::Older;
use crate::report::{HunkReport, Report, SignOffReport};
use crate::session::Session;
use crate::sign_off::StatementKind;

/// How many sign-offs are looked into.
const MOST: usize = 3;

/// A hunk as it was signed: its id, and its file's path.
struct Signed {
    id: String,
    path: String,
    lines: Vec<String>,
}

/// Finds for each hunk that lacks a sign-off what was signed at the same path, where that is still there to be read.
pub fn older(session: &Session, report: &Report, hunks: &[&HunkReport]) -> BTreeMap<String, Older> {
    let present: BTreeSet<&str> = report.hunks.iter().map(|hunk| hunk.id.as_str()).collect();
    let is_older = |entry: &&SignOffReport| {
        entry.kind == StatementKind::SignOff
            && matches!(entry.reason.as_deref(), None | Some("stale"))
            && entry.hunks.iter().any(|id| !present.contains(id.as_str()))
    };
    let open = |hunk: &&&HunkReport| hunk.class == Class::Architectural && !hunk.covered;
    let mut found = BTreeMap::new();
    if !hunks.iter().any(|hunk| open(&hunk)) {
        return found;
    }
    let mut entries: Vec<&SignOffReport> = report.sign_offs.iter().filter(is_older).collect();
    entries.sort_by(|one, other| other.at.cmp(&one.at));
    for entry in entries.into_iter().take(MOST) {
        let signed = signed(session, entry, &present);
        for hunk in hunks.iter().filter(open) {
            let new = lines(&hunk.excerpt);
            let same = |one: &&Signed| one.lines.iter().filter(|line| new.contains(line)).count();
            let nearest = signed.iter().filter(|one| one.path == hunk.path).max_by_key(same);
            if let Some(old) = nearest.filter(|_| !found.contains_key(&hunk.id)) {
                let (by, at) = (entry.by.clone(), entry.at.clone());
                found.insert(hunk.id.clone(), Older { by, at, lines: differing(&old.lines, &new) });
            }
        }
    }
    found
}

/// Reads the hunks that were signed and are in the change no more; none where the commits of then are gone.
fn signed(session: &Session, entry: &SignOffReport, present: &BTreeSet<&str>) -> Vec<Signed> {
    let Some((base, head)) = entry.range else { return Vec::new() };
    let (shape, content) = (Shape::Branch, Content::Commits);
    let range = Range { base, head, shape, content, ..session.range.clone() };
    let Ok(classifier) = Classifier::new(&session.ruling.policy) else { return Vec::new() };
    let found = Mutex::new(Vec::new());
    let read = session.judge(&range, &|file| {
        let judged = classifier.judge(file);
        let signed = judged.iter().filter_map(|hunk: &Judged| {
            let id = hunk.id.to_string();
            let is_asked = entry.hunks.contains(&id) && !present.contains(id.as_str());
            let path = crate::change::path::quoted(hunk.path.as_ref());
            is_asked.then(|| Signed { id, path, lines: lines(&hunk.excerpt) })
        });
        found.lock().unwrap_or_else(PoisonError::into_inner).extend(signed);
        judged
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by(|one, other| one.id.cmp(&other.id));
    if read.is_ok() { found } else { Vec::new() }
}

/// Writes the changed lines, each behind its sign.
fn lines(excerpt: &[ExcerptLine]) -> Vec<String> {
    let changed = excerpt.iter().filter(|line| line.origin != Origin::Context);
    let sign = |line: &ExcerptLine| if line.origin == Origin::Added { '+' } else { '-' };
    changed.map(|line| format!("{} {}", sign(line), line.text)).collect()
}

/// Returns the lines that are only in one of the two, those that are gone before those in their place.
fn differing(old: &[String], new: &[String]) -> Vec<(bool, String)> {
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let ops = ops.into_iter().filter(|op| op.tag() != DiffTag::Equal);
    ops.flat_map(|op| {
        let gone = old.get(op.old_range()).unwrap_or_default().iter().map(|line| (false, line.clone()));
        gone.chain(new.get(op.new_range()).unwrap_or_default().iter().map(|line| (true, line.clone())))
            .collect::<Vec<_>>()
    })
    .collect()
}
