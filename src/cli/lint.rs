//! `gate lint`: what is wrong with gate.toml, and what in it does nothing.

use bstr::BStr;

use super::ExitStatus;
use super::output::Screen;
use super::written::{WrittenArgs, files, read};
use crate::diagnostic::Mistakes;
use crate::git::Repo;
use crate::policy::lint;
use crate::render::diagnostic;
use crate::session::Error;

/// Lint gate.toml: mistakes, dead globs, services without owners, teams out of reach
///
/// Looks at the file in the work tree. Exits 2 where it has mistakes; warnings change nothing.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    written: WrittenArgs,
}

/// Reads the policy and draws all that there is to say about it.
pub fn run(args: &Args, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let repo = Repo::open(&args.written.repo)?;
    let written = read(&args.written, &repo)?;
    let files = files(&repo)?;
    let paths: Vec<&BStr> = files.iter().map(|entry| entry.path.as_ref()).collect();
    let mut diagnostics = written.warnings.diagnostics;
    diagnostics.extend(lint(&written.policy, &paths));
    diagnostics.sort_by_key(|warning| warning.span.as_ref().map_or(0, |span| span.start));
    let counts = format!(
        "rules: {}, people: {}, teams: {}, services: {}",
        written.policy.rules.len(),
        written.policy.people.len(),
        written.policy.teams.len(),
        written.policy.services.len()
    );
    if diagnostics.is_empty() {
        screen
            .line(&format!("{}: nothing to say ({counts})", crate::render::escape::terminal(&written.name)));
        return Ok(ExitStatus::Pass);
    }
    let mistakes = Mistakes { file: written.name, source: written.source, diagnostics };
    let width = screen.width;
    screen.draw(|out| writeln!(out, "{}", diagnostic::render(&mistakes, true, width).trim_end()));
    let plural = if mistakes.diagnostics.len() == 1 { "" } else { "s" };
    screen.line(&format!("{} warning{plural} ({counts})", mistakes.diagnostics.len()));
    Ok(ExitStatus::Pass)
}
