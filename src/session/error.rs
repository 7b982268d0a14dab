//! What keeps a session from coming to an answer.

use crate::diagnostic::Mistakes;
use crate::git;
use crate::review;

/// Why there is no verdict. Never a verdict itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Files that the user wrote have mistakes in them.
    #[error("{}", file_names(.0))]
    Mistakes(Vec<Mistakes>),
    /// The repository can't be read, or not as asked.
    #[error(transparent)]
    Git(git::Error),
    /// Anything else that was asked for and can't be done.
    #[error("{message}")]
    Asked {
        /// What is wrong.
        message: String,
        /// The way out.
        help: Option<String>,
    },
}

impl Error {
    /// Makes an error with a way out.
    pub fn asked(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Asked { message: message.into(), help: Some(help.into()) }
    }

    /// Returns the way out, when one is known.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Mistakes(_) => None,
            Self::Git(error) => error.help.as_deref(),
            Self::Asked { help, .. } => help.as_deref(),
        }
    }
}

impl From<git::Error> for Error {
    fn from(error: git::Error) -> Self {
        Self::Git(error)
    }
}

impl From<review::Error<git::Error>> for Error {
    fn from(error: review::Error<git::Error>) -> Self {
        match error {
            review::Error::Source(error) => Self::Git(error),
            review::Error::Notes(_) => {
                Self::asked(error.to_string(), "see who wrote them: git log -p refs/notes/gate")
            }
            review::Error::Services(_) => {
                Self::asked(error.to_string(), "give the services fewer or shorter `names`")
            }
        }
    }
}

fn file_names(mistakes: &[Mistakes]) -> String {
    let names: Vec<_> = mistakes.iter().map(|each| each.file.as_str()).collect();
    format!("can't use {}", names.join(" and "))
}
