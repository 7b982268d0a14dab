//! `gate explain`: why a hunk has its class.

use super::args::PlaceArgs;
use super::output::Screen;
use super::{ExitStatus, Moment};
use crate::classify::Class;
use crate::render::render_explained;
use crate::report::{HunkReport, Report};
use crate::session::{Error, Session};

/// Fewer digits than this name no hunk.
const SHORTEST_ID: usize = 4;

/// Tell why a hunk has its class: rule, line, the words that matched, what would satisfy it
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A hunk's id or the beginning of it, a path, or a path with a line; nothing for all architectural hunks
    #[arg(value_name = "HUNK or PATH[:LINE]")]
    what: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Reviews the change and explains the hunks that were asked for. Exits 0 whatever the verdict.
pub fn run(args: &Args, moment: &Moment, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let session = Session::open(args.place.request(moment)?)?;
    let report = session.report()?;
    let asked = match &args.what {
        Some(what) => named(&report, what)?,
        None => report.hunks.iter().filter(|hunk| hunk.class == Class::Architectural).collect(),
    };
    if asked.is_empty() {
        screen.line("no hunk of this change is architectural; name a path to see why not");
    }
    let width = screen.width;
    screen.draw(|out| render_explained(&report, &session.ruling.policy, &asked, width, out));
    Ok(ExitStatus::Pass)
}

/// Finds hunks by path, by path and line, or by the beginning of an id.
fn named<'r>(report: &'r Report, what: &str) -> Result<Vec<&'r HunkReport>, Error> {
    let at = |hunk: &HunkReport, path: &str| hunk.path == path || hunk.old_path.as_deref() == Some(path);
    let by_path: Vec<_> = report.hunks.iter().filter(|hunk| at(hunk, what)).collect();
    if !by_path.is_empty() {
        return Ok(by_path);
    }
    if let Some((path, line)) =
        what.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse::<u32>().ok()?)))
    {
        let touches = |hunk: &&HunkReport| at(hunk, path) && holds(hunk, line);
        let by_line: Vec<_> = report.hunks.iter().filter(touches).collect();
        if !by_line.is_empty() {
            return Ok(by_line);
        }
        if report.hunks.iter().any(|hunk| at(hunk, path)) {
            let message = format!("line {line} of `{path}` is not in a hunk of this change");
            return Err(Error::asked(message, format!("see which are: gate explain {path}")));
        }
    }
    let is_id = what.len() >= SHORTEST_ID && what.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_id: Vec<_> = report.hunks.iter().filter(|hunk| is_id && hunk.id.starts_with(what)).collect();
    if by_id.is_empty() {
        let message = format!("`{what}` is no path and no hunk of this change");
        return Err(Error::asked(message, "list all: gate check --format json"));
    }
    Ok(by_id)
}

fn holds(hunk: &HunkReport, line: u32) -> bool {
    let within = |start: u32, lines: u32| start <= line && line < start.saturating_add(lines.max(1));
    within(hunk.new_start, hunk.new_lines) || within(hunk.old_start, hunk.old_lines)
}
