//! What a CI system says of the run: which change, for which branch, opened by whom.
//!
//! Everything comes from variables that the system sets and, on GitHub, from its event
//! file; nothing from the change. Each [`Provider`] is a row of one table. A variable
//! that is missing is an error and never a reason to compare with something else.
//! `GATE_BASE`, `GATE_HEAD`, `GATE_TARGET` and `GATE_AUTHOR` serve every other system and
//! go before what a provider says; flags of the command line go before them.

mod error;
mod github;
mod gitlab;
mod provider;
mod value;

use std::fs::File;
use std::io::{self, Read};

pub use self::error::Error;
use self::provider::{Facts, Head};
pub use self::provider::{PROVIDERS, Provider};
use self::value::Variables;
use crate::change::ObjectId;

/// How large an event file may be; GitHub's own limit for a payload is 25 MB, and real ones have 30 KB.
pub const EVENT_LIMIT: u64 = 5 * 1024 * 1024;

/// What the surroundings say about the change to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The CI system's name; `None` where only `GATE_…` variables speak.
    pub provider: Option<&'static str>,
    /// The tip that the change is for, as a revision; `None` where nobody says so.
    pub base: Option<String>,
    /// A commit that the tip has to contain: a clone where it does not is out of date.
    pub base_contains: Option<ObjectId>,
    /// The last commit of the change, as a revision.
    pub head: String,
    /// The full name of the branch that the change is for.
    pub target: Option<String>,
    /// The login or address of whoever opened the change request.
    pub opener: Option<String>,
    /// Whether `head`, where it is a merge commit, was made by the forge on top of what it is merged into.
    pub merge_commit: bool,
    /// What was pushed, where the run is about a push or a merge queue.
    pub push: Option<Push>,
    /// The name of the format that the system reads from a job's output.
    pub format: Option<&'static str>,
    /// The file to which the job's summary is added, as Markdown.
    pub summary: Option<String>,
    /// What to change in the system's configuration where the clone is shallow.
    pub deepen: Option<&'static str>,
}

/// A push, as the system tells it. Where the policy protects the branch, it is judged old to new, and
/// elsewhere `base` to `head`: the last push to a branch says nothing of those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The full name of the branch that moved.
    pub branch: String,
    /// Its old tip; `None` for a new branch, and where the system does not say it.
    pub old: Option<ObjectId>,
    /// Its new tip.
    pub new: ObjectId,
}

/// Reads the process's surroundings. The only function here that touches them.
pub fn from_environment() -> Result<Option<Run>, Error> {
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    detect(&variable, &|path| {
        let mut content = Vec::new();
        File::open(path)?.take(EVENT_LIMIT + 1).read_to_end(&mut content)?;
        Ok(content)
    })
}

/// Finds what the variables, and the event file that they name, say; `None` where they say nothing.
///
/// `read_file` need not read more than [`EVENT_LIMIT`] bytes and one.
pub fn detect(
    variable: &dyn Fn(&str) -> Option<String>,
    read_file: &dyn Fn(&str) -> io::Result<Vec<u8>>,
) -> Result<Option<Run>, Error> {
    let variables = Variables { variable, read_file };
    let given = Given::read(&variables)?;
    let mut found = Vec::new();
    for provider in PROVIDERS.iter().filter(|provider| !given.is_all() && provider.is_here(&variables)) {
        found.push((provider, (provider.read)(&variables)?));
    }
    let mut found = found.into_iter();
    let Some((provider, facts)) = found.next() else { return given.alone() };
    if let Some((other, _)) = found.find(|(_, other)| other.base != facts.base || other.head != facts.head) {
        return Err(Error::Ambiguous { one: provider.name, other: other.name });
    }
    given.with(provider, facts, &variables).map(Some)
}

/// What the `GATE_…` variables say.
#[derive(Default)]
struct Given {
    base: Option<String>,
    head: Option<String>,
    target: Option<String>,
    author: Option<String>,
}

impl Given {
    fn read(variables: &Variables<'_>) -> Result<Self, Error> {
        Ok(Self {
            base: variables.revision("GATE_BASE")?,
            head: variables.revision("GATE_HEAD")?,
            target: variables.branch("GATE_TARGET")?.map(|branch| branch.full()),
            author: variables.name("GATE_AUTHOR")?,
        })
    }

    /// Tells whether nothing is left to ask a provider.
    fn is_all(&self) -> bool {
        self.base.is_some() && self.head.is_some() && self.target.is_some() && self.author.is_some()
    }

    fn is_nothing(&self) -> bool {
        self.base.is_none() && self.head.is_none() && self.target.is_none() && self.author.is_none()
    }

    /// The run where there is no provider, or where none is needed.
    fn alone(self) -> Result<Option<Run>, Error> {
        if self.is_nothing() {
            return Ok(None);
        }
        if self.head.is_some() && self.base.is_none() {
            return Err(Error::HeadWithoutBase);
        }
        Ok(Some(Run {
            provider: None,
            base: self.base,
            base_contains: None,
            head: self.head.unwrap_or_else(|| "HEAD".to_owned()),
            target: self.target,
            opener: self.author,
            merge_commit: false,
            push: None,
            format: None,
            summary: None,
            deepen: None,
        }))
    }

    /// The run of a provider. A range that was given is taken as it is: no push, no merge commit of a forge.
    fn with(self, provider: &Provider, facts: Facts, variables: &Variables<'_>) -> Result<Run, Error> {
        let by_hand = self.base.is_some() || self.head.is_some();
        let head = match (self.head, facts.head) {
            (Some(given), _) => given,
            (None, Some(Head::At(id))) => id.to_string(),
            (None, Some(Head::Checkout)) => "HEAD".to_owned(),
            (None, None) => return Err(Error::NoChange { provider: provider.name, lacks: "GATE_HEAD" }),
        };
        let base = match (self.base, &facts.base) {
            (Some(given), _) => given,
            (None, Some(branch)) => branch.remote(),
            (None, None) => return Err(Error::NoChange { provider: provider.name, lacks: "GATE_BASE" }),
        };
        let target = facts.base.filter(|branch| branch.remote() == base).map(|branch| branch.full());
        Ok(Run {
            provider: Some(provider.name),
            base: Some(base),
            base_contains: facts.base_contains.filter(|_| !by_hand),
            head,
            target: self.target.or(target),
            opener: self.author.or(facts.opener),
            merge_commit: facts.merge_commit && !by_hand,
            push: facts.push.filter(|_| !by_hand),
            format: provider.format,
            summary: provider.summary.and_then(|name| variables.text(name)),
            deepen: Some(provider.deepen),
        })
    }
}
