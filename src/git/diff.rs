//! Reads what differs between two trees and hands it on, file by file.
//!
//! Contents are compared as the objects hold them. No attribute, text conversion,
//! external program, replacement or setting is asked, because the change and the
//! machine could bend the answer through each. Several threads read side by side,
//! and what they return is put in the order of the paths.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use bstr::BStr;
use git2::{DiffOptions, ObjectType, Patch};

use super::objects::Store;
use super::rename::{self, Contents};
use super::{Delta, Entry, Error, Repo, tree, worktree};
use crate::change::cut::{Block, MAX_TEXT, cut};
use crate::change::{FileChange, HunkId, Mode, ObjectId, Side};
use crate::classify::Judged;

/// The most threads that read side by side.
const MAX_THREADS: usize = 8;
/// How many files a thread takes at a time.
const TAKEN: usize = 8;

impl Repo {
    /// Returns the entries that differ between two trees, in the order of their paths; `None` is the empty tree.
    ///
    /// Renames are paired, which reads contents; [`changed`](Self::changed) does not.
    pub fn compare(&self, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<Vec<Delta>, Error> {
        self.pair(self.changed(old, new)?)
    }

    /// Returns the entries that differ between two trees, a moved file as one deleted and one added.
    pub fn changed(&self, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<Vec<Delta>, Error> {
        tree::differences(&self.store()?, old, new)
    }

    /// Pairs what was deleted with what was added, as `git diff -M` does.
    pub fn pair(&self, deltas: Vec<Delta>) -> Result<Vec<Delta>, Error> {
        rename::pair(deltas, &self.store()?)
    }

    /// Returns the entry at a path of a tree; `None` where there is nothing, or a folder.
    pub fn entry(&self, tree: ObjectId, path: &BStr) -> Result<Option<Entry>, Error> {
        tree::find(&self.store()?, tree, path)
    }

    /// Reads one entry that differs and cuts it into hunks.
    pub fn file_change(&self, delta: &Delta) -> Result<FileChange, Error> {
        self.store()?.file_change(delta)
    }

    /// Hands each file to `judge`, on several threads, and returns all that came back in order, each hunk once.
    pub fn judge(
        &self,
        deltas: &[Delta],
        judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync),
    ) -> Result<Vec<Judged>, Error> {
        let mut seen: HashSet<HunkId> = HashSet::new();
        let judged = self.each_file(deltas, judge)?.into_iter().flatten();
        Ok(judged.filter(|judged| seen.insert(judged.id)).collect())
    }

    /// Hands each file to `visit`, on several threads, and returns what came back in order.
    ///
    /// The content of a file is let go when `visit` returns. An error anywhere is an error.
    pub fn each_file<T: Send>(
        &self,
        deltas: &[Delta],
        visit: &(dyn Fn(&FileChange) -> T + Sync),
    ) -> Result<Vec<T>, Error> {
        let queue = Queue { deltas, next: AtomicUsize::new(0), failed: AtomicUsize::new(usize::MAX) };
        let others = (1..threads(deltas.len())).map(|_| self.another_store());
        let others = others.collect::<Result<Vec<_>, _>>()?;
        let own = self.store()?;
        let parts = std::thread::scope(|scope| {
            let spawn = |store| {
                let queue = &queue;
                scope.spawn(move || queue.work(&store, visit))
            };
            let workers: Vec<_> = others.into_iter().map(spawn).collect();
            let mut parts = vec![Ok(queue.work(&own, visit))];
            parts.extend(workers.into_iter().map(std::thread::ScopedJoinHandle::join));
            parts
        });
        let mut all = Vec::with_capacity(deltas.len());
        for part in parts {
            all.extend(part.map_err(|_panic| Error::new("a thread that reads files has crashed"))?);
        }
        all.sort_unstable_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, result)| result).collect()
    }
}

/// Returns how many threads are worth their while for so many files.
fn threads(files: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.min(MAX_THREADS).min(files / (2 * TAKEN) + 1)
}

/// The files that threads take from.
struct Queue<'a> {
    deltas: &'a [Delta],
    next: AtomicUsize,
    /// The first file that could not be read; nothing behind it matters any more.
    failed: AtomicUsize,
}

impl Queue<'_> {
    /// Takes files until there are none, and returns what `visit` made of each.
    fn work<T>(&self, store: &Store<'_>, visit: &dyn Fn(&FileChange) -> T) -> Vec<(usize, Result<T, Error>)> {
        let mut done = Vec::new();
        loop {
            let first = self.next.fetch_add(TAKEN, Ordering::Relaxed);
            let Some(taken) = self.deltas.get(first..) else { return done };
            for (at, delta) in (first..).zip(taken.iter().take(TAKEN)) {
                if at > self.failed.load(Ordering::Relaxed) {
                    return done;
                }
                let result = store.file_change(delta).map(|file| visit(&file));
                if result.is_err() {
                    self.failed.fetch_min(at, Ordering::Relaxed);
                }
                done.push((at, result));
            }
            if taken.len() <= TAKEN {
                return done;
            }
        }
    }
}

impl Store<'_> {
    /// Reads one entry that differs and cuts it into hunks.
    fn file_change(&self, delta: &Delta) -> Result<FileChange, Error> {
        let same = matches!((&delta.old, &delta.new), (Some(old), Some(new)) if old.object == new.object);
        let mut wanted = !same;
        for entry in delta.old.iter().chain(&delta.new) {
            wanted = wanted && entry.mode != Mode::SUBMODULE && self.size_of(entry)? <= MAX_TEXT;
        }
        let side = |entry: &Option<Entry>| entry.as_ref().map(|entry| self.side(entry, wanted)).transpose();
        cut(side(&delta.old)?, side(&delta.new)?, blocks)
    }

    fn side(&self, entry: &Entry, wanted: bool) -> Result<Side, Error> {
        let content = wanted.then(|| self.content(entry)).transpose()?;
        Ok(Side { path: entry.path.clone(), mode: entry.mode, object: entry.object, content })
    }

    fn size_of(&self, entry: &Entry) -> Result<usize, Error> {
        if entry.on_disk { worktree::size(self, entry) } else { self.size(ObjectType::Blob, entry.object) }
    }

    fn content(&self, entry: &Entry) -> Result<Vec<u8>, Error> {
        if entry.on_disk {
            return worktree::content(self, entry);
        }
        Ok(self.read(ObjectType::Blob, entry.object)?.data().to_vec())
    }
}

impl Contents for Store<'_> {
    fn size(&self, entry: &Entry) -> Result<usize, Error> {
        self.size_of(entry)
    }

    fn content(&self, entry: &Entry) -> Result<Vec<u8>, Error> {
        self.content(entry)
    }
}

/// Compares two texts line by line, as git does with its default algorithm and its indent heuristic.
pub(super) fn blocks(old: &[u8], new: &[u8]) -> Result<Vec<Block>, Error> {
    let failed = |error| Error::git("two texts can't be compared", error);
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).indent_heuristic(true).force_text(true);
    let patch = Patch::from_buffers(old, None, new, None, Some(&mut options)).map_err(failed)?;
    let run = |start: u32, lines: u32| {
        // A header names the line before the gap where there are no lines.
        let start = if lines == 0 { start } else { start - 1 } as usize;
        start..start + lines as usize
    };
    let hunk = |at| {
        let (hunk, _) = patch.hunk(at).map_err(failed)?;
        Ok(Block {
            old: run(hunk.old_start(), hunk.old_lines()),
            new: run(hunk.new_start(), hunk.new_lines()),
        })
    };
    (0..patch.num_hunks()).map(hunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    /// Opens a test's repository and compares two of its revisions.
    fn compare(test: &TestRepo, old: &str, new: &str) -> (Repo, Vec<Delta>) {
        let repo = Repo::open(test.path()).unwrap();
        let tree = |revision: &str| ObjectId::parse(&test.rev(&format!("{revision}^{{tree}}")));
        let deltas = repo.compare(tree(old), tree(new)).unwrap();
        (repo, deltas)
    }

    /// Writes each hunk's header as git does.
    fn headers(repo: &Repo, deltas: &[Delta]) -> Vec<String> {
        let header = |file: &FileChange| {
            let hunks = file.hunks.iter().filter(|hunk| hunk.kind == crate::change::HunkKind::Text);
            let side = |span: crate::change::Span| match span.lines {
                1 => span.start.to_string(),
                lines => format!("{},{lines}", span.start),
            };
            hunks.map(|hunk| format!("@@ -{} +{} @@", side(hunk.old), side(hunk.new))).collect::<Vec<_>>()
        };
        repo.each_file(deltas, &header).unwrap().concat()
    }

    #[test]
    fn hunks_are_cut_as_git_cuts_them() {
        let test = TestRepo::new();
        let numbers = |range: std::ops::Range<u32>| range.map(|n| format!("{n}\n")).collect::<String>();
        test.commit_files(&[("a", &numbers(0..40)), ("gone", "x\n"), ("b", "1\n2\n")], "one");
        let edited =
            numbers(0..40).replace("5\n", "five\n").replace("11\n", "").replace("20\n", "20\n20.5\n");
        test.git(&["rm", "-q", "gone"]);
        test.commit_files(&[("a", &edited), ("new", "x\ny\n"), ("b", "0\n1\n2")], "two");
        let (repo, deltas) = compare(&test, "HEAD~1", "HEAD");
        let patch = test.git(&["diff", "-U1", "--no-ext-diff", "HEAD~1", "HEAD"]);
        let expected: Vec<_> = patch
            .lines()
            .filter(|line| line.starts_with("@@"))
            .map(|line| line.split_inclusive("@@").take(2).collect::<String>())
            .collect();
        assert_eq!(headers(&repo, &deltas), expected);
    }
}
