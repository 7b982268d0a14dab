//! The branch that a change is for, its tip, and the policy there.
//!
//! The policy is read at the tip of the protected target: never from the change,
//! never from the work tree, and where the base is another branch, not from that.

use bstr::BStr;
use git2::ObjectType;

use super::{Error, Range, Repo, Revision, Shape};
use crate::change::{Mode, ObjectId};

/// The largest policy or key file that is read.
const MAX_POLICY: usize = 1 << 20;

impl Repo {
    /// Returns the full name and the tip of the default branch: `origin/HEAD`, else `main`, else `master`.
    pub fn default_branch(&self) -> Result<Option<(String, Revision)>, Error> {
        let mut names = vec!["refs/remotes/origin/HEAD"];
        if self.inner.is_bare() {
            // A server's own repository says by its HEAD which branch is the default.
            names.push("HEAD");
        }
        // In a work tree the branch may hold what is to be judged: what the remote has goes before it.
        let (main, master) = (
            ["refs/remotes/origin/main", "refs/heads/main"],
            ["refs/remotes/origin/master", "refs/heads/master"],
        );
        for mut pair in [main, master] {
            if self.inner.is_bare() {
                pair.reverse();
            }
            names.extend(pair);
        }
        for name in names {
            let Some(found) = self.find_ref(name)? else { continue };
            let Some(name) = &found.name else { continue };
            if let Some(target) = self.target_of(name)? {
                return Ok(Some((target, found)));
            }
        }
        Ok(None)
    }

    /// Returns the tip of a branch (a full name): what the remote has, in a work tree; what the repository has, in a bare one.
    pub fn tip_of(&self, branch: &str) -> Result<Revision, Error> {
        let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let remote = format!("refs/remotes/origin/{short}");
        let order = if self.inner.is_bare() { [branch, &remote] } else { [&remote, branch] };
        for name in order {
            if let Some(found) = self.find_ref(name)? {
                return Ok(found);
            }
        }
        Err(Error::new(format!("the tip of the target `{short}` is not in this repository"))
            .help(format!("fetch it: git fetch origin {short}:{remote}")))
    }

    /// Tells whether the repository knows another one to fetch from and push to.
    pub fn has_remote(&self) -> Result<bool, Error> {
        let remotes = self.inner.remotes().map_err(|error| Error::git("can't list the remotes", error))?;
        Ok(!remotes.is_empty())
    }

    /// Returns the branch that the ref `name` stands for: itself, or the branch of a remote that it follows.
    pub(super) fn target_of(&self, name: &str) -> Result<Option<String>, Error> {
        if name.starts_with("refs/heads/") {
            return Ok(Some(name.to_owned()));
        }
        let Some(rest) = name.strip_prefix("refs/remotes/") else { return Ok(None) };
        let remotes = self.inner.remotes().map_err(|error| Error::git("can't list the remotes", error))?;
        let mut branch = rest.split_once('/').map(|(_, branch)| branch);
        for remote in &remotes {
            let remote = remote.map_err(|error| Error::git("the name of a remote is not UTF-8", error))?;
            // A remote's name may hold slashes: the longest one that fits leaves the shortest branch.
            let fits =
                remote.and_then(|remote| rest.strip_prefix(remote)).and_then(|rest| rest.strip_prefix('/'));
            if let (Some(fit), Some(known)) = (fits, branch)
                && fit.len() < known.len()
            {
                branch = Some(fit);
            }
        }
        Ok(branch.map(|branch| format!("refs/heads/{branch}")))
    }

    /// Returns the commit whose policy names the protected branches: the default branch's tip, or what it was before the change.
    pub fn default_policy_commit(&self, range: &Range) -> Result<ObjectId, Error> {
        let Some((name, tip)) = self.default_branch()? else {
            return Err(Error::new("no default branch: there is no `origin/HEAD`, `main` or `master`")
                .help("fetch it, or name it: git remote set-head origin --auto"));
        };
        if range.target.as_deref() == Some(name.as_str()) {
            self.target_tip(range)
        } else {
            self.outside(range, tip.commit)
        }
    }

    /// Returns the commit that the policy of a change is read at.
    ///
    /// `protects` tells whether the branch of this full name is protected.
    pub fn policy_commit(&self, range: &Range, protects: &dyn Fn(&str) -> bool) -> Result<ObjectId, Error> {
        match &range.target {
            Some(target) if protects(target) => self.target_tip(range),
            Some(_) => self.default_policy_commit(range),
            None => self.base_on_default(range),
        }
    }

    /// Returns the tip of the target as it was before the change.
    fn target_tip(&self, range: &Range) -> Result<ObjectId, Error> {
        let Some(target) = &range.target else { return self.base_on_default(range) };
        if range.shape == Shape::Push || range.base_name.as_deref() == Some(target.as_str()) {
            return Ok(range.base);
        }
        let mut tip = self.tip_of(target)?.commit;
        // A base that the remote does not have yet, on the branch itself: the same as naming the branch.
        if let Some(own) = self.find_ref(target)?
            && !self.is_ancestor(range.base, tip)?
            && self.is_ancestor(range.base, own.commit)?
        {
            tip = own.commit;
        }
        self.outside(range, tip)
    }

    /// Returns the target's tip where the base is not on the target: a base inside the change hides what lies before it.
    ///
    /// An error where that leaves out a change of the policy at `path`, or where the two have nothing in common.
    pub fn target_beside(&self, range: &Range, path: &BStr) -> Result<Option<ObjectId>, Error> {
        let Some(target) = range.target.as_deref().filter(|_| range.shape == Shape::Branch) else {
            return Ok(None);
        };
        if range.base_name.is_some() {
            return Ok(None);
        }
        let tip = self.tip_of(target)?.commit;
        let own = self.find_ref(target)?.map_or(tip, |found| found.commit);
        if self.is_ancestor(range.base, tip)? || self.is_ancestor(range.base, own)? {
            return Ok(None);
        }
        let bases = self.merge_bases(tip, range.base)?;
        let policy = self.policy_file(range.base, path)?;
        let mut is_same = !bases.is_empty();
        for base in bases {
            is_same &= self.policy_file(base, path)? == policy;
        }
        if is_same {
            return Ok(Some(tip));
        }
        let short = target.strip_prefix("refs/heads/").unwrap_or(target);
        Err(Error::new(format!(
            "the base {} is not on the target `{short}`, and has another {path}",
            range.base.short()
        ))
        .help(format!("name the target's tip, fetched just now: --base {short}")))
    }

    /// Returns `tip`, or the base where the tip has moved into the change: a change never judges itself.
    fn outside(&self, range: &Range, tip: ObjectId) -> Result<ObjectId, Error> {
        if tip == range.base || self.is_ancestor(tip, range.base)? || !self.is_ancestor(tip, range.head)? {
            return Ok(tip);
        }
        if self.is_ancestor(range.base, tip)? {
            return Ok(range.base);
        }
        Err(Error::new("the target's tip is part of the change, and the base is not on the target")
            .help("name the target's tip before the change: --base"))
    }

    /// Returns the base of a change whose target nobody named, when it is on the default branch.
    fn base_on_default(&self, range: &Range) -> Result<ObjectId, Error> {
        let default = self.default_branch()?;
        if let Some((_, tip)) = default
            && (tip.commit == range.base || self.is_ancestor(range.base, tip.commit)?)
        {
            return Ok(range.base);
        }
        Err(Error::new(format!(
            "the base {} is not on the default branch, so no policy speaks for it",
            range.base.short()
        ))
        .help("say what the change is for: --target BRANCH"))
    }

    /// Reads a policy or key file at a commit; `None` where there is no such path.
    pub fn policy_file(&self, commit: ObjectId, path: &BStr) -> Result<Option<Vec<u8>>, Error> {
        if let Some(unfit) = self.unfit(commit, path)? {
            return Err(Error::new(unfit).help("make it a plain file of less than 1 MiB on the target"));
        }
        let store = self.store()?;
        let Some((_, id)) = store.look_up(store.links(commit)?.tree, path)? else { return Ok(None) };
        Ok(Some(store.read(ObjectType::Blob, id)?.data().to_owned()))
    }

    /// Returns why what stands at `path` can be no policy or key file: it is no plain file, or too large.
    pub fn unfit(&self, commit: ObjectId, path: &BStr) -> Result<Option<String>, Error> {
        let store = self.store()?;
        let Some((mode, id)) = store.look_up(store.links(commit)?.tree, path)? else { return Ok(None) };
        let kind = match mode {
            mode if mode.is_file() => {
                let size = store.size(ObjectType::Blob, id)?;
                let why =
                    || format!("`{path}` at {} has {size} bytes, more than {MAX_POLICY}", commit.short());
                return Ok((size > MAX_POLICY).then(why));
            }
            Mode::SYMLINK => "a symbolic link",
            Mode::SUBMODULE => "a submodule",
            _ => "a folder",
        };
        Ok(Some(format!("`{path}` at {} is {kind}, not a file", commit.short())))
    }

    /// Walks the first parents from `tip`, itself included, newest first, and returns the commits at which any of `paths` is
    /// not what it is one commit newer: the versions of the policy.
    pub fn policy_versions<'a>(
        &'a self,
        tip: ObjectId,
        paths: &'a [&'a BStr],
    ) -> impl Iterator<Item = Result<ObjectId, Error>> + 'a {
        let mut next = Some(tip);
        let mut newer = None;
        std::iter::from_fn(move || {
            while let Some(commit) = next.take() {
                let read = || {
                    let store = self.store()?;
                    let links = store.links(commit)?;
                    let entries: Result<Vec<_>, Error> =
                        paths.iter().map(|path| store.look_up(links.tree, path)).collect();
                    Ok((links.parents.first().copied(), entries?))
                };
                let (parent, entries) = match read() {
                    Ok(read) => read,
                    Err(error) => return Some(Err(error)),
                };
                next = parent;
                if newer.replace(entries.clone()).as_ref() != Some(&entries) {
                    return Some(Ok(commit));
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{Asked, Provided};
    use crate::support::TestRepo;

    /// `main` with a policy, and the branch `feat` that weakens it in its first commit and does more in its second.
    fn repo() -> (TestRepo, [String; 3]) {
        let repo = TestRepo::new();
        let main = repo.commit_files(&[("gate.toml", "strict"), ("a", "1")], "main");
        repo.git(&["checkout", "-qb", "feat"]);
        let weaken = repo.commit_files(&[("gate.toml", "lax")], "weaken");
        let evil = repo.commit_files(&[("a", "evil")], "evil");
        (repo, [main, weaken, evil])
    }

    fn policy(repo: &TestRepo, asked: &Asked<'_>) -> Result<String, Error> {
        let repo = Repo::open(repo.path())?;
        let range = repo.range(asked)?;
        let commit = repo.policy_commit(&range, &|name| name == "refs/heads/main")?;
        let bytes = repo.policy_file(commit, BStr::new("gate.toml"))?;
        Ok(String::from_utf8(bytes.expect("there is a policy")).expect("it is text"))
    }

    fn based<'a>(base: &'a str) -> Asked<'a> {
        Asked { base: Some(base), ..Asked::default() }
    }

    fn id(text: &str) -> ObjectId {
        ObjectId::parse(text).unwrap()
    }

    // POL-01, POL-08, POL-19
    #[test]
    fn policy_is_the_targets_and_not_the_changes_or_the_work_trees() {
        let (repo, _) = repo();
        repo.write("gate.toml", "laxer still");
        assert_eq!(policy(&repo, &Asked::default()).unwrap(), "strict");
        assert_eq!(policy(&repo, &based("main")).unwrap(), "strict");
    }

    // POL-09
    #[test]
    fn base_inside_the_change_is_refused_or_the_targets_policy_counts() {
        let (repo, [main, weaken, _]) = repo();
        let error = policy(&repo, &based(&weaken)).unwrap_err();
        let message = format!("{error}\n{}", error.help.clone().unwrap());
        insta::assert_snapshot!(message.replace(&id(&weaken).short(), "BASE"), @r"
        the base BASE is not on the default branch, so no policy speaks for it
        say what the change is for: --target BRANCH
        ");
        let target = Asked { target: Some("main"), ..based(&weaken) };
        assert_eq!(policy(&repo, &target).unwrap(), "strict");
        let git = Repo::open(repo.path()).unwrap();
        let beside =
            |asked: &Asked<'_>| git.target_beside(&git.range(asked).unwrap(), BStr::new("gate.toml"));
        let error = beside(&target).unwrap_err();
        let message = format!("{error}\n{}", error.help.clone().unwrap());
        insta::assert_snapshot!(message.replace(&id(&weaken).short(), "BASE"), @r"
        the base BASE is not on the target `main`, and has another gate.toml
        name the target's tip, fetched just now: --base main
        ");
        assert_eq!(beside(&Asked { target: Some("main"), ..based(&main) }).unwrap(), None);
        assert_eq!(policy(&repo, &based(&main)).unwrap(), "strict");
        repo.git(&["branch", "inside", &weaken]);
        assert_eq!(policy(&repo, &based("inside")).unwrap(), "strict");
    }

    #[test]
    fn base_before_the_tip_is_judged_by_its_own_policy() {
        let (repo, [main, ..]) = repo();
        repo.git(&["checkout", "-q", "main"]);
        repo.commit_files(&[("gate.toml", "stricter")], "later");
        let asked = Asked { head: Some("feat"), ..based(&main) };
        assert_eq!(policy(&repo, &asked).unwrap(), "strict");
        assert_eq!(policy(&repo, &Asked { target: Some("main"), ..asked }).unwrap(), "stricter");
    }

    #[test]
    fn target_that_has_moved_into_the_change_is_judged_by_the_base() {
        let (repo, [main, ..]) = repo();
        repo.git(&["branch", "-f", "main", "feat"]);
        let provided = Provided { base: Some(&main), target: Some("main"), ..Provided::default() };
        assert_eq!(policy(&repo, &Asked { provided, ..Asked::default() }).unwrap(), "strict");
        let git = Repo::open(repo.path()).unwrap();
        let range = git.range(&Asked { provided, ..Asked::default() }).unwrap();
        assert_eq!(git.default_policy_commit(&range).unwrap(), id(&main));
    }

    #[test]
    fn push_is_judged_by_the_old_tip() {
        let (repo, [main, _, evil]) = repo();
        let git = Repo::open(repo.path()).unwrap();
        let range = Range::push(id(&main), id(&evil), "refs/heads/main".to_owned());
        assert_eq!(git.policy_commit(&range, &|_| true).unwrap(), id(&main));
        assert_eq!(git.default_policy_commit(&range).unwrap(), id(&main));
    }

    // POL-06, POL-12
    #[test]
    fn policy_that_is_no_plain_file_of_sane_size_is_refused() {
        let repo = TestRepo::new();
        repo.commit_files(&[("dir/x", "x"), ("big", &"x".repeat(MAX_POLICY + 1))], "main");
        std::os::unix::fs::symlink("big", repo.path().join("link")).unwrap();
        let head = repo.rev("HEAD");
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub")]);
        repo.git(&["add", "link"]);
        repo.git(&["commit", "-qm", "odd"]);
        let git = Repo::open(repo.path()).unwrap();
        let commit = git.revision("HEAD").unwrap().commit;
        let refused = |path: &str| {
            git.policy_file(commit, BStr::new(path)).unwrap_err().message.replace(&commit.short(), "COMMIT")
        };
        insta::assert_snapshot!(refused("dir"), @"`dir` at COMMIT is a folder, not a file");
        insta::assert_snapshot!(refused("link"), @"`link` at COMMIT is a symbolic link, not a file");
        insta::assert_snapshot!(refused("sub"), @"`sub` at COMMIT is a submodule, not a file");
        insta::assert_snapshot!(refused("big"), @"`big` at COMMIT has 1048577 bytes, more than 1048576");
        assert_eq!(git.policy_file(commit, BStr::new("dir/x")).unwrap().unwrap(), b"x");
        assert_eq!(git.policy_file(commit, BStr::new("dir/x/y")).unwrap(), None);
        assert_eq!(git.policy_file(commit, BStr::new("none")).unwrap(), None);
    }

    #[test]
    fn policy_versions_are_the_commits_of_the_first_parent_line_that_changed_it() {
        let repo = TestRepo::new();
        let one = repo.commit_files(&[("gate.toml", "1")], "one");
        repo.commit_files(&[("a", "1")], "other");
        repo.git(&["checkout", "-qb", "side"]);
        repo.commit_files(&[("gate.toml", "side")], "side");
        repo.commit_files(&[("gate.toml", "2")], "side again");
        repo.git(&["checkout", "-q", "main"]);
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        let merge = repo.rev("HEAD");
        let tip = repo.commit_files(&[("a", "2")], "tip");
        let git = Repo::open(repo.path()).unwrap();
        let versions: Vec<_> = git
            .policy_versions(id(&tip), &[BStr::new("gate.toml")])
            .map(|commit| git.policy_file(commit.unwrap(), BStr::new("gate.toml")).unwrap().unwrap())
            .collect();
        assert_eq!(versions, [b"2", b"1"]);
        let commits: Vec<_> = git
            .policy_versions(id(&merge), &[BStr::new("gate.toml")])
            .map(|one| one.unwrap().to_string())
            .collect();
        assert_eq!(commits.first(), Some(&merge));
        assert_ne!(commits.get(1), Some(&one), "the newest commit that has it, not the one that made it");
    }

    #[test]
    fn default_branch_is_the_remotes_then_main_then_master() {
        let repo = TestRepo::new();
        let tip = repo.commit("one");
        let default = |expected: &str| {
            let (name, found) = Repo::open(repo.path()).unwrap().default_branch().unwrap().unwrap();
            assert_eq!((name.as_str(), found.commit), (expected, id(&tip)));
        };
        default("refs/heads/main");
        repo.git(&["branch", "-m", "main", "other"]);
        assert!(Repo::open(repo.path()).unwrap().default_branch().unwrap().is_none());
        repo.git(&["update-ref", "refs/remotes/origin/master", &tip]);
        default("refs/heads/master");
        repo.git(&["update-ref", "refs/remotes/origin/main", &tip]);
        default("refs/heads/main");
        repo.git(&["update-ref", "refs/remotes/origin/trunk/x", &tip]);
        repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk/x"]);
        default("refs/heads/trunk/x");
    }

    #[test]
    fn branch_of_a_remote_is_known_though_the_remotes_name_has_a_slash() {
        let repo = TestRepo::new();
        repo.git(&["remote", "add", "team/fork", "nowhere"]);
        let git = Repo::open(repo.path()).unwrap();
        let target = |name: &str| git.target_of(name).unwrap();
        assert_eq!(target("refs/remotes/team/fork/main").as_deref(), Some("refs/heads/main"));
        assert_eq!(target("refs/remotes/other/a/b").as_deref(), Some("refs/heads/a/b"));
        assert_eq!(target("refs/tags/v1"), None);
    }
}
