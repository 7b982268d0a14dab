//! One folder of the notes' tree.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use bstr::ByteSlice;

use crate::change::{Mode, ObjectId};
use crate::git::entry::{FOLDER, entries};

/// A tree object, known to be in order, in which names are found without reading all of it again.
#[derive(Debug, Default)]
pub(super) struct Folder {
    bytes: Vec<u8>,
    entries: Vec<(Range<usize>, Mode, ObjectId)>,
    /// The entries whose names are pieces of keys with letters in upper case, by what they are in lower case: git finds them so.
    folded: Vec<(Vec<u8>, Mode, ObjectId)>,
}

impl Folder {
    /// Reads a tree object; one that git would not write is malformed.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let entries_at_most = bytes.len() / 60;
        let mut folder = Self {
            bytes: bytes.to_owned(),
            entries: Vec::with_capacity(entries_at_most),
            folded: Vec::new(),
        };
        let mut last: Option<(&[u8], Mode)> = None;
        let mut at = 0;
        for entry in entries(bytes) {
            let (mode, name, id) = entry?;
            if name.is_empty() || name.contains(&b'/') {
                return Err(format!("it has an entry named `{}`", name.as_bstr()));
            }
            if is_key_in_upper_case(name) {
                folder.folded.push((name.to_ascii_lowercase(), mode, id));
            }
            match last.map(|last| compare(last, (name, mode))) {
                None | Some(Ordering::Less) => {}
                Some(Ordering::Equal) => {
                    return Err(format!("it has two entries named `{}`", name.as_bstr()));
                }
                Some(Ordering::Greater) => return Err(format!("`{}` is out of order", name.as_bstr())),
            }
            last = Some((name, mode));
            // Mode, space, name, NUL and twenty bytes of id.
            let start = at + bytes[at..].find_byte(b' ').map_or(0, |space| space + 1);
            at = start + name.len() + 21;
            folder.entries.push((start..start + name.len(), mode, id));
        }
        folder.folded.sort_by(|one, other| compare((&one.0, one.1), (&other.0, other.1)));
        Ok(folder)
    }

    /// Returns the entries: name, mode and object.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], Mode, ObjectId)> {
        self.entries.iter().map(|(name, mode, id)| (&self.bytes[name.clone()], *mode, *id))
    }

    /// Finds each file, link and submodule of a name in lower case, however it is written.
    pub(super) fn files<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = (Mode, ObjectId)> + 'a {
        self.all((name, Mode::FILE))
    }

    /// Finds each folder of a name in lower case, however it is written.
    pub(super) fn folders<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = ObjectId> + 'a {
        self.all((name, FOLDER)).map(|(_, id)| id)
    }

    fn all<'a>(&'a self, wanted: (&'a [u8], Mode)) -> impl Iterator<Item = (Mode, ObjectId)> + 'a {
        let order = move |(name, mode, _): &(Vec<u8>, Mode, ObjectId)| compare((name, *mode), wanted);
        let first = self.folded.partition_point(|entry| order(entry).is_lt());
        let folded = self.folded.iter().skip(first).take_while(move |entry| order(entry).is_eq());
        self.find(wanted).into_iter().chain(folded.map(|(_, mode, id)| (*mode, *id)))
    }

    /// Finds the entry of this name that is a folder where `mode` is one, and anything else elsewhere.
    fn find(&self, wanted: (&[u8], Mode)) -> Option<(Mode, ObjectId)> {
        let place = self
            .entries
            .binary_search_by(|(name, mode, _)| compare((&self.bytes[name.clone()], *mode), wanted))
            .ok()?;
        self.entries.get(place).map(|(_, mode, id)| (*mode, *id))
    }

    /// Takes the entries out, to be changed.
    pub(super) fn draft(&self) -> Draft {
        Draft { entries: self.iter().map(|(name, mode, id)| ((key(name, mode)), (mode, id))).collect() }
    }
}

/// A folder that is being changed.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// By name, with the slash that a folder's name ends in when git sorts.
    entries: BTreeMap<Vec<u8>, (Mode, ObjectId)>,
}

impl Draft {
    /// Writes the tree object.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, (mode, id)) in &self.entries {
            bytes.extend_from_slice(format!("{:o} ", mode.0).as_bytes());
            bytes.extend_from_slice(name.strip_suffix(b"/").unwrap_or(name));
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        bytes
    }

    pub(super) fn folder(&self, name: &[u8]) -> Option<ObjectId> {
        self.entries.get(&key(name, FOLDER)).map(|(_, id)| *id)
    }

    /// Puts an entry in place of whatever has its name.
    pub(super) fn insert(&mut self, name: &[u8], mode: Mode, id: ObjectId) {
        self.entries.remove(name);
        self.entries.remove(&key(name, FOLDER));
        self.entries.insert(key(name, mode), (mode, id));
    }

    /// Takes out what is no folder.
    pub(super) fn remove_file(&mut self, name: &[u8]) {
        self.entries.remove(name);
    }

    pub(super) fn remove_folder(&mut self, name: &[u8]) {
        self.entries.remove(&key(name, FOLDER));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Compares names in git's order, in which a folder's name ends in a slash.
pub(super) fn compare((one, one_mode): (&[u8], Mode), (other, other_mode): (&[u8], Mode)) -> Ordering {
    let slash = |mode: Mode| (mode == FOLDER).then_some(&b'/');
    let shared = one.len().min(other.len());
    one[..shared].cmp(&other[..shared]).then_with(|| {
        one[shared..].iter().chain(slash(one_mode)).cmp(other[shared..].iter().chain(slash(other_mode)))
    })
}

/// Tells a piece of a key that is not where it belongs, and that git finds nevertheless.
fn is_key_in_upper_case(name: &[u8]) -> bool {
    name.len().is_multiple_of(2)
        && name.iter().any(u8::is_ascii_uppercase)
        && name.iter().all(u8::is_ascii_hexdigit)
}

fn key(name: &[u8], mode: Mode) -> Vec<u8> {
    if mode == FOLDER { [name, b"/"].concat() } else { name.to_owned() }
}
