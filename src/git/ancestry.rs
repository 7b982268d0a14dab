//! Which commit comes before which, by the commit graph.
//!
//! A commit of the graph has a generation, one more than the highest of its parents; the
//! few that are newer than the graph are read, and get theirs the same way. So a walk goes
//! from the highest generation down, and when it comes to a commit it has seen all that
//! come after it: the answer is certain, whatever dates the commits bear.

use std::collections::{BinaryHeap, HashMap};

use super::commit_graph::CommitGraph;
use super::objects::Store;
use super::{Error, Repo};
use crate::change::ObjectId;

/// The most commits that are read because the graph does not have them.
const MAX_NEW: usize = 64;

/// Reached from the first commit, from the second, and from a commit that both reach.
const ONE: u8 = 1;
const OTHER: u8 = 2;
const BEHIND: u8 = 4;

impl Repo {
    /// Returns the best common ancestor of two commits; `None` where the graph does not tell, or there is not just one.
    pub(super) fn merge_base_by_graph(
        &self,
        one: ObjectId,
        other: ObjectId,
    ) -> Result<Option<ObjectId>, Error> {
        let Some(past) = self.past(&[one, other])? else { return Ok(None) };
        Ok(past.merge_base(one, other).and_then(|found| past.id(found)))
    }

    /// Tells whether `commit` is an ancestor of `tip`; `None` where the graph does not tell.
    pub(super) fn is_ancestor_by_graph(
        &self,
        commit: ObjectId,
        tip: ObjectId,
    ) -> Result<Option<bool>, Error> {
        let Some(past) = self.past(&[commit, tip])? else { return Ok(None) };
        Ok(past.is_ancestor(commit, tip))
    }

    fn past(&self, tips: &[ObjectId]) -> Result<Option<Past<'_>>, Error> {
        let Some(graph) = self.commit_graph().filter(|graph| !graph.is_old.get()) else { return Ok(None) };
        let mut past = Past { graph, new: Vec::new(), found: HashMap::new() };
        let store = self.store()?;
        Ok(tips.iter().try_for_each(|tip| past.read(&store, *tip)).map(|()| past))
    }
}

/// A commit: one of the graph by its place, or one of those that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum At {
    Graph(u32),
    New(usize),
}

/// The history behind some commits.
struct Past<'g> {
    graph: &'g CommitGraph,
    /// The commits that the graph does not have.
    new: Vec<New>,
    /// Where the commits are that were asked for or read.
    found: HashMap<ObjectId, At>,
}

struct New {
    id: ObjectId,
    parents: Vec<At>,
    generation: u32,
}

impl Past<'_> {
    /// Reads what is newer than the graph; `None` where that can't be read, or is too much.
    fn read(&mut self, store: &Store<'_>, tip: ObjectId) -> Option<()> {
        let mut pending = vec![(tip, None)];
        while let Some((id, parents)) = pending.pop() {
            if self.found.contains_key(&id) {
                continue;
            }
            let parents: Vec<ObjectId> = match parents {
                Some(parents) => parents,
                None => match self.graph.find(id) {
                    Some(place) => {
                        self.found.insert(id, At::Graph(place));
                        continue;
                    }
                    // What can't be read here is told by whoever reads it then.
                    None => store.links(id).ok()?.parents,
                },
            };
            let unread: Vec<_> =
                parents.iter().filter(|parent| !self.found.contains_key(*parent)).copied().collect();
            if unread.is_empty() {
                self.add(id, &parents)?;
            } else {
                pending.push((id, Some(parents)));
                pending.extend(unread.into_iter().map(|parent| (parent, None)));
            }
            if self.new.len() + pending.len() > MAX_NEW {
                self.graph.is_old.set(true);
                return None;
            }
        }
        Some(())
    }

    fn add(&mut self, id: ObjectId, parents: &[ObjectId]) -> Option<()> {
        let parents: Vec<At> =
            parents.iter().map(|parent| self.found.get(parent).copied()).collect::<Option<_>>()?;
        let mut generation = 0;
        for parent in &parents {
            generation = generation.max(self.step(*parent)?.0);
        }
        self.found.insert(id, At::New(self.new.len()));
        self.new.push(New { id, parents, generation: generation.checked_add(1)? });
        Some(())
    }

    /// Returns the generation and the parents of a commit.
    fn step(&self, at: At) -> Option<(u32, Vec<At>)> {
        match at {
            At::Graph(place) => {
                let recorded = self.graph.recorded(place)?;
                Some((recorded.generation, recorded.parents.into_iter().map(At::Graph).collect()))
            }
            At::New(place) => self.new.get(place).map(|new| (new.generation, new.parents.clone())),
        }
    }

    fn id(&self, at: At) -> Option<ObjectId> {
        match at {
            At::Graph(place) => self.graph.id(place),
            At::New(place) => self.new.get(place).map(|new| new.id),
        }
    }

    /// Finds the best common ancestor, where there is just one.
    fn merge_base(&self, one: ObjectId, other: ObjectId) -> Option<At> {
        let mut walk = Walk::new(self);
        walk.reach(*self.found.get(&one)?, ONE, u32::MAX)?;
        walk.reach(*self.found.get(&other)?, OTHER, u32::MAX)?;
        let mut best = None;
        while let Some((generation, at, mut marks, parents)) = walk.next() {
            if marks == ONE | OTHER {
                if best.replace(at).is_some() {
                    return None;
                }
                marks |= BEHIND;
            }
            for parent in parents {
                walk.reach(parent, marks, generation)?;
            }
            if walk.open == 0 {
                break;
            }
        }
        best
    }

    fn is_ancestor(&self, commit: ObjectId, tip: ObjectId) -> Option<bool> {
        let commit = *self.found.get(&commit)?;
        let tip = *self.found.get(&tip)?;
        // The graph has all that lies behind a commit of it.
        if let (At::New(_), At::Graph(_)) = (commit, tip) {
            return Some(false);
        }
        let (lowest, _) = self.step(commit)?;
        let mut walk = Walk::new(self);
        walk.reach(tip, ONE, u32::MAX)?;
        while let Some((generation, at, _, parents)) = walk.next() {
            if at == commit {
                return Some(true);
            }
            for parent in parents {
                if parent == commit {
                    return Some(true);
                }
                walk.reach(parent, ONE, generation)?;
            }
            if walk.highest().is_none_or(|highest| highest <= lowest) {
                break;
            }
        }
        Some(false)
    }
}

/// A walk from the highest generation down.
struct Walk<'p> {
    past: &'p Past<'p>,
    queue: BinaryHeap<(u32, At)>,
    reached: HashMap<At, Reached>,
    /// How many wait that are not known to lie behind a common ancestor.
    open: usize,
}

struct Reached {
    marks: u8,
    parents: Vec<At>,
    /// The walk has been here.
    is_done: bool,
}

impl<'p> Walk<'p> {
    fn new(past: &'p Past<'p>) -> Self {
        Self { past, queue: BinaryHeap::new(), reached: HashMap::new(), open: 0 }
    }

    /// Marks a commit that lies below this generation; `None` where the graph contradicts itself.
    fn reach(&mut self, at: At, marks: u8, below: u32) -> Option<()> {
        if let Some(reached) = self.reached.get_mut(&at) {
            self.open -= usize::from(reached.marks & BEHIND == 0 && marks & BEHIND != 0);
            reached.marks |= marks;
            return (!reached.is_done).then_some(());
        }
        let (generation, parents) = self.past.step(at)?;
        self.reached.insert(at, Reached { marks, parents, is_done: false });
        self.open += usize::from(marks & BEHIND == 0);
        self.queue.push((generation, at));
        (generation < below).then_some(())
    }

    /// Goes to the next commit: its generation, its marks and its parents.
    fn next(&mut self) -> Option<(u32, At, u8, Vec<At>)> {
        let (generation, at) = self.queue.pop()?;
        let reached = self.reached.get_mut(&at)?;
        reached.is_done = true;
        self.open -= usize::from(reached.marks & BEHIND == 0);
        Some((generation, at, reached.marks, std::mem::take(&mut reached.parents)))
    }

    fn highest(&self) -> Option<u32> {
        self.queue.peek().map(|(generation, _)| *generation)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::git::objects::oid;
    use crate::support::TestRepo;

    const COMMITS: usize = 60;
    /// The commits after this one are newer than the graph.
    const LAST: usize = 40;

    /// Commits of a history of merges that nobody planned, each with up to three of those before it as parents.
    fn tangled(numbers: std::ops::Range<usize>) -> String {
        let (mut stream, first) = (String::new(), numbers.start);
        for number in numbers {
            let date = 1_600_000_000 + number * 60;
            stream += &format!("commit refs/heads/c{number}\ncommitter A <a@x> {date} +0000\ndata 0\n");
            let mut parents = BTreeSet::new();
            for which in 0..number.min(1 + number % 3) {
                parents.insert(number - 1 - (number * 7_919 + which * 104_729) / 13 % number.min(9));
            }
            for (which, parent) in parents.iter().enumerate() {
                let word = if which == 0 { "from" } else { "merge" };
                let there = if *parent < first { "^0" } else { "" };
                stream += &format!("{word} refs/heads/c{parent}{there}\n");
            }
        }
        stream
    }

    /// Compares with libgit2, which reads the commits themselves, for all pairs.
    fn is_like_libgit2(graph: &[&str]) {
        let test = TestRepo::bare();
        test.git_with_input(&["fast-import", "--quiet"], tangled(0..LAST).as_bytes());
        test.git(graph);
        test.git_with_input(&["fast-import", "--quiet"], tangled(LAST..COMMITS).as_bytes());
        let commits: Vec<_> =
            (0..COMMITS).map(|number| ObjectId::parse(&test.rev(&format!("c{number}"))).unwrap()).collect();
        let repo = Repo::open(test.path()).unwrap();
        assert!(repo.commit_graph().is_some());
        let (mut single, mut several) = (0, 0);
        for (one, other) in commits.iter().flat_map(|one| commits.iter().map(|other| (*one, *other))) {
            let theirs = repo.inner.merge_bases(oid(one), oid(other));
            let theirs: Vec<_> = theirs.map_or_else(|_| Vec::new(), |found| found.iter().copied().collect());
            let ours = repo.merge_base_by_graph(one, other).unwrap();
            match theirs[..] {
                [theirs] => assert_eq!(ours.map(oid), Some(theirs), "{one} {other}"),
                _ => assert_eq!(ours, None, "{one} {other}"),
            }
            single += usize::from(theirs.len() == 1);
            several += usize::from(theirs.len() > 1);
            if one != other {
                let theirs = repo.inner.graph_descendant_of(oid(other), oid(one)).unwrap();
                assert_eq!(repo.is_ancestor_by_graph(one, other).unwrap(), Some(theirs), "{one} {other}");
            }
        }
        assert!(single > 1_000 && several > 100, "{single} and {several}");
    }

    #[test]
    fn damaged_graph_is_none() {
        let test = TestRepo::bare();
        test.git_with_input(&["fast-import", "--quiet"], tangled(0..COMMITS).as_bytes());
        test.git(&["commit-graph", "write", "--reachable"]);
        let file = test.path().join("objects/info/commit-graph");
        let whole = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let [one, other] = ["c57", "c58"].map(|name| ObjectId::parse(&test.rev(name)).unwrap());
        let graph = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            Repo::open(test.path()).unwrap()
        };
        assert!(graph(&whole).merge_base_by_graph(one, other).unwrap().is_some());
        for length in [0, 7, 30, 500, whole.len() - 2_000] {
            assert!(graph(&whole[..length]).commit_graph().is_none(), "{length}");
        }
        // Whatever a byte is turned into: no panic, no endless walk, and the repository still answers.
        for place in (0..whole.len()).step_by(11) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x81;
            let repo = graph(&bytes);
            let _ = (repo.merge_base_by_graph(one, other).unwrap(), repo.is_ancestor(one, other).unwrap());
        }
    }

    #[cfg(unix)]
    #[test]
    fn graph_that_is_a_pipe_or_never_ends_is_not_read() {
        let test = TestRepo::bare();
        let info = test.path().join("objects/info");
        std::fs::create_dir_all(info.join("commit-graphs")).unwrap();
        let chain = info.join("commit-graphs/commit-graph-chain");
        let single = info.join("commit-graph");
        // libgit2 would open the one itself; the other only gate reads.
        let is_none = |path| match Repo::open(test.path()) {
            Ok(repo) => path == &chain && repo.commit_graph().is_none(),
            Err(error) => path == &single && error.to_string().ends_with("commit-graph` is not a file"),
        };
        for path in [&single, &chain] {
            let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
            assert!(made.success());
            assert!(is_none(path), "{}", path.display());
            std::fs::remove_file(path).unwrap();
            std::os::unix::fs::symlink("/dev/zero", path).unwrap();
            assert!(is_none(path), "{}", path.display());
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn one_graph_tells_what_the_commits_tell() {
        is_like_libgit2(&["commit-graph", "write", "--reachable"]);
    }

    #[test]
    fn split_graph_tells_what_the_commits_tell() {
        is_like_libgit2(&["commit-graph", "write", "--reachable", "--split", "--changed-paths"]);
    }
}
