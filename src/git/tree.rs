//! Compares two trees, reading tree objects as they are stored.
//!
//! git and libgit2 disagree about malformed trees: of two entries with one name,
//! one program shows the first and the other checks out the last. So every tree
//! that differs is read here byte by byte, and one that is not as git would write
//! it is an error. The walk keeps its own stack: a tree may be as deep as it likes.

use std::cmp::Ordering;
use std::ops::Range;

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;

use super::Error;
use super::objects::Store;
use crate::change::{Mode, ObjectId};

/// The most files of one change.
const MAX_FILES: usize = 500_000;
/// The most folders that are read for one change.
const MAX_FOLDERS: usize = 500_000;
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
    sides: [Tree; 2],
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
            id.map_or_else(|| Ok(Tree::default()), |id| Tree::read(self.store, id, place))
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

/// A tree object, known to be well formed.
#[derive(Default)]
struct Tree {
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
    let slash = |is_tree: bool| is_tree.then_some(&b'/');
    one.iter().chain(slash(one_is_tree)).cmp(other.iter().chain(slash(other_is_tree)))
}

/// Tells whether a file system might take a name for `.git`.
fn is_dot_git(name: &BStr) -> bool {
    let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
    let name = name.trim_end_with(|c| matches!(c, '.' | ' '));
    name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1")
}

fn entry(path: BString, raw: &Raw) -> Entry {
    Entry { path, mode: Mode(raw.mode), object: raw.object, on_disk: false }
}
