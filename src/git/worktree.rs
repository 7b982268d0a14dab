//! The index and the work tree as the new side of a change.
//!
//! For who wants to know before there is a commit. Nothing is written: the index
//! names its objects itself, and what is only on disk is read from there. No filter
//! program runs; of what git's own filters do, only line ends are put back.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};
use git2::{Config, ErrorCode, Index, ObjectType, Oid, Repository, Status, StatusOptions, StatusShow};

use super::objects::{Store, object_id};
use super::{Delta, Entry, Error, Repo, tree};
use crate::change::cut::MAX_TEXT;
use crate::change::{Mode, ObjectId};

/// The entry is said not to change: git does not look at its file.
const ASSUME_UNCHANGED: u16 = 1 << 15;
/// The entry is to be added later: only its path is in the index.
const INTENT_TO_ADD: u16 = 1 << 13;
/// The entry is left out of a sparse checkout.
const SKIP_WORKTREE: u16 = 1 << 14;

/// Entries by their paths.
type Entries = BTreeMap<BString, Entry>;

impl Repo {
    /// Compares a tree with the index, as `git diff --cached` does; `None` is the empty tree.
    ///
    /// Inside a hook of `git commit`, `file` is what `GIT_INDEX_FILE` names.
    pub fn compare_index(&self, tree: Option<ObjectId>, file: Option<&Path>) -> Result<Vec<Delta>, Error> {
        let store = self.store()?;
        let index = self.index(file)?;
        let staged = entries(&index, |flags| flags & INTENT_TO_ADD == 0)?;
        self.pair(differences(flat(&store, tree)?, staged))
    }

    /// Compares a tree with the work tree: tracked files as they are on disk, and untracked ones that are not ignored.
    ///
    /// Files that git was told not to look at are looked at; one that a sparse checkout left out is no deletion.
    pub fn compare_work_tree(&self, tree: Option<ObjectId>) -> Result<Vec<Delta>, Error> {
        let store = self.store()?;
        let Some(root) = store.work_dir() else {
            return Err(Error::new("a bare repository has no work tree").help("pass a range of commits"));
        };
        let index = self.index(None)?;
        let mut found = entries(&index, |flags| flags & INTENT_TO_ADD == 0)?;
        let unseen = unseen(&index);
        for entry in found.values_mut().filter(|entry| entry.mode == Mode::SUBMODULE) {
            // One that is not checked out is as the index has it.
            entry.object = checked_out(&on_disk(root, entry.path.as_bstr())?)?.unwrap_or(entry.object);
        }
        let config =
            self.inner.config().map_err(|error| Error::git("the configuration can't be read", error))?;
        let disk = Disk { store: &store, root, lf: converts_line_ends(&config), modes: keeps_modes(&config) };
        let seen = self.statuses()?.into_iter().filter(|(path, _)| !unseen.contains_key(path));
        for (path, status) in seen {
            let stored = found.remove(&path);
            let now =
                if status.contains(Status::WT_DELETED) { None } else { disk.entry(&path, stored.as_ref())? };
            found.extend(now.map(|entry| (entry.path.clone(), entry)));
        }
        for (path, may_be_absent) in unseen {
            let Some(stored) = found.remove(&path) else { continue };
            let now = match disk.entry(&path, Some(&stored))? {
                None if may_be_absent => Some(stored),
                now => now,
            };
            found.extend(now.map(|entry| (path, entry)));
        }
        self.pair(differences(flat(&store, tree)?, found))
    }

    fn index(&self, file: Option<&Path>) -> Result<Index, Error> {
        let index = match file {
            Some(file) => Index::open(&self.own_index(file)?),
            None => self.inner.index(),
        };
        index.map_err(|error| Error::git("the index can't be read", error))
    }

    /// Finds an index that git keeps among its own files, and no other.
    fn own_index(&self, file: &Path) -> Result<PathBuf, Error> {
        let file = self.work_dir().unwrap_or_default().join(file);
        let folder = file.parent().unwrap_or(Path::new("")).canonicalize();
        let own = self.git_dir().canonicalize().map_err(|error| unreadable(&self.git_dir(), &error))?;
        if !folder.is_ok_and(|folder| folder == own) {
            let message = format!("`{}` is no index of this repository", file.display());
            return Err(Error::new(message).help("unset `GIT_INDEX_FILE`"));
        }
        Ok(file)
    }

    /// Returns the paths whose files differ from the index.
    fn statuses(&self) -> Result<Vec<(BString, Status)>, Error> {
        let mut options = StatusOptions::new();
        options.show(StatusShow::Workdir).include_untracked(true).recurse_untracked_dirs(true);
        options.include_ignored(false).exclude_submodules(true).no_refresh(false);
        let statuses = self.inner.statuses(Some(&mut options));
        let statuses =
            statuses.map_err(|error| Error::git("the work tree can't be compared with the index", error))?;
        Ok(statuses.iter().map(|entry| (BString::from(entry.path_bytes()), entry.status())).collect())
    }
}

/// Returns the size of an entry's content on disk.
pub(super) fn size(store: &Store<'_>, entry: &Entry) -> Result<usize, Error> {
    let path = place(store, entry)?;
    let found = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, &error))?;
    Ok(usize::try_from(found.len()).unwrap_or(usize::MAX))
}

/// Reads the content of an entry from disk: what its id was taken of.
pub(super) fn content(store: &Store<'_>, entry: &Entry) -> Result<Vec<u8>, Error> {
    let path = place(store, entry)?;
    let bytes = read(&path, entry.mode)?;
    if hash(&bytes)? == entry.object {
        return Ok(bytes);
    }
    let bytes = bytes.replace("\r\n", "\n");
    if hash(&bytes)? == entry.object {
        return Ok(bytes);
    }
    Err(Error::new(format!("`{}` changed while it was read", path.display())).help("run gate again"))
}

/// The work tree, being read.
struct Disk<'a> {
    store: &'a Store<'a>,
    root: &'a Path,
    /// Git would put LF in place of CRLF in a new file.
    lf: bool,
    /// The file system keeps the exec bit.
    modes: bool,
}

impl Disk<'_> {
    /// Returns what is at a path, as git would add it; `None` where there is nothing.
    fn entry(&self, path: &BString, stored: Option<&Entry>) -> Result<Option<Entry>, Error> {
        let place = on_disk(self.root, path.as_bstr())?;
        if let Some(path) = path.strip_suffix(b"/") {
            let object = checked_out(&place)?.unwrap_or(ObjectId::ZERO);
            return Ok(Some(Entry { path: path.into(), mode: Mode::SUBMODULE, object, on_disk: true }));
        }
        let found = match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.map_err(|error| unreadable(&place, &error))?,
        };
        if found.is_dir() {
            return Ok(None);
        }
        let mode = self.mode(&found, stored);
        let object = if found.len() > MAX_TEXT as u64 {
            let hashed = Oid::hash_file(ObjectType::Blob, &place);
            object_id(hashed.map_err(|error| Error::git(format!("can't read `{}`", place.display()), error))?)
        } else {
            let bytes = read(&place, mode)?;
            let bytes = if self.is_stored_with_lf(&bytes, mode, stored)? {
                bytes.replace("\r\n", "\n")
            } else {
                bytes
            };
            hash(&bytes)?
        };
        Ok(Some(Entry { path: path.clone(), mode, object, on_disk: true }))
    }

    fn mode(&self, found: &fs::Metadata, stored: Option<&Entry>) -> Mode {
        if found.is_symlink() {
            return Mode::SYMLINK;
        }
        match stored.filter(|_| !self.modes).map(|entry| entry.mode).filter(|mode| mode.is_file()) {
            Some(mode) => mode,
            None if self.modes && is_executable(found) => Mode::EXECUTABLE,
            None => Mode::FILE,
        }
    }

    /// Tells whether the line ends of a file are only so because of where it is checked out.
    fn is_stored_with_lf(&self, bytes: &[u8], mode: Mode, stored: Option<&Entry>) -> Result<bool, Error> {
        let crlf = bytes.find_iter("\r\n").count();
        if !mode.is_file() || crlf == 0 || crlf != bytes.find_iter("\n").count() || bytes.contains(&0) {
            return Ok(false);
        }
        let Some(stored) = stored.filter(|entry| entry.mode.is_file()) else { return Ok(self.lf) };
        if self.store.size(ObjectType::Blob, stored.object)? > MAX_TEXT {
            return Ok(false);
        }
        Ok(!self.store.blob(stored.object)?.content().contains(&b'\r'))
    }
}

/// Returns every entry of a tree.
fn flat(store: &Store<'_>, tree: Option<ObjectId>) -> Result<Entries, Error> {
    let all = tree::differences(store, None, tree)?.into_iter().filter_map(|delta| delta.new);
    Ok(all.map(|entry| (entry.path.clone(), entry)).collect())
}

/// Returns the entries of the index whose extended flags are as `wanted`.
fn entries(index: &Index, wanted: impl Fn(u16) -> bool) -> Result<Entries, Error> {
    let mut entries = Entries::new();
    for found in index.iter() {
        let path = BString::from(found.path);
        if found.flags >> 12 & 3 != 0 {
            return Err(Error::new(format!("`{path}` has conflicts")).help("resolve them and run `git add`"));
        }
        let mode = Mode(found.mode);
        if !mode.is_file() && mode != Mode::SYMLINK && mode != Mode::SUBMODULE {
            return Err(Error::new(format!("the index has `{path}` with the mode {:o}", found.mode))
                .help("if it is sparse, run `git sparse-checkout disable`"));
        }
        if wanted(found.flags_extended) {
            let entry = Entry { path: path.clone(), mode, object: object_id(found.id), on_disk: false };
            entries.insert(path, entry);
        }
    }
    Ok(entries)
}

/// Returns the paths of the files that git was told not to look at, and whether each may be absent.
fn unseen(index: &Index) -> BTreeMap<BString, bool> {
    let files = index.iter().filter(|entry| Mode(entry.mode) != Mode::SUBMODULE);
    let is_unseen = files.filter_map(|entry| {
        let is_left_out = entry.flags_extended & SKIP_WORKTREE != 0;
        (is_left_out || entry.flags & ASSUME_UNCHANGED != 0).then(|| (BString::from(entry.path), is_left_out))
    });
    is_unseen.collect()
}

/// Returns the entries that differ, in the order of their paths.
fn differences(mut old: Entries, new: Entries) -> Vec<Delta> {
    let mut found = Vec::new();
    for (path, new) in new {
        let old = old.remove(&path);
        if !old.as_ref().is_some_and(|old| old.object == new.object && old.mode == new.mode) {
            found.push(Delta { old, new: Some(new) });
        }
    }
    found.extend(old.into_values().map(|old| Delta { old: Some(old), new: None }));
    found.sort_unstable_by(|one, other| one.path().cmp(other.path()));
    found
}

/// Returns the commit that is checked out in a submodule; `None` where there is none.
fn checked_out(place: &Path) -> Result<Option<ObjectId>, Error> {
    let failed = |error| Error::git(format!("the submodule at `{}` can't be read", place.display()), error);
    if !place.join(".git").exists() {
        return Ok(None);
    }
    let submodule = Repository::open(place).map_err(failed)?;
    match submodule.head() {
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
        head => Ok(head.map_err(failed)?.target().map(object_id)),
    }
}

fn converts_line_ends(config: &Config) -> bool {
    // Whatever git would not understand, it would not act upon.
    config.get_bool("core.autocrlf").unwrap_or(false)
        || config.get_string("core.autocrlf").is_ok_and(|value| value == "input")
}

fn keeps_modes(config: &Config) -> bool {
    cfg!(unix) && config.get_bool("core.filemode").unwrap_or(true)
}

#[cfg(unix)]
fn is_executable(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

fn place(store: &Store<'_>, entry: &Entry) -> Result<PathBuf, Error> {
    on_disk(store.work_dir().unwrap_or(Path::new("")), entry.path.as_bstr())
}

fn on_disk(root: &Path, path: &BStr) -> Result<PathBuf, Error> {
    let named = path.to_path().map_err(|_error| {
        Error::new(format!("the path `{path}` can't be read on this system")).help("pass a range of commits")
    });
    Ok(root.join(named?))
}

fn read(path: &Path, mode: Mode) -> Result<Vec<u8>, Error> {
    let bytes = if mode == Mode::SYMLINK {
        fs::read_link(path).and_then(|target| {
            <[u8]>::from_path(&target).map(<[u8]>::to_vec).ok_or_else(|| ErrorKind::InvalidData.into())
        })
    } else {
        fs::read(path)
    };
    bytes.map_err(|error| unreadable(path, &error))
}

fn hash(bytes: &[u8]) -> Result<ObjectId, Error> {
    let hashed = Oid::hash_object(ObjectType::Blob, bytes);
    hashed.map(object_id).map_err(|error| Error::git("a file can't be hashed", error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("can't read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    fn seen(deltas: &[Delta]) -> Vec<String> {
        let seen = |delta: &Delta| {
            let sign = match (&delta.old, &delta.new) {
                (None, _) => "added",
                (_, None) => "deleted",
                _ if delta.old_path().is_some() => "moved",
                _ => "changed",
            };
            format!("{sign} {}", delta.path())
        };
        deltas.iter().map(seen).collect()
    }

    fn head(test: &TestRepo) -> Option<ObjectId> {
        ObjectId::parse(&test.rev("HEAD:"))
    }

    fn texts(repo: &Repo, deltas: &[Delta]) -> Vec<String> {
        let text = |file: &crate::change::FileChange| {
            let new = file.new.as_ref().and_then(|side| side.content.clone());
            String::from_utf8(new.unwrap_or_default()).unwrap()
        };
        repo.each_file(deltas, &text).unwrap()
    }

    #[test]
    fn index_is_compared_as_it_is_staged() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), ("b", "1\n"), ("c", "a longer text\n")], "one");
        test.write("a", "2\n");
        test.git(&["add", "a"]);
        test.write("a", "3\n");
        test.git(&["rm", "-q", "b"]);
        test.git(&["mv", "c", "d"]);
        test.write("later", "1\n");
        test.git(&["add", "-N", "later"]);
        let repo = Repo::open(test.path()).unwrap();
        let deltas = repo.compare_index(head(&test), None).unwrap();
        assert_eq!(seen(&deltas), ["changed a", "deleted b", "moved d"]);
        assert_eq!(texts(&repo, &deltas)[0], "2\n");
    }

    #[test]
    fn a_hook_sees_the_index_of_the_commit_that_is_being_made() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), ("b", "1\n")], "one");
        test.write("a", "2\n");
        fs::copy(test.path().join(".git/index"), test.path().join(".git/next-index")).unwrap();
        test.git(&["add", "a"]);
        let repo = Repo::open(test.path()).unwrap();
        let next = |name| repo.compare_index(head(&test), Some(Path::new(name)));
        assert!(next(".git/next-index").unwrap().is_empty());
        fs::copy(test.path().join(".git/next-index"), test.path().join("elsewhere")).unwrap();
        assert!(next("elsewhere").is_err());
    }

    #[test]
    fn work_tree_has_untracked_files_but_no_ignored_ones() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), ("b", "other\n"), (".gitignore", "ignored\n")], "one");
        test.write("a", "2\n");
        test.write("new/file", "1\n");
        test.write("ignored", "1\n");
        fs::remove_file(test.path().join("b")).unwrap();
        let before = test.git(&["count-objects"]);
        let repo = Repo::open(test.path()).unwrap();
        let deltas = repo.compare_work_tree(head(&test)).unwrap();
        assert_eq!(seen(&deltas), ["changed a", "deleted b", "added new/file"]);
        assert_eq!(texts(&repo, &deltas), ["2\n", "", "1\n"]);
        assert_eq!(test.git(&["count-objects"]), before);
    }

    #[test]
    fn work_tree_has_the_ids_that_a_commit_would_have() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n2\n3\n")], "one");
        let tree = head(&test);
        test.write("a", "1\ntwo\n3\n");
        let repo = Repo::open(test.path()).unwrap();
        let ids = |deltas: &[Delta]| repo.file_change(&deltas[0]).unwrap().hunks[0].id;
        let disk = ids(&repo.compare_work_tree(tree).unwrap());
        test.commit("two");
        assert_eq!(ids(&repo.compare(tree, head(&test)).unwrap()), disk);
    }

    #[test]
    fn line_ends_of_the_checkout_are_no_change() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n2\n")], "one");
        test.write("a", "1\r\ntwo\r\n");
        let repo = Repo::open(test.path()).unwrap();
        let deltas = repo.compare_work_tree(head(&test)).unwrap();
        assert_eq!(texts(&repo, &deltas), ["1\ntwo\n"]);
    }

    #[test]
    fn filters_do_not_run() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), (".gitattributes", "a filter=evil\n")], "one");
        let mark = test.beside("marks").join("ran");
        test.git(&["config", "filter.evil.clean", &format!("touch {}", mark.display())]);
        test.git(&["config", "core.fsmonitor", &format!("touch {}", mark.display())]);
        test.write("a", "2\n");
        let repo = Repo::open(test.path()).unwrap();
        assert_eq!(seen(&repo.compare_work_tree(head(&test)).unwrap()), ["changed a"]);
        assert!(!mark.exists());
    }

    #[test]
    fn files_left_out_of_a_sparse_checkout_are_not_deleted() {
        let test = TestRepo::new();
        test.commit_files(&[("a/x", "1\n"), ("b/x", "1\n")], "one");
        test.git(&["sparse-checkout", "set", "--no-cone", "a"]);
        let repo = Repo::open(test.path()).unwrap();
        assert!(repo.compare_work_tree(head(&test)).unwrap().is_empty());
    }

    #[test]
    fn files_that_git_was_told_not_to_look_at_are_looked_at() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n"), ("d", "1\n"), ("e", "1\r\n")], "one");
        let repo = Repo::open(test.path()).unwrap();
        let deltas = || seen(&Repo::open(test.path()).unwrap().compare_work_tree(head(&test)).unwrap());
        test.git(&["update-index", "--assume-unchanged", "a", "c", "e"]);
        test.git(&["update-index", "--skip-worktree", "b", "d"]);
        assert_eq!(deltas(), [""; 0]);
        test.write("a", "2\n");
        test.write("b", "2\n");
        assert_eq!(deltas(), ["changed a", "changed b"]);
        fs::remove_file(test.path().join("c")).unwrap();
        fs::remove_file(test.path().join("d")).unwrap();
        assert_eq!(deltas(), ["changed a", "changed b", "deleted c"]);
        assert!(repo.compare_index(head(&test), None).unwrap().is_empty());
    }

    #[test]
    fn conflicts_are_an_error() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "one");
        test.git(&["switch", "-qc", "side"]);
        test.commit_files(&[("a", "2\n")], "two");
        test.git(&["switch", "-q", "main"]);
        test.commit_files(&[("a", "3\n")], "three");
        test.try_git(&["merge", "side"]);
        let repo = Repo::open(test.path()).unwrap();
        insta::assert_snapshot!(repo.compare_index(head(&test), None).unwrap_err(), @"`a` has conflicts");
    }
}
