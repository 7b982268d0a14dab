//! The remotes of a repository: where they are, and what was last seen there.

use git2::{ErrorCode, Reference};

use super::objects::object_id;
use super::{Error, Notes, Repo};
use crate::change::ObjectId;

impl Repo {
    /// Returns the address of a remote; `None` where there is no remote of that name.
    pub fn address_of(&self, name: &str) -> Result<Option<String>, Error> {
        match self.inner.find_remote(name) {
            Ok(remote) => Ok(remote.url().ok().map(str::to_owned)),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => Ok(None),
            Err(error) => Err(Error::git("can't read the remotes", error)),
        }
    }

    /// Opens what was last fetched of each remote's notes, where git is set up to fetch them.
    ///
    /// A bare repository is a server's: what counts there is in its own notes alone.
    pub fn fetched_notes(&self) -> Result<Vec<Notes<'_>>, Error> {
        if self.inner.is_bare() {
            return Ok(Vec::new());
        }
        let names = self.inner.remotes().map_err(|error| Error::git("can't list the remotes", error))?;
        let mut found = Vec::new();
        for name in &names {
            // An objection may be there and nowhere else: a remote that can't be named must not be passed over.
            let name = name.map_err(|error| {
                Error::git(
                    "the name of a remote is not UTF-8, so what it said of sign-offs can't be read",
                    error,
                )
                .help("call it otherwise: git remote rename")
            })?;
            let name = name.map(fetched_ref).filter(|name| Reference::is_valid_name(name));
            if let Some(name) = name {
                found.push(self.notes_of(&name)?);
            }
        }
        found.retain(|notes| notes.commit().is_some());
        Ok(found)
    }

    /// Returns the one branch of a remote that was last seen at this commit.
    pub fn remote_branch_at(&self, remote: &str, commit: ObjectId) -> Result<Option<String>, Error> {
        let failed = |error| Error::git("can't read the branches of the remote", error);
        let prefix = format!("refs/remotes/{remote}/");
        let mut found = Vec::new();
        for reference in self.inner.references().map_err(failed)? {
            let reference = reference.map_err(failed)?;
            let name = reference.name().ok().and_then(|name| name.strip_prefix(&prefix));
            if let (Some(name), Some(target)) = (name, reference.target())
                && object_id(target) == commit
            {
                found.push(name.to_owned());
            }
        }
        Ok(<[String; 1]>::try_from(found).ok().map(|[only]| only))
    }

    /// Returns the address of `origin`, or of the only other repository that this one knows.
    pub fn remote_address(&self) -> Result<Option<String>, Error> {
        let failed = |error| Error::git("can't read the remotes", error);
        let names = self.inner.remotes().map_err(failed)?;
        let names: Vec<&str> = names.iter().filter_map(|name| name.ok().flatten()).collect();
        let name =
            names.iter().find(|name| **name == "origin").or(names.first().filter(|_| names.len() == 1));
        let Some(name) = name else { return Ok(None) };
        let remote = self.inner.find_remote(name).map_err(failed)?;
        Ok(remote.url().ok().map(str::to_owned))
    }
}

/// Returns the ref that keeps what was last fetched of a remote's notes.
pub fn fetched_ref(remote: &str) -> String {
    format!("refs/notes/{remote}/gate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    #[test]
    fn addresses_and_branches_of_remotes_are_found() {
        let test = TestRepo::new();
        let head = ObjectId::parse(&test.commit("root")).unwrap();
        test.git(&["remote", "add", "far", "https://gitlab.com/a/b.git"]);
        test.git(&["update-ref", "refs/remotes/far/fix/one", "HEAD"]);
        let repo = Repo::open(test.path()).unwrap();
        assert_eq!(repo.address_of("far").unwrap().unwrap(), "https://gitlab.com/a/b.git");
        assert_eq!(repo.address_of("near").unwrap(), None);
        assert_eq!(repo.address_of("https://x/y").unwrap(), None);
        assert_eq!(repo.remote_address().unwrap().unwrap(), "https://gitlab.com/a/b.git");
        assert_eq!(repo.remote_branch_at("far", head).unwrap().unwrap(), "fix/one");
        assert_eq!(repo.remote_branch_at("near", head).unwrap(), None);
        test.git(&["update-ref", "refs/remotes/far/two", "HEAD"]);
        assert_eq!(repo.remote_branch_at("far", head).unwrap(), None);
    }

    #[test]
    fn a_remote_that_can_not_be_named_is_not_passed_over() {
        let test = TestRepo::new();
        let config = test.path().join(".git/config");
        let mut text = std::fs::read(&config).unwrap();
        text.extend_from_slice(b"[remote \"far\xff\"]\n\turl = https://x/y\n\tfetch = +a:b\n");
        std::fs::write(&config, text).unwrap();
        let error = Repo::open(test.path()).unwrap().fetched_notes().err().unwrap();
        insta::assert_snapshot!(error, @"the name of a remote is not UTF-8, so what it said of sign-offs can't be read");
    }
}
