//! The CI systems that gate knows, a row each.
//!
//! Most systems say all in variables, so their row is data and one function reads it.
//! Each is told by several variables of its own: if one went missing and the system were
//! not recognised any more, the change would be compared with something else.

use super::value::{Branch, Variables};
use super::{Error, Push, github, gitlab};
use crate::change::ObjectId;

/// A CI system.
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Variables that only it sets, each with the value that they must have (empty for any).
    pub marks: &'static [(&'static str, &'static str)],
    /// Reads what it says of the run.
    pub(super) read: fn(&Variables<'_>) -> Result<Facts, Error>,
    /// The name of the format that it reads from a job's output.
    pub format: Option<&'static str>,
    /// The variable that names a file to which a job's summary is added, as Markdown.
    pub summary: Option<&'static str>,
    /// What to change in its configuration where the clone is shallow.
    pub deepen: &'static str,
}

impl Provider {
    /// Tells whether the run is this system's.
    pub(super) fn is_here(&self, variables: &Variables<'_>) -> bool {
        any_of(self.marks, variables)
    }
}

/// What a system says of its run.
#[derive(Debug, Default)]
pub struct Facts {
    /// The branch that the change is for; `None` where the system does not say it.
    pub base: Option<Branch>,
    /// A commit that the branch had when the run began.
    pub base_contains: Option<ObjectId>,
    /// The last commit of the change; `None` where what is checked out is something else.
    pub head: Option<Head>,
    /// Who opened the change request.
    pub opener: Option<String>,
    /// Whether the head may be a merge commit of the forge's.
    pub merge_commit: bool,
    /// What was pushed.
    pub push: Option<Push>,
}

/// The last commit of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// What is checked out.
    Checkout,
    /// This commit.
    At(ObjectId),
}

/// Every CI system that gate knows.
pub static PROVIDERS: [Provider; 9] = [
    Provider {
        name: "GitHub Actions",
        marks: &[("GITHUB_ACTIONS", ""), ("GITHUB_EVENT_NAME", ""), ("GITHUB_EVENT_PATH", "")],
        read: github::read,
        format: Some("github"),
        summary: Some("GITHUB_STEP_SUMMARY"),
        deepen: "give actions/checkout `with: { fetch-depth: 0 }`",
    },
    Provider {
        name: "GitLab CI",
        marks: &[("GITLAB_CI", ""), ("CI_PIPELINE_SOURCE", ""), ("CI_SERVER_VERSION", "")],
        read: gitlab::read,
        format: None,
        summary: None,
        deepen: "give the job `variables: { GIT_DEPTH: \"0\" }` and begin its script with `git fetch origin $CI_MERGE_REQUEST_TARGET_BRANCH_NAME`",
    },
    Provider {
        name: "Bitbucket Pipelines",
        marks: &[
            ("BITBUCKET_BUILD_NUMBER", ""),
            ("BITBUCKET_PIPELINE_UUID", ""),
            ("BITBUCKET_REPO_UUID", ""),
        ],
        read: |variables| BITBUCKET.read(variables),
        format: None,
        summary: None,
        deepen: "give the step `clone: { depth: full }` and begin its script with `git fetch origin $BITBUCKET_PR_DESTINATION_BRANCH:refs/remotes/origin/$BITBUCKET_PR_DESTINATION_BRANCH`",
    },
    Provider {
        name: "Azure Pipelines",
        marks: &[("TF_BUILD", ""), ("BUILD_BUILDURI", ""), ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "")],
        read: |variables| AZURE.read(variables),
        format: None,
        summary: None,
        deepen: "give the job `- checkout: self` with `fetchDepth: 0`",
    },
    Provider {
        name: "Buildkite",
        marks: &[("BUILDKITE", ""), ("BUILDKITE_BUILD_ID", ""), ("BUILDKITE_JOB_ID", "")],
        read: |variables| BUILDKITE.read(variables),
        format: None,
        summary: None,
        deepen: "take `--depth` out of `BUILDKITE_GIT_CLONE_FLAGS` and `BUILDKITE_GIT_FETCH_FLAGS`, and begin with `git fetch origin`",
    },
    Provider {
        name: "CircleCI",
        marks: &[("CIRCLECI", ""), ("CIRCLE_WORKFLOW_ID", ""), ("CIRCLE_BUILD_NUM", "")],
        read: |variables| CIRCLECI.read(variables),
        format: None,
        summary: None,
        deepen: "give the job `- checkout: { method: full }`",
    },
    Provider {
        name: "Jenkins",
        marks: &[("JENKINS_URL", ""), ("JENKINS_HOME", ""), ("HUDSON_URL", "")],
        read: |variables| JENKINS.read(variables),
        format: None,
        summary: None,
        deepen: "switch `Shallow clone` off in the branch source's clone behaviour, switch `Honor refspec on initial clone` off, and begin with `git fetch origin`",
    },
    Provider {
        name: "Woodpecker",
        marks: &[("CI", "woodpecker"), ("CI_SYSTEM_NAME", "woodpecker")],
        read: |variables| WOODPECKER.read(variables),
        format: None,
        summary: None,
        deepen: "give the clone step's plugin `settings: { depth: 0, partial: false }` and begin with `git fetch origin`",
    },
    Provider {
        name: "Drone",
        marks: &[("DRONE", "true"), ("DRONE_STAGE_KIND", ""), ("CI", "drone")],
        read: |variables| DRONE.read(variables),
        format: None,
        summary: None,
        deepen: "take `depth` out of the pipeline's `clone`, and begin with `git fetch origin`",
    },
];

/// A system that says all in variables.
struct InVariables {
    name: &'static str,
    /// What is set when the run is about a change request.
    request: &'static [(&'static str, &'static str)],
    /// The branch that the request is for.
    target: Option<&'static str>,
    /// The last commit; what is checked out where the system does not say it in full.
    head: Option<&'static str>,
    /// Who opened the request.
    opener: Option<&'static str>,
    /// The branch of a run that is about no request.
    branch: Option<&'static str>,
    /// The repository's default branch.
    default: Option<&'static str>,
}

const BITBUCKET: InVariables = InVariables {
    name: "Bitbucket Pipelines",
    request: &[
        ("BITBUCKET_PR_ID", ""),
        ("BITBUCKET_PR_DESTINATION_BRANCH", ""),
        ("BITBUCKET_PR_DESTINATION_COMMIT", ""),
    ],
    target: Some("BITBUCKET_PR_DESTINATION_BRANCH"),
    // `BITBUCKET_COMMIT` has twelve digits in a pull request.
    head: None,
    opener: None,
    branch: None,
    default: None,
};

const AZURE: InVariables = InVariables {
    name: "Azure Pipelines",
    request: &[
        ("BUILD_REASON", "PullRequest"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", ""),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", ""),
    ],
    target: Some("SYSTEM_PULLREQUEST_TARGETBRANCH"),
    head: Some("SYSTEM_PULLREQUEST_SOURCECOMMITID"),
    opener: None,
    branch: None,
    default: None,
};

const BUILDKITE: InVariables = InVariables {
    name: "Buildkite",
    request: &[("BUILDKITE_PULL_REQUEST", ""), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "")],
    target: Some("BUILDKITE_PULL_REQUEST_BASE_BRANCH"),
    head: Some("BUILDKITE_COMMIT"),
    opener: None,
    branch: Some("BUILDKITE_BRANCH"),
    default: Some("BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
};

/// CircleCI tells no job what a pull request is for, so `GATE_BASE` has to.
const CIRCLECI: InVariables = InVariables {
    name: "CircleCI",
    request: &[],
    target: None,
    head: Some("CIRCLE_SHA1"),
    opener: Some("CIRCLE_PR_USERNAME"),
    branch: None,
    default: None,
};

const JENKINS: InVariables = InVariables {
    name: "Jenkins",
    request: &[("CHANGE_ID", ""), ("CHANGE_TARGET", ""), ("CHANGE_URL", ""), ("CHANGE_BRANCH", "")],
    target: Some("CHANGE_TARGET"),
    // `GIT_COMMIT` is there only after some kinds of checkout, and may be the commit before a merge.
    head: None,
    opener: Some("CHANGE_AUTHOR"),
    branch: None,
    default: None,
};

const WOODPECKER: InVariables = InVariables {
    name: "Woodpecker",
    request: &[
        ("CI_PIPELINE_EVENT", "pull_request"),
        ("CI_COMMIT_PULL_REQUEST", ""),
        ("CI_COMMIT_TARGET_BRANCH", ""),
    ],
    target: Some("CI_COMMIT_TARGET_BRANCH"),
    head: Some("CI_COMMIT_SHA"),
    opener: Some("CI_COMMIT_AUTHOR"),
    branch: Some("CI_COMMIT_BRANCH"),
    default: Some("CI_REPO_DEFAULT_BRANCH"),
};

const DRONE: InVariables = InVariables {
    name: "Drone",
    request: &[("DRONE_BUILD_EVENT", "pull_request"), ("DRONE_PULL_REQUEST", "")],
    target: Some("DRONE_TARGET_BRANCH"),
    head: Some("DRONE_COMMIT_SHA"),
    opener: Some("DRONE_COMMIT_AUTHOR"),
    branch: Some("DRONE_BRANCH"),
    default: Some("DRONE_REPO_BRANCH"),
};

impl InVariables {
    fn read(&self, variables: &Variables<'_>) -> Result<Facts, Error> {
        let head = Some(self.head(variables)?);
        let opener = self.opener.map(|name| variables.name(name)).transpose()?.flatten();
        let Some(target) = self.target else { return Ok(Facts { head, opener, ..Facts::default() }) };
        if any_of(self.request, variables) {
            let base =
                variables.branch(target)?.ok_or(Error::Missing { provider: self.name, name: target })?;
            return Ok(Facts { base: Some(base), head, opener, ..Facts::default() });
        }
        Ok(Facts { base: self.default(variables)?, head, ..Facts::default() })
    }

    fn head(&self, variables: &Variables<'_>) -> Result<Head, Error> {
        match self.head {
            None => Ok(Head::Checkout),
            // A build that was started by hand has no commit yet.
            Some(name) if variables.text(name).as_deref() == Some("HEAD") => Ok(Head::Checkout),
            Some(name) => {
                let id = variables.commit(name)?.ok_or(Error::Missing { provider: self.name, name })?;
                Ok(Head::At(id))
            }
        }
    }

    /// The default branch, unless it is the one that the run is about: it can't be compared with itself.
    fn default(&self, variables: &Variables<'_>) -> Result<Option<Branch>, Error> {
        let (Some(branch), Some(default)) = (self.branch, self.default) else { return Ok(None) };
        let own = variables.branch(branch)?.ok_or(Error::Missing { provider: self.name, name: branch })?;
        Ok(variables.branch(default)?.filter(|default| *default != own))
    }
}

fn any_of(marks: &[(&str, &str)], variables: &Variables<'_>) -> bool {
    marks.iter().any(|&(name, wanted)| match variables.text(name) {
        // Buildkite's word for no pull request.
        Some(value) if wanted.is_empty() => value != "false",
        Some(value) => value == wanted,
        None => false,
    })
}
