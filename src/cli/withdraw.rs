//! `gate withdraw`: an earlier statement of the same person no longer holds.

use super::args::ChangeArgs;
use super::output::Screen;
use super::statement::{Said, StatementArgs, hunk_id, record, signer};
use super::{ExitStatus, Moment};
use crate::render::escape;
use crate::report::SignOffReport;
use crate::session::{Error, Session};
use crate::sign_off::StatementKind;

/// Take back what you have signed about a change: sign-offs, objections and overrides
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    statement: StatementArgs,
    /// Only the statement whose digest begins like this; `gate log` shows digests
    #[arg(long, value_name = "DIGEST")]
    statement_digest: Option<String>,
}

/// Signs and records one withdrawal for each statement.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let session = Session::open(args.change.request(moment)?)?;
    let report = session.report()?;
    let signer = signer(&session, &args.statement)?;
    let named = |entry: &SignOffReport| {
        args.statement_digest.as_ref().is_none_or(|start| entry.digest.starts_with(start.as_str()))
            && (args.statement.only.is_empty()
                || args
                    .statement
                    .only
                    .iter()
                    .any(|only| entry.hunks.iter().any(|id| id.starts_with(only.as_str()))))
    };
    let stands = |entry: &&SignOffReport| {
        entry.by == signer.person
            && entry.kind != StatementKind::Withdrawal
            && entry.reason.as_deref() != Some("withdrawn")
            && !entry.at.is_empty()
    };
    let mine: Vec<_> = report.sign_offs.iter().filter(stands).filter(|entry| named(entry)).collect();
    if mine.is_empty() {
        return Err(Error::asked(
            format!("{} has no statement about this change to take back", signer.person),
            "see what there is: gate log",
        ));
    }
    for entry in mine {
        let hunks = entry.hunks.iter().map(|id| hunk_id(id)).collect::<Result<_, Error>>()?;
        let said =
            Said { hunks, text: args.statement.message.clone(), withdraws: Some(entry.digest.clone()) };
        record(&session, &report, &signer, StatementKind::Withdrawal, said)?;
        let by = escape::terminal(&signer.person);
        screen.line(&format!("{by} withdrew the {} of {}", entry.kind.name(), escape::terminal(&entry.at)));
    }
    args.statement.publish(&session, moment, screen)?;
    Ok(ExitStatus::Pass)
}
