//! Looks one path up in a tree without reading more of it than the folders on the way.

use bstr::{BStr, ByteSlice};
use git2::ObjectType;

use super::Error;
use super::objects::Store;
use crate::change::{Mode, ObjectId};

/// The mode of a folder.
pub(super) const FOLDER: Mode = Mode(0o040_000);

impl Store<'_> {
    /// Returns the mode and the object at a path of a tree, a folder too; `None` where there is nothing.
    pub(super) fn look_up(&self, tree: ObjectId, path: &BStr) -> Result<Option<(Mode, ObjectId)>, Error> {
        let mut at = (FOLDER, tree);
        for name in path.split_str("/") {
            if at.0 != FOLDER {
                return Ok(None);
            }
            let object = self.read(ObjectType::Tree, at.1)?;
            match find(object.data(), name) {
                Ok(Some(found)) => at = found,
                Ok(None) => return Ok(None),
                Err(why) => {
                    return Err(Error::new(format!(
                        "the tree {} on the way to `{path}` is malformed: {why}",
                        at.1
                    ))
                    .help("check the repository with `git fsck`"));
                }
            }
        }
        Ok(Some(at))
    }
}

/// Finds the entry of this name in a tree's bytes.
fn find(tree: &[u8], name: &[u8]) -> Result<Option<(Mode, ObjectId)>, String> {
    let mut found = None;
    for entry in entries(tree) {
        let (mode, entry_name, id) = entry?;
        if entry_name == name && found.replace((mode, id)).is_some() {
            return Err(format!("two entries are named `{}`", name.as_bstr()));
        }
    }
    Ok(found)
}

/// Reads a tree's entries one by one, as they are stored.
pub(super) fn entries(tree: &[u8]) -> impl Iterator<Item = Result<(Mode, &[u8], ObjectId), String>> {
    let mut rest = tree;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((entry, after)) = split_entry(rest) else {
            rest = &[];
            return Some(Err("it can't be read to its end".to_owned()));
        };
        rest = after;
        Some(Ok(entry))
    })
}

type RawEntry<'a> = (Mode, &'a [u8], ObjectId);

fn split_entry(bytes: &[u8]) -> Option<(RawEntry<'_>, &[u8])> {
    // A mode has up to seven digits.
    let space = bytes.iter().take(8).position(|byte| *byte == b' ').filter(|space| *space > 0)?;
    let (digits, rest) = bytes.split_at(space);
    let mut mode = 0;
    for digit in digits {
        mode = mode << 3 | u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 8)?);
    }
    let rest = rest.get(1..)?;
    let (name, rest) = rest.split_at_checked(rest.find_byte(0)?)?;
    let (id, rest) = rest.get(1..)?.split_at_checked(20)?;
    // Permissions other than the exec bit are leftovers of early versions of git.
    if mode & 0o170_000 == 0o100_000 {
        mode = if mode & 0o100 == 0 { Mode::FILE.0 } else { Mode::EXECUTABLE.0 };
    }
    Some(((Mode(mode), name, ObjectId::new(id.try_into().ok()?)), rest))
}
