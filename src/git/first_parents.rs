//! The first-parent line of a branch, and where on it given paths changed.
//!
//! The line is walked from the tip back, only as far as anybody asks, and each commit
//! once. What was last seen of every wanted path is kept, so that of the next tree only
//! the folders that differ are read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;

use super::entry::{FOLDER, entries};
use super::objects::Store;
use super::{Error, Repo};
use crate::change::{Mode, ObjectId};

/// A first-parent line, as far as it has been walked.
pub(super) struct Line {
    commits: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    places: HashMap<ObjectId, usize>,
    /// The next commit to walk to.
    next: Option<ObjectId>,
    /// Where the line ends for bases that are not on it.
    ends: HashMap<ObjectId, usize>,
    wanted: Wanted,
}

impl Line {
    /// Begins at `tip`, with these paths to be looked for.
    pub(super) fn new(tip: ObjectId, paths: &BTreeSet<BString>) -> Self {
        Self {
            commits: Vec::new(),
            trees: Vec::new(),
            places: HashMap::new(),
            next: Some(tip),
            ends: HashMap::new(),
            wanted: Wanted::new(paths),
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
        let Some(commit) = self.next else { return Ok(false) };
        let links = match (store.links(commit), self.commits.last()) {
            (Err(_), Some(child)) if repo.is_cut(*child)? => {
                let message = format!("the target's history is cut short at {}", child.short());
                return Err(Error::new(message).help(
                    "`git fetch --unshallow` (in CI: fetch-depth: 0): older sign-offs can't be judged without",
                ));
            }
            (links, _) => links?,
        };
        self.wanted.step(store, links.tree, self.trees.len())?;
        self.places.insert(commit, self.commits.len());
        self.commits.push(commit);
        self.trees.push(links.tree);
        self.next = links.parents.first().copied();
        Ok(true)
    }

    /// Returns what the commits before `end` made of a path.
    pub(super) fn changes(&self, store: &Store<'_>, path: &BStr, end: usize) -> Result<Vec<Step>, Error> {
        let steps = match self.wanted.changed.get(path) {
            Some(steps) => steps.clone(),
            None => {
                let mut wanted = Wanted::new(&BTreeSet::from([path.to_owned()]));
                for (place, tree) in self.trees.iter().enumerate().take(end.saturating_add(1)) {
                    wanted.step(store, *tree, place)?;
                }
                wanted.changed.remove(path).unwrap_or_default()
            }
        };
        Ok(steps.into_iter().take_while(|step| step.place < end).collect())
    }
}

/// What a commit of the line made of a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The place of the commit.
    pub(super) place: usize,
    /// What its tree has at the path.
    pub(super) new: Option<(Mode, ObjectId)>,
    /// What the tree of the commit after it in the line has, its first parent.
    pub(super) old: Option<(Mode, ObjectId)>,
}

/// The paths that are looked for, as a tree of names, and what the walk last saw there.
struct Wanted {
    nodes: Vec<Node>,
    /// For each path the steps at which it changed.
    changed: HashMap<BString, Vec<Step>>,
}

#[derive(Default)]
struct Node {
    children: BTreeMap<BString, usize>,
    path: Option<BString>,
    entry: Option<(Mode, ObjectId)>,
}

impl Wanted {
    fn new(paths: &BTreeSet<BString>) -> Self {
        let mut nodes = vec![Node::default()];
        for path in paths {
            let mut at = 0;
            for name in path.split_str("/") {
                let next = nodes.len();
                let child = *nodes[at].children.entry(name.into()).or_insert(next);
                if child == next {
                    nodes.push(Node::default());
                }
                at = child;
            }
            nodes[at].path = Some(path.clone());
        }
        Self { nodes, changed: paths.iter().map(|path| (path.clone(), Vec::new())).collect() }
    }

    /// Looks at the tree at `place` and notes the paths that differ from the one before in the line.
    fn step(&mut self, store: &Store<'_>, tree: ObjectId, place: usize) -> Result<(), Error> {
        let mut pending = vec![(0, Some((FOLDER, tree)))];
        while let Some((at, entry)) = pending.pop() {
            let node = &mut self.nodes[at];
            if node.entry == entry {
                continue;
            }
            let new = std::mem::replace(&mut node.entry, entry);
            // What differs here was changed by the commit before in the line, which is the newer one.
            if let (Some(path), Some(place)) = (&node.path, place.checked_sub(1))
                && let Some(steps) = self.changed.get_mut(path)
            {
                steps.push(Step { place, new, old: entry });
            }
            if node.children.is_empty() {
                continue;
            }
            let mut found: BTreeMap<usize, (Mode, ObjectId)> = BTreeMap::new();
            if let Some((FOLDER, tree)) = entry {
                let object = store.read(ObjectType::Tree, tree)?;
                for entry in entries(object.data()) {
                    let (mode, name, id) = entry.map_err(|why| {
                        Error::new(format!("the tree {tree} of the target is malformed: {why}"))
                            .help("check the repository with `git fsck`")
                    })?;
                    if let Some(child) = node.children.get(name.as_bstr()) {
                        found.insert(*child, (mode, id));
                    }
                }
            }
            pending.extend(node.children.values().map(|child| (*child, found.get(child).copied())));
        }
        Ok(())
    }
}
