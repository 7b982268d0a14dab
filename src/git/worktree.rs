//! The index and the work tree as the new side of a change.

use super::objects::Store;
use super::{Entry, Error};

pub(super) fn size(store: &Store<'_>, entry: &Entry) -> Result<usize, Error> {
    content(store, entry).map(|content| content.len())
}

pub(super) fn content(_store: &Store<'_>, _entry: &Entry) -> Result<Vec<u8>, Error> {
    Err(Error::new("the work tree can't be read yet"))
}
