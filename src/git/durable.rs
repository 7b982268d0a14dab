//! Writing so that a power cut takes nothing back: objects and refs are on the disk before success is told.
//!
//! libgit2 does so where `core.fsyncObjectFiles` says so, when it opens a database. So what
//! is to be written is written through the repository opened once more, with that said.

use std::io::Write as _;

use git2::{ConfigLevel, Repository, RepositoryOpenFlags};

use super::{Error, Repo};

const SETTINGS: &[u8] = b"[core]\n\tfsyncObjectFiles = true\n";

impl Repo {
    /// Returns the repository opened once more, for writing.
    pub(super) fn durable(&self) -> Result<&Repository, Error> {
        if let Some(repo) = self.durable.get() {
            return Ok(repo);
        }
        let repo = self.open_durable()?;
        Ok(self.durable.get_or_init(|| repo))
    }

    fn open_durable(&self) -> Result<Repository, Error> {
        let failed = |error| Error::git("the repository can't be opened for writing", error);
        let repo = Repository::open_ext(self.inner.path(), RepositoryOpenFlags::NO_SEARCH, None::<&str>)
            .map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new().map_err(|error| no_file(&error))?;
        file.write_all(SETTINGS).map_err(|error| no_file(&error))?;
        let mut config = repo.config().map_err(failed)?;
        config.add_file(file.path(), ConfigLevel::App, true).map_err(failed)?;
        repo.set_config(&config).map_err(failed)?;
        Ok(repo)
    }
}

fn no_file(error: &std::io::Error) -> Error {
    Error::new(format!("no temporary file can be made: {error}"))
        .help("make room on the disk; TMPDIR says where temporary files go")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    #[test]
    fn the_setting_holds_in_memory_and_is_not_written() {
        let test = TestRepo::new();
        test.git(&["config", "core.fsyncObjectFiles", "false"]);
        let before = std::fs::read(test.path().join(".git/config")).unwrap();
        let repo = Repo::open(test.path()).unwrap();
        let durable = repo.durable().unwrap();
        assert!(durable.config().unwrap().get_bool("core.fsyncObjectFiles").unwrap());
        assert_eq!(std::fs::read(test.path().join(".git/config")).unwrap(), before);
    }
}
