//! `gate hook`: the git hooks.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::output::Screen;
use super::{ExitStatus, Moment};
use crate::change::ObjectId;
use crate::git::{Content, Repo};
use crate::hook::install::{self, Outcome};
use crate::hook::{Hook, Judged, LARGEST, pre_push, pre_receive};
use crate::render::{escape, render_human};
use crate::session::{Error, Request};

/// Put gate into git's hooks, or take it out
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The repository, bare or not
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    repo: PathBuf,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Install the hook: pre-push, or pre-receive in a bare repository
    Install {
        /// Which hook; the fitting one when left out
        #[arg(value_parser = ["pre-push", "pre-receive"])]
        hook: Option<String>,
    },
    /// Take the hook away, and put back what was there before
    Uninstall {
        /// Which hook; both when left out
        #[arg(value_parser = ["pre-push", "pre-receive"])]
        hook: Option<String>,
    },
    /// What git runs: reads the refs of a push from standard input
    Run {
        /// Which hook
        #[arg(value_parser = ["pre-push", "pre-receive"])]
        hook: String,
        /// What git passes
        #[arg(trailing_var_arg = true)]
        arguments: Vec<String>,
    },
}

/// Installs, uninstalls or runs a hook.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    match &args.command {
        Command::Install { hook } => {
            let repo = Repo::open(&args.repo)?;
            let fitting = if repo.work_dir().is_some() { Hook::PrePush } else { Hook::PreReceive };
            let program =
                std::env::current_exe().map_or_else(|_| "gate".to_owned(), |path| path.display().to_string());
            let outcome =
                install::install(&repo.hooks_dir()?, named(hook.as_deref()).unwrap_or(fitting), &program);
            said(outcome.map_err(refused)?, screen);
        }
        Command::Uninstall { hook } => {
            let folder = Repo::open(&args.repo)?.hooks_dir()?;
            let hooks = named(hook.as_deref()).map_or_else(|| Hook::ALL.to_vec(), |hook| vec![hook]);
            for hook in hooks {
                said(install::uninstall(&folder, hook).map_err(refused)?, screen);
            }
        }
        Command::Run { hook, .. } => return judge(args, named(Some(hook)), moment, screen),
    }
    Ok(ExitStatus::Pass)
}

fn judge(args: &Args, hook: Option<Hook>, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let mut input = Vec::new();
    let most = LARGEST as u64 + 1;
    std::io::stdin().take(most).read_to_end(&mut input).map_err(|error| {
        Error::asked(format!("the hook's input can't be read: {error}"), "let git run the hook")
    })?;
    if input.len() > LARGEST {
        return Err(Error::asked("the hook's input is too long", "push fewer refs at once"));
    }
    if hook == Some(Hook::PrePush) && input.is_empty() {
        input = told_by_pre_commit(&args.repo)?;
    }
    let request = Request {
        repo: args.repo.clone(),
        pusher: pusher()?,
        ..Request::plain(Content::Commits, moment.now)
    };
    let quarantine = std::env::var_os("GIT_QUARANTINE_PATH").map(PathBuf::from);
    let judged = match hook {
        Some(Hook::PreReceive) => pre_receive::run(&input, &request, quarantine.as_deref())?,
        Some(Hook::PrePush) | None => pre_push::run(&input, &request)?,
    };
    judged.iter().for_each(|one| tell(one, screen));
    Ok(if judged.iter().any(Judged::stops) { ExitStatus::Blocked } else { ExitStatus::Pass })
}

/// Draws what a hook thinks of a ref.
fn tell(judged: &Judged, screen: &mut Screen) {
    let name = escape::terminal(judged.name.strip_prefix("refs/heads/").unwrap_or(&judged.name));
    if let Some(why) = &judged.refused {
        screen.line(&format!("gate refuses {name}: {}", escape::terminal(why)));
    }
    if let Some(report) = &judged.report {
        let width = screen.width;
        screen.line(&format!("gate, for {name}:"));
        screen.draw(|out| render_human(report, width, out));
        if !judged.is_protected && report.requirements.iter().any(|row| row.missing > 0) {
            screen.line("the push goes through: this is what the merge will ask for");
        }
    }
    if let Some(told) = &judged.told {
        screen.line(&format!("gate: {}", escape::terminal(told)));
    }
}

/// Who pushes, as common servers tell their hooks.
fn pusher() -> Result<Option<String>, Error> {
    let told = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| (name, value));
    let names = ["GL_USERNAME", "GL_USER", "GITEA_PUSHER_NAME", "GITEA_PUSHER_EMAIL", "REMOTE_USER"];
    let Some((name, value)) = names.into_iter().find_map(told) else { return Ok(None) };
    let value = value.into_string().map_err(|_value| {
        let help = format!("have the server set `{name}` to a login or an address");
        Error::asked(format!("who pushes can't be told: `{name}` is not UTF-8"), help)
    })?;
    Ok(Some(value))
}

/// What git says to the hook, from pre-commit's variables: it reads the input itself and hands the first branch on.
///
/// Of a branch whose whole history is new it tells nothing but the names.
fn told_by_pre_commit(repo: &Path) -> Result<Vec<u8>, Error> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let Some(remote) = variable("PRE_COMMIT_REMOTE_BRANCH") else { return Ok(Vec::new()) };
    let unclear = || {
        Error::asked(
            "pre-commit does not say what is pushed, or not in UTF-8",
            "push without it, once: SKIP=gate git push",
        )
    };
    let local = variable("PRE_COMMIT_LOCAL_BRANCH").ok_or_else(unclear)?;
    let local = local.to_str().ok_or_else(unclear)?;
    let new = match variable("PRE_COMMIT_TO_REF") {
        Some(new) => new.to_str().ok_or_else(unclear)?.to_owned(),
        None => Repo::open(repo)?.revision(local)?.commit.to_string(),
    };
    let old = variable("PRE_COMMIT_FROM_REF").unwrap_or_else(|| ObjectId::ZERO.to_string().into());
    let (remote, old) = (remote.to_str().ok_or_else(unclear)?, old.to_str().ok_or_else(unclear)?);
    Ok(format!("{local} {new} {remote} {old}\n").into_bytes())
}

fn named(name: Option<&str>) -> Option<Hook> {
    Hook::ALL.into_iter().find(|hook| Some(hook.name()) == name)
}

fn said(outcome: Outcome, screen: &mut Screen) {
    let (what, path) = match outcome {
        Outcome::Installed(path) => ("installed", path),
        Outcome::Chained(path) => ("installed; the hook that was there runs first", path),
        Outcome::Unchanged(path) => ("already there", path),
        Outcome::Removed(path) => ("removed", path),
        Outcome::Restored(path) => ("removed; the hook from before is back", path),
        Outcome::Absent(path) => ("no hook of gate's", path),
    };
    screen.line(&format!("{}: {what}", path.display()));
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands over the error itself")]
fn refused(error: install::Error) -> Error {
    let source = std::error::Error::source(&error).map_or(String::new(), |source| format!(": {source}"));
    Error::asked(format!("{error}{source}"), error.help())
}
