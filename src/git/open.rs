//! Finding and opening a repository, and refusing those that would be read wrongly.
//!
//! The environment has no say: `GIT_DIR` and its like are never read. Nor does a
//! repository that came with a checkout: a bare one inside of another's work tree
//! is data of the change and not what the user means.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository, RepositoryOpenFlags};

use super::notes::Folders;
use super::objects::Objects;
use super::{Error, Repo};

impl Repo {
    /// Opens the repository that `path` is inside of.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let found =
            Repository::discover_path(path, None::<&Path>).map_err(|error| cannot_open(path, error))?;
        if let Some(outer) = embedded_in(&found) {
            let message = format!(
                "`{}` is a bare repository inside of the work tree of `{}`",
                found.display(),
                outer.display()
            );
            return Err(
                Error::new(message).help(format!("pass `--repo {}`, or move it out", outer.display()))
            );
        }
        Self::open_exactly(&found)
    }

    /// Opens the repository at `path` and looks no further: a folder with `.git`, or the folder of git's own files.
    pub fn open_exactly(path: &Path) -> Result<Self, Error> {
        git2::opts::strict_hash_verification(false);
        // Whatever is read again is kept by whoever does; thousands of trees that are read once are not worth keeping.
        git2::opts::enable_caching(false);
        let inner = Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, None::<&Path>)
            .map_err(|error| cannot_open(path, error))?;
        let grafts = inner.commondir().join("info/grafts");
        if std::fs::metadata(&grafts).is_ok_and(|file| file.len() > 0) {
            let message = format!("`{}` rewrites the parents of commits", grafts.display());
            return Err(Error::new(message).help("remove it: gate judges history as it was recorded"));
        }
        // libgit2 opens it without a look, and would wait for a pipe forever.
        let graph = inner.commondir().join("objects/info/commit-graph");
        if std::fs::metadata(&graph).is_ok_and(|found| !found.is_file()) {
            let message = format!("`{}` is not a file", graph.display());
            return Err(Error::new(message).help("remove it: git commit-graph write makes a new one"));
        }
        let odb = inner.odb().map_err(|error| cannot_open(path, error))?;
        let objects = Objects::new(odb, &inner)?;
        Ok(Self {
            inner,
            durable: OnceCell::new(),
            objects,
            graph: OnceCell::new(),
            folders: Folders::default(),
            spare: RefCell::default(),
            quarantine: Vec::new(),
        })
    }

    /// Returns the folder of the repository's own files.
    pub fn git_dir(&self) -> PathBuf {
        self.inner.path().to_owned()
    }

    /// Returns the folder that is checked out; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.inner.workdir().map(Path::to_owned)
    }
}

/// Returns the work tree that the repository whose files are in `found` lies about in, when it does.
fn embedded_in(found: &Path) -> Option<PathBuf> {
    if found.ancestors().any(|folder| folder.file_name().is_some_and(|name| name == ".git")) {
        return None;
    }
    let outer = found.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
    Some(outer.to_owned())
}

fn cannot_open(path: &Path, error: git2::Error) -> Error {
    let place = path.display();
    if error.code() == ErrorCode::Owner {
        let folder = if path.ends_with(".git") { path.parent().unwrap_or(path) } else { path };
        let help =
            format!("if you trust it, run `git config --global --add safe.directory {}`", folder.display());
        return Error::git(format!("the repository at `{place}` belongs to another user"), error).help(help);
    }
    if error.code() == ErrorCode::NotFound {
        return Error::git(format!("there is no git repository at `{place}`"), error)
            .help("run gate inside a repository, or pass `--repo`");
    }
    if error.message().contains("object format") {
        return Error::git(format!("the repository at `{place}` names its objects by SHA-256"), error)
            .help("gate reads SHA-1 repositories");
    }
    if error.message().contains("extensions.refstorage") {
        return Error::git(format!("the repository at `{place}` keeps its refs in a reftable"), error)
            .help("gate reads refs in files: git refs migrate --ref-format=files");
    }
    Error::git(format!("can't open the repository at `{place}`"), error)
        .help("check it with `git status`; gate reads what git 2.40 and older can read too")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    fn refusal(path: &Path) -> Error {
        Repo::open(path).err().expect("it is refused")
    }

    #[test]
    fn a_repository_is_found_from_inside_of_it() {
        let test = TestRepo::new();
        test.write("a/b/c", "1\n");
        let repo = Repo::open(&test.path().join("a/b")).unwrap();
        assert_eq!(repo.work_dir().unwrap().canonicalize().unwrap(), test.path().canonicalize().unwrap());
        assert!(Repo::open(TestRepo::bare().path()).unwrap().work_dir().is_none());
    }

    #[test]
    fn no_repository_is_an_error_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let error = refusal(folder.path());
        assert!(error.message.starts_with("there is no git repository at `"), "{error}");
        assert_eq!(error.help.as_deref(), Some("run gate inside a repository, or pass `--repo`"));
    }

    #[test]
    fn a_bare_repository_that_came_with_a_checkout_is_refused() {
        let test = TestRepo::new();
        test.git(&["init", "-q", "--bare", "sub"]);
        test.write("sub/config", "[core]\nbare = false\nworktree = \".\"\nfsmonitor = \"touch PWN\"\n");
        let error = refusal(&test.path().join("sub"));
        assert!(error.message.contains("is a bare repository inside of the work tree of"), "{error}");
    }

    #[test]
    fn a_submodule_and_a_linked_work_tree_are_not_embedded() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "one");
        test.git(&["worktree", "add", "-q", "linked"]);
        assert!(Repo::open(&test.path().join("linked")).is_ok());
        test.git(&["init", "-q", "nested"]);
        assert!(Repo::open(&test.path().join("nested")).is_ok());
    }

    #[test]
    fn grafts_are_refused() {
        let test = TestRepo::new();
        test.write(".git/info/grafts", "");
        assert!(Repo::open(test.path()).is_ok());
        test.write(".git/info/grafts", format!("{}\n", "1".repeat(40)));
        let error = refusal(test.path());
        assert!(error.message.ends_with("info/grafts` rewrites the parents of commits"), "{error}");
    }

    #[test]
    fn a_repository_of_sha256_is_refused() {
        let test = TestRepo::new();
        test.git(&["init", "-q", "--object-format=sha256", "other"]);
        let error = refusal(&test.path().join("other"));
        assert!(error.message.ends_with("names its objects by SHA-256"), "{error}: {:?}", error.source);
    }
}
