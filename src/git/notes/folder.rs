//! One folder of the notes' tree.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use crate::change::{Mode, ObjectId};
use crate::git::entry::{FOLDER, entries};

/// The entries of a tree object by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    entries: BTreeMap<Vec<u8>, (Mode, ObjectId)>,
}

impl Folder {
    /// Reads a tree object; one name twice is malformed.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut folder = Self::default();
        for entry in entries(bytes) {
            let (mode, name, id) = entry?;
            if name.is_empty() || name.contains(&b'/') {
                return Err(format!("it has an entry named `{}`", name.as_bstr()));
            }
            if folder.entries.insert(name.to_owned(), (mode, id)).is_some() {
                return Err(format!("it has two entries named `{}`", name.as_bstr()));
            }
        }
        Ok(folder)
    }

    /// Writes the tree object.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // git sorts a folder as if its name ended in a slash.
        let key =
            |name: &[u8], mode: Mode| if mode == FOLDER { [name, b"/"].concat() } else { name.to_owned() };
        let mut sorted: Vec<_> =
            self.entries.iter().map(|(name, (mode, id))| (key(name, *mode), name, mode, id)).collect();
        sorted.sort();
        let mut bytes = Vec::new();
        for (_, name, mode, id) in sorted {
            bytes.extend_from_slice(format!("{:o} ", mode.0).as_bytes());
            bytes.extend_from_slice(name);
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        bytes
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &(Mode, ObjectId))> {
        self.entries.iter().map(|(name, entry)| (name.as_slice(), entry))
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<(Mode, ObjectId)> {
        self.entries.get(name).copied()
    }

    pub(super) fn insert(&mut self, name: &[u8], mode: Mode, id: ObjectId) {
        self.entries.insert(name.to_owned(), (mode, id));
    }

    pub(super) fn remove(&mut self, name: &[u8]) {
        self.entries.remove(name);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
