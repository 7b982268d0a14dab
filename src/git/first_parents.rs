//! The first-parent line of a branch, and where on it given paths changed.
//!
//! The line is walked from the tip back, only as far as anybody asks, and each commit
//! once: by the commit graph, where there is one.

use std::collections::{BTreeSet, HashMap};

use bstr::{BStr, BString};

use super::objects::Store;
use super::wanted::{Step, Steps, steps};
use super::{Error, Repo};
use crate::change::ObjectId;

/// A first-parent line, as far as it has been walked.
pub(super) struct Line {
    commits: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    places: HashMap<ObjectId, usize>,
    /// The next commit to walk to, and its place in the commit graph where that is known.
    next: Option<(ObjectId, Option<u32>)>,
    /// Where the line ends for bases that are not on it.
    ends: HashMap<ObjectId, usize>,
    paths: BTreeSet<BString>,
    /// Where the paths changed before the place `looked`.
    changed: Steps,
    looked: usize,
}

impl Line {
    /// Begins at `tip`, with these paths to be looked for.
    pub(super) fn new(tip: ObjectId, paths: &BTreeSet<BString>) -> Self {
        Self {
            commits: Vec::new(),
            trees: Vec::new(),
            places: HashMap::new(),
            next: Some((tip, None)),
            ends: HashMap::new(),
            paths: paths.clone(),
            changed: Steps::new(),
            looked: 0,
        }
    }

    /// Returns the tree of a commit of the line.
    pub(super) fn tree(&self, place: usize) -> Option<ObjectId> {
        self.trees.get(place).copied()
    }

    /// Returns the place of the first commit that is `base` or in its history; the line's length where there is none.
    pub(super) fn end(&mut self, repo: &Repo, store: &Store<'_>, base: ObjectId) -> Result<usize, Error> {
        loop {
            if let Some(place) = self.places.get(&base).or_else(|| self.ends.get(&base)) {
                return Ok(*place);
            }
            if !self.walk(repo, store)? {
                break;
            }
        }
        // The base is not on the line: the line ends where it enters the base's history.
        let mut end = self.commits.len();
        if repo.is_here(base)? {
            let mut newer = 0;
            while newer < end {
                let middle = newer + (end - newer) / 2;
                let enters = match self.commits.get(middle) {
                    Some(commit) => repo.is_ancestor(*commit, base)?,
                    None => true,
                };
                if enters { end = middle } else { newer = middle + 1 }
            }
        }
        self.ends.insert(base, end);
        Ok(end)
    }

    /// Walks one commit further; `false` at the end of the history.
    fn walk(&mut self, repo: &Repo, store: &Store<'_>) -> Result<bool, Error> {
        let Some((commit, place)) = self.next else { return Ok(false) };
        let (tree, next) = match by_graph(repo, commit, place) {
            Some(found) => found,
            None => self.by_commit(repo, store, commit)?,
        };
        self.places.insert(commit, self.commits.len());
        self.commits.push(commit);
        self.trees.push(tree);
        self.next = next;
        Ok(true)
    }

    /// Reads the tree and the first parent off the commit itself.
    fn by_commit(&self, repo: &Repo, store: &Store<'_>, commit: ObjectId) -> Result<Found, Error> {
        let links = match (store.links(commit), self.commits.last()) {
            (Err(_), Some(child)) if repo.is_cut(*child)? => {
                let message = format!("the target's history is cut short at {}", child.short());
                return Err(Error::new(message).help(
                    "`git fetch --unshallow` (in CI: fetch-depth: 0): older sign-offs can't be judged without",
                ));
            }
            (links, _) => links?,
        };
        Ok((links.tree, links.parents.first().map(|parent| (*parent, None))))
    }

    /// Returns what the commits before `end` made of a path.
    pub(super) fn changes(&mut self, repo: &Repo, path: &BStr, end: usize) -> Result<Vec<Step>, Error> {
        let trees = self.trees.get(..=end).unwrap_or(&self.trees);
        let found = if self.paths.contains(path) {
            if trees.len() > self.looked {
                // The last tree that was looked at is the one that the next is compared with.
                let first = self.looked.saturating_sub(1);
                for (path, steps) in steps(repo, trees.get(first..).unwrap_or_default(), first, &self.paths)?
                {
                    self.changed.entry(path).or_default().extend(steps);
                }
                self.looked = trees.len();
            }
            self.changed.get(path).cloned()
        } else {
            steps(repo, trees, 0, &BTreeSet::from([path.to_owned()]))?.remove(path)
        };
        Ok(found.unwrap_or_default().into_iter().take_while(|step| step.place < end).collect())
    }
}

/// The tree of a commit, and its first parent.
type Found = (ObjectId, Option<(ObjectId, Option<u32>)>);

/// Returns the tree and the first parent as the commit graph has them.
fn by_graph(repo: &Repo, commit: ObjectId, place: Option<u32>) -> Option<Found> {
    let graph = repo.commit_graph()?;
    let recorded = graph.recorded(place.map_or_else(|| graph.find(commit), Some)?)?;
    let parent = match recorded.parents.first() {
        Some(parent) => Some((graph.id(*parent)?, Some(*parent))),
        None => None,
    };
    Some((recorded.tree, parent))
}
