//! Times gate as a whole process beside `git diff -M`, and prints the ratio.
//!
//! `cargo run --release --example bench` generates a repository and measures changes of
//! several sizes in it; `-- REPO BASE HEAD` measures a change of a real one; `-- --growth`
//! measures what a longer history, more refs, more sign-offs and more rules cost, what
//! recorded statements cost `sign`, `log` and `sync`, and the memory; `--svg FILE` draws it. The two commands run in turn, so that a machine that slows down slows both.

#[path = "../tour/binary.rs"]
mod binary;
mod generate;
mod growth;
mod measure;
mod picture;
mod statements;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use self::measure::{Bench, Row};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut runs = 11;
    let mut places = Vec::new();
    let (mut gate, mut grows, mut picture) = (None, false, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--runs" => runs = arguments.next().context("--runs takes a number")?.parse()?,
            "--growth" => grows = true,
            "--svg" => picture = Some(PathBuf::from(arguments.next().context("--svg takes a file")?)),
            "--gate" => gate = Some(PathBuf::from(arguments.next().context("--gate takes a file")?)),
            flag if flag.starts_with('-') => {
                bail!("unknown argument {flag}; see the first lines of examples/bench/main.rs")
            }
            _ => places.push(argument),
        }
    }
    let gate = match gate {
        Some(file) => file.canonicalize()?,
        None => binary::build_gate()?,
    };
    match places.as_slice() {
        [] if grows => growth::measure(&gate, runs, picture.as_deref()),
        [] => generated(&gate, runs),
        [repo, base, head] => {
            let bench = Bench::new(Path::new(repo), &gate, runs)?;
            Row::heading();
            bench.compare("this change", base, head)?.print();
            Ok(())
        }
        _ => bail!("name REPO BASE HEAD, or nothing for a generated repository"),
    }
}

/// Measures in a repository that anyone can make again.
fn generated(gate: &Path, runs: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let repo = folder.path().join("repo");
    anstream::eprintln!("generating {} commits and {} refs …", generate::COMMITS, generate::REFS);
    let changes = generate::repository(&repo, generate::COMMITS)?;
    generate::refs(&repo)?;
    let bench = Bench::new(&repo, gate, runs)?;
    Row::heading();
    for change in &changes {
        bench.compare(&change.name, &change.base, &change.head)?.print();
    }
    Ok(())
}
