//! The whole way from a change to its report, in one function.

use bstr::BStr;

use crate::change::{Change, FileChange, HunkId, ObjectId, Touched};
use crate::classify::Judged;

/// Where a review reads from: a repository, seen through the change.
///
/// The core asks, the `git` module answers, and an error is never an answer.
pub trait Source {
    /// What goes wrong in reading.
    type Error;

    /// Returns the facts of the change.
    fn change(&self) -> &Change;

    /// Hands each changed file to `judge`, on as many threads as it likes, and returns all
    /// that came back in the order of the paths, each hunk id once.
    fn judge(&self, judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync)) -> Result<Vec<Judged>, Self::Error>;

    /// Returns the paths that a commit changed; for a merge commit only those that differ from all parents.
    fn touched(&self, commit: ObjectId) -> Result<Vec<Touched>, Self::Error>;

    /// Returns the notes of these keys (hunks and commits), each note's bytes once.
    fn notes(&self, keys: &[ObjectId]) -> Result<Vec<Vec<u8>>, Self::Error>;

    /// Tells whether the hunk has landed on the target since `base`: then a sign-off made there is spent.
    fn landed(
        &self,
        base: ObjectId,
        hunk: HunkId,
        path: &BStr,
        old_path: Option<&BStr>,
    ) -> Result<bool, Self::Error>;

    /// Tells whether `commit` is the target's tip or an ancestor of it.
    fn is_merged(&self, commit: ObjectId) -> Result<bool, Self::Error>;
}
