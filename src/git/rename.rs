//! Pairs what was deleted with what was added, as `git diff -M` does.
//!
//! Pairing is for reading: a moved file is shown as moved, and both its paths are
//! judged. First equal objects are paired, then files that are alone in having
//! their name, then the most similar ones; with too many left the last step is
//! left out, as git does. No setting has a say, and copies are not looked for.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use bstr::{BStr, ByteSlice};

use super::similar::{Pieces, Score};
use super::{Delta, Entry, Error};

/// The most pairs of files that are compared for similarity.
pub(super) const MAX_PAIRS: usize = 1_000_000;
/// The most bytes of content that are read to compare it.
pub(super) const MAX_READ: usize = 256 << 20;
/// How many of those that look alike are considered.
const ALIKE: usize = 100;
/// How many of the most similar files are remembered for each added one.
const CANDIDATES: usize = 4;

/// What the pairing must know of contents.
pub(super) trait Contents {
    /// Returns the size of an entry's content.
    fn size(&self, entry: &Entry) -> Result<usize, Error>;
    /// Takes an entry's content apart.
    fn pieces(&self, entry: &Entry) -> Result<Pieces, Error>;
}

/// Pairs the deleted and added entries among `deltas`; all else stays as it is. The order is that of the paths.
pub(super) fn pair(deltas: Vec<Delta>, contents: &dyn Contents) -> Result<Vec<Delta>, Error> {
    let is_source = |delta: &&Delta| delta.new.is_none();
    let is_target = |delta: &&Delta| delta.old.is_none();
    let mut pairing = Pairing {
        sources: deltas.iter().filter(is_source).filter_map(|delta| delta.old.as_ref()).collect(),
        targets: deltas.iter().filter(is_target).filter_map(|delta| delta.new.as_ref()).collect(),
        source_of: HashMap::new(),
        contents,
        read: 0,
    };
    pairing.equal();
    pairing.same_name()?;
    pairing.most_similar()?;
    let moved: HashMap<_, _> = pairing
        .source_of
        .iter()
        .map(|(&target, &source)| (pairing.targets[target].path.clone(), pairing.sources[source].clone()))
        .collect();
    Ok(join(deltas, moved))
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
    sources: Vec<&'a Entry>,
    targets: Vec<&'a Entry>,
    /// The source of each target that has one.
    source_of: HashMap<usize, usize>,
    contents: &'a dyn Contents,
    /// How many bytes have been read.
    read: usize,
}

/// A file that another may have been made of.
#[derive(Clone, Copy)]
struct Candidate {
    score: Score,
    same_name: bool,
    target: usize,
    source: usize,
}

impl Candidate {
    fn rank(&self) -> (Score, bool) {
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
                || free.iter().enumerate().take(ALIKE).filter(|(_, source)| fits(self.sources[**source]));
            let named = alike().find(|(_, source)| name(self.sources[**source]) == name(target));
            let Some((place, &source)) = named.or_else(|| alike().next()) else { continue };
            free.remove(place);
            self.source_of.insert(at, source);
        }
    }

    /// Pairs files that are the only ones of their name on their side, when most of the content is the same.
    fn same_name(&mut self) -> Result<(), Error> {
        let (sources, targets) = (self.free_sources(), self.free_targets());
        let single = |entries: &[&Entry], free: &[usize]| {
            let mut single = HashMap::new();
            for &at in free {
                single.entry(name(entries[at]).to_owned()).and_modify(|one| *one = None).or_insert(Some(at));
            }
            single
        };
        let of_source = single(&self.sources, &sources);
        let of_target = single(&self.targets, &targets);
        for source in sources {
            let name = name(self.sources[source]);
            let (Some(Some(_)), Some(&Some(target))) = (of_source.get(name), of_target.get(name)) else {
                continue;
            };
            let sizes = [self.size(self.sources[source])?, self.size(self.targets[target])?];
            if !self.are_files(source, target) || !Score::SAME_NAME.is_within_reach(sizes) {
                continue;
            }
            let Some(old) = self.pieces(self.sources[source], sizes[0])? else { return Ok(()) };
            let Some(new) = self.pieces(self.targets[target], sizes[1])? else { return Ok(()) };
            if old.score(&new) >= Score::SAME_NAME {
                self.source_of.insert(target, source);
            }
        }
        Ok(())
    }

    /// Pairs the files that are left by how similar they are, the most similar first.
    fn most_similar(&mut self) -> Result<(), Error> {
        let (sources, targets) = (self.free_sources(), self.free_targets());
        let pairs = sources.len().saturating_mul(targets.len());
        if pairs == 0 || pairs > MAX_PAIRS {
            return Ok(());
        }
        let sizes = sources.iter().map(|&at| self.size(self.sources[at])).collect::<Result<Vec<_>, _>>()?;
        let mut taken_apart: Vec<Option<Pieces>> = vec![None; sources.len()];
        let mut candidates = Vec::new();
        for target in targets {
            let size = self.size(self.targets[target])?;
            let mut pieces = None;
            let mut best: Vec<Candidate> = Vec::with_capacity(CANDIDATES);
            for (at, &source) in sources.iter().enumerate() {
                if !self.are_files(source, target) || !Score::RENAME.is_within_reach([sizes[at], size]) {
                    continue;
                }
                if pieces.is_none() {
                    pieces = self.pieces(self.targets[target], size)?;
                }
                if taken_apart[at].is_none() {
                    taken_apart[at] = self.pieces(self.sources[source], sizes[at])?;
                }
                let (Some(old), Some(new)) = (&taken_apart[at], &pieces) else { return Ok(()) };
                let same_name = name(self.sources[source]) == name(self.targets[target]);
                keep(&mut best, Candidate { score: old.score(new), same_name, target, source });
            }
            candidates.append(&mut best);
        }
        self.take(candidates);
        Ok(())
    }

    /// Takes the pairs from the best on, each file once.
    fn take(&mut self, mut candidates: Vec<Candidate>) {
        candidates.retain(|candidate| candidate.score >= Score::RENAME);
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

    fn are_files(&self, source: usize, target: usize) -> bool {
        self.sources[source].mode.is_file() && self.targets[target].mode.is_file()
    }

    fn size(&self, entry: &Entry) -> Result<usize, Error> {
        if entry.mode.is_file() { self.contents.size(entry) } else { Ok(0) }
    }

    /// Takes a content apart; `None` once too much has been read.
    fn pieces(&mut self, entry: &Entry, size: usize) -> Result<Option<Pieces>, Error> {
        self.read += size;
        if self.read > MAX_READ {
            return Ok(None);
        }
        self.contents.pieces(entry).map(Some)
    }
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
