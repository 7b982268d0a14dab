//! GitHub Actions, and those who copy it: the event file says what the run is about.
//!
//! The head is always the one that the event names, which is data also where the job has
//! the target checked out (`pull_request_target`). The target's tip is what the clone has
//! of it now and not what the event had: a job that is run again a week later is judged
//! by the policy of that day.

use serde::Deserialize;

use super::provider::{Facts, Head};
use super::value::{Branch, Variables, commit, person};
use super::{EVENT_LIMIT, Error, Push};
use crate::change::ObjectId;

const NAME: &str = "GitHub Actions";

/// Reads the event.
pub(super) fn read(variables: &Variables<'_>) -> Result<Facts, Error> {
    let required = |name| variables.text(name).ok_or(Error::Missing { provider: NAME, name });
    let name = required("GITHUB_EVENT_NAME")?;
    let path = required("GITHUB_EVENT_PATH")?;
    let content = (variables.read_file)(&path).map_err(|source| Error::EventUnreadable { path, source })?;
    if content.len() as u64 > EVENT_LIMIT {
        return Err(Error::EventTooLarge);
    }
    let event: Event = serde_json::from_slice(&content).map_err(Error::EventMalformed)?;
    match name.as_str() {
        "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment" => {
            pull_request(event.pull_request.ok_or_else(|| lacks(&name, "pull_request"))?, variables)
        }
        "merge_group" => merge_group(&event.merge_group.ok_or_else(|| lacks(&name, "merge_group"))?),
        "push" => push(event),
        // A comment names the pull request and its opener, and no commit; the others name nothing.
        "issue_comment" => comment(event.issue.ok_or_else(|| lacks(&name, "issue"))?),
        _ => Ok(Facts::default()),
    }
}

/// The fields of an event that are read; of the others nothing is asked.
#[derive(Deserialize)]
struct Event {
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    issue: Option<Issue>,
    repository: Option<Repository>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Deserialize)]
struct PullRequest {
    base: Side,
    head: Side,
    user: User,
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    reference: String,
    sha: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_ref: String,
    base_sha: String,
    head_sha: String,
}

#[derive(Deserialize)]
struct Issue {
    user: User,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: Option<String>,
}

fn pull_request(pull: PullRequest, variables: &Variables<'_>) -> Result<Facts, Error> {
    let base = Branch::parse("pull_request.base.ref", &pull.base.reference)?;
    match variables.branch("GITHUB_BASE_REF")? {
        Some(said) if said != base => Err(Error::Contradiction {
            one: "GITHUB_BASE_REF",
            other: "pull_request.base.ref",
            values: format!("{} and {}", said.full(), base.full()),
        }),
        Some(_) | None => Ok(Facts {
            base: Some(base),
            base_contains: Some(commit("pull_request.base.sha", &pull.base.sha)?),
            head: Some(Head::At(commit("pull_request.head.sha", &pull.head.sha)?)),
            opener: Some(person("pull_request.user.login", pull.user.login)?),
            ..Facts::default()
        }),
    }
}

/// A queue's own commits are what lands, on top of the groups before it.
fn merge_group(group: &MergeGroup) -> Result<Facts, Error> {
    let base = Branch::parse("merge_group.base_ref", &group.base_ref)?;
    let old = commit("merge_group.base_sha", &group.base_sha)?;
    let new = commit("merge_group.head_sha", &group.head_sha)?;
    Ok(Facts {
        push: Some(Push { branch: base.full(), old: Some(old), new }),
        base: Some(base),
        head: Some(Head::At(new)),
        ..Facts::default()
    })
}

fn push(event: Event) -> Result<Facts, Error> {
    let field = |value: Option<String>, field| value.ok_or_else(|| lacks("push", field));
    let reference = field(event.reference, "ref")?;
    let new = commit("after", &field(event.after, "after")?)?;
    // Tags are no branches, and what is deleted has no tip.
    if !reference.starts_with("refs/heads/") || new == ObjectId::ZERO {
        return Ok(Facts::default());
    }
    let branch = Branch::parse("ref", &reference)?;
    let old = commit("before", &field(event.before, "before")?)?;
    let default = field(event.repository.and_then(|one| one.default_branch), "repository.default_branch")?;
    Ok(Facts {
        base: Some(Branch::parse("repository.default_branch", &default)?),
        head: Some(Head::At(new)),
        push: Some(Push { branch: branch.full(), old: Some(old).filter(|old| *old != ObjectId::ZERO), new }),
        ..Facts::default()
    })
}

fn comment(issue: Issue) -> Result<Facts, Error> {
    Ok(Facts { opener: Some(person("issue.user.login", issue.user.login)?), ..Facts::default() })
}

fn lacks(event: &str, field: &'static str) -> Error {
    Error::EventLacks { event: event.to_owned(), field }
}
