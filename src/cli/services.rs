//! `gate services`: the service map.

use bstr::{BStr, ByteSlice as _};

use super::ExitStatus;
use super::output::Screen;
use super::written::{WrittenArgs, files, read};
use crate::git::{Entry, Repo};
use crate::policy::{FILE_NAME, Service};
use crate::render::services::{MapFormat, render};
use crate::service::{Atlas, Read, ServiceMap, discover};
use crate::session::Error;

/// The largest file that is read for the map, in bytes.
const LARGEST: usize = 512 * 1024;

/// Print the service map: which services there are, and which speaks of which
///
/// Reads the `[[service]]` tables of gate.toml; without any, finds the services by itself.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How to draw it
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "mermaid"])]
    format: String,
    /// Find the services anew, whatever gate.toml says
    #[arg(long)]
    discover: bool,
    #[command(flatten)]
    written: WrittenArgs,
}

/// Draws the map of HEAD.
pub fn run(args: &Args, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let repo = Repo::open(&args.written.repo)?;
    let files = files(&repo)?;
    let paths: Vec<&[u8]> = files.iter().map(|entry| entry.path.as_slice()).collect();
    let content = |path: &[u8]| content(&repo, &files, path);
    let (services, source) = services(args, &repo, &paths, &content)?;
    let unmappable = |error: crate::service::Unmappable| {
        Error::asked(error.to_string(), "give the services fewer `names`")
    };
    let map = ServiceMap::new(&services).map_err(unmappable)?;
    let atlas = Atlas::draw(&map, &paths, &content)?;
    let format = MapFormat::parse(&args.format).unwrap_or(MapFormat::Text);
    screen.draw(|out| render(format, &atlas, &source, out));
    Ok(ExitStatus::Pass)
}

/// Returns the services of gate.toml, or those that are found where it names none.
fn services(
    args: &Args,
    repo: &Repo,
    paths: &[&[u8]],
    content: &Read<'_, Error>,
) -> Result<(Vec<Service>, String), Error> {
    let here = repo.work_dir().is_some_and(|folder| folder.join(FILE_NAME).is_file());
    if !args.discover && (args.written.policy.is_some() || here) {
        let written = read(&args.written, repo)?;
        if !written.policy.services.is_empty() {
            return Ok((written.policy.services, written.name));
        }
    }
    Ok((discover(paths, content)?, "found in the repository".to_owned()))
}

fn content(repo: &Repo, files: &[Entry], path: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let place = files.binary_search_by(|entry| BStr::new(entry.path.as_slice()).cmp(path.as_bstr()));
    match place.ok().and_then(|place| files.get(place)) {
        Some(entry) => Ok(repo.content(entry, LARGEST)?),
        None => Ok(None),
    }
}
