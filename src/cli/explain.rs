//! `gate explain`: why a hunk has its class.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bstr::BStr;

use super::args::PlaceArgs;
use super::older::older;
use super::output::Screen;
use super::place::{Here, is_at};
use super::{ExitStatus, Moment};
use crate::change::probe;
use crate::classify::{Class, Classifier, Near, NearMiss};
use crate::render::{Explained, render_explained};
use crate::report::{HunkReport, Report};
use crate::service::Unmappable;
use crate::session::{Error, Session};

/// Fewer digits than this name no hunk.
const SHORTEST_ID: usize = 4;

/// Tell why a hunk has its class, and why not another: rule, line, the words that matched, what would satisfy it
///
/// Of a local hunk it tells the rules that all but matched. A line that is not in the change is
/// judged as if it were.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A hunk's id or the beginning of it, a path, or a path with a line; nothing for all architectural hunks
    #[arg(value_name = "HUNK or PATH[:LINE]")]
    what: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
}

/// What was asked about.
enum Asked<'r> {
    Hunks(Vec<&'r HunkReport>),
    /// A line that may be outside of the change: the paths it may be in, and its number.
    Line(Vec<String>, u32),
}

/// Reviews the change and explains the hunks that were asked for. Exits 0 whatever the verdict.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let session = Session::open(args.place.request(moment)?)?;
    let report = session.report()?;
    let here = Here::new(&session.repo, &args.place.repo);
    match &args.what {
        Some(what) => match named(&report, what, &here)? {
            Asked::Hunks(hunks) => {
                let near = near(&session, &hunks)?;
                explain(&session, &report, &hunks, &near, screen);
            }
            Asked::Line(paths, line) => elsewhere(&session, &report, &paths, line, screen)?,
        },
        None => {
            let asked = |hunk: &&HunkReport| hunk.class == Class::Architectural;
            let hunks: Vec<&HunkReport> = report.hunks.iter().filter(asked).collect();
            if hunks.is_empty() {
                screen.line("no hunk of this change is architectural; name a path to see why not");
            }
            explain(&session, &report, &hunks, &BTreeMap::new(), screen);
        }
    }
    Ok(ExitStatus::Pass)
}

fn explain<'r>(
    session: &Session,
    report: &'r Report,
    hunks: &[&'r HunkReport],
    near: &BTreeMap<String, Vec<NearMiss>>,
    screen: &mut Screen,
) {
    let older = older(session, report, hunks);
    let explained = |hunk: &&'r HunkReport| Explained {
        hunk,
        near: near.get(&hunk.id).map_or(&[][..], Vec::as_slice),
        older: older.get(&hunk.id),
        instead_of: None,
    };
    let asked: Vec<Explained<'_>> = hunks.iter().map(explained).collect();
    let width = screen.width;
    screen.draw(|out| render_explained(report, &session.ruling.policy, &asked, width, out));
}

/// Finds the rules that all but matched these hunks.
fn near(session: &Session, hunks: &[&HunkReport]) -> Result<BTreeMap<String, Vec<NearMiss>>, Error> {
    let policy = &session.ruling.policy;
    let classifier = Classifier::new(policy).map_err(unmappable)?;
    let near = Near::new(policy, &classifier);
    let found = Mutex::new(Ok(BTreeMap::new()));
    session.judge(&session.range, &|file| {
        let judged = classifier.judge(file);
        let is_asked = |id: &str| hunks.iter().any(|hunk| hunk.id == id);
        if judged.iter().any(|hunk| is_asked(&hunk.id.to_string())) {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            match (near.misses(file), found.as_mut()) {
                (Ok(misses), Ok(all)) => all.extend(misses.into_iter().map(|(id, of)| (id.to_string(), of))),
                (Err(error), _) => *found = Err(error),
                (Ok(_), Err(_)) => {}
            }
        }
        judged
    })?;
    found.into_inner().unwrap_or_else(PoisonError::into_inner).map_err(unmappable)
}

/// Tells what the rules would say if a line changed that does not.
fn elsewhere(
    session: &Session,
    report: &Report,
    paths: &[String],
    line: u32,
    screen: &mut Screen,
) -> Result<(), Error> {
    let policy = &session.ruling.policy;
    let Some((path, side)) = paths.iter().find_map(|path| {
        let side = session.repo.side(session.range.head, BStr::new(path)).transpose()?;
        Some((path, side))
    }) else {
        let message = format!("`{}` is no path and no hunk of this change", paths[0]);
        return Err(Error::asked(message, "list all: gate check --format json"));
    };
    let Some(changes) = probe(&side?, line) else {
        let message = format!("`{path}` has no line {line}, or it is no text");
        return Err(Error::asked(message, "lines count from 1, in the file as the change leaves it"));
    };
    let classifier = Classifier::new(policy).map_err(unmappable)?;
    let near = Near::new(policy, &classifier);
    // What a rule says may hang on whether the line comes or goes.
    let mut judged = Vec::new();
    for change in &changes {
        let misses = near.misses(change).map_err(unmappable)?;
        let hunks = classifier.judge(change).into_iter().zip(misses);
        judged.extend(hunks.map(|(hunk, (_, misses))| (HunkReport::new(policy, hunk, false), misses)));
    }
    judged.sort_by_key(|(hunk, _)| hunk.class == Class::Local);
    let Some((hunk, misses)) = judged.first() else { return Ok(()) };
    let width = screen.width;
    let asked = [Explained { hunk, near: misses, older: None, instead_of: Some(line) }];
    screen.draw(|out| render_explained(report, policy, &asked, width, out));
    Ok(())
}

/// Finds hunks by path, by path and line, or by the beginning of an id.
fn named<'r>(report: &'r Report, what: &str, here: &Here) -> Result<Asked<'r>, Error> {
    let at = |path: &str| report.hunks.iter().filter(|hunk| is_at(hunk, path)).collect::<Vec<_>>();
    if let Some(path) = here.path(what, &mut report.hunks.iter()) {
        return Ok(Asked::Hunks(at(&path)));
    }
    let place = what.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse::<u32>().ok()?)));
    if let Some((path, line)) = place {
        let known = here.path(path, &mut report.hunks.iter());
        let hunks = known.map_or_else(Vec::new, |path| at(&path));
        let by_line: Vec<_> = hunks.into_iter().filter(|hunk| holds(hunk, line)).collect();
        return Ok(if by_line.is_empty() {
            Asked::Line(here.paths(path), line)
        } else {
            Asked::Hunks(by_line)
        });
    }
    let is_id = what.len() >= SHORTEST_ID && what.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_id: Vec<_> = report.hunks.iter().filter(|hunk| is_id && hunk.id.starts_with(what)).collect();
    if by_id.is_empty() {
        let message = format!("`{what}` is no path and no hunk of this change");
        let help = "list all: gate check --format json; or name a line of a file: gate explain PATH:LINE";
        return Err(Error::asked(message, help));
    }
    Ok(Asked::Hunks(by_id))
}

fn holds(hunk: &HunkReport, line: u32) -> bool {
    let within = |start: u32, lines: u32| start <= line && line < start.saturating_add(lines.max(1));
    within(hunk.new_start, hunk.new_lines) || within(hunk.old_start, hunk.old_lines)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands over the error itself")]
fn unmappable(error: Unmappable) -> Error {
    Error::asked(error.to_string(), "give the services fewer or shorter `names`")
}
