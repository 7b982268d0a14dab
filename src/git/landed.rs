//! What has landed on the target since a sign-off was made: a sign-off does its work once.
//!
//! The target's first-parent line is walked for all paths of the change at once. What a
//! commit made of a file is cut into hunks only where both sides have all lines of the
//! hunk that is asked for: of a long history that is next to nothing.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;

use super::entry::FOLDER;
use super::first_parents::Line;
use super::objects::{Store, oid};
use super::wanted::Step;
use super::{Delta, Entry, Error, Repo};
use crate::change::cut::MAX_TEXT;
use crate::change::{FileChange, HunkId, HunkKind, Mode, ObjectId, Origin, mark};

/// How many lines of a hunk are looked for before a file is cut.
const LINES: usize = 64;

/// The landings on a target, found as they are asked for.
pub(super) struct Landings<'r> {
    repo: &'r Repo,
    line: RefCell<Line>,
    sought: RefCell<Sought>,
    differences: RefCell<HashMap<Question, Rc<Vec<Delta>>>>,
    /// The lines of the files that were looked at; `None` where there are no lines to look at.
    lines: RefCell<HashMap<ObjectId, Option<Rc<Vec<u64>>>>>,
    cuts: RefCell<HashMap<Ends, Rc<HashSet<HunkId>>>>,
}

/// What is asked of a file: since which base, its old path where it was moved, and its path.
type Question = (ObjectId, Option<BString>, BString);

/// What tells one difference from another: path, mode and object on both sides.
type Ends = [Option<(BString, Mode, ObjectId)>; 2];

/// The hunks that will be asked for, by the marks of their lines before and after.
pub(super) type Sought = HashMap<HunkId, [Vec<u64>; 2]>;

impl<'r> Landings<'r> {
    /// Prepares to look for landings on the line of `tip`, of these paths above all.
    pub(super) fn new(repo: &'r Repo, tip: ObjectId, paths: &BTreeSet<BString>) -> Self {
        Self {
            repo,
            line: RefCell::new(Line::new(tip, paths)),
            sought: RefCell::default(),
            differences: RefCell::default(),
            lines: RefCell::default(),
            cuts: RefCell::default(),
        }
    }

    /// Takes note of the hunks that will be asked for. Others are found too, with more work.
    pub(super) fn seek(&self, sought: Sought) {
        self.sought.replace(sought);
    }

    /// Tells whether a commit since `base` landed this hunk, at once or by the last of several.
    pub(super) fn landed(
        &self,
        base: ObjectId,
        hunk: HunkId,
        path: &BStr,
        old_path: Option<&BStr>,
    ) -> Result<bool, Error> {
        let store = self.repo.store()?;
        for delta in self.differences(&store, base, path, old_path)?.iter() {
            if self.may_hold(&store, hunk, delta)? && self.cut(delta)?.contains(&hunk) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns what each commit of the line made of a file, and what it completed since the base.
    fn differences(
        &self,
        store: &Store<'_>,
        base: ObjectId,
        path: &BStr,
        old_path: Option<&BStr>,
    ) -> Result<Rc<Vec<Delta>>, Error> {
        let question = (base, old_path.map(BStr::to_owned), path.to_owned());
        if let Some(known) = self.differences.borrow().get(&question) {
            return Ok(Rc::clone(known));
        }
        let mut line = self.line.borrow_mut();
        let end = line.end(self.repo, store, base)?;
        let mut at_base = None;
        if self.repo.is_here(base)? {
            at_base = Some(store.file(store.links(base)?.tree, old_path.unwrap_or(path))?);
        }
        let mut deltas = Vec::new();
        for Delta { old, new } in steps(self.repo, store, &mut line, (path, old_path), end)? {
            deltas.extend(at_base.iter().map(|old| Delta { old: old.clone(), new: new.clone() }));
            deltas.push(Delta { old, new });
        }
        let mut seen = HashSet::new();
        deltas.retain(|delta| delta.old != delta.new && seen.insert(ends(delta)));
        let deltas = Rc::new(deltas);
        self.differences.borrow_mut().insert(question, Rc::clone(&deltas));
        Ok(deltas)
    }

    /// Tells whether a hunk may be in this difference; only a `false` is certain.
    fn may_hold(&self, store: &Store<'_>, hunk: HunkId, delta: &Delta) -> Result<bool, Error> {
        let sought = self.sought.borrow();
        let Some([before, after]) = sought.get(&hunk) else { return Ok(true) };
        let holds = |entry: &Option<Entry>, marks: &[u64]| {
            let Some(entry) = entry else { return Ok(marks.is_empty()) };
            let Some(lines) = self.lines(store, entry)? else { return Ok(true) };
            Ok::<_, Error>(marks.iter().all(|mark| lines.binary_search(mark).is_ok()))
        };
        Ok(holds(&delta.new, after)? && holds(&delta.old, before)?)
    }

    /// Returns the marks of a file's lines; `None` where it is not to be read as text.
    fn lines(&self, store: &Store<'_>, entry: &Entry) -> Result<Option<Rc<Vec<u64>>>, Error> {
        if !entry.mode.is_file() {
            return Ok(None);
        }
        if let Some(lines) = self.lines.borrow().get(&entry.object) {
            return Ok(lines.clone());
        }
        let mut lines = None;
        if store.size(ObjectType::Blob, entry.object)? <= MAX_TEXT {
            let object = store.read(ObjectType::Blob, entry.object)?;
            let mut marks: Vec<u64> = object.data().lines_with_terminator().map(mark).collect();
            marks.sort_unstable();
            marks.dedup();
            lines = Some(Rc::new(marks));
        }
        self.lines.borrow_mut().insert(entry.object, lines.clone());
        Ok(lines)
    }

    /// Returns the hunks of a difference.
    fn cut(&self, delta: &Delta) -> Result<Rc<HashSet<HunkId>>, Error> {
        let ends = ends(delta);
        if let Some(hunks) = self.cuts.borrow().get(&ends) {
            return Ok(Rc::clone(hunks));
        }
        let file = self.repo.file_change(delta)?;
        let hunks = Rc::new(file.hunks.iter().map(|hunk| hunk.id).collect());
        self.cuts.borrow_mut().insert(ends, Rc::clone(&hunks));
        Ok(hunks)
    }
}

/// Returns the marks of the lines of a file's hunks; a hunk that is not text has none and is left out.
pub(super) fn sought(file: &FileChange) -> Sought {
    let text = file.hunks.iter().filter(|hunk| hunk.kind == HunkKind::Text);
    let marks = text.map(|hunk| {
        let side = |absent: Origin| {
            let lines = hunk.lines.iter().filter(|line| line.origin != absent);
            lines.take(LINES).map(|line| mark(file.text(line))).collect()
        };
        (hunk.id, [side(Origin::Added), side(Origin::Removed)])
    });
    marks.collect()
}

fn ends(delta: &Delta) -> Ends {
    [&delta.old, &delta.new]
        .map(|side| side.as_ref().map(|entry| (entry.path.clone(), entry.mode, entry.object)))
}

/// Returns a file before and after each commit of the line that changed it, or the path that it was moved from.
fn steps(
    repo: &Repo,
    store: &Store<'_>,
    line: &mut Line,
    (path, old_path): (&BStr, Option<&BStr>),
    end: usize,
) -> Result<Vec<Delta>, Error> {
    let steps = line.changes(repo, path, end)?;
    let Some(old_path) = old_path else {
        let delta = |step: &Step| Delta { old: file(path, step.old), new: file(path, step.new) };
        return Ok(steps.iter().map(delta).collect());
    };
    let old_steps = line.changes(repo, old_path, end)?;
    let places: BTreeSet<usize> = steps.iter().chain(&old_steps).map(|step| step.place).collect();
    let mut deltas = Vec::new();
    for place in places {
        if let (Some(new), Some(old)) = (line.tree(place), line.tree(place + 1)) {
            deltas.push(Delta { old: store.file(old, old_path)?, new: store.file(new, path)? });
        }
    }
    Ok(deltas)
}

impl Repo {
    /// Tells whether `commit` is `tip` or an ancestor of it; one that this repository does not have is not.
    pub(super) fn is_merged(&self, commit: ObjectId, tip: ObjectId) -> Result<bool, Error> {
        if !self.is_here(commit)? {
            return Ok(false);
        }
        self.is_ancestor(commit, tip)
    }

    /// Tells whether the repository has this commit; in a shallow clone nobody knows what is missing.
    pub(super) fn is_here(&self, commit: ObjectId) -> Result<bool, Error> {
        let here = self.store()?.odb.exists(oid(commit));
        if !here && self.is_shallow() {
            return Err(Error::new(format!(
                "the commit {} of a sign-off is not in this shallow clone",
                commit.short()
            ))
            .help("`git fetch --unshallow` (in CI: fetch-depth: 0)"));
        }
        Ok(here)
    }
}

impl Store<'_> {
    /// Returns the file, link or submodule at a path.
    fn file(&self, tree: ObjectId, path: &BStr) -> Result<Option<Entry>, Error> {
        Ok(file(path, self.look_up(tree, path)?))
    }
}

fn file(path: &BStr, found: Option<(Mode, ObjectId)>) -> Option<Entry> {
    let (mode, object) = found.filter(|(mode, _)| *mode != FOLDER)?;
    Some(Entry { path: path.to_owned(), mode, object, on_disk: false })
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use crate::change::HunkId;
    use crate::git::source::tests::{hunks, id, read};
    use crate::git::{Asked, Error, Repo};
    use crate::review::Source;
    use crate::sign_off::History;
    use crate::support::TestRepo;

    const FILE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

    /// The hunks of what HEAD changes, by the default base.
    fn found(test: &TestRepo) -> Vec<HunkId> {
        read(test, &Asked::default(), |reader| hunks(reader).into_iter().map(|(_, id)| id).collect()).unwrap()
    }

    fn landed(
        test: &TestRepo,
        base: &str,
        hunk: HunkId,
        path: &str,
        old_path: Option<&str>,
    ) -> Result<bool, Error> {
        read(test, &Asked::default(), |reader| {
            reader.landed(id(base), hunk, BStr::new(path), old_path.map(BStr::new))
        })?
    }

    /// A repository with a file `a` on `main`, and the branch `feat` on which it ends in `evil`.
    fn repo() -> (TestRepo, String, HunkId) {
        let test = TestRepo::new();
        let base = test.commit_files(&[("dir/a", FILE), ("b", "b\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        test.commit_files(&[("dir/a", &format!("{FILE}evil\n"))], "evil");
        let hunk = found(&test)[0];
        (test, base, hunk)
    }

    // HIS-11
    #[test]
    fn hunk_that_landed_and_was_reverted_has_landed() {
        let (test, base, hunk) = repo();
        assert!(!landed(&test, &base, hunk, "dir/a", None).unwrap());
        test.git(&["checkout", "-q", "main"]);
        test.git(&["merge", "-q", "--ff-only", "feat"]);
        test.tick();
        test.git(&["revert", "--no-edit", "HEAD"]);
        let reverted = test.rev("HEAD");
        test.git(&["checkout", "-qB", "feat"]);
        test.commit_files(&[("dir/a", &format!("{FILE}evil\n"))], "again");
        assert_eq!(found(&test), [hunk], "it is the same hunk again");
        assert!(landed(&test, &base, hunk, "dir/a", None).unwrap());
        assert!(!landed(&test, &reverted, hunk, "dir/a", None).unwrap(), "signed anew after the revert");
        assert!(!landed(&test, &base, hunk, "b", None).unwrap());
    }

    #[test]
    fn looking_for_the_texts_of_the_change_first_finds_the_same() {
        let (test, base, hunk) = repo();
        test.git(&["checkout", "-q", "main"]);
        for content in
            [format!("0\n{FILE}"), format!("{FILE}evil\n"), FILE.replace('5', "five"), FILE.to_owned()]
        {
            test.commit_files(&[("dir/a", &content)], "over and back");
        }
        test.git(&["checkout", "-q", "-B", "feat"]);
        test.commit_files(&[("dir/a", &format!("{FILE}evil\n")), ("b", "c\n")], "again");
        let reverted = test.rev("main");
        read(&test, &Asked::default(), |reader| {
            let hunks = hunks(reader);
            let path = BStr::new("dir/a");
            assert!(hunks.iter().any(|(_, id)| *id == hunk));
            assert!(reader.landed(id(&base), hunk, path, None).unwrap());
            assert!(!reader.landed(id(&reverted), hunk, path, None).unwrap());
            let other = hunks.iter().find(|(text, _)| text.starts_with('b')).unwrap().1;
            assert!(!reader.landed(id(&base), other, BStr::new("b"), None).unwrap());
            assert!(!reader.landed(id(&base), other, path, None).unwrap(), "a hunk of another path");
        })
        .unwrap();
    }

    #[test]
    fn commit_graph_changes_no_answer() {
        let (test, base, hunk) = repo();
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("b", "other\n")], "other");
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "feat"]);
        test.git(&["revert", "--no-edit", "-m1", "HEAD"]);
        let reverted = test.rev("HEAD");
        test.git(&["checkout", "-qB", "feat"]);
        test.commit_files(&[("dir/a", &format!("{FILE}evil\n"))], "again");
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("b", "further\n")], "the target goes on");
        test.git(&["checkout", "-q", "feat"]);
        let answers = || {
            let facts = read(&test, &Asked::default(), |reader| format!("{:?}", reader.change())).unwrap();
            let landed = [&base, &reverted].map(|base| landed(&test, base, hunk, "dir/a", None).unwrap());
            (facts, landed)
        };
        let without = answers();
        assert_eq!(without.1, [true, false]);
        test.git(&["commit-graph", "write", "--reachable"]);
        assert_eq!(answers(), without);
    }

    #[test]
    fn hunk_that_landed_by_a_merge_commit_or_in_pieces_has_landed() {
        let (test, base, hunk) = repo();
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("b", "other\n")], "other");
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "feat"]);
        assert!(landed(&test, &base, hunk, "dir/a", None).unwrap());
        let (test, base, _) = repo();
        test.commit_files(&[("dir/a", &format!("{FILE}evil\nmore\n"))], "more");
        let hunk = found(&test)[0];
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("dir/a", &format!("{FILE}evil\n"))], "first half");
        assert!(!landed(&test, &base, hunk, "dir/a", None).unwrap());
        test.commit_files(&[("dir/a", &format!("{FILE}evil\nmore\n"))], "second half");
        test.commit_files(&[("dir/a", FILE)], "revert");
        assert!(landed(&test, &base, hunk, "dir/a", None).unwrap());
    }

    #[test]
    fn other_changes_of_the_file_are_not_the_hunk() {
        let (test, base, hunk) = repo();
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("dir/a", &format!("0\n{FILE}"))], "elsewhere");
        test.git(&["rm", "-q", "dir/a"]);
        test.commit("gone");
        test.commit_files(&[("dir/a", FILE)], "back");
        assert!(!landed(&test, &base, hunk, "dir/a", None).unwrap());
    }

    #[test]
    fn renames_and_deletions_land_too() {
        let test = TestRepo::new();
        let base = test.commit_files(&[("a", FILE), ("gone", "x\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        test.git(&["mv", "a", "moved"]);
        test.git(&["rm", "-q", "gone"]);
        test.commit("move");
        let [gone, moved] = found(&test)[..] else { panic!("there are two hunks") };
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("c", "c\n")], "other");
        assert!(!landed(&test, &base, moved, "moved", Some("a")).unwrap());
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "feat"]);
        test.commit_files(&[("c", "d\n")], "later");
        assert!(landed(&test, &base, moved, "moved", Some("a")).unwrap());
        assert!(landed(&test, &base, gone, "gone", None).unwrap());
    }

    #[test]
    fn base_off_the_line_ends_the_walk_where_the_line_enters_its_history() {
        let (test, _, hunk) = repo();
        test.git(&["checkout", "-q", "main"]);
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "feat"]);
        test.tick();
        test.git(&["revert", "-m", "1", "--no-edit", "HEAD"]);
        let reverted = test.rev("HEAD");
        test.git(&["checkout", "-qb", "side"]);
        let side = test.commit_files(&[("c", "1\n")], "side");
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("d", "1\n")], "main");
        test.git(&["merge", "-q", "--no-ff", "-m", "merge side", "side"]);
        assert!(!landed(&test, &side, hunk, "dir/a", None).unwrap());
        assert!(!landed(&test, &reverted, hunk, "dir/a", None).unwrap());
        let nowhere = "1".repeat(40);
        assert!(
            landed(&test, &nowhere, hunk, "dir/a", None).unwrap(),
            "a base that is gone: any landing counts"
        );
    }

    #[test]
    fn merged_is_the_tip_and_what_lies_behind_it() {
        let (test, base, _) = repo();
        let head = test.rev("HEAD");
        let merged =
            |commit: &str| read(&test, &Asked::default(), |reader| reader.is_merged(id(commit)).unwrap());
        assert!(merged(&base).unwrap());
        assert!(!merged(&head).unwrap());
        assert!(!merged(&"1".repeat(40)).unwrap());
    }

    #[test]
    fn shallow_clone_cannot_tell() {
        let (test, base, hunk) = repo();
        test.git(&["checkout", "-q", "main"]);
        for number in 0..5 {
            test.commit_files(&[("b", &number.to_string())], "more");
        }
        let shallow = test.cloned(&["--depth", "2"]);
        let error = landed(&shallow, &base, hunk, "dir/a", None).unwrap_err();
        assert!(error.help.unwrap().contains("git fetch --unshallow"));
        let repo = Repo::open(shallow.path()).unwrap();
        assert!(repo.is_merged(id(&base), id(&shallow.rev("HEAD"))).is_err());
    }
}
