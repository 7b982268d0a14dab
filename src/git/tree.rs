//! Compares two trees, reading tree objects as they are stored.
//!
//! git and libgit2 disagree about malformed trees: of two entries with one name,
//! one program shows the first and the other checks out the last. So every tree
//! that differs is read here byte by byte, and one that is not as git would write
//! it is an error. The walk keeps its own stack: a tree may be as deep as it likes.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;

use super::Error;
use super::objects::Store;
use crate::change::{Mode, ObjectId};

/// The most files of one change.
const MAX_FILES: usize = 500_000;
/// The most folders that are read for one change.
const MAX_FOLDERS: usize = 200_000;
/// The deepest that folders may be nested.
const MAX_DEPTH: usize = 4_096;
/// The largest tree object, in bytes.
const MAX_TREE: usize = 64 << 20;

/// A file, link or submodule of a tree, of the index or of the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path, as bytes.
    pub path: BString,
    /// The mode, as git would write it today.
    pub mode: Mode,
    /// The blob, or the commit of a submodule.
    pub object: ObjectId,
    /// The content is in the work tree, and not among the objects.
    pub on_disk: bool,
}

/// An entry that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The entry before; `None` where it was added.
    pub old: Option<Entry>,
    /// The entry after; `None` where it was deleted.
    pub new: Option<Entry>,
}

impl Delta {
    /// Returns the new path, or the old one of what was deleted.
    pub fn path(&self) -> &BStr {
        self.new.as_ref().or(self.old.as_ref()).map_or(BStr::new(""), |entry| entry.path.as_ref())
    }

    /// Returns the old path of what was renamed.
    pub fn old_path(&self) -> Option<&BStr> {
        let old = self.old.as_ref()?.path.as_bstr();
        (old != self.path()).then_some(old)
    }
}

/// Returns the entries that differ between two trees, in the order of their paths, nothing paired.
pub(super) fn differences(
    store: &Store<'_>,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Result<Vec<Delta>, Error> {
    let mut walk = Walk { store, path: Vec::new(), levels: Vec::new(), folders: 0, found: Vec::new() };
    if old != new {
        walk.enter(old, new, 0)?;
    }
    while walk.step()? {}
    Ok(walk.found)
}

/// Returns the entry at a path of a tree; `None` where there is none, or a folder.
pub(super) fn find(store: &Store<'_>, tree: ObjectId, path: &BStr) -> Result<Option<Entry>, Error> {
    let (mut tree, mut at) = (Some(tree), 0);
    for name in path.split_str("/") {
        let Some(id) = tree.take() else { return Ok(None) };
        let parsed = Tree::read(store, id, path[..at].as_bstr())?;
        let Some(raw) = parsed.entries.iter().find(|raw| parsed.name(raw) == name) else { return Ok(None) };
        at += name.len() + 1;
        if raw.is_tree() {
            tree = Some(raw.object);
        } else if at > path.len() {
            return Ok(Some(entry(path.to_owned(), raw)));
        }
    }
    Ok(None)
}

/// Two trees that are being compared, and the folders on the way to where the walk is.
struct Walk<'a> {
    store: &'a Store<'a>,
    /// The path of the innermost folder, with a slash at its end.
    path: Vec<u8>,
    levels: Vec<Level>,
    folders: usize,
    found: Vec<Delta>,
}

/// A folder that is being compared.
struct Level {
    sides: [Rc<Tree>; 2],
    /// The next entry on either side.
    at: [usize; 2],
    /// How long the path of the folder above is.
    above: usize,
}

impl Walk<'_> {
    /// Begins to compare two trees below `path`, which was so long `above` them.
    fn enter(&mut self, old: Option<ObjectId>, new: Option<ObjectId>, above: usize) -> Result<(), Error> {
        self.folders += 1;
        let place = BStr::new(&self.path);
        if self.folders > MAX_FOLDERS || self.levels.len() >= MAX_DEPTH {
            let what =
                if self.folders > MAX_FOLDERS { "too many folders" } else { "folders nested too deeply" };
            let message = format!("the change has {what}: at most {MAX_FOLDERS} are read, {MAX_DEPTH} deep");
            return Err(Error::new(message).help("split it into several"));
        }
        let read = |id: Option<ObjectId>| {
            id.map_or_else(|| Ok(Rc::default()), |id| self.store.trees.read(self.store, id, place))
        };
        let sides = [read(old)?, read(new)?];
        self.levels.push(Level { sides, at: [0, 0], above });
        Ok(())
    }

    /// Compares the next entries; returns whether there were any.
    fn step(&mut self) -> Result<bool, Error> {
        let Some(level) = self.levels.last_mut() else { return Ok(false) };
        let [old, new] = [0, 1].map(|side| level.sides[side].entries.get(level.at[side]).cloned());
        let order = match (&old, &new) {
            (None, None) => {
                self.path.truncate(level.above);
                self.levels.pop();
                return Ok(true);
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => {
                let [one, other] = &level.sides;
                compare((one.name(old), old.is_tree()), (other.name(new), new.is_tree()))
            }
        };
        let (old, new) = (old.filter(|_| order.is_le()), new.filter(|_| order.is_ge()));
        level.at[0] += usize::from(old.is_some());
        level.at[1] += usize::from(new.is_some());
        let side = usize::from(old.is_none());
        let name = old.as_ref().or(new.as_ref()).map_or(0..0, |raw| raw.name.clone());
        let same = matches!((&old, &new), (Some(old), Some(new)) if old.mode == new.mode && old.object == new.object);
        if !same {
            let before = self.path.len();
            self.path.extend_from_slice(&level.sides[side].bytes[name]);
            self.differ(old, new, before)?;
        }
        Ok(true)
    }

    /// Notes what differs at `path`, or goes into it; a file leaves the path as it was `before`.
    fn differ(&mut self, old: Option<Raw>, new: Option<Raw>, before: usize) -> Result<(), Error> {
        if old.as_ref().or(new.as_ref()).is_some_and(Raw::is_tree) {
            self.path.push(b'/');
            return self.enter(old.map(|raw| raw.object), new.map(|raw| raw.object), before);
        }
        if self.found.len() == MAX_FILES {
            return Err(Error::new(format!("more than {MAX_FILES} files differ"))
                .help("split the change into several"));
        }
        let [old, new] =
            [old, new].map(|raw| raw.map(|raw| entry(BString::from(self.path.as_slice()), &raw)));
        self.found.push(Delta { old, new });
        self.path.truncate(before);
        Ok(())
    }
}

/// Trees that were read a moment ago: the new side of one commit is the old side of the next.
#[derive(Default)]
pub(super) struct Lately(RefCell<HashMap<ObjectId, Rc<Tree>>>);

/// How many trees are kept, and how many bytes one of them may have.
const KEPT: usize = 1_024;
const LARGEST_KEPT: usize = 64 << 10;

impl Lately {
    fn read(&self, store: &Store<'_>, id: ObjectId, path: &BStr) -> Result<Rc<Tree>, Error> {
        if let Some(tree) = self.0.borrow().get(&id) {
            return Ok(Rc::clone(tree));
        }
        let tree = Rc::new(Tree::read(store, id, path)?);
        let mut kept = self.0.borrow_mut();
        if kept.len() == KEPT {
            kept.clear();
        }
        if tree.bytes.len() <= LARGEST_KEPT {
            kept.insert(id, Rc::clone(&tree));
        }
        Ok(tree)
    }
}

/// A tree object, known to be well formed.
#[derive(Default)]
pub(super) struct Tree {
    bytes: Vec<u8>,
    entries: Vec<Raw>,
}

/// An entry as a tree stores it.
#[derive(Clone)]
struct Raw {
    mode: u32,
    name: Range<usize>,
    object: ObjectId,
}

impl Raw {
    fn is_tree(&self) -> bool {
        self.mode == 0o040_000
    }
}

impl Tree {
    /// Reads the tree of the folder at `path`, which ends in a slash or is empty.
    fn read(store: &Store<'_>, id: ObjectId, path: &BStr) -> Result<Self, Error> {
        let malformed = |what: String| {
            let place = if path.is_empty() { "the top folder".to_owned() } else { format!("`{path}`") };
            Error::new(format!("the tree `{id}` of {place} is malformed: {what}")).help(
                "no git program writes such a tree: look at it with `git fsck`, and make the commit anew",
            )
        };
        if store.size(ObjectType::Tree, id)? > MAX_TREE {
            return Err(malformed(format!("it is larger than {MAX_TREE} bytes")));
        }
        let bytes = store.read(ObjectType::Tree, id)?.data().to_vec();
        let mut tree = Self { bytes, entries: Vec::new() };
        let mut at = 0;
        while at < tree.bytes.len() {
            let raw =
                parse(&tree.bytes, at).ok_or_else(|| malformed("it can't be read to its end".to_owned()))?;
            at = raw.name.end + 21;
            tree.check(&raw).map_err(malformed)?;
            tree.entries.push(raw);
        }
        Ok(tree)
    }

    fn name(&self, raw: &Raw) -> &[u8] {
        &self.bytes[raw.name.clone()]
    }

    /// Checks the next entry against what git would write.
    fn check(&self, raw: &Raw) -> Result<(), String> {
        let name = self.name(raw).as_bstr();
        if name.is_empty() || name == "." || name == ".." || name.contains(&b'/') || is_dot_git(name) {
            return Err(format!("it has an entry named `{name}`"));
        }
        if !matches!(raw.mode, 0o040_000 | 0o100_644 | 0o100_755 | 0o120_000 | 0o160_000) {
            return Err(format!("`{name}` has the mode {:o}", raw.mode));
        }
        let Some(last) = self.entries.last() else { return Ok(()) };
        // A file and a folder of one name are apart in the order, with `name.x` between them.
        let twice = raw.is_tree()
            && self
                .entries
                .binary_search_by(|one| compare((self.name(one), one.is_tree()), (name, false)))
                .is_ok();
        if twice || self.name(last) == name.as_bytes() {
            return Err(format!("it has two entries named `{name}`"));
        }
        if compare((self.name(last), last.is_tree()), (name, raw.is_tree())).is_ge() {
            return Err(format!("`{name}` is out of order"));
        }
        Ok(())
    }
}

/// Reads the entry at `at`: mode, space, name, NUL, twenty bytes of id.
fn parse(bytes: &[u8], at: usize) -> Option<Raw> {
    let rest = bytes.get(at..)?;
    let space = rest.find_byte(b' ').filter(|&space| (1..=7).contains(&space))?;
    let mut mode = 0;
    for digit in &rest[..space] {
        mode = mode << 3 | u32::from(digit.checked_sub(b'0').filter(|&digit| digit < 8)?);
    }
    let end = rest.find_byte(0)?;
    let object = rest.get(end + 1..end + 21)?.try_into().ok()?;
    // A file's permissions other than its exec bit are leftovers of early versions of git.
    if mode & 0o170_000 == 0o100_000 {
        mode = if mode & 0o100 == 0 { 0o100_644 } else { 0o100_755 };
    }
    Some(Raw { mode, name: at + space + 1..at + end, object: ObjectId::new(object) })
}

/// Compares names in git's order, in which a folder's name ends in a slash.
fn compare((one, one_is_tree): (&[u8], bool), (other, other_is_tree): (&[u8], bool)) -> Ordering {
    let shared = one.len().min(other.len());
    let next = |name: &[u8], is_tree: bool| name.get(shared).copied().or(is_tree.then_some(b'/'));
    let order = one[..shared].cmp(&other[..shared]);
    order.then_with(|| next(one, one_is_tree).cmp(&next(other, other_is_tree)))
}

/// Tells whether a file system might take a name for `.git`.
fn is_dot_git(name: &BStr) -> bool {
    if !matches!(name.first(), Some(b'.' | b'g' | b'G')) {
        return false;
    }
    let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
    let name = name.trim_end_with(|c| matches!(c, '.' | ' '));
    name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1")
}

fn entry(path: BString, raw: &Raw) -> Entry {
    Entry { path, mode: Mode(raw.mode), object: raw.object, on_disk: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Repo;
    use crate::support::TestRepo;

    /// Writes a tree as it is told, right or wrong.
    fn tree(test: &TestRepo, entries: &[(&str, &str, &str)]) -> ObjectId {
        let mut bytes = Vec::new();
        for (mode, name, object) in entries {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(ObjectId::parse(object).unwrap().as_bytes());
        }
        ObjectId::parse(&test.raw_object("tree", &bytes)).unwrap()
    }

    fn malformed(test: &TestRepo, entries: &[(&str, &str)]) -> String {
        let [blob, empty] =
            [("blob", &b"x"[..]), ("tree", b"")].map(|(kind, bytes)| test.raw_object(kind, bytes));
        let object = |mode: &str| if mode == "40000" { empty.as_str() } else { blob.as_str() };
        let entries: Vec<_> = entries.iter().map(|&(mode, name)| (mode, name, object(mode))).collect();
        let error = Repo::open(test.path()).unwrap().changed(None, Some(tree(test, &entries))).unwrap_err();
        error.message.split_once("malformed: ").map_or(error.message.clone(), |(_, what)| what.to_owned())
    }

    #[test]
    fn malformed_trees_are_errors() {
        let test = TestRepo::new();
        let malformed = |entries: &[(&str, &str)]| malformed(&test, entries);
        for name in
            ["", ".", "..", ".git", ".GIT", ".git. ", "GIT~1", ".git::$INDEX_ALLOCATION", "infra/main.tf"]
        {
            assert_eq!(malformed(&[("100644", name)]), format!("it has an entry named `{name}`"));
        }
        assert_eq!(malformed(&[("100644", "a"), ("100644", "a")]), "it has two entries named `a`");
        let apart = [("100644", "a"), ("100644", "a.b"), ("40000", "a")];
        assert_eq!(malformed(&apart), "it has two entries named `a`");
        assert_eq!(malformed(&[("100644", "b"), ("100644", "a")]), "`a` is out of order");
        assert_eq!(malformed(&[("40000", "a"), ("100644", "a.b")]), "`a.b` is out of order");
        assert_eq!(malformed(&[("10644", "a")]), "`a` has the mode 10644");
        assert_eq!(malformed(&[("x", "a")]), "it can't be read to its end");
    }

    #[test]
    fn an_error_names_the_tree_and_its_path() {
        let test = TestRepo::new();
        let blob = test.raw_object("blob", b"x");
        let inner = tree(&test, &[("100644", "..", &blob)]).to_string();
        let outer = tree(&test, &[("40000", "infra", &inner)]);
        let error = Repo::open(test.path()).unwrap().changed(None, Some(outer)).unwrap_err();
        insta::assert_snapshot!(error, @"the tree `1ddd760dfbf3f7534b499cab85e9fd170a40c3c0` of `infra/` is malformed: it has an entry named `..`");
    }

    #[test]
    fn modes_are_as_git_would_write_them_today() {
        let test = TestRepo::new();
        let blob = test.raw_object("blob", b"x");
        let old = tree(&test, &[("100664", "a", &blob), ("100775", "b", &blob)]);
        let new = tree(&test, &[("100644", "a", &blob), ("100644", "b", &blob)]);
        let deltas = Repo::open(test.path()).unwrap().changed(Some(old), Some(new)).unwrap();
        assert_eq!(deltas.len(), 1);
        assert_eq!(deltas[0].old.as_ref().unwrap().mode, Mode::EXECUTABLE);
    }

    #[test]
    fn trees_nested_three_thousand_deep_are_walked() {
        let test = TestRepo::new();
        let path = format!("{}infra.tf", "d/".repeat(3_000));
        let stream = format!(
            "commit refs/heads/deep\ncommitter D <d@x> 1 +0000\ndata 1\nx\nM 644 inline {path}\ndata 2\nx\n\n"
        );
        test.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        let commit = test.git(&["cat-file", "commit", "deep"]);
        let tree = ObjectId::parse(commit.lines().next().unwrap().trim_start_matches("tree "));
        let deltas = Repo::open(test.path()).unwrap().changed(None, tree).unwrap();
        assert_eq!(deltas[0].path(), path.as_str());
    }

    #[test]
    fn trees_that_hold_one_tree_ten_times_over_are_refused() {
        let test = TestRepo::new();
        let mut inner = test.raw_object("tree", b"");
        for _ in 0..10 {
            let names: Vec<_> = (0..10).map(|n| n.to_string()).collect();
            let entries: Vec<_> = names.iter().map(|name| ("40000", name.as_str(), inner.as_str())).collect();
            inner = tree(&test, &entries).to_string();
        }
        let error = Repo::open(test.path()).unwrap().changed(None, ObjectId::parse(&inner)).unwrap_err();
        assert!(error.message.starts_with("the change has too many folders"), "{error}");
    }

    #[test]
    fn differences_are_those_that_git_finds() {
        let test = TestRepo::new();
        let old = [
            ("a", "1"),
            ("a.b", "1"),
            ("c/d/e", "1"),
            ("c/f", "1"),
            ("g", "1"),
            ("h/i", "1"),
            ("same/x", "1"),
        ];
        test.commit_files(&old, "one");
        test.git(&["rm", "-rq", "a", "g", "h", "c/f"]);
        let new = [("a/x", "1"), ("a.b", "2"), ("c/d/e", "2"), ("c-d", "1"), ("g/h/i", "1"), ("h", "1")];
        test.commit_files(&new, "two");
        let expected = test.git(&["diff", "--no-renames", "--name-status", "HEAD~1", "HEAD"]);
        let [old, new] = ["HEAD~1:", "HEAD:"].map(|revision| ObjectId::parse(&test.rev(revision)));
        let sign = |delta: &Delta| match (&delta.old, &delta.new) {
            (None, _) => 'A',
            (_, None) => 'D',
            _ => 'M',
        };
        let repo = Repo::open(test.path()).unwrap();
        let found: Vec<_> = repo
            .changed(old, new)
            .unwrap()
            .iter()
            .map(|delta| format!("{}\t{}", sign(delta), delta.path()))
            .collect();
        assert_eq!(found.join("\n"), expected);
        assert!(repo.changed(new, new).unwrap().is_empty());
    }

    #[test]
    fn an_entry_is_found_by_its_path() {
        let test = TestRepo::new();
        test.commit_files(&[("a/b/c", "1"), ("a/d", "1")], "one");
        let tree = ObjectId::parse(&test.rev("HEAD:")).unwrap();
        let repo = Repo::open(test.path()).unwrap();
        let found = |path: &str| repo.entry(tree, path.into()).unwrap().map(|entry| entry.path.to_string());
        assert_eq!(found("a/b/c").as_deref(), Some("a/b/c"));
        assert_eq!(found("a/d").as_deref(), Some("a/d"));
        for path in ["a", "a/b", "a/b/c/d", "x", "a/", ""] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
