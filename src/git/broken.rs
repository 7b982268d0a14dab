//! Finding the object that a reader is stuck at.
//!
//! libgit2 reads a loose object whose file is cut off for ever. It can't be asked to stop,
//! so this is for whoever has waited too long already: each loose object is read once more,
//! on a thread that may get stuck too, and the one that it is stuck at is named.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use git2::Odb;

use super::Repo;
use super::objects::oid;
use crate::change::ObjectId;

/// How long reading one small object may take, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(5);
/// Larger objects may take long to read.
const LARGEST: usize = 4 << 20;
/// How many folders of borrowed objects are looked at.
const MOST_FOLDERS: usize = 20;

impl Repo {
    /// Names a loose object that can't be read to its end, if there is one.
    pub fn endless_object(&self) -> Option<ObjectId> {
        let folders = with_alternates(self.inner.commondir().join("objects"));
        let (sender, receiver) = channel();
        thread::spawn(move || folders.iter().for_each(|folder| read_all(folder, &sender)));
        let mut at = None;
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(id) => at = Some(id),
                Err(RecvTimeoutError::Timeout) => return at,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// Reads each small loose object of a folder, having said which.
fn read_all(folder: &Path, sender: &Sender<ObjectId>) {
    let Ok(odb) = Odb::new() else { return };
    if folder.to_str().is_none_or(|folder| odb.add_disk_alternate(folder).is_err()) {
        return;
    }
    for file in entries(folder).iter().flat_map(|inner| entries(&inner.path())) {
        let is_small = |id: &ObjectId| odb.read_header(oid(*id)).is_ok_and(|(size, _)| size <= LARGEST);
        let Some(id) = loose_id(&file.path()).filter(is_small) else { continue };
        if sender.send(id).is_err() {
            return;
        }
        drop(odb.read(oid(id)));
    }
}

/// What can't be listed is no object that somebody is stuck at.
fn entries(folder: &Path) -> Vec<DirEntry> {
    fs::read_dir(folder).map_or_else(|_error| Vec::new(), |entries| entries.flatten().collect())
}

fn loose_id(file: &Path) -> Option<ObjectId> {
    let name = file.file_name()?.to_str()?;
    let folder = file.parent()?.file_name()?.to_str()?;
    ObjectId::parse(&format!("{folder}{name}"))
}

/// Returns a folder of objects with those that it borrows from.
fn with_alternates(folder: PathBuf) -> Vec<PathBuf> {
    let mut folders = vec![folder];
    let mut next = 0;
    while let Some(folder) = folders.get(next).filter(|_| folders.len() < MOST_FOLDERS).cloned() {
        let text = fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
        folders.extend(text.lines().filter(|line| !line.is_empty()).map(|line| folder.join(line)));
        next += 1;
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    #[test]
    fn whole_objects_are_read_and_none_is_named() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "one");
        let borrower = test.cloned(&["--reference", &test.path().display().to_string()]);
        for place in [test.path(), borrower.path()] {
            assert_eq!(Repo::open(place).unwrap().endless_object(), None);
        }
        let objects = borrower.path().join(".git/objects").canonicalize().unwrap();
        assert_eq!(with_alternates(objects).len(), 2);
    }
}
