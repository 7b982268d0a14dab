//! The command line: it knows all, and nothing knows it.
//!
//! A command is a file: its arguments, whose doc comments are its help, and `run`.

mod args;
mod check;
mod completions;
mod crash;
mod exit;
mod explain;
mod hook;
mod init;
mod lint;
mod log;
mod object;
mod older;
mod output;
mod overrule;
mod place;
mod recheck;
mod rules;
mod schema;
mod services;
mod sign;
mod statement;
mod status;
mod sync;
mod watch;
mod withdraw;
mod written;

use std::ffi::OsString;

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use jiff::Timestamp;

pub use self::exit::ExitStatus;
use self::output::Screen;
use crate::ci;
use crate::session::Error;

/// Blocks a merge until the right seniors have signed the architectural hunks of a change
///
/// gate reads a git change, tells each hunk apart as local or architectural by the rules
/// in gate.toml, and asks for signed sign-offs on the architectural ones, and only those.
///
/// Exit status: 0 pass, 1 blocked, 2 could not tell.
#[derive(Parser, Debug)]
#[command(name = "gate", version, max_term_width = 100, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Args),
    Check(check::Args),
    Explain(explain::Args),
    Status(status::Args),
    Log(log::Args),
    Sign(sign::Args),
    Object(object::Args),
    Withdraw(withdraw::Args),
    Override(overrule::Args),
    Rules(rules::Args),
    Lint(lint::Args),
    Services(services::Args),
    Sync(sync::Args),
    Hook(hook::Args),
    Schema(schema::Args),
    Completions(completions::Args),
}

/// What a command takes from outside: when it runs, and what a CI system says of it.
struct Moment {
    now: Timestamp,
    run: Result<Option<ci::Run>, ci::Error>,
}

impl Moment {
    fn observe() -> Self {
        Self { now: Timestamp::now(), run: ci::from_environment() }
    }
}

/// Runs the command line and returns its exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    crash::is_an_error();
    let parsed = command().try_get_matches_from(arguments).and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((cli, matches))
    });
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error),
    };
    let mut screen = Screen::new(cli.color);
    let matches = matches.subcommand().map_or_else(clap::ArgMatches::default, |(_, matches)| matches.clone());
    watch::start(&matches, cli.color);
    match dispatch(&cli.command, &matches, &mut screen) {
        Ok(status) => screen.finish(status),
        Err(failure) => screen.fail(&failure),
    }
}

fn dispatch(command: &Command, matches: &clap::ArgMatches, screen: &mut Screen) -> Result<ExitStatus, Error> {
    match command {
        Command::Init(args) => init::run(args, screen),
        Command::Check(args) => check::run(args, matches, &Moment::observe(), screen),
        Command::Explain(args) => explain::run(args, &Moment::observe(), screen),
        Command::Status(args) => status::run(args, &Moment::observe(), screen),
        Command::Log(args) => log::run(args, &Moment::observe(), screen),
        Command::Sign(args) => sign::run(args, &Moment::observe(), screen),
        Command::Object(args) => object::run(args, &Moment::observe(), screen),
        Command::Withdraw(args) => withdraw::run(args, &Moment::observe(), screen),
        Command::Override(args) => overrule::run(args, &Moment::observe(), screen),
        Command::Rules(args) => rules::run(args, screen),
        Command::Lint(args) => lint::run(args, screen),
        Command::Services(args) => services::run(args, screen),
        Command::Sync(args) => sync::run(args, &Moment::observe(), screen),
        Command::Hook(args) => hook::run(args, &Moment::observe(), screen),
        Command::Schema(schema::Args {}) => Ok(schema::run(screen)),
        Command::Completions(args) => completions::run(args, screen),
    }
}

/// Help and version are answers; anything else that clap has to say is an error.
fn usage(error: &clap::Error) -> ExitStatus {
    let printed = error.print();
    match (error.use_stderr(), printed) {
        (false, Ok(())) => ExitStatus::Pass,
        (false, Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitStatus::Pass,
        _ => ExitStatus::Error,
    }
}

/// Returns the whole command line as clap knows it, for completions and the reference page.
pub fn command() -> clap::Command {
    Cli::command()
}
