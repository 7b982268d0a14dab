//! What hooks ask of a repository besides its objects.

use std::path::PathBuf;

use bstr::BStr;

use super::objects::object_id;
use super::{Error, NOTES_REF, Repo};

impl Repo {
    /// Returns the full name of the default branch of a server: the one that HEAD is on, but with a work tree HEAD says nothing.
    pub fn served_branch(&self) -> Result<String, Error> {
        if !self.inner.is_bare()
            && let Some((name, _)) = self.default_branch()?
        {
            return Ok(name);
        }
        self.head_branch()
    }

    /// Returns the full name of the branch that HEAD is on, whether it exists yet or not.
    pub fn head_branch(&self) -> Result<String, Error> {
        let help = "set it to a branch: git symbolic-ref HEAD refs/heads/main";
        let head = self
            .inner
            .find_reference("HEAD")
            .map_err(|error| Error::git("HEAD can't be read", error).help(help))?;
        let target =
            head.symbolic_target().map_err(|error| Error::git("HEAD is not UTF-8", error).help(help))?;
        match target {
            Some(name) if name.starts_with("refs/heads/") => Ok(name.to_owned()),
            Some(_) | None => Err(Error::new("HEAD names no branch").help(help)),
        }
    }

    /// Returns a ref that a policy speaks for: a branch whose tip has the file at `path`, or the sign-offs' own.
    pub fn governed_ref(&self, path: &BStr) -> Result<Option<String>, Error> {
        let failed = |error| Error::git("the branches can't be read", error);
        if self.find_ref(NOTES_REF)?.is_some() {
            return Ok(Some(NOTES_REF.to_owned()));
        }
        for branch in self.inner.references_glob("refs/heads/*").map_err(failed)? {
            let branch = branch.map_err(failed)?;
            let name = branch.name().map_err(failed)?.to_owned();
            let tip = branch.peel_to_commit().map_err(failed)?;
            if self.policy_file(object_id(tip.id()), path)?.is_some() {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Returns the folder that git runs hooks from: `core.hooksPath`, else `hooks` of the main repository.
    pub fn hooks_dir(&self) -> Result<PathBuf, Error> {
        let config =
            self.inner.config().map_err(|error| Error::git("git's configuration can't be read", error))?;
        let set = match config.get_path("core.hooksPath") {
            Ok(path) => Some(path),
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(Error::git("`core.hooksPath` can't be read", error)),
        };
        let top = self.work_dir().unwrap_or_else(|| self.git_dir());
        Ok(set.map_or_else(|| self.inner.commondir().join("hooks"), |path| top.join(path)))
    }
}
