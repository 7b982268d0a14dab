//! `gate init`: the first gate.toml.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::ExitStatus;
use super::output::Screen;
use crate::classify::Classifier;
use crate::git::{Entry, Repo};
use crate::init::{Own, Replay, Survey, draft, packs, people, project};
use crate::key::PublicKey;
use crate::owners;
use crate::policy::{FILE_NAME, Policy};
use crate::render::{escape, render_draft};
use crate::service::discover;
use crate::session::Error;
use crate::signer::{self, OpenSsh};

/// The largest file that is read for services, in bytes.
const LARGEST: usize = 512 * 1024;
/// How many commits are searched for signatures.
const COMMITS: usize = 1_000;
/// How many changes the draft is tried out on.
const CHANGES: usize = 50;
/// The keys that OpenSSH itself would take, where git names none.
const USUAL_KEYS: [&str; 3] = ["~/.ssh/id_ed25519.pub", "~/.ssh/id_ecdsa.pub", "~/.ssh/id_rsa.pub"];

/// Write a gate.toml for this repository
///
/// Finds the services, the people and their keys, and the packs that fit; then tells what
/// this policy would have asked of the last 50 changes. Nothing is enforced until you say so.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// Print the draft instead of writing it
    #[arg(long)]
    print: bool,
}

/// Drafts the file, writes it, and tells what it would have asked.
pub fn run(args: &Args, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let repo = Repo::open(&args.repo)?;
    let place = if args.print { None } else { Some(place(&repo)?) };
    let survey = survey(&repo, screen)?;
    let text = draft(&survey);
    let parsed = Policy::parse(&text, FILE_NAME, &|_| Ok(None));
    let (policy, _) = parsed.map_err(|mistakes| Error::Mistakes(vec![mistakes]))?;
    let Some(place) = place else {
        screen.write(|out| out.write_all(text.as_bytes()));
        return Ok(ExitStatus::Pass);
    };
    let replay = replay(&repo, &policy)?;
    write(&place, &text)?;
    let width = screen.width;
    screen.draw(|out| render_draft(&survey, &replay, width, out));
    Ok(ExitStatus::Pass)
}

/// Returns where the file goes: the top of the work tree, where there is none yet.
fn place(repo: &Repo) -> Result<PathBuf, Error> {
    let folder = repo.work_dir().ok_or_else(|| {
        Error::asked("a bare repository has no place for gate.toml", "print it: gate init --print")
    })?;
    let place = folder.join(FILE_NAME);
    match place.symlink_metadata() {
        Ok(_) => Err(Error::asked(
            format!("there is a `{}` already", place.display()),
            "look at it: gate lint; or see what a new one would hold: gate init --print",
        )),
        Err(_) => Ok(place),
    }
}

/// Writes all of the file or nothing, and never over another.
fn write(place: &Path, text: &str) -> Result<(), Error> {
    let failed = |error: std::io::Error| {
        Error::asked(
            format!("can't write `{}`: {error}", place.display()),
            "make room or give it rights; nothing was written",
        )
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(place).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a policy would be worse than none.
        drop(std::fs::remove_file(place));
        failed(error)
    })
}

fn survey(repo: &Repo, screen: &mut Screen) -> Result<Survey, Error> {
    // Before the first commit there is nothing to look at, and a draft all the same.
    let head = repo.revision("HEAD").ok().map(|head| head.commit);
    let files = head.map_or_else(|| Ok(Vec::new()), |head| repo.files(head))?;
    let commits = head.map_or_else(|| Ok(Vec::new()), |head| repo.lately(head, COMMITS))?;
    let by_path: BTreeMap<&[u8], &Entry> = files.iter().map(|entry| (entry.path.as_slice(), entry)).collect();
    let paths: Vec<&[u8]> = by_path.keys().copied().collect();
    let read = |path: &[u8]| match by_path.get(path) {
        Some(entry) => repo.content(entry, LARGEST),
        None => Ok(None),
    };
    let texts: Vec<&str> = paths.iter().filter_map(|path| std::str::from_utf8(path).ok()).collect();
    Ok(Survey {
        project: repo.remote_address()?.as_deref().and_then(project),
        people: people(&own(repo, screen), &commits),
        services: discover(&paths, &read)?,
        packs: packs(&texts),
        code_owners: owners::is_at(&texts),
    })
}

/// Tells who runs this, as far as their git knows; what it does not know is left out, and said.
fn own(repo: &Repo, screen: &mut Screen) -> Own {
    let (name, email) = signer::user(&repo.git_dir()).unwrap_or_default();
    let configured = signer::configured(&repo.git_dir()).unwrap_or_default();
    let key = match configured {
        Some(configured) => match key(&configured) {
            Ok(key) => Some(key),
            Err(error) => {
                let said = format!("warning: your signing key is left out: {error}");
                screen.aside(&escape::terminal(said));
                None
            }
        },
        None => USUAL_KEYS.iter().find_map(|name| key(name).ok()),
    };
    Own { name, email, key }
}

fn key(name: &str) -> Result<PublicKey, signer::Error> {
    let chosen = OpenSsh::default().choose(Some(name), None, &|_| None, &mut std::io::sink())?;
    Ok(chosen.public().clone())
}

/// Tries the draft out on the last changes.
fn replay(repo: &Repo, policy: &Policy) -> Result<Replay, Error> {
    let mut replay = Replay::default();
    let Ok(head) = repo.revision("HEAD") else { return Ok(replay) };
    let classifier = Classifier::new(policy)
        .map_err(|error| Error::asked(error.to_string(), "gate init --print shows the draft"))?;
    for landing in repo.landings(head.commit, CHANGES)? {
        let deltas = repo.landed_files(landing)?;
        let hunks = repo.judge(&deltas, &|file| classifier.judge(file))?;
        replay.add(policy, &hunks);
    }
    Ok(replay)
}
