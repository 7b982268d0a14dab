//! Measures whether hunks keep their ids from a pull request to what landed:
//! `cargo run --release --example ids -- REPO [--prs N]`.
//!
//! For each merged pull request whose head the repository has, the hunks of merge base..head are looked
//! for among those of the squash commit (`… (#N)`) or of the merge commit (`Merge pull request #N …`).

#![allow(clippy::print_stdout)]

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};
use bstr::{BString, ByteSlice};
use gate::change::{FileChange, HunkId, HunkKind, ObjectId, Origin};
use gate::git::Repo;

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let (path, most) = match args.as_slice() {
        [path] => (path, usize::MAX),
        [path, flag, most] if flag == "--prs" => (path, most.parse()?),
        _ => bail!("usage: ids REPO [--prs N]"),
    };
    let repo = Repo::open(Path::new(path))?;
    let mut total = Tally::default();
    for request in requests(path)?.iter().take(most) {
        total.add(request, &repo, path)?;
    }
    let Tally { requests, kept, hunks, lost, other, changed } = total;
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!("{kept} of {requests} pull requests keep every id: {:.1} %", share(kept, requests));
    println!("{} of {hunks} hunks keep theirs: {:.2} %", hunks - lost, share(hunks - lost, hunks));
    let (as_they_were, landed) = (requests - changed, hunks - other);
    println!("where the same lines landed: {kept} of {as_they_were}, {:.1} %", share(kept, as_they_were));
    println!("and {} of {landed} hunks, {:.2} %", hunks - lost, share(hunks - lost, landed));
    Ok(())
}

/// A merged pull request.
struct Request {
    number: u32,
    head: String,
    landed: String,
}

#[derive(Default)]
struct Tally {
    requests: usize,
    kept: usize,
    hunks: usize,
    lost: usize,
    /// Lost because other lines landed.
    other: usize,
    /// Pull requests that lost nothing else.
    changed: usize,
}

/// A hunk as a person would compare it.
struct Shown {
    id: HunkId,
    path: BString,
    kind: HunkKind,
    changed: Vec<(Origin, BString)>,
    outer: [Option<BString>; 2],
}

impl Shown {
    /// Tells whether this is the same change of the same file, wherever in it.
    fn is_same(&self, other: &Self) -> bool {
        self.path == other.path && self.kind == other.kind && self.changed == other.changed
    }
}

impl Tally {
    fn add(&mut self, request: &Request, repo: &Repo, path: &str) -> Result<()> {
        let Request { number, head, landed } = request;
        let Ok(base) = git(path, &["merge-base", head, &format!("{landed}^1")]) else { return Ok(()) };
        let ours = hunks(repo, path, &base, head)?;
        let theirs = hunks(repo, path, &format!("{landed}^1"), landed)?;
        let ids: HashSet<_> = theirs.iter().map(|hunk| hunk.id).collect();
        let lost: Vec<_> = ours.iter().filter(|hunk| !ids.contains(&hunk.id)).collect();
        self.requests += 1;
        self.kept += usize::from(lost.is_empty());
        self.hunks += ours.len();
        self.lost += lost.len();
        if !lost.is_empty() {
            println!("#{number} {head:.10} {landed:.10}: {} of {} lost", lost.len(), ours.len());
        }
        let other = lost.iter().filter(|hunk| !theirs.iter().any(|other| other.is_same(hunk))).count();
        self.other += other;
        self.changed += usize::from(other > 0 && other == lost.len());
        for hunk in lost {
            println!("  {} {}: {}", hunk.path, hunk.kind.name(), cause(hunk, &theirs));
        }
        Ok(())
    }
}

/// Says why a hunk is not among those that landed.
fn cause(hunk: &Shown, theirs: &[Shown]) -> String {
    match theirs.iter().find(|other| other.is_same(hunk)) {
        None if theirs.iter().any(|other| other.path == hunk.path) => "other lines landed".to_owned(),
        None => "nothing landed in this file".to_owned(),
        Some(other) if other.outer != hunk.outer => {
            format!("the lines around it: {:?} became {:?}", hunk.outer, other.outer)
        }
        Some(_) => "its scope, its index, the mode or the other path".to_owned(),
    }
}

fn hunks(repo: &Repo, path: &str, old: &str, new: &str) -> Result<Vec<Shown>> {
    let trees = git(path, &["rev-parse", &format!("{old}^{{tree}}"), &format!("{new}^{{tree}}")])?;
    let trees: Vec<_> = trees.lines().map(ObjectId::parse).collect();
    let deltas = repo.compare(trees[0], trees[1])?;
    Ok(repo.each_file(&deltas, &show)?.into_iter().flatten().collect())
}

fn show(file: &FileChange) -> Vec<Shown> {
    let text = |line: &gate::change::Line| (line.origin, BString::from(file.text(line)));
    let outer = |line: Option<&gate::change::Line>| {
        line.filter(|line| line.origin == Origin::Context).map(|line| file.text(line).into())
    };
    let shown = |hunk: &gate::change::Hunk| Shown {
        id: hunk.id,
        path: file.path().to_owned(),
        kind: hunk.kind,
        changed: hunk.lines.iter().filter(|line| line.origin != Origin::Context).map(text).collect(),
        outer: [outer(hunk.lines.first()), outer(hunk.lines.last())],
    };
    file.hunks.iter().map(shown).collect()
}

/// Finds the merged pull requests, the newest first.
fn requests(path: &str) -> Result<Vec<Request>> {
    let refs = git(path, &["for-each-ref", "--format=%(refname) %(objectname)", "refs/pull/*/head"])?;
    let head = |line: &str| {
        let (name, id) = line.split_once(' ')?;
        Some((name.split('/').nth(2)?.parse().ok()?, id.to_owned()))
    };
    let heads: HashMap<u32, String> = refs.lines().filter_map(head).collect();
    let log = git(path, &["log", "--first-parent", "--format=%H %P%x09%s", "HEAD"])?;
    let request = |line: &str| {
        let (ids, subject) = line.split_once('\t')?;
        let ids: Vec<_> = ids.split(' ').collect();
        let merged = subject.strip_prefix("Merge pull request #").filter(|_| ids.len() == 3);
        let squashed =
            subject.strip_suffix(')').filter(|_| ids.len() == 2).and_then(|rest| rest.rsplit_once("(#"));
        let number = merged.and_then(|rest| rest.split(' ').next()).or(squashed.map(|(_, number)| number))?;
        let number = number.parse().ok()?;
        Some(Request { number, head: heads.get(&number)?.clone(), landed: ids[0].to_owned() })
    };
    Ok(log.lines().filter_map(request).collect())
}

fn git(path: &str, args: &[&str]) -> Result<String> {
    let output = Command::new("git").args(["-C", path]).args(args).output()?;
    ensure!(output.status.success(), "git {args:?}: {}", output.stderr.as_bstr());
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
