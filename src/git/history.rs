//! The commits between two others: merge bases, and what a change consists of.
//!
//! Where the history is cut short (a shallow clone) inside of what is asked for, the
//! answer would be another one with the rest of it: an error.

use std::collections::BTreeSet;

use git2::{ErrorCode, Sort};

use super::objects::{object_id, oid};
use super::{Error, Repo};
use crate::change::{Commit, ObjectId};

/// The most commits of one change.
const MAX_COMMITS: usize = 50_000;

impl Repo {
    /// Returns the best common ancestors of two commits: at least one, or an error.
    pub(super) fn merge_bases(&self, base: ObjectId, head: ObjectId) -> Result<Vec<ObjectId>, Error> {
        self.must_be_whole(base, head)?;
        if let Some(found) = self.merge_base_by_graph(base, head)? {
            return Ok(vec![found]);
        }
        let found = match self.inner.merge_bases(oid(base), oid(head)) {
            Ok(found) => found.iter().map(|id| object_id(*id)).collect(),
            Err(error) if error.code() == ErrorCode::NotFound => {
                return Err(no_merge_base(base, head, error));
            }
            Err(error) => return Err(self.broken_history(error)),
        };
        Ok(found)
    }

    /// Tells whether `commit` is `tip` or an ancestor of it.
    pub fn is_ancestor(&self, commit: ObjectId, tip: ObjectId) -> Result<bool, Error> {
        if commit == tip {
            return Ok(true);
        }
        if let Some(answer) = self.is_ancestor_by_graph(commit, tip)? {
            return Ok(answer);
        }
        match self.inner.graph_descendant_of(oid(tip), oid(commit)) {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.broken_history(error)),
        }
    }

    /// Returns the commits that `head` has and `base` has not, newest first.
    ///
    /// `shared` are their best common ancestors, or `base` itself: whatever both have is behind these, so the
    /// walk need not go over what the base has besides.
    pub(super) fn commits(
        &self,
        base: ObjectId,
        head: ObjectId,
        shared: &[ObjectId],
    ) -> Result<Vec<Commit>, Error> {
        self.must_be_whole(base, head)?;
        let ids = self.ids_between(shared, head)?;
        let store = self.store()?;
        ids.into_iter().map(|id| store.commit(id)).collect()
    }

    /// Returns the commits that `head` has and none of `hidden` has, newest first.
    fn ids_between(&self, hidden: &[ObjectId], head: ObjectId) -> Result<Vec<ObjectId>, Error> {
        let walk = || {
            let mut walk = self.inner.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
            walk.push(oid(head))?;
            hidden.iter().try_for_each(|hidden| walk.hide(oid(*hidden)))?;
            Ok(walk)
        };
        let walk: git2::Revwalk<'_> = walk().map_err(|error| self.broken_history(error))?;
        let mut ids = Vec::new();
        for id in walk {
            ids.push(object_id(id.map_err(|error| self.broken_history(error))?));
            if ids.len() > MAX_COMMITS {
                return Err(Error::new(format!("the change has more than {MAX_COMMITS} commits"))
                    .help("name a base that is nearer: --base"));
            }
        }
        Ok(ids)
    }

    /// Refuses a history that is cut short between the two commits and where they parted.
    fn must_be_whole(&self, base: ObjectId, head: ObjectId) -> Result<(), Error> {
        let cut = self.cuts()?;
        if cut.is_empty() {
            return Ok(());
        }
        let sides = self.ids_between(&[base], head)?.into_iter().chain(self.ids_between(&[head], base)?);
        for id in sides {
            if cut.contains(&id) {
                return Err(Error::new(format!(
                    "the history is cut short at {}, inside the change",
                    id.short()
                ))
                .help("this is a shallow clone: `git fetch --unshallow` (in CI: fetch-depth: 0)"));
            }
        }
        Ok(())
    }

    /// Tells whether a shallow clone left out the parents of this commit.
    pub(super) fn is_cut(&self, commit: ObjectId) -> Result<bool, Error> {
        Ok(self.cuts()?.contains(&commit))
    }

    /// Tells whether the history is cut short anywhere.
    pub(super) fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// Returns the commits whose parents a shallow clone left out.
    fn cuts(&self) -> Result<BTreeSet<ObjectId>, Error> {
        let path = self.inner.commondir().join("shallow");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => {
                return Err(Error::new(format!("can't read `{}`: {error}", path.display()))
                    .help("it says where the history is cut short; `git fetch --unshallow` removes it"));
            }
        };
        let cut: Option<BTreeSet<_>> = text.lines().map(|line| ObjectId::parse(line.trim())).collect();
        cut.ok_or_else(|| {
            Error::new(format!("`{}` holds something other than ids", path.display()))
                .help("`git fetch --unshallow`")
        })
    }

    fn broken_history(&self, error: git2::Error) -> Error {
        let help = if self.is_shallow() {
            "this is a shallow clone: `git fetch --unshallow` (in CI: fetch-depth: 0)"
        } else {
            "fetch what is missing, or check the repository with `git fsck`"
        };
        Error::git("the history can't be read to its end", error).help(help)
    }
}

fn no_merge_base(base: ObjectId, head: ObjectId, error: git2::Error) -> Error {
    let message = format!("{} and {} have no common ancestor", base.short(), head.short());
    Error::git(message, error)
        .help("rebase it onto the branch that it is for, or name what it was made from: --base")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    fn bases(repo: &TestRepo, base: &str, head: &str) -> Result<Vec<ObjectId>, Error> {
        let repo = Repo::open(repo.path())?;
        repo.merge_bases(repo.revision(base)?.commit, repo.revision(head)?.commit)
    }

    #[test]
    fn commits_are_those_of_the_head_only() {
        let repo = TestRepo::new();
        repo.commit("root");
        repo.git(&["checkout", "-qb", "feat"]);
        let one = repo.commit("one");
        let two = repo.commit("two");
        repo.git(&["checkout", "-q", "main"]);
        repo.commit("main");
        let git = Repo::open(repo.path()).unwrap();
        let [main, feat] = ["main", "feat"].map(|name| git.revision(name).unwrap().commit);
        let ids: Vec<_> = git
            .commits(main, feat, &git.merge_bases(main, feat).unwrap())
            .unwrap()
            .iter()
            .map(|commit| commit.id.to_string())
            .collect();
        assert_eq!(ids, [two, one]);
    }

    // HIS-32
    #[test]
    fn absurd_dates_change_nothing() {
        let repo = TestRepo::new();
        let root = repo.commit("root");
        let tree = repo.git(&["log", "-1", "--format=%T"]);
        let mut parent = root.clone();
        for date in ["1 +0000", "4070908800 -1159", "0 +1400", "253402300799 -0000"] {
            let person = format!("A <a@x> {date}");
            let raw = format!("tree {tree}\nparent {parent}\nauthor {person}\ncommitter {person}\n\nm\n");
            parent = repo.raw_object("commit", raw.as_bytes());
        }
        assert_eq!(bases(&repo, &root, &parent).unwrap().len(), 1);
        let git = Repo::open(repo.path()).unwrap();
        let [root, tip] = [root, parent].map(|id| ObjectId::parse(&id).unwrap());
        assert_eq!(git.commits(root, tip, &[root]).unwrap().len(), 4);
        assert!(git.is_ancestor(root, tip).unwrap());
    }

    // HIS-06
    #[test]
    fn unrelated_histories_are_refused() {
        let repo = TestRepo::new();
        repo.commit("one");
        repo.git(&["checkout", "-q", "--orphan", "other"]);
        repo.commit("two");
        let error = bases(&repo, "main", "other").unwrap_err();
        assert!(error.message.ends_with("have no common ancestor"), "{error}");
        assert!(error.help.is_some());
    }

    // HIS-17
    #[test]
    fn history_that_is_cut_short_inside_the_change_is_refused() {
        let origin = TestRepo::new();
        origin.commit("root");
        origin.git(&["checkout", "-qb", "feat"]);
        origin.commit("one");
        origin.commit("two");
        for depth in ["1", "2"] {
            let shallow = origin.cloned(&["--depth", depth, "--no-single-branch"]);
            let error = bases(&shallow, "origin/main", "origin/feat").unwrap_err();
            let help = error.help.clone().unwrap();
            assert!(help.contains("git fetch --unshallow"), "{error}: {help}");
        }
        let deep = origin.cloned(&["--depth", "3", "--no-single-branch"]);
        bases(&deep, "origin/main", "origin/feat").unwrap();
    }

    #[test]
    fn commit_that_is_not_there_is_refused() {
        let repo = TestRepo::new();
        let one = repo.commit("one");
        let two = repo.commit("two");
        repo.commit("three");
        let (folder, file) = two.split_at(2);
        std::fs::remove_file(repo.path().join(".git/objects").join(folder).join(file)).unwrap();
        assert!(bases(&repo, &one, "main").unwrap_err().help.is_some());
    }
}
