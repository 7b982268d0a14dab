//! Pairs what was deleted with what was added, as `git diff -M` does.
//!
//! Pairing is for reading: a moved file is shown as moved, and both its paths are
//! judged. First equal objects are paired, then files that are alone in having
//! their name, then the most similar ones; with too many left the last step is
//! left out, as git does. No setting has a say, and copies are not looked for.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use bstr::{BStr, ByteSlice};

use super::similar::Score;
use super::{Delta, Entry, Error, Repo};

/// The most pairs of files that are compared for similarity.
pub(super) const MAX_PAIRS: usize = 1_000_000;
/// The most bytes of content that are read to compare it.
pub(super) const MAX_READ: usize = 256 << 20;
/// How many of those that look alike are considered.
const ALIKE: usize = 100;
/// How many of the most similar files are remembered for each added one.
const CANDIDATES: usize = 4;

/// Pairs the deleted and added entries among `deltas`; all else stays as it is. The order is that of the paths.
pub(super) fn pair(repo: &Repo, deltas: Vec<Delta>) -> Result<Vec<Delta>, Error> {
    let gone = |delta: &Delta| delta.old.clone().filter(|_| delta.new.is_none());
    let come = |delta: &Delta| delta.new.clone().filter(|_| delta.old.is_none());
    let mut pairing = Pairing {
        repo,
        sources: deltas.iter().filter_map(gone).collect(),
        targets: deltas.iter().filter_map(come).collect(),
        source_of: HashMap::new(),
        read: 0,
    };
    pairing.equal();
    pairing.same_name()?;
    pairing.most_similar()?;
    let Pairing { sources, targets, source_of, .. } = pairing;
    let moved =
        source_of.into_iter().map(|(target, source)| (targets[target].path.clone(), sources[source].clone()));
    Ok(join(deltas, moved.collect()))
}

/// Puts the old entry of what was moved beside the new one.
fn join(mut deltas: Vec<Delta>, mut moved: HashMap<bstr::BString, Entry>) -> Vec<Delta> {
    let gone: std::collections::HashSet<_> = moved.values().map(|entry| entry.path.clone()).collect();
    deltas.retain(|delta| delta.new.is_some() || !gone.contains(delta.path()));
    for delta in &mut deltas {
        if delta.old.is_none() {
            delta.old = moved.remove(delta.path());
        }
    }
    deltas
}

struct Pairing<'a> {
    repo: &'a Repo,
    sources: Vec<Entry>,
    targets: Vec<Entry>,
    /// The source of each target that has one.
    source_of: HashMap<usize, usize>,
    /// How many bytes have been read.
    read: usize,
}

/// A file that another may have been made of.
#[derive(Clone, Copy)]
struct Candidate {
    /// How similar it is, when that is enough.
    score: Option<Score>,
    same_name: bool,
    target: usize,
    source: usize,
}

impl Candidate {
    fn rank(&self) -> (Option<Score>, bool) {
        (self.score, self.same_name)
    }
}

impl Pairing<'_> {
    /// Pairs equal objects, those of one name first.
    fn equal(&mut self) {
        let mut free: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (at, source) in self.sources.iter().enumerate() {
            free.entry(source.object).or_default().push_back(at);
        }
        for (at, target) in self.targets.iter().enumerate() {
            let Some(free) = free.get_mut(&target.object) else { continue };
            let fits =
                |source: &Entry| source.mode == target.mode || source.mode.is_file() && target.mode.is_file();
            let alike =
                || free.iter().enumerate().take(ALIKE).filter(|(_, source)| fits(&self.sources[**source]));
            let named = alike().find(|(_, source)| name(&self.sources[**source]) == name(target));
            let Some((place, &source)) = named.or_else(|| alike().next()) else { continue };
            free.remove(place);
            self.source_of.insert(at, source);
        }
    }

    /// Pairs files that are the only ones of their name on their side, when most of the content is the same.
    fn same_name(&mut self) -> Result<(), Error> {
        let (sources, targets) = (self.free_sources(), self.free_targets());
        let single = |entries: &[Entry], free: &[usize]| {
            let mut single = HashMap::new();
            for &at in free {
                single.entry(name(&entries[at]).to_owned()).and_modify(|one| *one = None).or_insert(Some(at));
            }
            single
        };
        let of_source = single(&self.sources, &sources);
        let of_target = single(&self.targets, &targets);
        let named = |&source: &usize| {
            let name = name(&self.sources[source]);
            of_source.get(name)?.as_ref()?;
            Some((source, (*of_target.get(name)?)?))
        };
        let named: Vec<_> = sources.iter().filter_map(named).collect();
        let sizes = self.sizes(
            named.iter().flat_map(|&(source, target)| [&self.sources[source], &self.targets[target]]),
        )?;
        let near = named
            .into_iter()
            .zip(sizes.chunks(2))
            .filter_map(|(pair, sizes)| Some((pair, [sizes[0]?, sizes[1]?])));
        let near: Vec<_> = near.filter(|(_, sizes)| Score::SAME_NAME.is_within_reach(*sizes)).collect();
        if !self.may_read(near.iter().flat_map(|(_, sizes)| sizes)) {
            return Ok(());
        }
        let scores = self.repo.side_by_side(near.len(), &|store, at| {
            let (source, target) = near[at].0;
            Ok(store.pieces(&self.sources[source])?.score(&store.pieces(&self.targets[target])?))
        })?;
        let alike = near.into_iter().zip(scores).filter(|(_, score)| *score >= Score::SAME_NAME);
        self.source_of.extend(alike.map(|(((source, target), _), _)| (target, source)));
        Ok(())
    }

    /// Pairs the files that are left by how similar they are, the most similar first.
    fn most_similar(&mut self) -> Result<(), Error> {
        let (sources, targets) = (self.free_sources(), self.free_targets());
        let pairs = sources.len().saturating_mul(targets.len());
        if pairs == 0 || pairs > MAX_PAIRS {
            return Ok(());
        }
        let old_sizes = self.sizes(sources.iter().map(|&at| &self.sources[at]))?;
        let new_sizes = self.sizes(targets.iter().map(|&at| &self.targets[at]))?;
        let [read_old, read_new] = [(&old_sizes, &new_sizes), (&new_sizes, &old_sizes)].map(within_reach);
        let wanted = old_sizes.iter().zip(&read_old).chain(new_sizes.iter().zip(&read_new));
        if !self.may_read(wanted.filter_map(|(size, read)| size.as_ref().filter(|_| *read))) {
            return Ok(());
        }
        let old = self.repo.side_by_side(sources.len(), &|store, at| {
            read_old[at].then(|| store.pieces(&self.sources[sources[at]])).transpose()
        })?;
        let candidates = self.repo.side_by_side(targets.len(), &|store, at| {
            let target = &self.targets[targets[at]];
            let new = read_new[at].then(|| store.pieces(target)).transpose()?;
            let mut best = Vec::with_capacity(CANDIDATES);
            for (old, &source) in old.iter().zip(&sources) {
                let score =
                    old.as_ref().zip(new.as_ref()).and_then(|(old, new)| old.score_from(new, Score::RENAME));
                let same_name = name(&self.sources[source]) == name(target);
                keep(&mut best, Candidate { score, same_name, target: targets[at], source });
            }
            Ok(best)
        })?;
        self.take(candidates.concat());
        Ok(())
    }

    /// Takes the pairs from the best on, each file once.
    fn take(&mut self, mut candidates: Vec<Candidate>) {
        candidates.retain(|candidate| candidate.score.is_some());
        candidates.sort_by_key(|candidate| Reverse(candidate.rank()));
        let mut used = vec![false; self.sources.len()];
        for candidate in candidates {
            if !used[candidate.source] && !self.source_of.contains_key(&candidate.target) {
                used[candidate.source] = true;
                self.source_of.insert(candidate.target, candidate.source);
            }
        }
    }

    fn free_sources(&self) -> Vec<usize> {
        let used: std::collections::HashSet<_> = self.source_of.values().collect();
        (0..self.sources.len()).filter(|at| !used.contains(at)).collect()
    }

    fn free_targets(&self) -> Vec<usize> {
        (0..self.targets.len()).filter(|at| !self.source_of.contains_key(at)).collect()
    }

    /// Returns the sizes of files; `None` for what is no file.
    fn sizes<'b>(&'b self, entries: impl Iterator<Item = &'b Entry>) -> Result<Vec<Option<usize>>, Error> {
        let entries: Vec<_> = entries.collect();
        self.repo.side_by_side(entries.len(), &|store, at| {
            entries[at].mode.is_file().then(|| store.size_of(entries[at])).transpose()
        })
    }

    /// Tells whether contents of these sizes may still be read, and counts them.
    fn may_read<'b>(&mut self, sizes: impl Iterator<Item = &'b usize>) -> bool {
        self.read += sizes.sum::<usize>();
        self.read <= MAX_READ
    }
}

/// Tells of each size whether one of the others is near enough for a rename.
fn within_reach((sizes, others): (&Vec<Option<usize>>, &Vec<Option<usize>>)) -> Vec<bool> {
    let near =
        |size: usize| others.iter().flatten().any(|&other| Score::RENAME.is_within_reach([size, other]));
    sizes.iter().map(|size| size.is_some_and(near)).collect()
}

/// Keeps a candidate when it is better than the worst of those that are remembered.
fn keep(best: &mut Vec<Candidate>, candidate: Candidate) {
    if best.len() < CANDIDATES {
        return best.push(candidate);
    }
    // Of several that are the worst, the first makes room, as in git.
    let worst =
        (1..best.len()).fold(0, |worst, at| if best[at].rank() < best[worst].rank() { at } else { worst });
    if candidate.rank() > best[worst].rank() {
        best[worst] = candidate;
    }
}

fn name(entry: &Entry) -> &BStr {
    entry.path.rsplit_str("/").next().unwrap_or_default().as_bstr()
}

#[cfg(test)]
mod tests {
    use crate::change::ObjectId;
    use crate::git::Repo;
    use crate::support::TestRepo;

    /// Checks the pairs between the last two commits against git's.
    fn agrees_with_git(test: &TestRepo) -> usize {
        let [old, new] = ["HEAD~1:", "HEAD:"].map(|revision| ObjectId::parse(&test.rev(revision)));
        let deltas = Repo::open(test.path()).unwrap().compare(old, new).unwrap();
        let moved =
            deltas.iter().filter_map(|delta| Some(format!("{}\t{}", delta.old_path()?, delta.path())));
        let moved: Vec<_> = moved.collect();
        let listed = test.git(&["diff", "-M", "--name-status", "--diff-filter=R", "HEAD~1", "HEAD"]);
        let expected: Vec<_> =
            listed.lines().filter_map(|line| line.split_once('\t')).map(|(_, paths)| paths).collect();
        assert_eq!(moved, expected);
        moved.len()
    }

    fn lines(name: &str, range: std::ops::Range<u32>) -> String {
        range.map(|n| format!("{name} has a line {n}\n")).collect()
    }

    #[test]
    fn equal_files_are_paired_by_name_first() {
        let test = TestRepo::new();
        test.commit_files(&[("a/x", "same\n"), ("a/y", "same\n"), ("b/z", "same\n"), ("empty", "")], "one");
        test.git(&["rm", "-rq", "."]);
        test.commit_files(&[("c/y", "same\n"), ("c/x", "same\n"), ("d/new", "same\n"), ("other", "")], "two");
        assert_eq!(agrees_with_git(&test), 4);
    }

    #[test]
    fn files_alone_in_their_name_are_paired_before_more_similar_ones() {
        let test = TestRepo::new();
        test.commit_files(
            &[("old/main.rs", &lines("main", 0..40)), ("old/lib.rs", &lines("lib", 0..40))],
            "one",
        );
        test.git(&["rm", "-rq", "."]);
        let changed = lines("main", 0..34) + &lines("new", 0..6);
        let copied = lines("main", 0..39) + &lines("x", 0..1);
        test.commit_files(
            &[("new/main.rs", &changed), ("new/copy.rs", &copied), ("new/core.rs", &lines("lib", 0..30))],
            "two",
        );
        assert_eq!(agrees_with_git(&test), 2);
    }

    #[test]
    fn the_most_similar_files_are_paired_and_half_is_the_least() {
        let test = TestRepo::new();
        let old: Vec<_> = (0..6).map(|n| (format!("old/{n}"), lines(&n.to_string(), 0..30))).collect();
        let files: Vec<_> = old.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        test.commit_files(&files, "one");
        test.git(&["rm", "-rq", "."]);
        let text = |n: u32| lines(&n.to_string(), 0..12 + n * 2) + &lines("new", n..n + 15 - n);
        let new: Vec<_> = (0..6).map(|n| (format!("new/file{n}"), text(n))).collect();
        let files: Vec<_> = new.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        test.commit_files(&files, "two");
        assert!((1..6).contains(&agrees_with_git(&test)));
    }

    #[test]
    fn settings_have_no_say() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "one");
        test.git(&["mv", "a", "b"]);
        test.commit("two");
        test.git(&["config", "diff.renames", "false"]);
        test.git(&["config", "diff.renameLimit", "1"]);
        assert_eq!(agrees_with_git(&test), 1);
    }

    #[test]
    fn links_are_paired_only_with_equal_links() {
        let test = TestRepo::new();
        test.write("file", "target");
        std::os::unix::fs::symlink("target", test.path().join("link")).unwrap();
        test.commit("one");
        test.git(&["mv", "link", "moved"]);
        test.git(&["rm", "-q", "file"]);
        test.commit("two");
        assert_eq!(agrees_with_git(&test), 1);
    }
}
