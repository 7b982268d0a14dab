//! What hooks ask of a repository besides its objects.

use std::path::PathBuf;

use super::{Error, Repo};

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
