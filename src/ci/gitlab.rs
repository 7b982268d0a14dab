//! GitLab CI: all in variables, but three kinds of merge request pipeline.
//!
//! A detached one runs on the source branch, one on merged results on a merge commit that
//! is thrown away (the source's tip has a variable of its own then), and one of a merge
//! train on the commit that will land.

use super::provider::{Facts, Head};
use super::value::Variables;
use super::{Error, Push};

const NAME: &str = "GitLab CI";
const TARGET: &str = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME";
/// What is set when the pipeline is a merge request's.
const REQUEST: [&str; 4] =
    ["CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_ID", TARGET, "CI_MERGE_REQUEST_DIFF_BASE_SHA"];

/// Reads the variables.
pub(super) fn read(variables: &Variables<'_>) -> Result<Facts, Error> {
    let by_source = variables.text("CI_PIPELINE_SOURCE").as_deref() == Some("merge_request_event");
    if by_source || REQUEST.iter().any(|name| variables.text(name).is_some()) {
        merge_request(variables)
    } else {
        branch(variables)
    }
}

fn merge_request(variables: &Variables<'_>) -> Result<Facts, Error> {
    let base = required(variables.branch(TARGET)?, TARGET)?;
    let tip = required(variables.commit("CI_COMMIT_SHA")?, "CI_COMMIT_SHA")?;
    let source = variables.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")?;
    let train = variables.text("CI_MERGE_REQUEST_EVENT_TYPE").as_deref() == Some("merge_train");
    Ok(Facts {
        base: Some(base),
        base_contains: variables.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")?.filter(|_| !train),
        head: Some(Head::At(if train { tip } else { source.unwrap_or(tip) })),
        merge_commit: train,
        ..Facts::default()
    })
}

fn branch(variables: &Variables<'_>) -> Result<Facts, Error> {
    let Some(own) = variables.branch("CI_COMMIT_BRANCH")? else { return Ok(Facts::default()) };
    let new = required(variables.commit("CI_COMMIT_SHA")?, "CI_COMMIT_SHA")?;
    let default = required(variables.branch("CI_DEFAULT_BRANCH")?, "CI_DEFAULT_BRANCH")?;
    let old = variables.commit("CI_COMMIT_BEFORE_SHA")?;
    Ok(Facts {
        base: Some(default),
        head: Some(Head::At(new)),
        push: Some(Push { branch: own.full(), old, new }),
        ..Facts::default()
    })
}

fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Error> {
    value.ok_or(Error::Missing { provider: NAME, name })
}
