//! `gate check`: the main job.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::args::ChangeArgs;
use super::output::{Drawing, Screen, append_summary};
use super::{ExitStatus, Moment};
use crate::ci::Run;
use crate::git::Content;
use crate::render::Format;
use crate::report::Report;
use crate::session::{Error, Session};

/// Judge a change: pass, or blocked until it is signed
///
/// Reads the change, classifies its hunks by the target's gate.toml, counts the recorded
/// sign-offs, and exits 0 (pass), 1 (blocked) or 2 (could not tell).
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    /// Judge what is staged instead of the last commit
    #[arg(long, conflicts_with_all = ["worktree", "range", "head"])]
    staged: bool,
    /// Judge what is in the work tree, staged or not
    #[arg(long, conflicts_with_all = ["range", "head"])]
    worktree: bool,
    /// Report the verdict as it is, but exit 0
    #[arg(long)]
    advisory: bool,
    /// How to draw the report; may be given several times
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    format: Vec<Format>,
    /// Where to write the report of the `--format` before it
    #[arg(long, value_name = "FILE")]
    output: Vec<PathBuf>,
}

/// Judges the change and draws the report.
pub fn run(
    args: &Args,
    matches: &ArgMatches,
    moment: &Moment,
    screen: &mut Screen,
) -> Result<ExitStatus, Error> {
    let drawings = drawings(args, matches)?;
    let mut request = args.change.request(moment)?;
    request.content = match (args.staged, args.worktree) {
        (true, _) => Content::Staged,
        (false, true) => Content::Worktree,
        (false, false) => Content::Commits,
    };
    // Where only some of the files are committed, git has put them into another index.
    request.index = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from).filter(|_| args.staged);
    request.advisory = args.advisory;
    let run = request.run.clone().filter(|_| args.format.is_empty() && args.output.is_empty());
    // The system takes back what a process held in no time; to take a policy apart costs as much as to read it.
    let session = ManuallyDrop::new(Session::open(request)?);
    let report = ManuallyDrop::new(session.report()?);
    let status = ExitStatus::of(&report);
    for drawing in &drawings {
        screen.report(drawing, &report)?;
    }
    run.map_or(Ok(()), |run| tell_system(&run, &report, screen))?;
    Ok(status)
}

/// Says it in the CI system's own way too, where nobody asked for another.
fn tell_system(run: &Run, report: &Report, screen: &mut Screen) -> Result<(), Error> {
    if let Some(format) = run.format.and_then(Format::parse) {
        screen.report(&Drawing { format, file: None }, report)?;
    }
    run.summary.as_deref().map_or(Ok(()), |file| append_summary(Path::new(file), report))
}

/// Pairs each `--output` with the `--format` before it. The screen gets a report for people when
/// everything else goes to files.
fn drawings(args: &Args, matches: &ArgMatches) -> Result<Vec<Drawing>, Error> {
    let places = |name: &str| matches.indices_of(name).into_iter().flatten();
    let mut drawings: Vec<(usize, Drawing)> = places("format")
        .zip(&args.format)
        .map(|(place, format)| (place, Drawing { format: *format, file: None }))
        .collect();
    for (place, file) in places("output").zip(&args.output) {
        let before = drawings.iter_mut().rev().find(|(format, _)| *format < place);
        match before {
            Some((_, drawing)) if drawing.file.is_none() => drawing.file = Some(file.clone()),
            Some(_) => {
                return Err(Error::asked(
                    format!("`--output {}` follows another `--output`", file.display()),
                    "give each --output a --format of its own before it",
                ));
            }
            None => drawings.push((place, Drawing { format: Format::Human, file: Some(file.clone()) })),
        }
    }
    if drawings.iter().all(|(_, drawing)| drawing.file.is_some()) {
        drawings.push((usize::MAX, Drawing { format: Format::Human, file: None }));
    }
    Ok(drawings.into_iter().map(|(_, drawing)| drawing).collect())
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    use clap::builder::TypedValueParser as _;
    let names = Format::ALL.map(|(name, _)| name);
    clap::builder::PossibleValuesParser::new(names)
        .try_map(|name| Format::parse(&name).ok_or("no such format"))
}
