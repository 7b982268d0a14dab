//! The lock on the notes' ref, when nobody has it any more.
//!
//! Whoever moves the ref has its lock for milliseconds. A program that is killed in them
//! leaves the lock behind, and nobody could sign again before it is removed by hand.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How long a lock must stand as it is before it is taken for left over.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 200 } else { 5_000 });
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that is in the way.
pub(super) struct Lock {
    path: PathBuf,
    seen: Option<(Stamp, Instant)>,
}

/// What tells one lock from the next one of the same name.
type Stamp = (SystemTime, u64);

impl Lock {
    /// Names the file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, seen: None }
    }

    /// Waits a little, and removes the lock if it has stood as it is for too long.
    pub fn wait(&mut self) -> io::Result<()> {
        sleep(PAUSE);
        let Some(stamp) = self.stamp()? else { return Ok(()) };
        match self.seen {
            Some((seen, since)) if seen == stamp => {
                if since.elapsed() >= PATIENCE {
                    self.remove(stamp)?;
                }
            }
            _ => self.seen = Some((stamp, Instant::now())),
        }
        Ok(())
    }

    /// Removes the lock that was seen and no other: of several who want to, one at a time looks again first.
    fn remove(&self, seen: Stamp) -> io::Result<()> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if file.try_lock().is_err() || stamp_of(&file.metadata()?)? != seen || self.stamp()? != Some(seen) {
            return Ok(());
        }
        fs::remove_file(&self.path)
    }

    fn stamp(&self) -> io::Result<Option<Stamp>> {
        match fs::symlink_metadata(&self.path) {
            Ok(found) => stamp_of(&found).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn stamp_of(found: &fs::Metadata) -> io::Result<Stamp> {
    Ok((found.modified()?, found.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_often(lock: &mut Lock, times: u32) {
        for _ in 0..times {
            lock.wait().unwrap();
        }
    }

    #[test]
    fn lock_that_stays_is_removed_and_one_that_changes_hands_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate.lock");
        let mut lock = Lock::new(path.clone());
        wait_often(&mut lock, 1);
        for hands in 0..6 {
            fs::write(&path, vec![b'x'; hands]).unwrap();
            wait_often(&mut lock, 10);
            assert!(path.exists());
        }
        wait_often(&mut lock, 25);
        assert!(!path.exists());
    }

    #[test]
    fn lock_that_somebody_else_removes_is_left_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate.lock");
        fs::write(&path, "").unwrap();
        let file = File::open(&path).unwrap();
        file.lock().unwrap();
        let mut lock = Lock::new(path.clone());
        wait_often(&mut lock, 30);
        assert!(path.exists());
        file.unlock().unwrap();
        wait_often(&mut lock, 1);
        assert!(!path.exists());
    }
}
