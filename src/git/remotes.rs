//! The remotes of a repository: where they are, and what was last seen there.

use git2::ErrorCode;

use super::objects::object_id;
use super::{Error, Repo};
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
}
