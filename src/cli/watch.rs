//! An end to waiting: a repository with a broken object could keep gate busy for ever.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::thread;
use std::time::Duration;

use clap::{ArgMatches, ColorChoice};

use super::ExitStatus;
use super::output::Screen;
use crate::git::Repo;
use crate::session::Error;

/// How long gate runs before the repository is looked at.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// Ends the process with exit 2 and a message if it is stuck at an object that has no end.
///
/// Costs nothing where the command is done in time, as all are.
pub fn start(matches: &ArgMatches, color: ColorChoice) {
    let Ok(Some(place)) = matches.try_get_one::<PathBuf>("repo") else { return };
    let place = place.clone();
    // Where there is no thread to be had, the command goes on without it.
    let _unwatched = thread::Builder::new().spawn(move || watch(&place, color)).is_err();
}

#[allow(clippy::exit, reason = "the thread that is stuck can't be told to stop")]
fn watch(place: &Path, color: ColorChoice) {
    let mut pause = FIRST_LOOK;
    loop {
        thread::sleep(pause);
        let Ok(repo) = Repo::open(place) else { return };
        if let Some(id) = repo.endless_object() {
            let message = format!("the object `{id}` can't be read: its file is cut off or damaged");
            let help = "fetch it anew after removing its file, and check the repository with `git fsck`";
            let status: ExitStatus = Screen::new(color).fail(&Error::asked(message, help));
            exit(status.code().into());
        }
        pause *= 2;
    }
}
