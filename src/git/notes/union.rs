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
        if self.is_ancestor(ours, theirs)? && their_notes.missing_from(&our_notes)?.is_empty() {
            return Ok(theirs);
        }
        let missing_here = our_notes.missing_from(&their_notes)?;
        if missing_here.is_empty() && self.is_ancestor(theirs, ours)? {
            return Ok(ours);
        }
        let mut joined = BTreeMap::new();
        for key in missing_here.into_keys() {
            let mut lines = our_notes.lines(key)?;
            add_lines(&mut lines, &bstr::join("\n", their_notes.lines(key)?));
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
        for key in other.keys_unlike(Some(self))? {
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

#[cfg(test)]
mod tests {
    use super::super::NOTES_REF;
    use super::super::tests::{WRITER, key};
    use super::*;
    use crate::support::TestRepo;

    /// Appends to what is there and returns the commit.
    fn appended(git: &Repo, number: u32, line: &str) -> ObjectId {
        git.append_notes(&[(key(number), line.as_bytes())], WRITER).unwrap().unwrap()
    }

    fn lines(git: &Repo, commit: ObjectId, number: u32) -> Vec<String> {
        let lines = git.notes_at(Some(commit)).unwrap().lines(key(number)).unwrap();
        lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
    }

    #[test]
    fn both_sides_keep_every_line() {
        let repo = TestRepo::bare();
        let git = Repo::open(repo.path()).unwrap();
        let root = appended(&git, 1, "root");
        let ours = appended(&git, 1, "ours");
        repo.git(&["update-ref", NOTES_REF, &root.to_string()]);
        appended(&git, 1, "theirs");
        let theirs = appended(&git, 2, "new");
        let joined = git.join_notes(ours, theirs, WRITER).unwrap();
        assert_eq!(lines(&git, joined, 1), ["root", "ours", "theirs"]);
        assert_eq!(lines(&git, joined, 2), ["new"]);
        assert_eq!(git.links(joined).unwrap().parents, [ours, theirs]);
        assert_eq!(git.join_notes(ours, theirs, WRITER).unwrap(), joined);
        assert_eq!(git.join_notes(joined, theirs, WRITER).unwrap(), joined);
        assert_eq!(git.join_notes(ours, joined, WRITER).unwrap(), joined);
        assert_eq!(git.join_notes(root, ours, WRITER).unwrap(), ours);
    }

    // SIG-43, SIG-48
    #[test]
    fn line_that_one_side_removed_is_kept() {
        let repo = TestRepo::bare();
        let git = Repo::open(repo.path()).unwrap();
        let root = appended(&git, 1, "objection");
        repo.git(&["notes", "--ref=gate", "add", "-f", "-m", "rewritten", &key(1).to_string()]);
        let ours = git.notes().unwrap().commit().unwrap();
        repo.git(&["update-ref", NOTES_REF, &root.to_string()]);
        repo.git(&["notes", "--ref=gate", "remove", &key(1).to_string()]);
        let removed = git.notes().unwrap().commit().unwrap();
        repo.git(&["update-ref", NOTES_REF, &root.to_string()]);
        let theirs = appended(&git, 1, "added");
        assert_eq!(
            lines(&git, git.join_notes(ours, theirs, WRITER).unwrap(), 1),
            ["rewritten", "objection", "added"]
        );
        assert_eq!(lines(&git, git.join_notes(removed, theirs, WRITER).unwrap(), 1), ["objection", "added"]);
        // Though the removal comes after it, the line is not lost.
        assert_eq!(lines(&git, git.join_notes(root, removed, WRITER).unwrap(), 1), ["objection"]);
    }

    #[test]
    fn histories_without_a_common_ancestor_are_joined() {
        let repo = TestRepo::bare();
        let git = Repo::open(repo.path()).unwrap();
        let ours = appended(&git, 1, "ours");
        repo.git(&["update-ref", "-d", NOTES_REF]);
        let theirs = appended(&git, 1, "theirs");
        assert_eq!(lines(&git, git.join_notes(ours, theirs, WRITER).unwrap(), 1), ["ours", "theirs"]);
    }

    #[test]
    fn what_a_push_would_lose_is_told() {
        let repo = TestRepo::bare();
        let git = Repo::open(repo.path()).unwrap();
        let old = git.notes_at(Some(appended(&git, 1, "a"))).unwrap();
        let new = git.notes_at(Some(appended(&git, 1, "b"))).unwrap();
        assert!(new.missing_from(&old).unwrap().is_empty());
        assert_eq!(old.missing_from(&new).unwrap(), BTreeMap::from([(key(1), vec![BString::from("b")])]));
    }
}
