//! Reads what differs between two trees and hands it on, file by file.
//!
//! Contents are compared as the objects hold them. No attribute, text conversion,
//! external program, replacement or setting is asked, because the change and the
//! machine could bend the answer through each.

use std::collections::HashSet;
use std::path::Path;

use bstr::BStr;
use git2::{Blob, DiffOptions, ObjectType, Patch};

use super::objects::Store;
use super::similar::Pieces;
use super::{Delta, Entry, Error, Repo, packed, rename, tree, worktree};
use crate::change::cut::{Block, MAX_TEXT, cut};
use crate::change::{FileChange, HunkId, Mode, ObjectId, Side};
use crate::classify::Judged;

/// From how many files on it pays to find out where they lie in the packs.
const MANY: usize = 256;

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
        rename::pair(self, deltas)
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
        let order = self.reading_order(deltas);
        let visited = self.side_by_side(deltas.len(), &|store, at| {
            store.file_change(&deltas[order[at]]).map(|file| visit(&file))
        })?;
        let mut visited: Vec<_> = order.into_iter().zip(visited).collect();
        visited.sort_unstable_by_key(|(at, _)| *at);
        Ok(visited.into_iter().map(|(_, visited)| visited).collect())
    }

    /// Returns the order in which many files are read soonest: as they lie in the packs.
    fn reading_order(&self, deltas: &[Delta]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..deltas.len()).collect();
        if deltas.len() >= MANY {
            let id = |delta: &Delta| {
                delta.old.as_ref().or(delta.new.as_ref()).map_or(ObjectId::ZERO, |entry| entry.object)
            };
            let places = packed::places(self.objects.folder(), &deltas.iter().map(id).collect::<Vec<_>>());
            order.sort_by(|one, other| places[*one].cmp(&places[*other]));
        }
        order
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
        let content = |entry: &Option<Entry>| entry.as_ref().filter(|_| wanted).map(|entry| self.open(entry));
        let (old, new) = (content(&delta.old).transpose()?, content(&delta.new).transpose()?);
        let side = |entry: &Option<Entry>, content: &Option<Content<'_>>| {
            entry.as_ref().map(|entry| Side {
                path: entry.path.clone(),
                mode: entry.mode,
                object: entry.object,
                content: content.as_ref().map(|content| content.bytes().to_vec()),
            })
        };
        cut(side(&delta.old, &old), side(&delta.new, &new), |before, after| match (&old, &new) {
            (Some(old), Some(new)) => compare(old, new),
            _ => blocks(before, after),
        })
    }

    /// Returns the size of an entry's content.
    pub(super) fn size_of(&self, entry: &Entry) -> Result<usize, Error> {
        if entry.on_disk { worktree::size(self, entry) } else { self.size(ObjectType::Blob, entry.object) }
    }

    /// Takes an entry's content apart.
    pub(super) fn pieces(&self, entry: &Entry) -> Result<Pieces, Error> {
        Ok(Pieces::of(self.open(entry)?.bytes()))
    }

    fn open(&self, entry: &Entry) -> Result<Content<'_>, Error> {
        if entry.on_disk {
            return worktree::content(self, entry).map(Content::Disk);
        }
        self.blob(entry.object).map(Content::Object)
    }
}

/// The content of an entry.
enum Content<'a> {
    Object(Blob<'a>),
    Disk(Vec<u8>),
    Text(&'a [u8]),
}

impl Content<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Object(blob) => blob.content(),
            Self::Disk(bytes) => bytes,
            Self::Text(text) => text,
        }
    }
}

/// Compares two texts line by line, as git does with its default algorithm and its indent heuristic.
pub(super) fn blocks(old: &[u8], new: &[u8]) -> Result<Vec<Block>, Error> {
    compare(&Content::Text(old), &Content::Text(new))
}

fn compare(old: &Content<'_>, new: &Content<'_>) -> Result<Vec<Block>, Error> {
    let failed = |error| Error::git("two texts can't be compared", error);
    let mut options = DiffOptions::new();
    let options = options.context_lines(0).interhunk_lines(0).indent_heuristic(true).force_text(true);
    // No attribute is looked up for an empty path, and blobs need not be hashed as buffers are.
    let none = Some(Path::new(""));
    let patch = match (old, new) {
        (Content::Object(old), Content::Object(new)) => {
            Patch::from_blobs(old, none, new, none, Some(options))
        }
        _ => Patch::from_buffers(old.bytes(), none, new.bytes(), none, Some(options)),
    }
    .map_err(failed)?;
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
    use std::ops::Range;

    use bstr::ByteSlice;
    use proptest::prelude::*;

    use super::*;
    use crate::change::{Hunk, HunkKind, Origin, Span};
    use crate::support::TestRepo;

    /// Opens a test's repository and compares two of its revisions.
    fn open(test: &TestRepo, old: &str, new: &str) -> (Repo, Vec<Delta>) {
        let repo = Repo::open(test.path()).unwrap();
        let tree = |revision: &str| ObjectId::parse(&test.rev(&format!("{revision}^{{tree}}")));
        let deltas = repo.compare(tree(old), tree(new)).unwrap();
        (repo, deltas)
    }

    /// Writes each hunk's header as git does.
    fn headers(file: &FileChange) -> Vec<String> {
        let side = |span: Span| match span.lines {
            1 => span.start.to_string(),
            lines => format!("{},{lines}", span.start),
        };
        let hunks = file.hunks.iter().filter(|hunk| hunk.kind == HunkKind::Text);
        hunks.map(|hunk| format!("@@ -{} +{} @@", side(hunk.old), side(hunk.new))).collect()
    }

    fn numbers(range: Range<u32>) -> String {
        range.map(|n| format!("{n}\n")).collect()
    }

    #[test]
    fn hunks_are_cut_as_git_cuts_them() {
        let test = TestRepo::new();
        test.commit_files(&[("a", &numbers(0..40)), ("gone", "x\n"), ("b", "1\n2\n")], "one");
        let edited =
            numbers(0..40).replace("5\n", "five\n").replace("11\n", "").replace("20\n", "20\n20.5\n");
        test.git(&["rm", "-q", "gone"]);
        test.commit_files(&[("a", &edited), ("new", "x\ny\n"), ("b", "0\n1\n2")], "two");
        let (repo, deltas) = open(&test, "HEAD~1", "HEAD");
        let patch = test.git(&["diff", "-U1", "--no-ext-diff", "HEAD~1", "HEAD"]);
        let expected: Vec<_> = patch
            .lines()
            .filter(|line| line.starts_with("@@"))
            .map(|line| line.split_inclusive("@@").take(2).collect::<String>())
            .collect();
        assert_eq!(repo.each_file(&deltas, &headers).unwrap().concat(), expected);
    }

    #[test]
    fn files_come_back_in_the_order_of_their_paths_from_any_number_of_threads() {
        let test = TestRepo::new();
        let names: Vec<_> = (100..200).map(|n| format!("d{}/f{n}", n % 7)).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        test.commit_files(&files, "many");
        let repo = Repo::open(test.path()).unwrap();
        let deltas = repo.compare(None, ObjectId::parse(&test.rev("HEAD:"))).unwrap();
        let paths = repo.each_file(&deltas, &|file| file.path().to_string()).unwrap();
        let mut sorted = names.clone();
        sorted.sort();
        assert_eq!(paths, sorted);
    }

    #[test]
    fn a_missing_blob_is_an_error_that_names_the_partial_clone() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "one");
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        let partial = test.cloned(&["--no-checkout", "--filter=blob:none"]);
        let (repo, deltas) = {
            let repo = Repo::open(partial.path()).unwrap();
            let deltas = repo.compare(None, ObjectId::parse(&test.rev("HEAD:"))).unwrap();
            (repo, deltas)
        };
        let error = repo.each_file(&deltas, &headers).unwrap_err();
        insta::assert_snapshot!(error, @"the blob `d00491fd7e5bb6fa28c517a0bb32b8b506539d4d` is missing");
        insta::assert_snapshot!(error.help.unwrap(), @"this is a partial clone: run `git fetch --refetch --no-filter`, or clone in full");
    }

    #[test]
    fn attributes_and_settings_do_not_bend_the_diff() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), (".gitattributes", "* -diff\n")], "one");
        test.commit_files(&[("a", "2\n")], "two");
        test.write(".git/info/attributes", "* binary diff=none\n");
        test.git(&["config", "diff.none.textconv", "true"]);
        test.git(&["config", "diff.algorithm", "patience"]);
        test.git(&["replace", &test.rev("HEAD:a"), &test.rev("HEAD~1:a")]);
        let (repo, deltas) = open(&test, "HEAD~1", "HEAD");
        assert_eq!(repo.each_file(&deltas, &headers).unwrap().concat(), ["@@ -1 +1 @@"]);
    }

    #[test]
    fn too_large_a_file_is_one_opaque_hunk_and_never_read() {
        let test = TestRepo::new();
        test.commit_files(&[("n", "1\n")], "one");
        test.write("n", vec![b'\n'; MAX_TEXT + 1]);
        test.commit("bomb");
        let (repo, deltas) = open(&test, "HEAD~1", "HEAD");
        let file = repo.file_change(&deltas[0]).unwrap();
        assert_eq!(file.hunks.iter().map(|hunk| hunk.kind).collect::<Vec<_>>(), [HunkKind::Binary]);
        assert!(file.old.unwrap().content.is_none() && file.new.unwrap().content.is_none());
    }

    #[test]
    fn more_than_ten_thousand_hunks_in_a_file_are_one_opaque_hunk() {
        let text = |every: u32, sign: &str| -> String {
            (0..44_000).map(|n| format!("{n}{}\n", if n % every == 0 { sign } else { "" })).collect()
        };
        let kinds = |file: FileChange| file.hunks.iter().map(|hunk| hunk.kind).collect::<Vec<_>>();
        assert_eq!(kinds(cut_texts(&text(4, "-"), &text(4, "+"))), [HunkKind::Binary]);
        assert_eq!(kinds(cut_texts(&text(8, "-"), &text(8, "+"))).len(), 5_500);
    }

    /// Cuts two texts of one file.
    fn cut_texts(old: &str, new: &str) -> FileChange {
        let side = |text: &str, id| {
            Some(Side {
                path: "a.yaml".into(),
                mode: Mode::FILE,
                object: ObjectId::new([id; 20]),
                content: Some(text.as_bytes().to_vec()),
            })
        };
        cut(side(old, 1), side(new, 2), blocks).unwrap()
    }

    /// Applies hunks to the text that they were cut from.
    fn apply(file: &FileChange, old: &str) -> String {
        let old: Vec<_> = old.split_inclusive('\n').collect();
        let (mut new, mut at) = (String::new(), 0);
        for hunk in &file.hunks {
            let start = hunk.old.start as usize - usize::from(hunk.old.lines > 0);
            new.extend(old[at..start].iter().copied());
            let kept = hunk.lines.iter().filter(|line| line.origin != Origin::Removed);
            new.extend(kept.map(|line| file.text(line).to_str().unwrap()));
            at = start + hunk.old.lines as usize;
        }
        new.extend(old[at..].iter().copied());
        new
    }

    fn texts() -> impl Strategy<Value = (String, String)> {
        let line = prop::sample::select(vec!["a", "b", "  a", "  b", "    c", "", "}", "---", "x: 1"]);
        let lines = prop::collection::vec(line, 0..24);
        let edit = (
            0usize..24,
            0usize..3,
            prop::collection::vec(prop::sample::select(vec!["a", "  n", "", "}"]), 0..3),
        );
        (lines, prop::collection::vec(edit, 1..4), any::<bool>()).prop_map(|(old, edits, end)| {
            let mut new = old.clone();
            for (at, gone, added) in edits {
                let at = at.min(new.len());
                new.splice(at..(at + gone).min(new.len()), added);
            }
            let end = if end { "\n" } else { "" };
            (old.join("\n") + end, new.join("\n") + "one more" + end)
        })
    }

    /// A file of lines of its own and of lines that stand often, and the same with a few runs of lines in the place
    /// of others.
    fn edited() -> impl Strategy<Value = (String, String)> {
        let line = prop_oneof![3 => "[a-z]{4}", 1 => Just("}".to_owned()), 1 => Just(String::new())];
        let edits =
            prop::collection::vec((0..40usize, 0..8usize, prop::collection::vec(line.clone(), 0..8)), 1..5);
        (prop::collection::vec(line, 1..40), edits).prop_map(|(old, edits)| {
            let mut new = old.clone();
            for (at, gone, come) in edits {
                let at = at.min(new.len());
                new.splice(at..(at + gone).min(new.len()), come);
            }
            let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            (text(&old), text(&new))
        })
    }

    proptest! {
        #[test]
        fn hunks_turn_the_old_text_into_the_new_one((old, new) in texts()) {
            let file = cut_texts(&old, &new);
            prop_assert_eq!(apply(&file, &old), new);
        }

        #[test]
        fn what_is_certain_is_what_git_finds((old, new) in prop_oneof![texts(), edited()]) {
            let found = blocks(old.as_bytes(), new.as_bytes()).unwrap();
            let lines = |run: fn(&Block) -> Range<usize>| found.iter().flat_map(run).collect::<Vec<_>>();
            let file = cut_texts(&old, &new);
            let of = |origin: Origin| {
                let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
                lines.filter(|line| line.origin == origin).map(|line| line.number as usize - 1).collect::<Vec<_>>()
            };
            prop_assert_eq!(of(Origin::Removed), lines(|block| block.old.clone()));
            prop_assert_eq!(of(Origin::Added), lines(|block| block.new.clone()));
        }

        #[test]
        fn no_two_hunks_of_a_file_share_an_id((old, new) in texts()) {
            let file = cut_texts(&old, &new);
            let ids: HashSet<_> = file.hunks.iter().map(|hunk| hunk.id).collect();
            prop_assert_eq!(ids.len(), file.hunks.len());
        }

        #[test]
        fn unrelated_lines_above_leave_ids_alone((old, new) in texts(), above in 1usize..40) {
            let above: String = (0..above).map(|n| format!("unrelated {n}\n")).collect();
            let (old, new) = (format!("top\n{old}"), format!("top\n{new}"));
            let ids = |file: &FileChange| file.hunks.iter().map(|hunk| hunk.id).collect::<Vec<_>>();
            let hunk = |hunk: &Hunk| (hunk.lines.len(), hunk.old.lines);
            let plain = cut_texts(&old, &new);
            let moved = cut_texts(&format!("{above}{old}"), &format!("{above}{new}"));
            // Where the same text is cut in another way because it is longer, it is another hunk.
            let same = plain.hunks.iter().map(hunk).eq(moved.hunks.iter().map(hunk));
            prop_assert!(!same || ids(&plain) == ids(&moved));
        }
    }
}
