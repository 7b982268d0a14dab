//! `gate sync`: bring the sign-offs of both sides together.

use std::path::PathBuf;

use super::output::Screen;
use super::{ExitStatus, Moment};
use crate::git::{Repo, Writer};
use crate::render::escape;
use crate::session::Error;
use crate::sync::{Failure, Outcome, set_up, sync};

/// Fetch, join and push the sign-offs in refs/notes/gate
///
/// Goes through the `git` program, so its credentials work. Nothing is forced and no
/// line of either side is lost.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The remote
    #[arg(value_name = "REMOTE", default_value = "origin")]
    remote: String,
    /// First have `git fetch` bring this remote's sign-offs along from now on, and `git log` show them
    #[arg(long)]
    setup: bool,
    /// The repository, bare or not
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
}

/// Syncs and says what has moved.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let repo = Repo::open(&args.repo)?;
    if args.setup {
        set_up_with(&repo, &args.remote)?;
        screen.line("from now on `git fetch` brings sign-offs along, and `git log` shows them");
    }
    let said = match with_remote(&repo, &args.remote, moment)? {
        Outcome::Same => "both sides have the same sign-offs",
        Outcome::Fetched => "fetched new sign-offs",
        Outcome::Pushed => "both sides have all sign-offs now",
        Outcome::Nothing => "there are no sign-offs on either side",
    };
    screen.line(said);
    Ok(ExitStatus::Pass)
}

fn set_up_with(repo: &Repo, remote: &str) -> Result<(), Error> {
    if repo.address_of(remote)?.is_none() {
        let name = escape::terminal(remote);
        return Err(Error::asked(
            format!("`{name}` is no remote of this repository"),
            "list them: git remote",
        ));
    }
    set_up(repo, remote).map_err(told)
}

/// Syncs with a remote, for `gate sync` and for `--push`.
pub fn with_remote(repo: &Repo, remote: &str, moment: &Moment) -> Result<Outcome, Error> {
    let writer = Writer { name: "gate", email: "", seconds: moment.now.as_second() };
    sync(repo, remote, writer).map_err(told)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands over the failure itself")]
fn told(failure: Failure) -> Error {
    Error::Asked { help: failure.help(), message: failure.to_string() }
}
