//! `gate log`: the recorded statements of a change.

use super::args::ChangeArgs;
use super::output::Screen;
use super::{ExitStatus, Moment};
use crate::render::render_log;
use crate::session::{Error, Session};

/// List the sign-offs of a change, each with its standing
///
/// Objections, withdrawals and overrides are listed too. Exits 0 whatever the verdict.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

/// Reviews the change and lists what was recorded.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let report = Session::open(args.change.request(moment)?)?.report()?;
    let width = screen.width;
    screen.draw(|out| render_log(&report, width, out));
    Ok(ExitStatus::Pass)
}
