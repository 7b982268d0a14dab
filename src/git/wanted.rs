//! Where on a line of trees given paths changed.
//!
//! What was last seen of every wanted path is kept, so that of the next tree only the
//! folders that differ are read, and of a folder only the entries that differ.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;

use super::entry::{FOLDER, entries};
use super::objects::Store;
use super::{Error, Repo};
use crate::change::{Mode, ObjectId};

/// How many trees are looked at in a row, before another thread may take over.
const ROW: usize = 64;

/// What a commit of the line made of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The place of the commit.
    pub(super) place: usize,
    /// What its tree has at the path.
    pub(super) new: Option<(Mode, ObjectId)>,
    /// What the tree of the commit after it in the line has, its first parent.
    pub(super) old: Option<(Mode, ObjectId)>,
}

/// For each path the steps at which it changed, in order.
pub(super) type Steps = HashMap<BString, Vec<Step>>;

/// Finds where the paths changed between each of these trees and the next; the first one is at the place `first`.
pub(super) fn steps(
    repo: &Repo,
    trees: &[ObjectId],
    first: usize,
    paths: &BTreeSet<BString>,
) -> Result<Steps, Error> {
    let rows = trees.len().saturating_sub(1).div_ceil(ROW);
    let rows = repo.side_by_side(rows, &|store, row| {
        let mut wanted = Wanted::new(paths);
        let start = row * ROW;
        // The last tree is looked at again as the first of the next row.
        for (place, tree) in trees.iter().enumerate().skip(start).take(ROW + 1) {
            let newer = place.checked_sub(1).filter(|_| place > start);
            wanted.step(store, *tree, newer.map(|newer| first + newer))?;
        }
        Ok(wanted.changed)
    })?;
    let mut all: Steps = paths.iter().map(|path| (path.clone(), Vec::new())).collect();
    for (path, steps) in rows.into_iter().flatten() {
        all.entry(path).or_default().extend(steps);
    }
    Ok(all)
}

/// The paths that are looked for, as a tree of names, and what the walk last saw there.
struct Wanted {
    nodes: Vec<Node>,
    changed: Steps,
}

#[derive(Default)]
struct Node {
    children: BTreeMap<BString, usize>,
    path: Option<BString>,
    entry: Option<(Mode, ObjectId)>,
    seen: Seen,
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

    /// Looks at the next tree and notes the paths that differ from the one before, which is at the place `newer`.
    fn step(&mut self, store: &Store<'_>, tree: ObjectId, newer: Option<usize>) -> Result<(), Error> {
        let mut pending = vec![(0, Some((FOLDER, tree)))];
        while let Some((at, entry)) = pending.pop() {
            let node = &mut self.nodes[at];
            if node.entry == entry {
                continue;
            }
            let new = std::mem::replace(&mut node.entry, entry);
            // What differs here was changed by the commit before in the line, which is the newer one.
            if let (Some(path), Some(place)) = (&node.path, newer)
                && let Some(steps) = self.changed.get_mut(path)
            {
                steps.push(Step { place, new, old: entry });
            }
            if node.children.is_empty() {
                continue;
            }
            let Some((FOLDER, tree)) = entry else {
                node.seen = Seen::default();
                pending.extend(node.children.values().map(|child| (*child, None)));
                continue;
            };
            let object = store.read(ObjectType::Tree, tree)?;
            node.seen.read(object.data(), &node.children).map_err(|why| {
                Error::new(format!("the tree {tree} of the target is malformed: {why}"))
                    .help("check the repository with `git fsck`")
            })?;
            let found = &node.seen.found;
            pending.extend(
                node.children.values().map(|child| (*child, found.get(child).map(|found| found.entry))),
            );
        }
        Ok(())
    }
}

/// A folder as it was last seen.
#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    /// Where the entries begin.
    starts: Vec<usize>,
    /// The wanted ones.
    found: BTreeMap<usize, Found>,
    /// A wanted name is there twice: then the last one is it, and nothing is passed over.
    is_odd: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    start: usize,
    entry: (Mode, ObjectId),
}

impl Seen {
    /// Reads the next state of the folder: only the entries between what is the same at the beginning and at the end.
    fn read(&mut self, tree: &[u8], wanted: &BTreeMap<BString, usize>) -> Result<(), String> {
        let same = if self.is_odd { (0, 0) } else { alike(&self.bytes, tree) };
        self.read_between(same, tree, wanted)?;
        if self.is_odd && same != (0, 0) {
            self.read_between((0, 0), tree, wanted)?;
        }
        Ok(())
    }

    /// Reads all but so many bytes at the beginning and at the end.
    fn read_between(
        &mut self,
        (head, tail): (usize, usize),
        tree: &[u8],
        wanted: &BTreeMap<BString, usize>,
    ) -> Result<(), String> {
        // The entry in which the first difference lies, and all before it, begin alike.
        let from = self.starts.partition_point(|start| *start <= head).saturating_sub(1);
        let start = self.starts.get(from).copied().unwrap_or(0);
        let (old_length, new_length) = (self.bytes.len(), tree.len());
        let mut middle = Vec::new();
        let mut found: Vec<(usize, Found)> = Vec::new();
        let mut at = start;
        // Where the entries of the old state go on that are the same to the end.
        let mut to = self.starts.len();
        for entry in entries(&tree[start.min(new_length)..]) {
            if new_length - at <= tail
                && let Ok(same) = self.starts.binary_search(&(at + old_length - new_length))
            {
                to = same;
                break;
            }
            let (mode, name, id) = entry?;
            middle.push(at);
            if let Some(child) = wanted.get(BStr::new(name)) {
                found.push((*child, Found { start: at, entry: (mode, id) }));
            }
            at += entry_length(&tree[at..], name);
        }
        self.replace(from..to, (old_length, new_length), middle, found);
        self.bytes.clear();
        self.bytes.extend_from_slice(tree);
        Ok(())
    }

    /// Puts what was read in the place of these entries.
    fn replace(
        &mut self,
        range: Range<usize>,
        (old_length, new_length): (usize, usize),
        middle: Vec<usize>,
        found: Vec<(usize, Found)>,
    ) {
        let shifted = |start: usize| start + new_length - old_length;
        let start_of = |at: usize| self.starts.get(at).copied().unwrap_or(old_length);
        let (first, end) = (start_of(range.start), start_of(range.end));
        self.found.retain(|_, found| found.start < first || found.start >= end);
        for known in self.found.values_mut().filter(|found| found.start >= end) {
            known.start = shifted(known.start);
        }
        for start in &mut self.starts[range.end..] {
            *start = shifted(*start);
        }
        self.starts.splice(range, middle);
        self.is_odd = false;
        for (child, found) in found {
            self.is_odd |= self.found.insert(child, found).is_some();
        }
    }
}

/// Returns how long an entry of this name is: mode, space, name, NUL and twenty bytes of id.
fn entry_length(entry: &[u8], name: &[u8]) -> usize {
    entry.find_byte(b' ').map_or(0, |space| space + 1) + name.len() + 21
}

/// Returns how many bytes are the same at the beginning, and how many of the others at the end.
fn alike(one: &[u8], other: &[u8]) -> (usize, usize) {
    const BLOCK: usize = 128;
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let mut head = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    head += one[head..].iter().zip(&other[head..]).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[head..], &other[head..]);
    let blocks = one.rchunks_exact(BLOCK).zip(other.rchunks_exact(BLOCK));
    let tail = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    let (one, other) = (&one[..one.len() - tail], &other[..other.len() - tail]);
    let rest = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    (head, tail + rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tree(entries: &[(u8, u8)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, id) in entries {
            let mode: &[u8] = if id % 2 == 0 { b"100644 " } else { b"40000 " };
            bytes.extend_from_slice(mode);
            bytes.extend_from_slice(format!("{}{name}", "long".repeat(usize::from(name % 3))).as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(&[*id; 20]);
        }
        bytes
    }

    fn found(seen: &Seen) -> Vec<(usize, (Mode, ObjectId))> {
        seen.found.iter().map(|(child, found)| (*child, found.entry)).collect()
    }

    proptest! {
        #[test]
        fn reading_what_differs_finds_what_reading_it_all_finds(
            states in prop::collection::vec(prop::collection::vec((0..12u8, 0..4u8), 0..12), 1..12),
            edits in prop::collection::vec((0..12usize, (0..12u8, 0..4u8)), 0..24),
            cut in 0..40usize,
        ) {
            let mut all: Vec<Vec<(u8, u8)>> = Vec::new();
            for mut state in states {
                all.push(state.clone());
                for (place, entry) in &edits {
                    if let Some(old) = state.get_mut(*place) {
                        *old = *entry;
                    } else {
                        state.insert(place % (state.len() + 1), *entry);
                    }
                    all.push(state.clone());
                }
            }
            let wanted: BTreeMap<BString, usize> =
                [("0", 1), ("long4", 2), ("longlong5", 3), ("9", 4), ("longlong11", 5)]
                    .map(|(name, child)| (name.into(), child))
                    .into();
            let mut seen = Seen::default();
            for state in all {
                let bytes = tree(&state);
                seen.read(&bytes, &wanted).unwrap();
                let mut fresh = Seen::default();
                fresh.read(&bytes, &wanted).unwrap();
                prop_assert_eq!(found(&seen), found(&fresh));
                if let (Some(short), true) = (bytes.get(..bytes.len().saturating_sub(cut)), cut % 30 != 0) {
                    let one_more = |seen: &mut Seen| seen.read(short, &wanted).map_err(|_why| ());
                    let mut again = Seen::default();
                    again.read(&bytes, &wanted).unwrap();
                    prop_assert_eq!(one_more(&mut again), one_more(&mut Seen::default()));
                }
            }
        }
    }
}
