//! `gate object`: the hunks may not be merged.

use super::args::ChangeArgs;
use super::output::Screen;
use super::place::Here;
use super::statement::{Said, StatementArgs, ids, pick_any, reason, record, signer};
use super::{ExitStatus, Moment};
use crate::render::escape;
use crate::session::{Error, Session};
use crate::sign_off::StatementKind;

/// Object to a change: it is blocked until you withdraw the objection
///
/// Needs a reason. Without --only it is about every hunk, architectural or not.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    statement: StatementArgs,
}

/// Signs and records the objection.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let text = reason(&args.statement, "an objection")?;
    let session = Session::open(args.change.request(moment)?)?;
    let report = session.report()?;
    let here = Here::new(&session.repo, &args.change.place.repo);
    let hunks = pick_any(&report, &args.statement.only, &here)?;
    let signer = signer(&session, &args.statement)?;
    let said = Said { hunks: ids(&hunks)?, text: Some(text), withdraws: None };
    record(&session, &report, &signer, StatementKind::Objection, said)?;
    let plural = if hunks.len() == 1 { "" } else { "s" };
    screen.line(&format!("{} objects to {} hunk{plural}", escape::terminal(&signer.person), hunks.len()));
    screen.line("the change is blocked until you take it back: gate withdraw");
    args.statement.publish(&session, moment, screen)?;
    Ok(ExitStatus::Pass)
}
