//! What a run can lack or have wrong, each with the way out.

use std::io;

/// Why it can't be told what the run is about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A variable that the system sets is not there.
    #[error("this is a run of {provider}, but `{name}` is not set")]
    Missing {
        /// The CI system.
        provider: &'static str,
        /// The variable.
        name: &'static str,
    },
    /// A value is not what it has to be.
    #[error("`{name}` is not {expected}: {value:?}")]
    Invalid {
        /// The variable, or the field of the event.
        name: String,
        /// What it has to be.
        expected: &'static str,
        /// What it is, cut to a readable length.
        value: String,
    },
    /// Two sources say different things.
    #[error("`{one}` and `{other}` name different branches: {values}")]
    Contradiction {
        /// The first source.
        one: &'static str,
        /// The second.
        other: &'static str,
        /// What they say.
        values: String,
    },
    /// The event file can't be read.
    #[error("cannot read the event file {path:?} that `GITHUB_EVENT_PATH` names")]
    EventUnreadable {
        /// The file.
        path: String,
        /// What went wrong.
        source: io::Error,
    },
    /// The event file is larger than any real one.
    #[error("the event file that `GITHUB_EVENT_PATH` names is larger than {} MiB", super::EVENT_LIMIT >> 20)]
    EventTooLarge,
    /// The event file is not the JSON that it has to be.
    #[error("the event file that `GITHUB_EVENT_PATH` names is malformed")]
    EventMalformed(#[source] serde_json::Error),
    /// The event lacks a field.
    #[error("the event `{event}` has no `{field}`")]
    EventLacks {
        /// The event's name.
        event: String,
        /// The field.
        field: &'static str,
    },
    /// The run is about no change that a base is known for.
    #[error("this run of {provider} does not say which change to check")]
    NoChange {
        /// The CI system.
        provider: &'static str,
        /// The variable that would help.
        lacks: &'static str,
    },
    /// Two systems are there, and they name different changes.
    #[error("this looks like a run of {one} and of {other}, which name different changes")]
    Ambiguous {
        /// The first system.
        one: &'static str,
        /// The second.
        other: &'static str,
    },
    /// A head was given and no base.
    #[error("`GATE_HEAD` is set, but `GATE_BASE` is not")]
    HeadWithoutBase,
}

impl Error {
    /// Returns the way out.
    pub fn help(&self) -> String {
        match self {
            Self::NoChange { lacks, .. } => format!(
                "run gate for change requests, or set `{lacks}` and, to count sign-offs, `GATE_TARGET` and `GATE_AUTHOR`"
            ),
            Self::HeadWithoutBase => "set `GATE_BASE` to the tip that the change is for".to_owned(),
            Self::Missing { .. }
            | Self::Invalid { .. }
            | Self::Contradiction { .. }
            | Self::EventUnreadable { .. }
            | Self::EventTooLarge
            | Self::EventMalformed(_)
            | Self::EventLacks { .. }
            | Self::Ambiguous { .. } => {
                "set `GATE_BASE`, `GATE_HEAD`, `GATE_TARGET` and `GATE_AUTHOR`, which go before all else"
                    .to_owned()
            }
        }
    }
}
