//! Revisions as a user or a CI system writes them, read strictly.
//!
//! git looks a bare name up in six places, tags first, so that a tag named
//! `origin/main` moves the base of a review. Here a bare name is a branch, a
//! remote branch or an abbreviated id, and whatever could be two things is an error.

use super::objects::{object_id, oid};
use super::{Error, Repo};
use crate::change::ObjectId;

/// The longest revision that is read.
const MAX_LENGTH: usize = 1024;
/// The longest way that `~` and `^` may go.
const MAX_STEPS: u32 = 100_000;

/// A revision that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The commit, with a tag peeled off.
    pub commit: ObjectId,
    /// The full name of the ref that it was named by; `None` for an id or where `~` or `^` follow.
    pub name: Option<String>,
}

impl Repo {
    /// Finds the commit that `text` names: an id, a branch, a full ref name or `HEAD`, with `~` and `^`.
    pub fn revision(&self, text: &str) -> Result<Revision, Error> {
        let (atom, steps) = parse(text)?;
        let start = self.atom(atom)?;
        if steps.is_empty() {
            return Ok(start);
        }
        let mut commit = start.commit;
        for step in steps {
            commit = self.step(text, commit, step)?;
        }
        Ok(Revision { commit, name: None })
    }

    /// Returns the commit that a full ref name points to; `None` where there is no such ref.
    pub fn find_ref(&self, name: &str) -> Result<Option<Revision>, Error> {
        let reference = match self.inner.find_reference(name) {
            Ok(reference) => reference,
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
            Err(error) if error.code() == git2::ErrorCode::InvalidSpec => return Ok(None),
            Err(error) => {
                return Err(Error::git(format!("can't read the ref `{name}`"), error)
                    .help("`git fsck` tells what is broken"));
            }
        };
        let resolved = match reference.resolve() {
            Ok(resolved) => resolved,
            // `origin/HEAD` of a branch that is gone, or `HEAD` before the first commit.
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(Error::git(format!("can't follow the ref `{name}`"), error)),
        };
        let Some(target) = resolved.target() else { return Ok(None) };
        let full = resolved.name().map_err(|error| {
            Error::git(format!("the ref `{name}` leads to a name that is not UTF-8"), error)
        })?;
        Ok(Some(Revision { commit: self.peel(object_id(target), name)?, name: Some(full.to_owned()) }))
    }

    /// Follows annotated tags from `id` to a commit; `named` is what the user called it.
    fn peel(&self, id: ObjectId, named: &str) -> Result<ObjectId, Error> {
        let mut id = id;
        // A tag may point to a tag, but nobody needs ten of them.
        for _ in 0..10 {
            let (_, kind) = self.store()?.header(id)?;
            match kind {
                git2::ObjectType::Commit => return Ok(id),
                git2::ObjectType::Tag => id = self.tagged(id)?,
                other @ (git2::ObjectType::Any | git2::ObjectType::Tree | git2::ObjectType::Blob) => {
                    return Err(Error::new(format!("`{named}` is a {other}, not a commit"))
                        .help("name a commit, a branch or a tag of a commit"));
                }
            }
        }
        Err(Error::new(format!("`{named}` is a tag of a tag of a tag, too deep to follow"))
            .help("name the commit that is meant"))
    }

    fn tagged(&self, tag: ObjectId) -> Result<ObjectId, Error> {
        let tag = self
            .inner
            .find_tag(oid(tag))
            .map_err(|error| Error::git(format!("the tag `{tag}` can't be read"), error))?;
        Ok(object_id(tag.target_id()))
    }

    fn atom(&self, text: &str) -> Result<Revision, Error> {
        if let Some(id) = ObjectId::parse(text) {
            return Ok(Revision { commit: self.peel(id, text)?, name: None });
        }
        if text == "HEAD" || text == "@" {
            return self.find_ref("HEAD")?.ok_or_else(|| {
                Error::new("`HEAD` points to a branch without a commit").help("make a first commit")
            });
        }
        if text.starts_with("refs/") || text.ends_with("_HEAD") {
            return self.find_ref(text)?.ok_or_else(|| self.unknown(text));
        }
        self.bare_name(text)
    }

    fn bare_name(&self, text: &str) -> Result<Revision, Error> {
        let branch = format!("refs/heads/{text}");
        let remote = format!("refs/remotes/{text}");
        let object = self.abbreviated(text)?;
        let found = [(branch.as_str(), self.find_ref(&branch)?), (remote.as_str(), self.find_ref(&remote)?)];
        match (found, object) {
            ([(_, Some(_)), (_, Some(_))], _) => {
                Err(Error::new(format!("`{text}` is ambiguous: there are `{branch}` and `{remote}`"))
                    .help("write the full name of the one that is meant"))
            }
            ([(name, Some(_)), (_, None)] | [(_, None), (name, Some(_))], Some(id)) => Err(Error::new(
                format!("`{text}` is ambiguous: it is the ref `{name}` and the start of the id {id}"),
            )
            .help(format!("write `{name}`, or all 40 digits of the id"))),
            ([(_, Some(revision)), (_, None)] | [(_, None), (_, Some(revision))], None) => Ok(revision),
            ([(_, None), (_, None)], Some(id)) => Ok(Revision { commit: self.peel(id, text)?, name: None }),
            // A CI system's checkout has the branches of the remote and none of its own.
            ([(_, None), (_, None)], None) => {
                self.find_ref(&format!("refs/remotes/origin/{text}"))?.ok_or_else(|| self.unknown(text))
            }
        }
    }

    /// Returns the only object whose id starts with `text`; `None` where `text` is no abbreviated id.
    fn abbreviated(&self, text: &str) -> Result<Option<ObjectId>, Error> {
        if !(4..40).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let padded = format!("{text:0<40}");
        let prefix = git2::Oid::from_str(&padded).map_err(|error| Error::git("can't read an id", error))?;
        match self.store()?.odb.exists_prefix(prefix, text.len()) {
            Ok(found) => Ok(Some(object_id(found))),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) if error.code() == git2::ErrorCode::Ambiguous => {
                Err(Error::new(format!("`{text}` is the start of more than one id"))
                    .help("write all 40 digits"))
            }
            Err(error) => Err(Error::git(format!("can't look up the id `{text}`"), error)),
        }
    }

    fn unknown(&self, text: &str) -> Error {
        let error = Error::new(format!("there is no revision `{text}`"));
        let tag = format!("refs/tags/{text}");
        if self.inner.find_reference(&tag).is_ok() {
            return Error::new(format!("`{text}` is a tag, and a bare name is never read as a tag"))
                .help(format!("write `{tag}`"));
        }
        match text.split_once('/') {
            Some((remote, branch))
                if !text.starts_with("refs/") && self.inner.find_remote(remote).is_ok() =>
            {
                error.help(format!("fetch it first: git fetch {remote} {branch}:refs/remotes/{text}"))
            }
            _ => error.help("`git branch --all` lists the branches; in CI, fetch the branch first"),
        }
    }

    fn step(&self, text: &str, commit: ObjectId, step: Step) -> Result<ObjectId, Error> {
        let missing = |commit: ObjectId, number: u32| {
            let error =
                Error::new(format!("`{text}` leads nowhere: {} has no parent {number}", commit.short()));
            error.help(if self.is_shallow() {
                "the history is cut short here: `git fetch --unshallow`"
            } else {
                "name a commit that exists"
            })
        };
        match step {
            Step::Parent(0) => Ok(commit),
            Step::Parent(number) => {
                let links = self.links(commit)?;
                let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
                links.parents.get(index).copied().ok_or_else(|| missing(commit, number))
            }
            Step::Ancestor(count) => {
                let mut commit = commit;
                for _ in 0..count {
                    let links = self.links(commit)?;
                    commit = *links.parents.first().ok_or_else(|| missing(commit, 1))?;
                }
                Ok(commit)
            }
        }
    }
}

/// One `~N` or `^N` behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Ancestor(u32),
    Parent(u32),
}

fn parse(text: &str) -> Result<(&str, Vec<Step>), Error> {
    if text.is_empty() {
        return Err(refused(text, "it is empty"));
    }
    if text.len() > MAX_LENGTH {
        return Err(refused("…", "it is too long"));
    }
    if text.starts_with('-') {
        return Err(refused(text, "it begins with `-`"));
    }
    let (atom, mut rest) = text.split_at(text.find(['~', '^']).unwrap_or(text.len()));
    let forbidden = |byte: u8| byte <= b' ' || b":?*[\\{\x7f".contains(&byte);
    if atom.is_empty() || atom.bytes().any(forbidden) || atom.contains("..") {
        return Err(refused(text, "no branch or commit has such a name"));
    }
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("^{commit}") {
            rest = after;
            continue;
        }
        let mut chars = rest.chars();
        let sign = chars.next();
        let after = chars.as_str();
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = after.split_at(digits);
        let count = if number.is_empty() { Ok(1) } else { number.parse() };
        steps.push(match (sign, count) {
            (Some('~'), Ok(count)) if count <= MAX_STEPS => Step::Ancestor(count),
            (Some('^'), Ok(count)) if count <= MAX_STEPS => Step::Parent(count),
            (Some('~' | '^'), _) => return Err(refused(text, "the number behind `~` or `^` is too large")),
            _ => return Err(refused(text, "only `~2` and `^` may follow a name")),
        });
        rest = after;
    }
    Ok((atom, steps))
}

fn refused(text: &str, why: &str) -> Error {
    Error::new(format!("`{}` is not a revision: {why}", text.escape_debug()))
        .help("write a branch, a full ref name or an id, with `~2` or `^` behind it if need be")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    fn repo() -> (TestRepo, String, String) {
        let repo = TestRepo::new();
        let first = repo.commit_files(&[("a", "1\n")], "first");
        let second = repo.commit_files(&[("a", "2\n")], "second");
        (repo, first, second)
    }

    fn found(repo: &TestRepo, text: &str) -> (String, Option<String>) {
        let revision = Repo::open(repo.path()).unwrap().revision(text).unwrap();
        (revision.commit.to_string(), revision.name)
    }

    fn refused(repo: &TestRepo, text: &str) -> String {
        let error = Repo::open(repo.path()).unwrap().revision(text).unwrap_err();
        format!("{error}\n{}", error.help.as_ref().expect("every error has a way out"))
    }

    #[test]
    fn names_ids_and_steps_are_found() {
        let (repo, first, second) = repo();
        let main = Some("refs/heads/main".to_owned());
        assert_eq!(found(&repo, "main"), (second.clone(), main.clone()));
        assert_eq!(found(&repo, "refs/heads/main"), (second.clone(), main.clone()));
        assert_eq!(found(&repo, "HEAD"), (second.clone(), main));
        assert_eq!(found(&repo, &second), (second.clone(), None));
        assert_eq!(found(&repo, second.get(..8).unwrap()), (second.clone(), None));
        for back in ["main~1", "HEAD^", "main^1~0", "@~", &format!("{second}^{{commit}}^")] {
            assert_eq!(found(&repo, back), (first.clone(), None), "{back}");
        }
    }

    #[test]
    fn remote_head_leads_to_the_branch_it_points_to() {
        let (repo, first, _) = repo();
        repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
        repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        let main = Some("refs/remotes/origin/main".to_owned());
        assert_eq!(found(&repo, "origin/HEAD"), (first.clone(), main.clone()));
        assert_eq!(found(&repo, "origin/main"), (first, main));
    }

    #[test]
    fn branch_that_only_the_remote_has_is_found() {
        let (repo, first, _) = repo();
        repo.git(&["update-ref", "refs/remotes/origin/release", &first]);
        assert_eq!(found(&repo, "release"), (first, Some("refs/remotes/origin/release".to_owned())));
    }

    // HIS-24
    #[test]
    fn tag_never_shadows_a_branch() {
        let (repo, first, second) = repo();
        repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
        repo.git(&["tag", "origin/main", &second]);
        repo.git(&["tag", "main", &first]);
        assert_eq!(found(&repo, "origin/main").0, first);
        assert_eq!(found(&repo, "main").0, second);
    }

    // HIS-25
    #[test]
    fn branch_named_like_an_abbreviated_id_is_ambiguous() {
        let (repo, first, second) = repo();
        let short = first.get(..7).unwrap();
        repo.git(&["branch", short, &second]);
        let message = refused(&repo, short).replace(&first, "ID").replace(short, "SHORT");
        insta::assert_snapshot!(message, @r"
        `SHORT` is ambiguous: it is the ref `refs/heads/SHORT` and the start of the id ID
        write `refs/heads/SHORT`, or all 40 digits of the id
        ");
        assert_eq!(found(&repo, &format!("refs/heads/{short}")).0, second);
    }

    #[test]
    fn full_id_is_an_id_even_where_a_branch_has_its_name() {
        let (repo, first, second) = repo();
        repo.write(&format!(".git/refs/heads/{first}"), format!("{second}\n"));
        assert_eq!(found(&repo, &first).0, first);
    }

    // HIS-26
    #[test]
    fn tag_is_read_by_its_full_name_and_peeled() {
        let (repo, _, second) = repo();
        repo.git(&["tag", "-a", "-m", "t", "t1"]);
        repo.git(&["tag", "-a", "-m", "t", "t2", "t1"]);
        assert_eq!(found(&repo, "refs/tags/t1").0, second);
        assert_eq!(found(&repo, "refs/tags/t2").0, second);
        assert_eq!(found(&repo, &repo.rev("refs/tags/t2")).0, second);
        insta::assert_snapshot!(refused(&repo, "t1"), @r"
        `t1` is a tag, and a bare name is never read as a tag
        write `refs/tags/t1`
        ");
    }

    #[test]
    fn tree_and_blob_are_refused() {
        let (repo, _, _) = repo();
        let tree = repo.git(&["log", "-1", "--format=%T"]);
        assert!(refused(&repo, &tree).contains("is a tree, not a commit"));
        let blob = repo.rev("HEAD:a");
        assert!(refused(&repo, &blob).contains("is a blob, not a commit"));
    }

    #[test]
    fn branch_and_remote_branch_of_one_name_are_ambiguous() {
        let (repo, first, second) = repo();
        repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
        repo.git(&["update-ref", "refs/heads/origin/main", &second]);
        insta::assert_snapshot!(refused(&repo, "origin/main"), @r"
        `origin/main` is ambiguous: there are `refs/heads/origin/main` and `refs/remotes/origin/main`
        write the full name of the one that is meant
        ");
    }

    // ENV-17
    #[test]
    fn what_is_no_revision_is_refused_with_a_way_out() {
        let (repo, _, _) = repo();
        for text in [
            "",
            "-",
            "--output=x",
            "main@{1}",
            ":/first",
            "main:a",
            "a b",
            "~1",
            "main~x",
            "main^{tree}",
            "main~é",
            "main~99999999999",
            "main\0",
            "none",
            "0123456789012345678901234567890123456789",
            "main~7",
            "HEAD^2",
            "refs/heads/none",
            "origin/none",
            "../x",
            "refs/heads/../x",
            "FETCH_HEAD",
            &"x".repeat(5000),
        ] {
            refused(&repo, text);
        }
    }

    #[test]
    fn branch_without_a_commit_is_refused() {
        let repo = TestRepo::new();
        insta::assert_snapshot!(refused(&repo, "HEAD"), @r"
        `HEAD` points to a branch without a commit
        make a first commit
        ");
    }
}
