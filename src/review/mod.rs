//! The whole way from a change to its report, in one function.

use jiff::Timestamp;

use crate::change::{Change, FileChange, ObjectId, Touched};
use crate::classify::{Class, Classifier, Judged};
use crate::policy::Policy;
use crate::provenance::{Claims, Written};
use crate::report::{Parts, PolicyReport, Report, compose};
use crate::requirement::requirements;
use crate::service::Unmappable;
use crate::sign_off::{self, Authors, Circumstances, Contributions, History, TooManyLines, standings};
use crate::verdict::decide;

/// Where a review reads from: a repository, seen through the change.
///
/// The core asks, the `git` module answers, and an error is never an answer.
pub trait Source: History {
    /// Returns the facts of the change.
    fn change(&self) -> &Change;

    /// Hands each changed file to `judge`, on as many threads as it likes, and returns all
    /// that came back in the order of the paths, each hunk id once.
    fn judge(
        &self,
        judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync),
    ) -> Result<Vec<Judged>, <Self as History>::Error>;

    /// Returns the paths that each of these commits changed; for a merge commit only those that differ from all parents.
    fn touched(&self, commits: &[ObjectId]) -> Result<Vec<Vec<Touched>>, <Self as History>::Error>;

    /// Returns what is said, besides the commits themselves, about who wrote the change. What is there and
    /// can't be read is a claim as well, and no error.
    fn claims(&self) -> Claims;

    /// Returns the notes of these keys (hunks and commits), each note's bytes once.
    fn notes(&self, keys: &[ObjectId]) -> Result<Vec<Vec<u8>>, <Self as History>::Error>;
}

/// What a review goes by besides the repository.
#[derive(Clone, Debug)]
pub struct Terms<'a> {
    /// The policy, from the target and never from the change.
    pub policy: &'a Policy,
    /// Where it was read.
    pub source: PolicyReport,
    /// The time of the review.
    pub now: Timestamp,
    /// Whether the verdict is enforced.
    pub enforced: bool,
    /// Who opened the change.
    pub opener: Option<&'a str>,
    /// Who pushes it.
    pub pusher: Option<&'a str>,
}

/// Why a review came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// The repository could not be read.
    #[error("the repository can't be read")]
    Source(E),
    /// The notes of the change hold more lines than are read.
    #[error("the notes of this change hold too many lines")]
    Notes(#[source] TooManyLines),
    /// The services' names can't be searched for.
    #[error("the service map can't be used")]
    Services(#[source] Unmappable),
}

/// Reviews a change: this is all that gate does, in order. The classifier is the policy's.
pub fn review<S: Source>(
    source: &S,
    terms: &Terms<'_>,
    classifier: Classifier,
) -> Result<Report, Error<S::Error>> {
    let policy = terms.policy;
    let mut written = Written::read(source.change(), &source.claims());
    let mut touched = None;
    if written.is_ai() {
        written.place(touched.insert(self::touched(source)?));
    }
    let classifier = classifier.written_by(written);
    let hunks = source.judge(&|file| classifier.judge(file)).map_err(Error::Source)?;
    let requirements = requirements(policy, classifier.services(), &hunks);
    let authors = authors(source, terms, &hunks, touched)?;
    let notes = source.notes(&keys(source.change(), &hunks)).map_err(Error::Source)?;
    let found = sign_off::read(&notes).map_err(Error::Notes)?;
    let target = source.change().target.as_deref();
    let circumstances = Circumstances { policy, now: terms.now, target, hunks: &hunks, authors: &authors };
    let standings = standings(found, &circumstances, source).map_err(Error::Source)?;
    let decision = decide(policy, &requirements, &hunks, &standings, &authors);
    Ok(compose(Parts {
        change: source.change(),
        policy,
        source: terms.source.clone(),
        enforced: terms.enforced,
        services: classifier.services(),
        written: classifier.written(),
        hunks,
        requirements,
        standings,
        decision,
    }))
}

/// Finds the authors of the hunks that somebody must sign; nobody asks who wrote the others.
fn authors<S: Source>(
    source: &S,
    terms: &Terms<'_>,
    hunks: &[Judged],
    touched: Option<Vec<Vec<Touched>>>,
) -> Result<Authors, Error<S::Error>> {
    let asked: Vec<_> = hunks.iter().filter(|hunk| hunk.class == Class::Architectural).collect();
    if asked.is_empty() {
        return Ok(Authors::default());
    }
    let commits = &source.change().commits;
    let touched = touched.map_or_else(|| self::touched(source), Ok)?;
    let made = Contributions { commits, touched: &touched, opener: terms.opener, pusher: terms.pusher };
    Ok(Authors::new(terms.policy, made, asked))
}

/// Returns the paths that each commit of the change touched.
fn touched<S: Source>(source: &S) -> Result<Vec<Vec<Touched>>, Error<S::Error>> {
    let commits: Vec<ObjectId> = source.change().commits.iter().map(|commit| commit.id).collect();
    source.touched(&commits).map_err(Error::Source)
}

/// Where statements about this change are looked for: under each hunk, the head and the commits.
fn keys(change: &Change, hunks: &[Judged]) -> Vec<ObjectId> {
    let mut keys: Vec<_> = hunks.iter().map(|hunk| hunk.id.note_key()).collect();
    keys.push(change.head);
    keys.extend(change.commits.iter().map(|commit| commit.id));
    keys
}

#[cfg(test)]
mod properties;
