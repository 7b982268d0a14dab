//! Lists the hunks between two revisions: `cargo run --example hunks -- REPO OLD NEW`.

#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use gate::change::{FileChange, ObjectId};
use gate::git::Repo;

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [path, old, new] = args.as_slice() else { anyhow::bail!("usage: hunks REPO OLD NEW") };
    let repo = Repo::open(Path::new(path))?;
    let start = std::time::Instant::now();
    let deltas = repo.changed(tree(path, old)?, tree(path, new)?)?;
    let walked = start.elapsed();
    let deltas = repo.pair(deltas)?;
    let paired = start.elapsed();
    let lists = repo.each_file(&deltas, &list)?;
    eprintln!("{} files, walk {walked:?}, pair {paired:?}, all {:?}", lists.len(), start.elapsed());
    lists.iter().for_each(|list| print!("{list}"));
    Ok(())
}

fn list(file: &FileChange) -> String {
    let line = |hunk: &gate::change::Hunk| {
        let (old, new) = (hunk.old, hunk.new);
        let place = format!("-{},{} +{},{}", old.start, old.lines, new.start, new.lines);
        format!("{} {} {} {place}\n", hunk.id.short(), file.path(), hunk.kind.name())
    };
    file.hunks.iter().map(line).collect()
}

/// Asks git for the tree of a revision.
fn tree(repo: &str, revision: &str) -> Result<Option<ObjectId>> {
    let revision = format!("{revision}^{{tree}}");
    let output = Command::new("git").args(["-C", repo, "rev-parse", "--verify", &revision]).output()?;
    ensure!(output.status.success(), "no such revision: {revision}");
    let id = ObjectId::parse(String::from_utf8(output.stdout)?.trim()).context("not an object id")?;
    Ok(Some(id))
}
