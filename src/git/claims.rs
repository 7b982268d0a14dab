//! What a repository says of who wrote a change: the notes of git-ai, and Agent Trace.
//!
//! Anybody may push them, and they may only raise what is asked. So whatever goes wrong
//! in reading them is no error but a claim that can't be read, which counts as AI.

use super::{Delta, Entry, Error, Repo};
use crate::change::Commit;
use crate::provenance::{Claim, LARGEST, NOTES_REF};

/// The most bytes of git-ai's notes that one review reads.
const MOST: usize = 64 << 20;

impl Repo {
    /// Returns what git-ai's notes say of these commits, each with the commit's place.
    pub(super) fn ai_notes(&self, commits: &[Commit]) -> Vec<(usize, Claim)> {
        let notes = match self.notes_of(NOTES_REF) {
            Ok(notes) if notes.commit().is_none() => return Vec::new(),
            Ok(notes) => notes,
            Err(error) => return (0..commits.len()).map(|at| (at, unreadable(&error))).collect(),
        };
        let mut found = Vec::new();
        let mut total = 0;
        for (at, commit) in commits.iter().enumerate() {
            if total > MOST {
                found.push((at, Claim::Unreadable(format!("the notes have more than {MOST} bytes"))));
                continue;
            }
            match notes.read(&[commit.id]) {
                Ok(read) => {
                    total += read.iter().map(Vec::len).sum::<usize>();
                    found.extend(read.into_iter().map(|note| (at, Claim::Said(note))));
                }
                Err(error) => found.push((at, unreadable(&error))),
            }
        }
        found
    }

    /// Returns the traces on both sides of a change of them.
    pub(super) fn traces(&self, delta: &Delta) -> (Claim, Claim) {
        // What another file held before it was moved here is not known of the traces.
        let old = delta.old.as_ref().filter(|_| delta.old_path().is_none());
        (self.trace(old), self.trace(delta.new.as_ref()))
    }

    fn trace(&self, entry: Option<&Entry>) -> Claim {
        let Some(entry) = entry else { return Claim::Said(Vec::new()) };
        if entry.on_disk {
            return Claim::Unreadable("it is not committed".to_owned());
        }
        match self.content(entry, LARGEST) {
            Ok(Some(bytes)) => Claim::Said(bytes),
            Ok(None) => Claim::Unreadable(format!("it is no file of at most {LARGEST} bytes")),
            Err(error) => unreadable(&error),
        }
    }
}

fn unreadable(error: &Error) -> Claim {
    Claim::Unreadable(error.message.clone())
}
