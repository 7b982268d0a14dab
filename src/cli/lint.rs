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
        written.policy.places.teams.len(),
        written.policy.services.len()
    );
    let of_owners = written.policy.owners_from.as_ref().and_then(|owners| owners.lint(&paths));
    if diagnostics.is_empty() && of_owners.is_none() {
        screen
            .line(&format!("{}: nothing to say ({counts})", crate::render::escape::terminal(&written.name)));
        return Ok(ExitStatus::Pass);
    }
    let mistakes = Mistakes { file: written.name, source: written.source, diagnostics };
    let width = screen.width;
    let files: Vec<Mistakes> =
        [Some(mistakes), of_owners].into_iter().flatten().filter(|one| !one.diagnostics.is_empty()).collect();
    for mistakes in &files {
        screen.draw(|out| writeln!(out, "{}", diagnostic::render(mistakes, true, width).trim_end()));
    }
    let warnings: usize = files.iter().map(|mistakes| mistakes.diagnostics.len()).sum();
    let plural = if warnings == 1 { "" } else { "s" };
    screen.line(&format!("{warnings} warning{plural} ({counts})"));
    Ok(ExitStatus::Pass)
}
