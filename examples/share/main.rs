//! Measures what is left for a senior to read:
//! `cargo run --release --example share -- REPO [REPO …] [--changes N]`.
//!
//! Of the last N changes that landed on each repository's HEAD (500 unless told), prints which share of the
//! changed lines, of the hunks and of the changes somebody is asked to read: by `gate:recommended`, by the
//! path globs of `paths.toml` beside this file, and by `everything.toml`, which misses nothing. A hunk is read
//! whole; what gate shows of a long one, the lines that a rule matched and the first ones, is told beside it. A
//! rename or another change without lines counts as one line.

#![allow(clippy::print_stdout)]

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use gate::change::Origin;
use gate::classify::{Class, Classifier, Judged};
use gate::git::Repo;
use gate::policy::Policy;

const POLICIES: [&str; 3] = [
    "version = 1\nextends = [\"gate:recommended\"]\n",
    include_str!("paths.toml"),
    include_str!("everything.toml"),
];

fn main() -> Result<()> {
    let mut args: Vec<_> = std::env::args().skip(1).collect();
    let mut most = 500;
    if let Some(flag) = args.iter().position(|arg| arg == "--changes") {
        most = args.get(flag + 1).context("--changes takes a number")?.parse()?;
        args.drain(flag..=flag + 1);
    }
    ensure!(!args.is_empty(), "usage: share REPO [REPO …] [--changes N]");
    let policies = POLICIES.iter().map(|source| policy(source)).collect::<Result<Vec<_>>>()?;
    println!("share of lines / hunks / changes that somebody must read, in %");
    println!(
        "| repository | changes | hunks | lines | gate:recommended | lines it shows | paths.toml | everything.toml |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for path in &args {
        let classifiers = policies.iter().map(Classifier::new).collect::<Result<Vec<_>, _>>()?;
        println!("| {path} | {}", Share::of(path, most, &classifiers)?);
    }
    Ok(())
}

fn policy(source: &str) -> Result<Policy> {
    let (policy, _) =
        Policy::parse(source, "gate.toml", &|_| Ok(None)).map_err(|mistakes| anyhow!("{mistakes:?}"))?;
    Ok(policy)
}

/// How much there is: in all, or of what one policy asks for.
#[derive(Clone, Copy, Default)]
struct Sum {
    lines: u64,
    /// Of the lines those that are shown.
    shown: u64,
    hunks: u64,
    changes: u64,
}

/// What landed in one repository, and what each policy asks for.
struct Share {
    all: Sum,
    asked: Vec<Sum>,
}

impl Share {
    fn of(path: &str, most: usize, classifiers: &[Classifier]) -> Result<Self> {
        let repo = Repo::open(Path::new(path))?;
        let head = repo.revision("HEAD")?;
        let mut share = Self { all: Sum::default(), asked: vec![Sum::default(); classifiers.len()] };
        for landing in repo.landings(head.commit, most)? {
            let deltas = repo.landed_files(landing)?;
            for (number, classifier) in classifiers.iter().enumerate() {
                let hunks = repo.judge(&deltas, &|file| classifier.judge(file))?;
                if number == 0 {
                    share.all.add(hunks.iter());
                }
                share.asked[number].add(hunks.iter().filter(|hunk| hunk.class == Class::Architectural));
            }
        }
        Ok(share)
    }
}

impl Sum {
    fn add<'a>(&mut self, hunks: impl Iterator<Item = &'a Judged>) {
        let before = self.hunks;
        for hunk in hunks {
            self.lines += u64::from(hunk.changed_lines.max(1));
            self.shown +=
                hunk.excerpt.iter().filter(|line| line.origin != Origin::Context).count().max(1) as u64;
            self.hunks += 1;
        }
        self.changes += u64::from(self.hunks > before);
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.all;
        write!(f, "{} | {} | {} |", all.changes, all.hunks, all.lines)?;
        let share = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
        for (number, asked) in self.asked.iter().enumerate() {
            let [lines, hunks] = [share(asked.lines, all.lines), share(asked.hunks, all.hunks)];
            write!(f, " {lines:.0} / {hunks:.0} / {:.0} |", share(asked.changes, all.changes))?;
            if number == 0 {
                write!(f, " {:.0} |", share(asked.shown, all.lines))?;
            }
        }
        Ok(())
    }
}
