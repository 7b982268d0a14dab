//! The arguments that every command which looks at a change shares.

use std::path::PathBuf;

use clap::Args;

use super::Moment;
use crate::git::Content;
use crate::report::{Level, Notice};
use crate::session::{Error, Request};

/// Which change, in which repository, by which policy.
#[derive(Args, Clone, Debug, Default)]
pub struct ChangeArgs {
    /// The change: `main..HEAD`, `A...B`, or a commit to start from
    ///
    /// With nothing: HEAD against the branch that the CI system names, else the
    /// remote's default branch, else `main`, else `master`.
    #[arg(value_name = "RANGE")]
    pub range: Option<String>,
    /// Where it is and what judges it.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// The same without a range.
#[derive(Args, Clone, Debug, Default)]
pub struct PlaceArgs {
    /// What the change is to be merged into
    #[arg(long, value_name = "REV", help_heading = "The change")]
    pub base: Option<String>,
    /// The last commit of the change
    #[arg(long, value_name = "REV", help_heading = "The change")]
    pub head: Option<String>,
    /// The branch that the change is for, where the base does not name one
    #[arg(long, value_name = "BRANCH", help_heading = "The change")]
    pub target: Option<String>,
    /// Who opened the change: an author of all its hunks
    #[arg(long, value_name = "WHO", help_heading = "The change")]
    pub author: Option<String>,
    /// The repository, bare or not
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = "The change")]
    pub repo: PathBuf,
    /// Judge by this file instead of the target's gate.toml, to try rules out
    #[arg(long, value_name = "FILE", help_heading = "The change")]
    pub policy: Option<PathBuf>,
}

impl ChangeArgs {
    /// Turns the arguments into what a session is opened with.
    pub fn request(&self, moment: &Moment) -> Result<Request, Error> {
        self.place.read(moment, self.range.as_deref())
    }
}

impl PlaceArgs {
    /// Turns the arguments into what a session is opened with.
    pub fn request(&self, moment: &Moment) -> Result<Request, Error> {
        self.read(moment, None)
    }

    /// What the CI system says is only needed for what the arguments leave out: where they name the
    /// base, surroundings that can't be read are worth a warning and no more.
    fn read(&self, moment: &Moment, range: Option<&str>) -> Result<Request, Error> {
        let mut notices = Vec::new();
        let run = match &moment.run {
            Ok(run) => run.clone(),
            Err(error) if range.is_none() && self.base.is_none() => {
                return Err(Error::asked(error.to_string(), error.help()));
            }
            Err(error) => {
                let message = format!("what the CI system says is not used: {error}");
                notices.push(Notice { level: Level::Warning, message, help: Some(error.help()) });
                None
            }
        };
        Ok(Request {
            repo: self.repo.clone(),
            range: range.map(str::to_owned),
            base: self.base.clone(),
            head: self.head.clone(),
            target: self.target.clone(),
            policy: self.policy.clone(),
            opener: self.author.clone(),
            pusher: None,
            content: Content::Commits,
            index: None,
            advisory: false,
            run,
            now: moment.now,
            notices,
        })
    }
}
