//! `gate completions`: shell completions.

use clap_complete::Shell;

use super::ExitStatus;
use super::output::Screen;
use crate::session::Error;

/// Print completions for a shell
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "gate", &mut script);
    screen.write(|out| out.write_all(&script));
    Ok(ExitStatus::Pass)
}
