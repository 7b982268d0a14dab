//! What happened lately: for `gate init`, which looks for people and tries a policy out.

use std::collections::{HashSet, VecDeque};

use git2::ObjectType;

use super::{Delta, Error, Repo};
use crate::change::{Commit, ObjectId};

/// A change that landed: the branch before it, and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The tip before.
    pub before: ObjectId,
    /// The tip after.
    pub after: ObjectId,
}

impl Repo {
    /// Returns the last changes that landed on `tip`, newest first: its commits, and for a merge what it brought
    /// in. A history that is cut off just ends.
    pub fn landings(&self, tip: ObjectId, most: usize) -> Result<Vec<Landing>, Error> {
        let store = self.store()?;
        let mut landings = Vec::new();
        let mut next = tip;
        while landings.len() < most {
            let Some(before) = store.links(next)?.parents.first().copied() else { break };
            if store.size(ObjectType::Commit, before).is_err() {
                break;
            }
            landings.push(Landing { before, after: next });
            next = before;
        }
        Ok(landings)
    }

    /// Returns what a landing changed, renames paired.
    pub fn landed_files(&self, landing: Landing) -> Result<Vec<Delta>, Error> {
        let store = self.store()?;
        let (old, new) = (store.links(landing.before)?.tree, store.links(landing.after)?.tree);
        self.compare(Some(old), Some(new))
    }

    /// Returns the newest commits behind `tip`, as far as they can be read: an odd one tells of nobody.
    pub fn lately(&self, tip: ObjectId, most: usize) -> Result<Vec<Commit>, Error> {
        let store = self.store()?;
        let mut waiting = VecDeque::from([tip]);
        let mut seen = HashSet::from([tip]);
        let mut commits = Vec::new();
        while let Some(id) = waiting.pop_front().filter(|_| commits.len() < most) {
            let Ok(links) = store.links(id) else { continue };
            waiting.extend(links.parents.into_iter().filter(|parent| seen.insert(*parent)));
            if let Ok(commit) = store.commit(id) {
                commits.push(commit);
            }
        }
        Ok(commits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    #[test]
    fn commits_and_merges_on_the_main_line_are_what_landed() {
        let repo = TestRepo::new();
        let root = repo.commit("root");
        repo.git(&["checkout", "-qb", "feat"]);
        repo.commit("in a branch");
        repo.git(&["checkout", "-q", "main"]);
        let squashed = repo.commit("squashed (#1)");
        repo.git(&["merge", "-q", "--no-ff", "-m", "Merge pull request #2", "feat"]);
        let git = Repo::open(repo.path()).unwrap();
        let tip = git.revision("HEAD").unwrap().commit;
        let landings = |most| -> Vec<_> {
            let landings = git.landings(tip, most).unwrap();
            landings.iter().map(|landing| (landing.before.to_string(), landing.after.to_string())).collect()
        };
        let all = [(squashed.clone(), tip.to_string()), (root, squashed)];
        assert_eq!(landings(10), all);
        assert_eq!(landings(1), all[..1]);
    }
}
