//! Sign-offs travel: fetch, join and push `refs/notes/gate` through the `git` program.
//!
//! The program knows the user's credentials and transports. It is asked for three things,
//! none of which looks at the work tree: what the remote has, to fetch it, to push. The
//! joining is gate's own, so that no line of either side is lost, and nothing is forced:
//! where another signer was faster, it is all done again.

mod program;

use std::time::Duration;

use crate::change::ObjectId;
use crate::git::{self, NOTES_REF, Repo, Writer, fetched_ref};

pub use self::program::Error;
use self::program::{Git, Pushed};

/// How often another signer may be faster.
const ATTEMPTS: u32 = 40;

/// What a sync has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both sides have the same.
    Same,
    /// The remote had something new.
    Fetched,
    /// The remote now has what was new here, and the other way round.
    Pushed,
    /// There are no notes on either side.
    Nothing,
}

/// Brings the notes of both sides together.
pub fn sync(repo: &Repo, remote: &str, writer: Writer<'_>) -> Result<Outcome, Failure> {
    let git = Git::new(repo.git_dir());
    let mut fetched = false;
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        let theirs = git.tip(remote, NOTES_REF)?;
        let Some(ours) = join(repo, &git, remote, theirs, writer)? else {
            pause(attempt);
            continue;
        };
        fetched |= ours.brought;
        let Some(tip) = ours.tip else { return Ok(Outcome::Nothing) };
        if theirs == Some(tip) {
            return Ok(if fetched { Outcome::Fetched } else { Outcome::Same });
        }
        match git.push(remote, tip, NOTES_REF)? {
            Pushed::Done => return Ok(Outcome::Pushed),
            Pushed::Overtaken(error) => {
                if theirs.is_none()
                    && let Some(name) = git.below(remote, NOTES_REF)?
                {
                    return Err(Failure::InTheWay { remote: remote.to_owned(), name });
                }
                // Somebody else's lock is there for a moment: nothing has moved, and yet it was a race.
                let is_stuck = attempt + 1 == ATTEMPTS && last == Some(theirs);
                if is_stuck {
                    return Err(error.into());
                }
                last = Some(theirs);
                pause(attempt);
            }
        }
    }
    Err(Failure::Overtaken)
}

/// Has `git fetch` keep the remote's notes beside ours from now on, and `git log` show them.
///
/// Beside them, and not in their place: a fetch that prunes would take away what nobody has pushed yet.
pub fn set_up(repo: &Repo, remote: &str) -> Result<(), Failure> {
    // A ref below another can't be beside it, on some disks in any case.
    if format!("{}/", fetched_ref(remote)).to_lowercase().starts_with(&format!("{NOTES_REF}/")) {
        return Err(Failure::Name(remote.to_owned()));
    }
    let git = Git::new(repo.git_dir());
    let here = fetched_ref(remote);
    // With a `*`, since git complains about a ref of this very name where there is none yet.
    git.configure(&format!("remote.{remote}.fetch"), &format!("+{NOTES_REF}*:{here}*"))?;
    git.configure("notes.displayRef", &format!("{here}*"))?;
    Ok(())
}

/// What joining left here.
struct Joined {
    tip: Option<ObjectId>,
    brought: bool,
}

/// Fetches what the remote has and joins it into the notes here; `None` where the remote has moved on.
fn join(
    repo: &Repo,
    git: &Git,
    remote: &str,
    theirs: Option<ObjectId>,
    writer: Writer<'_>,
) -> Result<Option<Joined>, Failure> {
    let Some(theirs) = theirs else {
        return Ok(Some(Joined { tip: repo.notes()?.commit(), brought: false }));
    };
    if repo.notes()?.commit() != Some(theirs) {
        git.fetch(remote, NOTES_REF)?;
        if !repo.has_object(theirs)? {
            return Ok(None);
        }
    }
    let unreadable = |source| Failure::Theirs { remote: remote.to_owned(), source };
    let notes = repo.notes_at(Some(theirs)).map_err(unreadable)?;
    for attempt in 0..ATTEMPTS {
        let ours = repo.notes()?.commit();
        let joined = match ours {
            Some(ours) if ours == theirs => return Ok(Some(Joined { tip: Some(ours), brought: false })),
            Some(ours) => repo.join_notes(ours, theirs, writer)?,
            None => {
                // Nobody could sign any more on top of what can't be read.
                notes.keys().map_err(unreadable)?;
                theirs
            }
        };
        if ours == Some(joined) {
            return Ok(Some(Joined { tip: ours, brought: false }));
        }
        if repo.move_notes(ours, joined)? == git::Moved::Done {
            return Ok(Some(Joined { tip: Some(joined), brought: true }));
        }
        pause(attempt);
    }
    Err(Failure::Overtaken)
}

/// Waits a little longer each time, and not as long as the neighbour: two that collide do not collide again.
fn pause(attempt: u32) {
    let own = std::process::id() % 37;
    std::thread::sleep(Duration::from_millis(u64::from((attempt.min(10) + 1) * (7 + own))));
}

/// Why the notes could not be brought together.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The repository here.
    #[error("{}", .0.message)]
    Here(#[source] git::Error),
    /// The `git` program, or the remote.
    #[error("{0}")]
    There(#[source] Error),
    /// The notes of the remote.
    #[error("the remote's sign-offs can't be read: {}", .source.message)]
    Theirs {
        /// The remote.
        remote: String,
        /// Why not.
        source: git::Error,
    },
    /// A ref of the remote is where the notes' folder would be.
    #[error("the remote has `{name}`, beside which there can't be `{NOTES_REF}`")]
    InTheWay {
        /// The remote.
        remote: String,
        /// The ref.
        name: String,
    },
    /// A remote whose notes can't be kept beside ours.
    #[error(
        "what is fetched from a remote called `{0}` would lie below `{NOTES_REF}`, where git can't put it"
    )]
    Name(String),
    /// Others were faster every time.
    #[error("other signers were faster {ATTEMPTS} times in a row")]
    Overtaken,
}

impl Failure {
    /// Returns the way out.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Here(error) => error.help.clone(),
            Self::There(error) => Some(error.help()),
            Self::Theirs { remote, .. } => Some(format!(
                "nothing was changed here; whoever has good ones puts them back: git push --force {remote} {NOTES_REF}"
            )),
            Self::InTheWay { remote, name } => {
                Some(format!("find out who made it, and delete it: git push {remote} --delete {name}"))
            }
            Self::Name(remote) => Some(format!("call it otherwise: git remote rename {remote} upstream")),
            Self::Overtaken => Some("run it again in a moment: gate sync".to_owned()),
        }
    }
}

impl From<git::Error> for Failure {
    fn from(error: git::Error) -> Self {
        Self::Here(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::There(error)
    }
}
