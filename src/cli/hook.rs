//! `gate hook`: the git hooks.

use std::io::Read as _;
use std::path::PathBuf;

use super::output::Screen;
use super::{ExitStatus, Moment};
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
        input = told_by_pre_commit().unwrap_or_default().into_bytes();
    }
    let request =
        Request { repo: args.repo.clone(), pusher: pusher(), ..Request::plain(Content::Commits, moment.now) };
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
fn pusher() -> Option<String> {
    ["GL_USERNAME", "GL_USER", "GITEA_PUSHER_NAME", "GITEA_PUSHER_EMAIL", "REMOTE_USER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// What git says to the hook, from pre-commit's variables: it reads the input itself and hands the first branch on.
fn told_by_pre_commit() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (local, new) = (variable("PRE_COMMIT_LOCAL_BRANCH")?, variable("PRE_COMMIT_TO_REF")?);
    let (remote, old) = (variable("PRE_COMMIT_REMOTE_BRANCH")?, variable("PRE_COMMIT_FROM_REF")?);
    Some(format!("{local} {new} {remote} {old}\n"))
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
