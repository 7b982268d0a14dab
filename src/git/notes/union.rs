//! Joins two histories of the notes so that no line of either is lost.
//!
//! git's own merging of notes looks at the merge base and drops an objection that one
//! side removed while the other added a line. Here what counts is what is there.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;

use super::{Notes, Writer, add_lines};
use crate::change::ObjectId;
use crate::git::{Error, Repo};

impl Repo {
    /// Joins two commits of the notes: every line of either, key by key, whatever their merge base.
    ///
    /// Returns the one that has it all and comes after the other, or a new commit with both as parents.
    pub fn join_notes(
        &self,
        ours: ObjectId,
        theirs: ObjectId,
        writer: Writer<'_>,
    ) -> Result<ObjectId, Error> {
        let (our_notes, their_notes) = (self.notes_at(Some(ours))?, self.notes_at(Some(theirs))?);
        let missing_there = their_notes.missing_from(&our_notes)?;
        if missing_there.is_empty() && self.is_ancestor(ours, theirs)? {
            return Ok(theirs);
        }
        let missing_here = our_notes.missing_from(&their_notes)?;
        if missing_here.is_empty() && self.is_ancestor(theirs, ours)? {
            return Ok(ours);
        }
        let mut joined = BTreeMap::new();
        for key in missing_here.into_keys() {
            let mut lines = our_notes.lines(key)?;
            for line in their_notes.lines(key)? {
                add_lines(&mut lines, &line);
            }
            joined.insert(key, lines);
        }
        let commit = our_notes.write(&joined, &[theirs], writer, "Join the statements of both sides")?;
        Ok(commit.unwrap_or(ours))
    }
}

impl Notes<'_> {
    /// Returns the lines that `other` has under a key and these notes have not.
    pub fn missing_from(&self, other: &Notes<'_>) -> Result<BTreeMap<ObjectId, Vec<BString>>, Error> {
        let mut missing = BTreeMap::new();
        if self.tree == other.tree {
            return Ok(missing);
        }
        for key in other.keys()? {
            let theirs = other.blobs(key)?;
            let ours = self.blobs(key)?;
            if ours == theirs {
                continue;
            }
            let have: BTreeSet<_> = self.lines(key)?.into_iter().collect();
            let lines: Vec<_> = other
                .lines(key)?
                .into_iter()
                .filter(|line| !have.contains(line))
                .map(BString::from)
                .collect();
            if !lines.is_empty() {
                missing.insert(key, lines);
            }
        }
        Ok(missing)
    }
}
