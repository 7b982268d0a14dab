//! `gate sign`: the hunks may be merged.

use super::args::ChangeArgs;
use super::output::Screen;
use super::place::Here;
use super::statement::{Said, StatementArgs, ids, pick, record, signer};
use super::{ExitStatus, Moment};
use crate::policy::Policy;
use crate::render::escape;
use crate::report::Report;
use crate::session::{Error, Session};
use crate::sign_off::StatementKind;

/// Sign the architectural hunks of a change
///
/// Records a signed statement in git notes. Nothing is written unless the key belongs to
/// somebody in the target's policy.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    statement: StatementArgs,
}

/// Signs and records, then says what the sign-off is worth.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let session = Session::open(args.change.request(moment)?)?;
    let report = session.report()?;
    let here = Here::new(&session.repo, &args.change.place.repo);
    let hunks = pick(&report, &args.statement.only, &here)?;
    if hunks.is_empty() {
        screen.line("nothing to sign: no hunk of this change is architectural");
        return Ok(ExitStatus::Pass);
    }
    let signer = signer(&session, &args.statement)?;
    let said = Said { hunks: ids(&hunks)?, text: args.statement.message.clone(), withdraws: None };
    let digest = record(&session, &report, &signer, StatementKind::SignOff, said)?;
    let plural = if hunks.len() == 1 { "" } else { "s" };
    let target = report.change.target.as_deref().unwrap_or_default();
    let target = escape::terminal(target.strip_prefix("refs/heads/").unwrap_or(target));
    screen.line(&format!(
        "{} signed {} hunk{plural} for {target}",
        escape::terminal(&signer.person),
        hunks.len()
    ));
    let after = session.report()?;
    let mine = after.sign_offs.iter().find(|entry| entry.digest == digest);
    if let Some(entry) = mine.filter(|entry| !entry.counted) {
        screen.aside(&format!("warning: {}", escape::terminal(&entry.detail)));
    }
    if !is_asked(&session.ruling.policy, &after, &digest, &signer.person) {
        screen.aside(&format!(
            "warning: nobody asks for it: {} is in none of the teams that must sign these hunks",
            escape::terminal(&signer.person)
        ));
    }
    let open = after.requirements.iter().filter(|row| row.missing > 0);
    for row in open {
        let who =
            if row.candidates.is_empty() { "nobody left".to_owned() } else { row.candidates.join(" or ") };
        screen.line(&format!(
            "still missing: {} of {}: {}",
            row.missing,
            escape::terminal(row.who()),
            escape::terminal(&who)
        ));
    }
    args.statement.publish(&session, moment, screen)?;
    Ok(ExitStatus::Pass)
}

/// Tells whether a requirement of the hunks that a statement is about can be met by this person.
fn is_asked(policy: &Policy, report: &Report, digest: &str, person: &str) -> bool {
    let Some(entry) = report.sign_offs.iter().find(|entry| entry.digest == digest) else { return true };
    let holds = |team: &String| policy.teams.get(team).is_some_and(|team| team.contains(person));
    let rows = report.requirements.iter().filter(|row| row.hunks.iter().any(|id| entry.hunks.contains(id)));
    let mut teams = rows.flat_map(|row| row.team.iter().chain(row.any_of.iter().flatten()));
    teams.any(holds)
}
