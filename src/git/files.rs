//! The files of a commit, for what looks at a whole repository: lint, the service map, init.

use bstr::BStr;
use git2::ObjectType;

use super::{Entry, Error, Repo};
use crate::change::cut::{MAX_TEXT, is_text};
use crate::change::{ObjectId, Side};

impl Repo {
    /// Returns the files of a commit, in the order of their paths.
    pub fn files(&self, commit: ObjectId) -> Result<Vec<Entry>, Error> {
        let tree = self.links(commit)?.tree;
        Ok(self.changed(None, Some(tree))?.into_iter().filter_map(|delta| delta.new).collect())
    }

    /// Returns what stands at a path of a commit, with its content where that can be read as text.
    pub fn side(&self, commit: ObjectId, path: &BStr) -> Result<Option<Side>, Error> {
        let store = self.store()?;
        let Some((mode, object)) = store.look_up(store.links(commit)?.tree, path)? else { return Ok(None) };
        let entry = Entry { path: path.to_owned(), mode, object, on_disk: false };
        let content = if mode.is_file() { self.content(&entry, MAX_TEXT)? } else { None };
        let content = content.filter(|content| is_text(content));
        Ok(Some(Side { path: entry.path, mode, object, content }))
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
