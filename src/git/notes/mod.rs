//! The notes that hold the sign-offs: `refs/notes/gate`.
//!
//! A key (a commit, or the first bytes of a hunk's id) may be spread over folders in
//! any way that git spreads it, and in several at once: all are read. The cost is
//! that of the folders on the way, however many notes there are and however long
//! their history. The tree comes from whoever may push it, so nothing in it is trusted.

mod append;
mod folder;
mod union;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use git2::{ErrorCode, ObjectType};

use self::folder::Folder;
use super::entry::FOLDER;
use super::objects::{object_id, oid, read, size};
use super::{Error, Repo};
use crate::change::ObjectId;

pub use self::append::Writer;

/// The ref that holds the notes.
pub const NOTES_REF: &str = "refs/notes/gate";

/// The largest note that is read.
const MAX_NOTE: usize = 16 << 20;
/// The most bytes of notes that one review reads.
const MAX_NOTES: usize = 256 << 20;
/// The largest folder of notes that is read.
const MAX_FOLDER: usize = 64 << 20;

/// The notes as they are at one commit of their own history.
pub struct Notes<'r> {
    repo: &'r Repo,
    commit: Option<ObjectId>,
    tree: Option<ObjectId>,
    folders: RefCell<HashMap<ObjectId, Rc<Folder>>>,
}

impl Repo {
    /// Opens the notes of `refs/notes/gate`; where there is no such ref, there are no notes.
    pub fn notes(&self) -> Result<Notes<'_>, Error> {
        self.notes_at(self.notes_tip()?)
    }

    /// Opens the notes as they are at `commit`; `None` for none at all.
    pub fn notes_at(&self, commit: Option<ObjectId>) -> Result<Notes<'_>, Error> {
        let tree = match commit {
            Some(commit) => Some(self.notes_tree(commit)?),
            None => None,
        };
        Ok(Notes { repo: self, commit, tree, folders: RefCell::default() })
    }

    /// Returns the commit that `refs/notes/gate` points to.
    fn notes_tip(&self) -> Result<Option<ObjectId>, Error> {
        let reference = match self.inner.find_reference(NOTES_REF) {
            Ok(reference) => reference,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => {
                return Err(Error::git(format!("can't read the ref `{NOTES_REF}`"), error).help(format!(
                    "fetch the notes anew: git fetch --force origin {NOTES_REF}:{NOTES_REF}"
                )));
            }
        };
        let target = reference.target().ok_or_else(|| {
            Error::new(format!("`{NOTES_REF}` is a symbolic ref"))
                .help(format!("make it a plain one: git update-ref --no-deref {NOTES_REF} COMMIT"))
        })?;
        Ok(Some(object_id(target)))
    }

    fn notes_tree(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        let (_, kind) = self.header(commit).map_err(|error| {
            let help = format!("fetch the notes anew: git fetch --force origin {NOTES_REF}:{NOTES_REF}");
            Error { help: Some(error.help.unwrap_or(help)), ..error }
        })?;
        if kind != ObjectType::Commit {
            return Err(Error::new(format!("`{NOTES_REF}` points to a {kind}, not a commit"))
                .help(format!("fetch the notes anew: git fetch --force origin {NOTES_REF}:{NOTES_REF}")));
        }
        Ok(self.links(commit)?.tree)
    }
}

impl Notes<'_> {
    /// Returns the commit that these notes are at.
    pub fn commit(&self) -> Option<ObjectId> {
        self.commit
    }

    /// Returns the notes of these keys, each note's bytes once.
    pub fn read(&self, keys: &[ObjectId]) -> Result<Vec<Vec<u8>>, Error> {
        let mut seen = BTreeSet::new();
        let mut notes = Vec::new();
        let mut total = 0;
        for key in keys {
            for blob in self.blobs(*key)? {
                if !seen.insert(blob) {
                    continue;
                }
                let note = self.note(*key, blob)?;
                total += note.len();
                if total > MAX_NOTES {
                    return Err(Error::new(format!(
                        "the notes of this change have more than {MAX_NOTES} bytes"
                    ))
                    .help("split the change, or look at the notes with `git notes --ref=gate show`"));
                }
                notes.push(note);
            }
        }
        Ok(notes)
    }

    /// Returns every key that has a note, in order.
    pub fn keys(&self) -> Result<BTreeSet<ObjectId>, Error> {
        let mut keys = BTreeSet::new();
        let mut folders: Vec<(Vec<u8>, ObjectId)> =
            self.tree.map(|tree| (Vec::new(), tree)).into_iter().collect();
        while let Some((prefix, tree)) = folders.pop() {
            let folder = self.folder(tree)?;
            for (name, (mode, id)) in folder.iter() {
                let path = [prefix.as_slice(), name].concat();
                if *mode == FOLDER && name.len() == 2 && path.len() < 40 && is_hex(name) {
                    folders.push((path, *id));
                } else if let Some(key) = std::str::from_utf8(&path).ok().and_then(ObjectId::parse) {
                    keys.insert(key);
                }
            }
        }
        Ok(keys)
    }

    /// Returns the lines of a key's note, over all the places where it may be, each once.
    fn lines(&self, key: ObjectId) -> Result<Vec<Vec<u8>>, Error> {
        let mut lines = Vec::new();
        for blob in self.blobs(key)? {
            add_lines(&mut lines, &self.note(key, blob)?);
        }
        Ok(lines)
    }

    /// Finds the blobs of a key in all the places where it may be.
    fn blobs(&self, key: ObjectId) -> Result<Vec<ObjectId>, Error> {
        let digits = key.to_string();
        let mut rest = digits.as_bytes();
        let mut next = self.tree;
        let mut found = Vec::new();
        while let Some(tree) = next.take() {
            let folder = self.folder(tree)?;
            if let Some((mode, id)) = folder.find(rest) {
                if !mode.is_file() {
                    return Err(Error::new(format!("the note of {key} is not a file"))
                        .help(format!("remove it: git notes --ref=gate remove {key}")));
                }
                found.push(id);
            }
            let Some((name, deeper)) = rest.split_at_checked(2).filter(|(_, deeper)| !deeper.is_empty())
            else {
                break;
            };
            next = folder.find(name).filter(|(mode, _)| *mode == FOLDER).map(|(_, id)| id);
            rest = deeper;
        }
        Ok(found)
    }

    fn note(&self, key: ObjectId, blob: ObjectId) -> Result<Vec<u8>, Error> {
        let odb = self.repo.odb()?;
        let size = size(self.repo, &odb, ObjectType::Blob, blob)?;
        if size > MAX_NOTE {
            return Err(Error::new(format!(
                "the note of {key} has {size} bytes, more than the {MAX_NOTE} that are read"
            ))
            .help(format!("make it smaller: git notes --ref=gate edit {key}")));
        }
        Ok(read(self.repo, &odb, ObjectType::Blob, blob)?.data().to_owned())
    }

    fn folder(&self, tree: ObjectId) -> Result<Rc<Folder>, Error> {
        if let Some(folder) = self.folders.borrow().get(&tree) {
            return Ok(Rc::clone(folder));
        }
        let odb = self.repo.odb()?;
        let size = size(self.repo, &odb, ObjectType::Tree, tree)?;
        if size > MAX_FOLDER {
            return Err(Error::new(format!(
                "a folder of the notes has {size} bytes, more than the {MAX_FOLDER} that are read"
            ))
            .help("let git spread the notes over folders: `git notes --ref=gate add` does"));
        }
        let object = read(self.repo, &odb, ObjectType::Tree, tree)?;
        let folder = Folder::parse(object.data()).map_err(|why| {
            Error::new(format!("the tree {tree} of `{NOTES_REF}` is malformed: {why}"))
                .help("find who pushed it with `git log refs/notes/gate`, and push what was there before")
        })?;
        let folder = Rc::new(folder);
        self.folders.borrow_mut().insert(tree, Rc::clone(&folder));
        Ok(folder)
    }
}

/// Adds the lines of a note that are not there yet; empty ones are no lines.
fn add_lines(lines: &mut Vec<Vec<u8>>, note: &[u8]) {
    let mut known: BTreeSet<Vec<u8>> = lines.iter().cloned().collect();
    for line in note.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if known.insert(line.to_owned()) {
            lines.push(line.to_owned());
        }
    }
}

fn is_hex(name: &[u8]) -> bool {
    name.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
