//! What has landed on the target since a sign-off was made: a sign-off does its work once.
//!
//! The target's first-parent line is walked from its tip to the sign-off's base, once
//! for all paths of the change. Of each tree on the way only the folders that lead to
//! these paths are read, and only where they differ from those of the commit after.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;

use super::entry::{FOLDER, entries};
use super::objects::{Store, oid};
use super::{Delta, Entry, Error, Repo};
use crate::change::{HunkId, Mode, ObjectId};

/// The landings on a target, found as they are asked for.
pub(super) struct Landings<'r> {
    repo: &'r Repo,
    tip: ObjectId,
    /// The paths that are likely to be asked for.
    paths: BTreeSet<BString>,
    lines: RefCell<HashMap<ObjectId, Rc<Line>>>,
}

/// The first-parent line of the target since a commit.
struct Line {
    /// The trees of the commits, from the tip on; the last is that of the commit where the line ends, if it ends at one.
    trees: Vec<ObjectId>,
    /// The tree of the sign-off's base, when the repository has it.
    base: Option<ObjectId>,
    /// For each path the places in `trees` at which it differs from the tree after it.
    changed: RefCell<HashMap<BString, Vec<usize>>>,
    /// What landed of each file that was asked for, by its old path and its path.
    landed: RefCell<HashMap<Ends, HashSet<HunkId>>>,
}

/// The old path of a file, where it was moved, and its path.
type Ends = (Option<BString>, BString);

impl<'r> Landings<'r> {
    pub(super) fn new(repo: &'r Repo, tip: ObjectId, paths: BTreeSet<BString>) -> Self {
        Self { repo, tip, paths, lines: RefCell::default() }
    }

    /// Tells whether a commit since `base` landed this hunk, at once or by the last of several.
    pub(super) fn landed(
        &self,
        base: ObjectId,
        hunk: HunkId,
        path: &BStr,
        old_path: Option<&BStr>,
    ) -> Result<bool, Error> {
        let line = self.line(base)?;
        let ends = (old_path.map(BStr::to_owned), path.to_owned());
        if let Some(hunks) = line.landed.borrow().get(&ends) {
            return Ok(hunks.contains(&hunk));
        }
        let hunks = self.hunks(&line, path, old_path)?;
        let landed = hunks.contains(&hunk);
        line.landed.borrow_mut().insert(ends, hunks);
        Ok(landed)
    }

    /// Cuts every difference that a commit of the line made to a file, and that it completed since the base.
    fn hunks(&self, line: &Line, path: &BStr, old_path: Option<&BStr>) -> Result<HashSet<HunkId>, Error> {
        let store = self.repo.store()?;
        let mut places = BTreeSet::from_iter(line.changes(&store, path)?);
        if let Some(old_path) = old_path {
            places.extend(line.changes(&store, old_path)?);
        }
        let old_path = old_path.unwrap_or(path);
        let at_base = line.base.map(|base| store.file(base, old_path)).transpose()?;
        let mut seen = HashSet::new();
        let mut hunks = HashSet::new();
        for place in places {
            let (Some(tree), Some(before)) = (line.trees.get(place), line.trees.get(place + 1)) else {
                continue;
            };
            let new = store.file(*tree, path)?;
            let before = store.file(*before, old_path)?;
            for old in at_base.iter().chain([&before]) {
                let objects = [old, &new].map(|entry| entry.as_ref().map(|entry| (entry.mode, entry.object)));
                if *old == new || !seen.insert(objects) {
                    continue;
                }
                let file = self.repo.file_change(&Delta { old: old.clone(), new: new.clone() })?;
                hunks.extend(file.hunks.iter().map(|hunk| hunk.id));
            }
        }
        Ok(hunks)
    }

    fn line(&self, base: ObjectId) -> Result<Rc<Line>, Error> {
        if let Some(line) = self.lines.borrow().get(&base) {
            return Ok(Rc::clone(line));
        }
        let store = self.repo.store()?;
        let trees = self.repo.first_parents(&store, self.tip, base)?;
        let known = self.repo.is_here(base)?;
        let base_tree = if known { Some(store.links(base)?.tree) } else { None };
        let line = Line { trees, base: base_tree, changed: RefCell::default(), landed: RefCell::default() };
        line.find_changes(&store, &self.paths)?;
        let line = Rc::new(line);
        self.lines.borrow_mut().insert(base, Rc::clone(&line));
        Ok(line)
    }
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
    fn is_here(&self, commit: ObjectId) -> Result<bool, Error> {
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

    /// Returns the trees of the commits from `tip` along the first parents to the first that is `base` or in its history.
    fn first_parents(
        &self,
        store: &Store<'_>,
        tip: ObjectId,
        base: ObjectId,
    ) -> Result<Vec<ObjectId>, Error> {
        let mut commits = Vec::new();
        let mut trees = Vec::new();
        let mut next = Some(tip);
        while let Some(commit) = next {
            let links = store.links(commit)?;
            commits.push(commit);
            trees.push(links.tree);
            if commit == base {
                return Ok(trees);
            }
            next = links.parents.first().copied();
            if next.is_some_and(|parent| !store.odb.exists(oid(parent))) && self.is_cut(commit)? {
                return Err(Error::new(format!("the target's history is cut short at {}", commit.short()))
                    .help("`git fetch --unshallow` (in CI: fetch-depth: 0): older sign-offs can't be judged without"));
            }
        }
        // The base is not on the line: the line ends where it enters the base's history.
        if self.is_here(base)? {
            let mut older = commits.len();
            let mut newer = 0;
            while newer < older {
                let middle = newer + (older - newer) / 2;
                if self.is_ancestor(commits[middle], base)? { older = middle } else { newer = middle + 1 }
            }
            trees.truncate(newer + 1);
        }
        Ok(trees)
    }
}

impl Line {
    /// Returns the places in `trees` at which a path differs from the tree after it.
    fn changes(&self, store: &Store<'_>, path: &BStr) -> Result<Vec<usize>, Error> {
        if !self.changed.borrow().contains_key(path) {
            self.find_changes(store, &BTreeSet::from([path.to_owned()]))?;
        }
        Ok(self.changed.borrow().get(path).cloned().unwrap_or_default())
    }

    /// Walks the line once for all these paths.
    fn find_changes(&self, store: &Store<'_>, paths: &BTreeSet<BString>) -> Result<(), Error> {
        let mut wanted = Wanted::new(paths);
        let mut changed: HashMap<BString, Vec<usize>> =
            paths.iter().map(|path| (path.clone(), Vec::new())).collect();
        for (place, tree) in self.trees.iter().enumerate() {
            for path in wanted.step(store, *tree)? {
                // What differs here from the tree before in the list was changed by the commit there.
                if let (Some(place), Some(places)) = (place.checked_sub(1), changed.get_mut(path)) {
                    places.push(place);
                }
            }
        }
        self.changed.borrow_mut().extend(changed);
        Ok(())
    }
}

/// The paths that are looked for, as a tree of names, and what a walk last saw there.
struct Wanted<'a> {
    nodes: Vec<Node<'a>>,
}

#[derive(Default)]
struct Node<'a> {
    children: BTreeMap<&'a [u8], usize>,
    path: Option<&'a BString>,
    entry: Option<(Mode, ObjectId)>,
}

impl<'a> Wanted<'a> {
    fn new(paths: &'a BTreeSet<BString>) -> Self {
        let mut nodes = vec![Node::default()];
        for path in paths {
            let mut at = 0;
            for name in path.split_str("/") {
                let next = nodes.len();
                let child = *nodes[at].children.entry(name).or_insert(next);
                if child == next {
                    nodes.push(Node::default());
                }
                at = child;
            }
            nodes[at].path = Some(path);
        }
        Self { nodes }
    }

    /// Looks at the next tree and returns the paths that differ from the one before.
    fn step(&mut self, store: &Store<'_>, tree: ObjectId) -> Result<Vec<&'a BString>, Error> {
        let mut changed = Vec::new();
        let mut pending = vec![(0, Some((FOLDER, tree)))];
        while let Some((at, entry)) = pending.pop() {
            let node = &mut self.nodes[at];
            if node.entry == entry {
                continue;
            }
            node.entry = entry;
            changed.extend(node.path);
            if node.children.is_empty() {
                continue;
            }
            let mut found: BTreeMap<usize, (Mode, ObjectId)> = BTreeMap::new();
            if let Some((FOLDER, tree)) = entry {
                let object = store.read(ObjectType::Tree, tree)?;
                for entry in entries(object.data()) {
                    let (mode, name, id) = entry.map_err(|why| {
                        Error::new(format!("the tree {tree} of the target is malformed: {why}"))
                            .help("check the repository with `git fsck`")
                    })?;
                    if let Some(child) = node.children.get(name) {
                        found.insert(*child, (mode, id));
                    }
                }
            }
            pending.extend(node.children.values().map(|child| (*child, found.get(child).copied())));
        }
        Ok(changed)
    }
}

impl Store<'_> {
    /// Returns the file, link or submodule at a path.
    fn file(&self, tree: ObjectId, path: &BStr) -> Result<Option<Entry>, Error> {
        let found = self.look_up(tree, path)?.filter(|(mode, _)| *mode != FOLDER);
        Ok(found.map(|(mode, object)| Entry { path: path.to_owned(), mode, object, on_disk: false }))
    }
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use crate::change::HunkId;
    use crate::git::source::tests::{hunks, id, read};
    use crate::git::{Asked, Error, Repo};
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
