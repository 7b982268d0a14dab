//! Putting a hook into a repository's hooks folder, and taking it away again.
//!
//! A hook that is already there is kept and runs first. A folder that belongs to a
//! hook manager is left alone: the manager would write over the file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Hook;

/// The line by which gate knows its own file.
const MARK: &str = "# Installed by `gate hook install`; `gate hook uninstall` takes it away.";
/// What a hook that was there before is called while gate's is in its place.
const BEFORE: &str = "before-gate";

/// What became of a hook file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The file was written.
    Installed(PathBuf),
    /// The file was written; the one that was there runs before it.
    Chained(PathBuf),
    /// gate's file was already there and is the same.
    Unchanged(PathBuf),
    /// The file was taken away.
    Removed(PathBuf),
    /// The file was taken away, and the one from before is back.
    Restored(PathBuf),
    /// There was none of gate's.
    Absent(PathBuf),
}

/// Why a hook file was not touched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The hooks folder belongs to another program.
    #[error("the hooks folder `{folder}` belongs to {manager}, which would write over gate's file")]
    Managed {
        /// The folder.
        folder: PathBuf,
        /// The program.
        manager: &'static str,
        /// What to write into its own configuration.
        recipe: String,
    },
    /// A file can't be read or written.
    #[error("can't write `{path}`")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Both the file and the one kept from before are not gate's.
    #[error("`{0}` is not gate's, and there is one kept from before already")]
    Occupied(PathBuf),
}

impl Error {
    /// Returns the way out.
    pub fn help(&self) -> String {
        match self {
            Self::Managed { recipe, .. } => recipe.clone(),
            Self::Io { .. } => "check who owns the folder, and that the disk is not full".to_owned(),
            Self::Occupied(path) => format!("remove `{}.{BEFORE}` if nobody needs it", path.display()),
        }
    }
}

/// Puts `hook` into `folder`, to run `gate` from there on.
pub fn install(folder: &Path, hook: Hook, gate: &str) -> Result<Outcome, Error> {
    let path = folder.join(hook.name());
    let script = script(hook, gate);
    let present = read(&path)?;
    if let Some(manager) = manager(folder, present.as_deref()) {
        return Err(Error::Managed {
            folder: folder.to_owned(),
            manager: manager.0,
            recipe: manager.1(hook),
        });
    }
    match present {
        Some(text) if text == script.as_bytes() => Ok(Outcome::Unchanged(path)),
        Some(text) if !is_ours(&text) => {
            let kept = before(&path);
            if read(&kept)?.is_some() {
                return Err(Error::Occupied(path));
            }
            fs::rename(&path, &kept).map_err(|source| Error::Io { path: kept, source })?;
            write(&path, &script).map(|()| Outcome::Chained(path))
        }
        Some(_) | None => write(&path, &script).map(|()| Outcome::Installed(path)),
    }
}

/// Takes `hook` out of `folder`, if it is gate's, and puts back what was there before.
pub fn uninstall(folder: &Path, hook: Hook) -> Result<Outcome, Error> {
    let path = folder.join(hook.name());
    match read(&path)? {
        Some(text) if is_ours(&text) => {}
        Some(_) | None => return Ok(Outcome::Absent(path)),
    }
    let kept = before(&path);
    if read(&kept)?.is_some() {
        fs::rename(&kept, &path).map_err(|source| Error::Io { path: path.clone(), source })?;
        return Ok(Outcome::Restored(path));
    }
    fs::remove_file(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    Ok(Outcome::Removed(path))
}

/// The script hands its input to the hook from before and then to gate: both must agree.
fn script(hook: Hook, gate: &str) -> String {
    let name = hook.name();
    let gate = format!("'{}'", gate.replace('\'', r"'\''"));
    format!(
        r#"#!/bin/sh
{MARK}
lines=$(cat)
input() {{ [ -z "$lines" ] || printf '%s\n' "$lines"; }}
before="$(dirname "$0")/{name}.{BEFORE}"
if [ -x "$before" ]; then
  input | "$before" "$@" || exit $?
fi
input | {gate} hook run {name} "$@"
"#
    )
}

type Manager = (&'static str, fn(Hook) -> String);

/// Finds out whose folder this is, by its path and by the hook that is there.
fn manager(folder: &Path, present: Option<&[u8]>) -> Option<Manager> {
    let holds = |word: &str| present.is_some_and(|text| bstr::ByteSlice::contains_str(text, word));
    let parts: Vec<_> = folder.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if parts.iter().any(|part| part == ".husky") {
        return Some(("husky", |hook| {
            format!("add this line to `.husky/{0}`: gate hook run {0} \"$@\"", hook.name())
        }));
    }
    if holds("lefthook") {
        return Some(("lefthook", |hook| {
            format!(
                "add a command to `{0}` in lefthook.yml: run: gate hook run {0} {{0}}, use_stdin: true",
                hook.name()
            )
        }));
    }
    if holds("pre-commit.com") || holds("pre_commit") {
        return Some(("pre-commit", |_| {
            "add gate's repository to .pre-commit-config.yaml (docs/doors/pre-commit.md)".to_owned()
        }));
    }
    None
}

fn is_ours(text: &[u8]) -> bool {
    bstr::ByteSlice::contains_str(text, MARK)
}

fn before(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(BEFORE);
    name.into()
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { path: path.to_owned(), source }),
    }
}

/// Writes beside the place and renames: git never sees half a hook.
fn write(path: &Path, script: &str) -> Result<(), Error> {
    let attempt = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let draft = path.with_extension("gate-draft");
        let mut file = fs::File::create(&draft)?;
        file.write_all(script.as_bytes())?;
        executable(&file)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    attempt().map_err(|source| Error::Io { path: path.to_owned(), source })
}

#[cfg(unix)]
fn executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_was_there_runs_first_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-push");
        fs::write(&path, "#!/bin/sh\necho mine\n").unwrap();
        assert_eq!(install(folder.path(), Hook::PrePush, "gate").unwrap(), Outcome::Chained(path.clone()));
        assert!(is_ours(&fs::read(&path).unwrap()));
        assert_eq!(install(folder.path(), Hook::PrePush, "gate").unwrap(), Outcome::Unchanged(path.clone()));
        assert_eq!(uninstall(folder.path(), Hook::PrePush).unwrap(), Outcome::Restored(path.clone()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "#!/bin/sh\necho mine\n");
        assert_eq!(uninstall(folder.path(), Hook::PrePush).unwrap(), Outcome::Absent(path));
    }

    #[test]
    fn the_folder_of_a_manager_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let husky = folder.path().join(".husky/_");
        fs::create_dir_all(&husky).unwrap();
        let error = install(&husky, Hook::PrePush, "gate").unwrap_err();
        assert!(matches!(error, Error::Managed { manager: "husky", .. }));
        insta::assert_snapshot!(error.help(), @r#"add this line to `.husky/pre-push`: gate hook run pre-push "$@""#);
        assert_eq!(fs::read_dir(&husky).unwrap().count(), 0);
    }

    #[test]
    fn a_path_with_a_quote_stays_one_word() {
        assert!(script(Hook::PreReceive, "/it's/gate").contains(r"'/it'\''s/gate' hook run pre-receive"));
    }
}
