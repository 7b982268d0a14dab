//! The files of a commit, for what looks at a whole repository: lint, the service map, init.

use git2::ObjectType;

use super::{Entry, Error, Repo};
use crate::change::ObjectId;

impl Repo {
    /// Returns the files of a commit, in the order of their paths.
    pub fn files(&self, commit: ObjectId) -> Result<Vec<Entry>, Error> {
        let tree = self.links(commit)?.tree;
        Ok(self.changed(None, Some(tree))?.into_iter().filter_map(|delta| delta.new).collect())
    }

    /// Returns the content of a plain file of at most `most` bytes; `None` for anything else.
    pub fn content(&self, entry: &Entry, most: usize) -> Result<Option<Vec<u8>>, Error> {
        if !entry.mode.is_file() {
            return Ok(None);
        }
        let store = self.store()?;
        if store.size(ObjectType::Blob, entry.object)? > most {
            return Ok(None);
        }
        Ok(Some(store.read(ObjectType::Blob, entry.object)?.data().to_vec()))
    }
}
