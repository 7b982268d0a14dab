//! From what a command was told to the two commits that a change lies between.
//!
//! A user names a range or nothing at all, a CI system a base and a target, a hook the
//! old and new tip of a branch, a forge a merge commit. Each ends as a [`Range`].

use std::path::PathBuf;

use super::{Error, Repo, Revision};
use crate::change::ObjectId;

/// What a command was asked to look at, as it was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// `main..HEAD`, `main...HEAD` or one revision.
    pub range: Option<&'a str>,
    /// `--base`.
    pub base: Option<&'a str>,
    /// `--head`.
    pub head: Option<&'a str>,
    /// `--target`: a branch.
    pub target: Option<&'a str>,
    /// What the CI provider says, where there is one.
    pub provided: Provided<'a>,
    /// What is on the new side.
    pub content: Content,
}

/// What a CI provider says of the change that it runs for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provided<'a> {
    /// The tip that the change is to be merged into.
    pub base: Option<&'a str>,
    /// The last commit of the change.
    pub head: Option<&'a str>,
    /// The branch that the change is for.
    pub target: Option<&'a str>,
    /// The head, where it may be a merge commit that the forge made to be tested.
    pub merge: Option<&'a str>,
}

/// What is on the new side of a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// The head commit.
    #[default]
    Commits,
    /// What is staged on top of the head commit.
    Staged,
    /// What is in the work tree on top of the head commit, new files that are not ignored included.
    Worktree,
}

/// The two ends of a change, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The tip that the change is to be merged into, or what it was built on.
    pub base: ObjectId,
    /// The full name of the branch that base was named by.
    pub base_name: Option<String>,
    /// The last commit of the change.
    pub head: ObjectId,
    /// The full name of the branch that the change is for, when it is known.
    pub target: Option<String>,
    /// How the two ends are compared.
    pub shape: Shape,
    /// What is on the new side.
    pub content: Content,
    /// The index, where it is not the repository's own: what `GIT_INDEX_FILE` names in a hook of `git commit`.
    pub index: Option<PathBuf>,
}

/// How the two ends of a change are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// From the merge base to the head, and what merging brings.
    Branch,
    /// From base to head as they are: what a forge's merge commit was built on, and the commit.
    Merge,
    /// From base to head as they are: the old and the new tip of the target in a push.
    Push,
}

impl Range {
    /// Makes the range of a branch that is to be merged into `base`.
    pub fn branch(base: ObjectId, head: ObjectId, target: Option<String>) -> Self {
        Self {
            base,
            base_name: None,
            head,
            target,
            shape: Shape::Branch,
            content: Content::Commits,
            index: None,
        }
    }

    /// Makes the range of a push that moves `target` (a full name) from `old` to `new`.
    pub fn push(old: ObjectId, new: ObjectId, target: String) -> Self {
        let target = Some(target);
        Self {
            base: old,
            base_name: None,
            head: new,
            target,
            shape: Shape::Push,
            content: Content::Commits,
            index: None,
        }
    }
}

impl Repo {
    /// Finds the two ends of what a command was asked to look at.
    pub fn range(&self, asked: &Asked<'_>) -> Result<Range, Error> {
        let target = match asked.provided.target.or(asked.target) {
            Some(name) => Some(branch_name(name)?),
            None => None,
        };
        let ends = Ends::of(asked)?;
        if let (Ends { base: None, head: None, .. }, Content::Commits, Some(merge)) =
            (&ends, asked.content, asked.provided.merge)
        {
            let merge = self.revision(merge)?.commit;
            if self.is_built_on_target(merge, target.as_deref())? {
                return self.forge_merge(merge, target);
            }
        }
        // The index and the work tree lie on what is checked out, whatever else a CI system speaks of.
        let provided =
            asked.provided.head.or(asked.provided.merge).filter(|_| asked.content == Content::Commits);
        let head = self.revision(ends.head.or(provided).unwrap_or("HEAD"))?;
        let range = match ends.base {
            Some(base) => self.against(base, head.commit, target, asked.target.is_some())?,
            None => self.against_default(asked, target, head.commit, ends.single)?,
        };
        if asked.content != Content::Commits && self.revision("HEAD")?.commit != range.head {
            return Err(Error::new(
                "the index and the work tree lie on top of HEAD, and another head was named",
            )
            .help("leave the head out"));
        }
        Ok(Range { content: asked.content, ..range })
    }

    /// Makes the range of a merge commit that a forge made: what it was built on, its first parent, against it.
    pub fn forge_merge(&self, merge: ObjectId, target: Option<String>) -> Result<Range, Error> {
        let links = self.links(merge)?;
        let [base, _, ..] = links.parents[..] else {
            return Err(Error::new(format!("{} is not a merge commit", merge.short()))
                .help("name base and head with --base and --head"));
        };
        if self.is_cut(merge)? {
            return Err(Error::new(format!("the parents of the merge commit {} are cut off", merge.short()))
                .help("`git fetch --unshallow` (in CI: fetch-depth: 0)"));
        }
        Ok(Range { shape: Shape::Merge, ..Range::branch(base, merge, target) })
    }

    /// Tells whether a commit is a merge whose first parent is in the target's history, as a forge makes them.
    fn is_built_on_target(&self, merge: ObjectId, target: Option<&str>) -> Result<bool, Error> {
        let [first, _, ..] = self.links(merge)?.parents[..] else { return Ok(false) };
        match target {
            Some(target) => self.is_ancestor(first, self.tip_of(target)?.commit),
            None => Ok(true),
        }
    }

    /// Makes the range against a base that was written. `is_told` says that whoever wrote it named the target as
    /// well: then a base on another branch is a commit like any other, and never hides what lies before it.
    fn against(
        &self,
        text: &str,
        head: ObjectId,
        target: Option<String>,
        is_told: bool,
    ) -> Result<Range, Error> {
        let base = self.other_than(self.revision(text)?, head)?;
        // HEAD is a place to stand on, not the name of a branch to merge into.
        let name = base.name.filter(|_| text != "HEAD" && text != "@");
        let named = match name {
            Some(name) => self.target_of(&name)?.filter(|named| !is_told || target.as_ref() == Some(named)),
            None => None,
        };
        let target = named.clone().or(target);
        Ok(Range { base_name: named, ..Range::branch(base.commit, head, target) })
    }

    /// A branch against itself, as after a commit on `main`, can only mean: against what the remote has of it.
    fn other_than(&self, base: Revision, head: ObjectId) -> Result<Revision, Error> {
        let branch = base.name.as_deref().and_then(|name| name.strip_prefix("refs/heads/"));
        match branch {
            Some(branch) if base.commit == head && !self.inner.is_bare() => {
                Ok(self.find_ref(&format!("refs/remotes/origin/{branch}"))?.unwrap_or(base))
            }
            Some(_) | None => Ok(base),
        }
    }

    fn against_default(
        &self,
        asked: &Asked<'_>,
        target: Option<String>,
        head: ObjectId,
        single: bool,
    ) -> Result<Range, Error> {
        if let Some(base) = asked.provided.base {
            return self.against(base, head, target, asked.provided.target.is_some());
        }
        let found = match &target {
            Some(target) => Some((target.clone(), self.tip_of(target)?)),
            None => self.default_branch()?,
        };
        let Some((name, Revision { commit: base, .. })) = found else {
            return Err(Error::new(
                "no branch to compare with: there is no `origin/HEAD`, `main` or `master`",
            )
            .help("say what the change is to be merged into: --base BRANCH"));
        };
        let target = Some(name.clone());
        // One commit that is merged already: what it changed, for there is nothing else it could mean.
        if single && head != base && self.is_ancestor(head, base)? {
            let parent = self.revision(&format!("{head}^"))?.commit;
            return Ok(Range { shape: Shape::Merge, ..Range::branch(parent, head, target) });
        }
        Ok(Range { base_name: Some(name), ..Range::branch(base, head, target) })
    }
}

/// The two ends as they were written, wherever that was.
struct Ends<'a> {
    base: Option<&'a str>,
    head: Option<&'a str>,
    /// One revision was written instead of a range.
    single: bool,
}

impl<'a> Ends<'a> {
    fn of(asked: &Asked<'a>) -> Result<Self, Error> {
        let (base, head, single) = match asked.range {
            None => (None, None, false),
            Some(range) if is_range(range) => split(range),
            Some(range) => {
                return Err(Error::new(format!("`{}` is not a range", range.escape_debug()))
                    .help("write `main..HEAD`, `A...B`, or one commit"));
            }
        };
        if base.is_some() && asked.base.is_some() {
            return Err(
                Error::new("the base is given twice, in the range and by `--base`").help("leave one out")
            );
        }
        if head.is_some() && asked.head.is_some() {
            return Err(
                Error::new("the head is given twice, in the range and by `--head`").help("leave one out")
            );
        }
        Ok(Self {
            base: base.or(asked.base),
            head: head.or(asked.head),
            single: single && asked.base.is_none(),
        })
    }
}

/// Tells whether a text has at most one pair of dots, and an end beside it.
fn is_range(text: &str) -> bool {
    let dots = |end: &str| end.contains("..") || end.starts_with('.');
    match text.split_once("...").or_else(|| text.split_once("..")) {
        Some((base, head)) => !(base.is_empty() && head.is_empty() || dots(base) || dots(head)),
        None => true,
    }
}

/// Splits `A..B` or `A...B`; an end that is left out is HEAD, as in git.
fn split(range: &str) -> (Option<&str>, Option<&str>, bool) {
    match range.split_once("...").or_else(|| range.split_once("..")) {
        Some((base, head)) => (Some(named(base)), Some(named(head)), false),
        None => (None, Some(range), true),
    }
}

fn named(text: &str) -> &str {
    if text.is_empty() { "HEAD" } else { text }
}

/// Returns the full name of a branch that was given by its short or full name.
fn branch_name(text: &str) -> Result<String, Error> {
    let full = if text.starts_with("refs/heads/") { text.to_owned() } else { format!("refs/heads/{text}") };
    if text.starts_with('-') || !git2::Reference::is_valid_name(&full) {
        return Err(Error::new(format!("`{}` is not the name of a branch", text.escape_debug()))
            .help("name the branch that the change is for, as in --target main"));
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    /// `main` and the branch `feat`, which is checked out, each one commit past where they parted.
    fn repo() -> (TestRepo, String, String) {
        let repo = TestRepo::new();
        repo.commit("root");
        repo.git(&["checkout", "-qb", "feat"]);
        let feat = repo.commit("feat");
        repo.git(&["checkout", "-q", "main"]);
        let main = repo.commit("main");
        repo.git(&["checkout", "-q", "feat"]);
        (repo, main, feat)
    }

    fn range(repo: &TestRepo, asked: &Asked<'_>) -> (String, String, Option<String>) {
        let range = Repo::open(repo.path()).unwrap().range(asked).unwrap();
        (range.base.to_string(), range.head.to_string(), range.target)
    }

    fn refused(repo: &TestRepo, asked: &Asked<'_>) -> String {
        let error = Repo::open(repo.path()).unwrap().range(asked).unwrap_err();
        assert!(error.help.is_some(), "{error} has no way out");
        error.message
    }

    #[test]
    fn every_way_to_write_a_range_means_the_same() {
        let (repo, main, feat) = repo();
        let expected = (main, feat, Some("refs/heads/main".to_owned()));
        for text in ["main..HEAD", "main...feat", "main..", "feat", "HEAD"] {
            assert_eq!(range(&repo, &Asked { range: Some(text), ..Asked::default() }), expected, "{text}");
        }
        assert_eq!(range(&repo, &Asked::default()), expected);
        let base_and_head = Asked { base: Some("main"), head: Some("feat"), ..Asked::default() };
        assert_eq!(range(&repo, &base_and_head), expected);
        assert_eq!(range(&repo, &Asked { target: Some("main"), ..Asked::default() }), expected);
    }

    #[test]
    fn provider_comes_before_the_default_and_after_the_user() {
        let (repo, main, feat) = repo();
        repo.git(&["branch", "release", "feat~1"]);
        let release = repo.rev("release");
        let provided = Provided { base: Some(&release), target: Some("release"), ..Provided::default() };
        let asked = Asked { provided, ..Asked::default() };
        assert_eq!(
            range(&repo, &asked),
            (release.clone(), feat.clone(), Some("refs/heads/release".to_owned()))
        );
        let asked = Asked { base: Some("main"), ..asked };
        assert_eq!(range(&repo, &asked), (main, feat, Some("refs/heads/main".to_owned())));
    }

    #[test]
    fn upstream_of_the_branch_is_never_the_base() {
        let (repo, main, feat) = repo();
        repo.git(&["update-ref", "refs/remotes/origin/feat", &feat]);
        repo.git(&["remote", "add", "origin", "nowhere"]);
        repo.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
        repo.git(&["branch", "-q", "--set-upstream-to=origin/feat", "feat"]);
        assert_eq!(range(&repo, &Asked::default()).0, main);
    }

    #[test]
    fn base_that_is_no_branch_leaves_the_target_unknown() {
        let (repo, main, _) = repo();
        for base in [main.as_str(), "main~0", "HEAD"] {
            assert_eq!(range(&repo, &Asked { base: Some(base), ..Asked::default() }).2, None, "{base}");
        }
    }

    #[test]
    fn one_commit_that_is_merged_already_is_what_it_changed() {
        let (repo, main, _) = repo();
        repo.git(&["checkout", "-q", "main"]);
        repo.commit("later");
        let root = repo.rev(&format!("{main}^"));
        let asked = Asked { range: Some(&main), ..Asked::default() };
        assert_eq!(range(&repo, &asked), (root, main.clone(), Some("refs/heads/main".to_owned())));
    }

    #[test]
    fn merge_commit_of_the_forge_is_judged_against_its_first_parent() {
        let (repo, main, feat) = repo();
        repo.git(&["checkout", "-q", "--detach", "main"]);
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "feat"]);
        let merge = repo.rev("HEAD");
        let provided = Provided { merge: Some(&merge), target: Some("main"), ..Provided::default() };
        let asked = Asked { provided, ..Asked::default() };
        assert_eq!(range(&repo, &asked), (main.clone(), merge.clone(), Some("refs/heads/main".to_owned())));
        repo.git(&["checkout", "-q", "feat"]);
        repo.git(&["merge", "-q", "--no-ff", "-m", "the author's own", "main"]);
        let own = repo.rev("HEAD");
        let provided = Provided { merge: Some(&own), ..provided };
        let range = Repo::open(repo.path()).unwrap().range(&Asked { provided, ..asked }).unwrap();
        assert_eq!((range.head.to_string(), range.shape), (own.clone(), Shape::Branch));
        let provided = Provided { merge: Some(&feat), ..provided };
        let range = Repo::open(repo.path()).unwrap().range(&Asked { provided, ..asked }).unwrap();
        assert_eq!((range.head.to_string(), range.shape), (feat, Shape::Branch));
    }

    #[test]
    fn what_contradicts_itself_or_leads_nowhere_is_refused() {
        let (repo, _, _) = repo();
        let both = Asked { range: Some("main..feat"), base: Some("main"), ..Asked::default() };
        insta::assert_snapshot!(refused(&repo, &both), @"the base is given twice, in the range and by `--base`");
        let both = Asked { range: Some("feat"), head: Some("feat"), ..Asked::default() };
        insta::assert_snapshot!(refused(&repo, &both), @"the head is given twice, in the range and by `--head`");
        for target in ["-x", "a..b", "", "x y"] {
            refused(&repo, &Asked { target: Some(target), ..Asked::default() });
        }
        let gone = Asked { target: Some("gone"), ..Asked::default() };
        insta::assert_snapshot!(refused(&repo, &gone), @"the tip of the target `gone` is not in this repository");
        repo.git(&["branch", "-m", "main", "other"]);
        insta::assert_snapshot!(refused(&repo, &Asked::default()), @"no branch to compare with: there is no `origin/HEAD`, `main` or `master`");
    }
}
