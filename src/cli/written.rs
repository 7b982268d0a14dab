//! The policy as its author has it before them: the file in the work tree.
//!
//! Verdicts never use it; lint, rules and the service map do, since they serve whoever writes it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

use crate::diagnostic::Mistakes;
use crate::git::{Entry, Repo};
use crate::policy::{FILE_NAME, Policy};
use crate::session::Error;
use crate::session::ruling::read_file;

/// What to look at, for commands about the policy itself.
#[derive(clap::Args, Clone, Debug)]
pub struct WrittenArgs {
    /// The repository, bare or not
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
    /// Look at this file instead of the repository's gate.toml
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// A policy with its text and what is odd about it.
pub struct Written {
    /// The policy.
    pub policy: Policy,
    /// The name to show.
    pub name: String,
    /// Its text.
    pub source: String,
    /// The warnings of the parser.
    pub warnings: Mistakes,
}

/// Reads the policy that the arguments name: the file, else that of the work tree, else that of HEAD.
pub fn read(args: &WrittenArgs, repo: &Repo) -> Result<Written, Error> {
    let file = args.policy.clone().or_else(|| repo.work_dir().map(|folder| folder.join(FILE_NAME)));
    match file {
        Some(file) => from_file(&file),
        None => from_head(repo),
    }
}

/// Lists the files of HEAD; none where there is no commit yet.
pub fn files(repo: &Repo) -> Result<Vec<Entry>, Error> {
    match repo.revision("HEAD") {
        Ok(head) => Ok(repo.files(head.commit)?),
        Err(error) => Err(error.into()),
    }
}

fn from_file(file: &Path) -> Result<Written, Error> {
    let name = file.display().to_string();
    let unreadable = |error: std::io::Error| {
        let help = "gate init writes one; --policy FILE names another";
        Error::asked(format!("can't read the policy `{name}`: {error}"), help)
    };
    let bytes = read_file(file).map_err(unreadable)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let key_file = |path: &str| match read_file(&folder.join(path)) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|error| error.to_string()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    parse(&bytes, name.clone(), &key_file)
}

fn from_head(repo: &Repo) -> Result<Written, Error> {
    let head = repo.revision("HEAD")?.commit;
    let bytes = repo.policy_file(head, FILE_NAME.into())?;
    let bytes =
        bytes.ok_or_else(|| Error::asked(format!("HEAD has no {FILE_NAME}"), "gate init writes one"))?;
    let key_file = |path: &str| {
        let bytes = repo.policy_file(head, path.into()).map_err(|error| error.to_string())?;
        bytes.map(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string())).transpose()
    };
    parse(&bytes, format!("{FILE_NAME} at HEAD"), &key_file)
}

fn parse(
    bytes: &[u8],
    name: String,
    key_file: &dyn Fn(&str) -> Result<Option<String>, String>,
) -> Result<Written, Error> {
    let parsed = Policy::parse_bytes(bytes, &name, key_file);
    let (policy, diagnostics) = parsed.map_err(|mistakes| Error::Mistakes(vec![mistakes]))?;
    let source = bytes.to_str_lossy().into_owned();
    let warnings = Mistakes { file: name.clone(), source: source.clone(), diagnostics };
    Ok(Written { policy, name, source, warnings })
}
