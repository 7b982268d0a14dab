//! Measures whether hunks keep their ids from a pull request to what landed:
//! `cargo run --release --example ids -- REPO [--prs N]`.
//!
//! For each merged pull request whose head the repository has, the hunks of the squash commit
//! (`… (#N)`) or of the merge commit (`Merge pull request #N …`) are looked for among those of
//! merge base..head: a hunk that landed and is not found there is lost, since a sign-off given to the pull
//! request would have to be given again. A hunk that did not land, most often since the target had the same
//! lines by then, asks nobody for anything; how many there are is said apart.

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
        let Some(compared) = Compared::of(request, &repo, path)? else { continue };
        compared.print(request);
        total.add(&compared);
    }
    total.print();
    Ok(())
}

/// A merged pull request.
struct Request {
    number: u32,
    head: String,
    landed: String,
}

/// What landed beside what was asked for.
struct Compared {
    landed: usize,
    /// The hunks that landed with an id that the pull request does not have, each with its cause.
    lost: Vec<(Shown, String)>,
    /// How many hunks of the pull request did not land.
    absent: usize,
}

#[derive(Default)]
struct Tally {
    requests: usize,
    kept: usize,
    hunks: usize,
    lost: usize,
    absent: usize,
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

impl Compared {
    fn of(request: &Request, repo: &Repo, path: &str) -> Result<Option<Self>> {
        let Request { head, landed, .. } = request;
        let before = format!("{landed}^1");
        let Ok(base) = git(path, &["merge-base", head, &before]) else { return Ok(None) };
        let ours = hunks(repo, path, &base, head)?;
        let theirs = hunks(repo, path, &before, landed)?;
        let ids = |hunks: &[Shown]| hunks.iter().map(|hunk| hunk.id).collect::<HashSet<_>>();
        let (asked, came) = (ids(&ours), ids(&theirs));
        let absent = ours.iter().filter(|hunk| !came.contains(&hunk.id)).count();
        let landed = theirs.len();
        let lost = theirs.into_iter().filter(|hunk| !asked.contains(&hunk.id));
        let lost = lost.map(|hunk| (cause(&hunk, &ours), hunk)).map(|(cause, hunk)| (hunk, cause)).collect();
        Ok(Some(Self { landed, lost, absent }))
    }

    fn print(&self, Request { number, head, landed }: &Request) {
        if self.lost.is_empty() {
            return;
        }
        println!("#{number} {head:.10} {landed:.10}: {} of {} lost", self.lost.len(), self.landed);
        for (hunk, cause) in &self.lost {
            println!("  {} {}: {cause}", hunk.path, hunk.kind.name());
        }
    }
}

impl Tally {
    fn add(&mut self, compared: &Compared) {
        self.requests += 1;
        self.kept += usize::from(compared.lost.is_empty());
        self.hunks += compared.landed;
        self.lost += compared.lost.len();
        self.absent += compared.absent;
    }

    fn print(&self) {
        let Self { requests, kept, hunks, lost, absent } = self;
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        println!("{kept} of {requests} pull requests keep every id: {:.1} %", share(*kept, *requests));
        println!(
            "{} of {hunks} hunks that landed keep theirs: {:.2} %",
            hunks - lost,
            share(hunks - lost, *hunks)
        );
        println!("{absent} hunks did not land as they were in the pull request");
    }
}

/// Says why a hunk that landed is not among those of the pull request.
fn cause(hunk: &Shown, ours: &[Shown]) -> String {
    match ours.iter().find(|other| other.is_same(hunk)) {
        None if ours.iter().any(|other| other.path == hunk.path) => {
            "other lines than in the pull request".to_owned()
        }
        None => "a file that the pull request does not touch".to_owned(),
        Some(other) if other.outer != hunk.outer => {
            format!("the lines around it: {:?} became {:?}", other.outer, hunk.outer)
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
