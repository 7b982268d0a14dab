//! A tour of gate: a small shop of five services, an agent, a senior, and the real binary.
//!
//! `cargo run --release --example tour` builds the shop's git history in a temporary
//! folder (or in the folder after `--keep`) and tells the story; every line under a `$`
//! is what the program printed.

mod binary;
mod shell;
mod shop;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("tour: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut keep = None;
    let mut gate = None;
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().map(PathBuf::from).context("a folder or file must follow");
        match argument.to_str() {
            Some("--keep") => keep = Some(value()?),
            Some("--gate") => gate = Some(value()?),
            _ => bail!("unknown argument {argument:?}; the tour takes --keep DIR and --gate FILE"),
        }
    }
    let gate = match gate {
        Some(file) => file.canonicalize().with_context(|| format!("can't find {}", file.display()))?,
        None => binary::build_gate()?,
    };
    match keep {
        Some(folder) => {
            if folder.exists() && folder.read_dir()?.next().is_some() {
                bail!("{} is not empty; name a folder that is, or does not exist yet", folder.display());
            }
            std::fs::create_dir_all(&folder)?;
            let folder = folder.canonicalize()?;
            story::tell(&folder, &gate)?;
            anstream::println!(
                "\nThe shop stays in {}: look around, and try `gate explain`.",
                folder.display()
            );
            Ok(())
        }
        None => {
            let folder = tempfile::tempdir()?;
            story::tell(&folder.path().canonicalize()?, &gate)
        }
    }
}
