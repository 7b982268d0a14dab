//! Has a forge check a change again once somebody has signed it.
//!
//! No forge starts a pipeline for a push of notes, so the check stays red until it is
//! asked. Forges are told by their host's name; of others nothing is known. The forge's
//! own program is run with fixed words and numbers, never through a shell; what the
//! change brings, such as the name of its branch, is in none of its arguments.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::change::ObjectId;
use crate::render::escape;
use crate::session::Error;

/// The job of the template, which is retried.
const JOB: &str = "gate";

/// A repository at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    forge: Forge,
    host: String,
    /// `owner/name`, with more folders before at GitLab.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forge {
    GitHub,
    GitLab,
}

/// A change that waits for its check.
#[derive(Clone, Debug)]
pub struct Waiting<'a> {
    /// Its last commit.
    pub head: ObjectId,
    /// Its branch at the forge, where one has that commit as its tip.
    pub branch: Option<&'a str>,
    /// Where the program is run.
    pub folder: &'a Path,
}

impl Place {
    /// Finds the forge with this address; `None` where it is not known.
    pub fn of(address: &str) -> Option<Self> {
        let (host, path) = split(address)?;
        let host = host.to_ascii_lowercase();
        let is = |name: &str| host.split('.').any(|label| label == name);
        let forge = match () {
            () if is("github") => Forge::GitHub,
            () if is("gitlab") => Forge::GitLab,
            () => return None,
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).to_owned();
        Some(Self { forge, host, path })
    }

    /// Returns what to do to have it checked again.
    pub fn advice(&self, waiting: &Waiting<'_>) -> String {
        let head = waiting.head;
        match self.forge {
            Forge::GitHub => format!(
                "the check runs again when you approve the pull request, or by: \
                 gh pr comment \"$(gh pr list --search {head} --json number --jq '.[0].number')\" --body '/gate recheck'"
            ),
            Forge::GitLab => {
                let branch = waiting.branch.map_or_else(|| "BRANCH".to_owned(), quoted);
                format!("the check runs again when its job is retried: glab ci retry {JOB} --branch={branch}")
            }
        }
    }

    /// Has the forge check it again, and says what was asked.
    pub fn recheck(&self, waiting: &Waiting<'_>) -> Result<String, Error> {
        let done = if is_path(&self.path) {
            match self.forge {
                Forge::GitHub => self.comment(waiting),
                Forge::GitLab => self.retry(waiting),
            }
        } else {
            Err(format!(
                "`{}` is no repository at {}",
                escape::terminal(&self.path),
                escape::terminal(&self.host)
            ))
        };
        done.map_err(|why| {
            Error::asked(
                format!("what was signed is recorded and pushed, but the check was not started: {why}"),
                self.advice(waiting),
            )
        })
    }

    /// Says `/gate recheck` on each pull request whose last commit it is.
    fn comment(&self, waiting: &Waiting<'_>) -> Result<String, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Pull {
            number: u64,
            head_ref_oid: String,
        }
        let repo = format!("--repo={}/{}", self.host, self.path);
        let search = format!("--search={}", waiting.head);
        let list = ["pr", "list", &repo, &search, "--state=open", "--limit=30", "--json=number,headRefOid"];
        let pulls: Vec<Pull> = read(&run("gh", &list, waiting.folder)?)?;
        // The search also finds pull requests that only speak of the commit.
        let head = waiting.head.to_string();
        let own: Vec<_> = pulls.iter().filter(|pull| pull.head_ref_oid == head).collect();
        if own.is_empty() {
            return Err(format!("no open pull request ends with the commit {}", waiting.head.short()));
        }
        // One for each branch that it is to go to: each has a check of its own.
        let mut asked = Vec::new();
        for pull in own {
            let number = pull.number.to_string();
            run("gh", &["pr", "comment", &number, &repo, "--body=/gate recheck"], waiting.folder)?;
            asked.push(number);
        }
        let many = if asked.len() == 1 { "" } else { "s" };
        Ok(format!("asked pull request{many} {} for the check again", asked.join(", ")))
    }

    /// Retries the job in the newest pipeline of the merge request whose last commit it is.
    fn retry(&self, waiting: &Waiting<'_>) -> Result<String, String> {
        #[derive(Deserialize)]
        struct Request {
            iid: u64,
            sha: String,
            state: String,
        }
        #[derive(Deserialize)]
        struct Numbered {
            id: u64,
            #[serde(default)]
            name: String,
        }
        let host = format!("--hostname={}", self.host);
        let project = format!("projects/{}", self.path.replace('/', "%2F"));
        let ask = |path: &str| run("glab", &["api", &host, &format!("{project}/{path}")], waiting.folder);
        let head = waiting.head.to_string();
        let requests: Vec<Request> = read(&ask(&format!("repository/commits/{head}/merge_requests"))?)?;
        let Some(request) = requests.iter().find(|one| one.state == "opened" && one.sha == head) else {
            return Err(format!("no open merge request ends with the commit {}", waiting.head.short()));
        };
        let iid = request.iid;
        let pipelines: Vec<Numbered> = read(&ask(&format!("merge_requests/{iid}/pipelines"))?)?;
        let pipeline = pipelines.first().ok_or_else(|| format!("merge request {iid} has no pipeline"))?.id;
        let jobs: Vec<Numbered> = read(&ask(&format!("pipelines/{pipeline}/jobs?per_page=100"))?)?;
        let Some(job) = jobs.iter().find(|job| job.name == JOB) else {
            return Err(format!("pipeline {pipeline} has no job `{JOB}`"));
        };
        let path = format!("{project}/jobs/{}/retry", job.id);
        run("glab", &["api", &host, "--method=POST", &path], waiting.folder)?;
        Ok(format!("asked merge request {iid} for the check again"))
    }
}

/// Runs a forge's program and returns what it printed.
fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<Vec<u8>, String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env("GH_PROMPT_DISABLED", "1").env("NO_PROMPT", "1");
    let output = command.output().map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            return format!("`{program}` is not installed");
        }
        format!("`{program}` can't be run: {error}")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it did not say why");
    let said: String = said.chars().take(200).collect();
    Err(format!("`{program} {}` failed: {}", arguments.first().unwrap_or(&""), escape::terminal(said)))
}

fn read<T: for<'de> Deserialize<'de>>(answer: &[u8]) -> Result<T, String> {
    serde_json::from_slice(answer).map_err(|error| format!("the forge's answer can't be read: {error}"))
}

/// Tells whether this is folders and a name, of characters that mean nothing else anywhere.
fn is_path(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_part = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && part.chars().all(plain);
    path.contains('/') && path.split('/').all(is_part)
}

/// Splits `https://host/path`, `ssh://git@host:22/path` or `git@host:path`.
fn split(address: &str) -> Option<(&str, &str)> {
    let (authority, path) = match address.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => address.split_once(':')?,
    };
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then_some((host, path))
}

/// Quotes a word for a shell, where it needs that.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    let word = escape::terminal(word);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(address: &str, branch: Option<&str>) -> String {
        let waiting = Waiting { head: ObjectId::ZERO, branch, folder: Path::new(".") };
        Place::of(address).map(|place| place.advice(&waiting)).unwrap_or_default()
    }

    #[test]
    fn a_forge_is_told_by_its_host() {
        for address in [
            "https://github.com/acme/shop",
            "git@github.com:acme/shop.git",
            "ssh://git@github.acme.dev:22/shop",
        ] {
            assert!(said(address, None).contains("/gate recheck"), "{address}");
        }
        for address in ["https://user:pass@gitlab.com/acme/shop.git", "git@gitlab.acme.dev:shop"] {
            assert!(said(address, None).contains("glab ci retry gate --branch=BRANCH"), "{address}");
        }
        for address in [
            "https://git.acme.dev/github.com/x",
            "/srv/git/github.git",
            "file:///srv/github",
            "notgithub.com:x",
            "",
        ] {
            assert_eq!(said(address, None), "", "{address}");
        }
    }

    #[test]
    fn the_command_is_exact() {
        insta::assert_snapshot!(said("https://github.com/acme/shop", None), @r#"the check runs again when you approve the pull request, or by: gh pr comment "$(gh pr list --search 0000000000000000000000000000000000000000 --json number --jq '.[0].number')" --body '/gate recheck'"#);
        insta::assert_snapshot!(said("git@gitlab.com:a/b", Some("fix/one")), @"the check runs again when its job is retried: glab ci retry gate --branch=fix/one");
        insta::assert_snapshot!(said("git@gitlab.com:a/b", Some("x';$(id)")), @r"the check runs again when its job is retried: glab ci retry gate --branch='x'\'';$(id)'");
    }

    #[test]
    fn an_address_is_a_host_and_a_plain_path() {
        let place = Place::of("ssh://git@GitHub.com:22/acme/shop.git/").unwrap();
        assert_eq!((place.host.as_str(), place.path.as_str()), ("github.com", "acme/shop"));
        assert!(is_path("acme/shop") && is_path("group/sub/shop.js"));
        for path in ["shop", "", "/x", "a//b", "a/../b", "a/-b", "a/b c", "a/b?x=1", "a/b%2F", "a/\u{1b}[2J"]
        {
            assert!(!is_path(path), "{path}");
        }
    }
}
