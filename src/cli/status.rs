//! `gate status`: who can free a change, and by which command.

use super::args::ChangeArgs;
use super::output::Screen;
use super::{ExitStatus, Moment};
use crate::render::{escape, render_status};
use crate::session::{Error, Session};
use crate::verdict::Verdict;

/// Tell who can free a change: the fewest people, and the command for each
///
/// Exits as `gate check` does.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

/// Reviews the change and tells who is missing.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let report = Session::open(args.change.request(moment)?)?.report()?;
    let width = screen.width;
    screen.draw(|out| render_status(&report, width, out));
    if report.verdict == Verdict::Blocked && report.fewest_signers().is_none() {
        let rows = report.requirements.iter().filter(|row| row.missing as usize > row.candidates.len());
        let who: Vec<_> = rows.map(|row| escape::terminal(row.who())).collect();
        screen.line(&format!("nobody is left who could sign for {}", who.join(", ")));
    }
    Ok(ExitStatus::of(&report))
}
