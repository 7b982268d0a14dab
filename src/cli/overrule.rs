//! `gate override`: the change may be merged though sign-offs are missing.

use super::args::ChangeArgs;
use super::output::Screen;
use super::place::Here;
use super::statement::{Said, StatementArgs, ids, pick_any, reason, record, signer};
use super::{ExitStatus, Moment};
use crate::render::escape;
use crate::report::HunkReport;
use crate::session::{Error, Session};
use crate::sign_off::StatementKind;

/// Let a blocked change through: for the team of `[override]`, with a reason, and not for long
///
/// Every report says it aloud. It is not a sign-off, and expires.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    statement: StatementArgs,
}

/// Signs and records the override.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let text = reason(&args.statement, "an override")?;
    let session = Session::open(args.change.request(moment)?)?;
    let Some(rules) = &session.ruling.policy.overrides else {
        return Err(Error::asked(
            "the policy has no `[override]`, so nobody can",
            "add it to gate.toml on the target: a team and a max-age",
        ));
    };
    let report = session.report()?;
    let here = Here::new(&session.repo, &args.change.place.repo);
    let hunks: Vec<&HunkReport> =
        pick_any(&report, &args.statement.only, &here)?.into_iter().filter(|hunk| !hunk.covered).collect();
    if hunks.is_empty() {
        screen.line("nothing to override: no hunk of this change is blocked");
        return Ok(ExitStatus::Pass);
    }
    let signer = signer(&session, &args.statement)?;
    if !session.ruling.policy.teams.get(&rules.team).is_some_and(|team| team.contains(&signer.person)) {
        let who = &signer.person;
        return Err(Error::asked(
            format!("`{who}` is not in `{}`, which alone may override", rules.team),
            "ask somebody of that team",
        ));
    }
    let said = Said { hunks: ids(&hunks)?, text: Some(text), withdraws: None };
    record(&session, &report, &signer, StatementKind::Override, said)?;
    let plural = if hunks.len() == 1 { "" } else { "s" };
    let until = session.now() + rules.max_age;
    let until = until.round(jiff::Unit::Minute).unwrap_or(until);
    screen.line(&format!(
        "{} overrides {} hunk{plural} until {until}",
        escape::terminal(&signer.person),
        hunks.len()
    ));
    args.statement.publish(&session, moment, screen)?;
    Ok(ExitStatus::Pass)
}
