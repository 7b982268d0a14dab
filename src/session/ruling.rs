//! Which policy judges a change, and what happens where there is none that can be read.
//!
//! The policy stands at the tip of the protected target, never in the change. A branch
//! without one is judged by the default branch's; a repository without one lets in
//! nothing but the policy itself; one whose tip can't be read lets in nothing but its
//! mending. So nobody is locked out, and no change judges itself.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use bstr::{BStr, ByteSlice as _};
use globset::GlobBuilder;

use super::Error;
use crate::change::{ObjectId, path};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::git::{Range, Repo};
use crate::policy::{FILE_NAME, LARGEST, Policy};
use crate::report::{Level, Notice, PolicyReport};

/// What a change is judged by.
pub struct Ruling {
    /// The policy.
    pub policy: Policy,
    /// Where it was read.
    pub source: PolicyReport,
    /// What only a change of the policy itself may use this ruling for, and why.
    pub only_policy: Option<OnlyPolicy>,
    /// The target's tip, where the base is not on the target: what lies before the base has to be judged as well.
    pub beside: Option<ObjectId>,
    /// What to say about it.
    pub notices: Vec<Notice>,
    /// The source text and the warnings in it.
    pub warnings: Option<Mistakes>,
}

/// Why nothing but the policy's own files may change.
pub enum OnlyPolicy {
    /// There is no policy yet: such a change passes.
    Bootstrap,
    /// The tip's policy can't be read: such a change is judged by the newest that can.
    Mending(Vec<Mistakes>),
}

/// Finds the policy that judges this range.
pub fn find(repo: &Repo, range: &Range, file: Option<&Path>) -> Result<Ruling, Error> {
    if let Some(file) = file {
        return from_file(file);
    }
    let default = repo.default_policy_commit(range);
    let protected = Protected::read(repo, range)?;
    let protects = |name: &str| protected.holds(name);
    let commit = repo.policy_commit(range, &protects)?;
    let mut ruling = match (at_tip(repo, commit)?, default) {
        (Some(ruling), _) => ruling,
        (None, Ok(default)) if default != commit => at_tip(repo, default)?.map_or_else(bootstrap, Ok)?,
        (None, Ok(_)) => bootstrap()?,
        // That the default branch can't be read does not mean that it has no policy.
        (None, Err(error)) => return Err(error.into()),
    };
    ruling.beside = repo.target_beside(range, FILE_NAME.into())?;
    Ok(ruling)
}

/// The branches that the default branch's policy protects.
pub struct Protected {
    globs: Vec<String>,
    default: Option<String>,
}

impl Protected {
    /// Reads the policy of the default branch, as it was before the change.
    pub fn read(repo: &Repo, range: &Range) -> Result<Self, Error> {
        let default = repo.default_branch()?.map(|(name, _)| name);
        let commit = match &default {
            Some(_) => repo.default_policy_commit(range)?,
            None => return Ok(Self { globs: Vec::new(), default }),
        };
        let globs = at_tip(repo, commit)?.map_or_else(Vec::new, |ruling| ruling.policy.gate.protected);
        Ok(Self { globs, default })
    }

    /// Reads the policy at the tip that HEAD's branch has.
    pub fn of_head(repo: &Repo, tip: ObjectId, default: &str) -> Result<Self, Error> {
        let globs = at_tip(repo, tip)?.map_or_else(Vec::new, |ruling| ruling.policy.gate.protected);
        Ok(Self { globs, default: Some(default.to_owned()) })
    }

    /// Returns the protected branch that this name is another spelling of, on a disk that does not tell case apart.
    pub fn alias(&self, name: &str) -> Option<String> {
        let name = folded(name);
        if self.holds(&name) || self.globs.iter().any(|glob| matches(&folded(glob), &name)) {
            return Some(name);
        }
        let same = |other: &&String| folded(other) == name;
        self.default.as_ref().filter(same).filter(|default| self.holds(default)).cloned()
    }

    /// Tells whether a branch, by its full name, is protected; with no globs, the default branch alone is.
    pub fn holds(&self, name: &str) -> bool {
        if self.globs.is_empty() {
            return self.default.as_deref() == Some(name);
        }
        self.globs.iter().any(|glob| matches(glob, name))
    }
}

/// Returns the name of a ref as the most forgiving file system sees it.
pub fn folded(name: &str) -> String {
    String::from_utf8_lossy(&path::fold_text(name.as_bytes())).into_owned()
}

fn matches(glob: &str, name: &str) -> bool {
    // Branches go by their short name; anything else has to be spelled out.
    let branch = if glob.starts_with("refs/") { Some(name) } else { name.strip_prefix("refs/heads/") };
    let Some(branch) = branch else { return false };
    let glob = GlobBuilder::new(glob).literal_separator(true).build();
    // The policy's own parser has compiled it before: a glob that fails here protects everything.
    glob.map_or(true, |glob| glob.compile_matcher().is_match(branch))
}

/// Finds the policy at the tip of a branch; gate's own rules where there is none.
pub fn at_branch(repo: &Repo, tip: ObjectId) -> Result<Ruling, Error> {
    at_tip(repo, tip)?.map_or_else(bootstrap, Ok)
}

/// Finds the policy at the tip of a branch, else at that of the default branch.
pub fn at_branch_or(repo: &Repo, tip: ObjectId, default: ObjectId) -> Result<Ruling, Error> {
    match at_tip(repo, tip)? {
        Some(ruling) => Ok(ruling),
        None => at_branch(repo, default),
    }
}

/// Tells whether the default branch's policy protects a branch.
pub fn protects(repo: &Repo, range: &Range, branch: &str) -> Result<bool, Error> {
    Ok(Protected::read(repo, range)?.holds(branch))
}

/// Reads the policy at a tip, or the newest that can be read behind it; `None` where there is none.
fn at_tip(repo: &Repo, tip: ObjectId) -> Result<Option<Ruling>, Error> {
    let mistakes = match read(repo, tip) {
        Err(Error::Mistakes(mistakes)) => mistakes,
        other => return other,
    };
    let named = named_files(repo, tip)?;
    let files: Vec<&BStr> =
        [FILE_NAME].into_iter().chain(named.iter().map(String::as_str)).map(BStr::new).collect();
    for version in repo.policy_versions(tip, &files).skip(1) {
        match read(repo, version?) {
            Ok(Some(ruling)) => {
                return Ok(Some(Ruling { only_policy: Some(OnlyPolicy::Mending(mistakes)), ..ruling }));
            }
            Ok(None) | Err(Error::Mistakes(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Mistakes(mistakes))
}

/// Returns the files that the policy at a commit names, as far as it can be read.
fn named_files(repo: &Repo, commit: ObjectId) -> Result<Vec<String>, Error> {
    if repo.unfit(commit, FILE_NAME.into())?.is_some() {
        return Ok(Vec::new());
    }
    let bytes = repo.policy_file(commit, FILE_NAME.into())?;
    Ok(bytes.as_deref().map_or_else(Vec::new, |bytes| crate::policy::named_files(&bytes.to_str_lossy())))
}

/// Reads the policy at a commit.
fn read(repo: &Repo, commit: ObjectId) -> Result<Option<Ruling>, Error> {
    let name = format!("{FILE_NAME} at {}", commit.short());
    if let Some(unfit) = repo.unfit(commit, FILE_NAME.into())? {
        let mistake = Diagnostic { span: None, ..Diagnostic::error(0..0, unfit) };
        let diagnostics = vec![mistake.help("make it a plain file of less than 1 MiB on the target")];
        return Err(Error::Mistakes(vec![Mistakes { file: name, source: String::new(), diagnostics }]));
    }
    let Some(bytes) = repo.policy_file(commit, FILE_NAME.into())? else { return Ok(None) };
    let key_file = |path: &str| {
        let bytes = repo.policy_file(commit, path.into()).map_err(|error| error.to_string())?;
        bytes.map(text).transpose()
    };
    let source = PolicyReport {
        source: FILE_NAME.to_owned(),
        commit: Some(commit.to_string()),
        digest: String::new(),
    };
    parse(&bytes, &name, &key_file, source).map(Some)
}

/// Reads a policy that is to be tried out; key files are looked for beside it.
fn from_file(file: &Path) -> Result<Ruling, Error> {
    let name = file.display().to_string();
    let bytes = read_file(file).map_err(|error| {
        Error::asked(format!("can't read the policy `{name}`: {error}"), "check the path after --policy")
    })?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let key_file = |path: &str| match read_file(&folder.join(path)) {
        Ok(bytes) => text(bytes).map(Some),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    let source = PolicyReport { source: name.clone(), commit: None, digest: String::new() };
    let mut ruling = parse(&bytes, &name, &key_file, source)?;
    ruling.notices.push(Notice {
        level: Level::Note,
        message: format!("judged by `{name}`, which is not what the target has"),
        help: None,
    });
    Ok(ruling)
}

fn parse(
    bytes: &[u8],
    name: &str,
    key_file: &dyn Fn(&str) -> Result<Option<String>, String>,
    source: PolicyReport,
) -> Result<Ruling, Error> {
    let (policy, warnings) =
        Policy::parse_bytes(bytes, name, key_file).map_err(|mistakes| Error::Mistakes(vec![mistakes]))?;
    let source = PolicyReport { digest: policy.digest.clone(), ..source };
    let warnings = shown(name, bytes, warnings);
    Ok(Ruling { policy, source, only_policy: None, beside: None, notices: Vec::new(), warnings })
}

fn shown(name: &str, bytes: &[u8], diagnostics: Vec<Diagnostic>) -> Option<Mistakes> {
    let source = bytes.to_str_lossy().into_owned();
    (!diagnostics.is_empty()).then(|| Mistakes { file: name.to_owned(), source, diagnostics })
}

/// What judges a repository that has no policy: gate's own rules, and nobody to sign.
fn bootstrap() -> Result<Ruling, Error> {
    let source = PolicyReport { source: FILE_NAME.to_owned(), commit: None, digest: String::new() };
    let empty = parse(b"version = 1\n", FILE_NAME, &|_| Ok(None), source.clone())?;
    Ok(Ruling { source, only_policy: Some(OnlyPolicy::Bootstrap), ..empty })
}

/// Reads a policy as the change leaves it behind: `Err` with every mistake; `Ok` also where it leaves none.
pub fn left_behind(repo: &Repo, head: ObjectId) -> Result<Result<(), Vec<Mistakes>>, Error> {
    match read(repo, head) {
        Ok(_) => Ok(Ok(())),
        Err(Error::Mistakes(mistakes)) => Ok(Err(mistakes)),
        Err(error) => Err(error),
    }
}

/// Reads a policy or key file on disk, no further than such a file may be long, whatever it is.
pub fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST {
        return Err(std::io::Error::other(format!("it has more than {LARGEST} bytes")));
    }
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_error| "it is not UTF-8 text".to_owned())
}
