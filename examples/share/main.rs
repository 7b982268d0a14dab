//! Measures what is left for a senior to read:
//! `cargo run --release --example share -- REPO [REPO …] [--changes N]`.
//!
//! Of the last N changes that landed on each repository's HEAD (500 unless told), prints which share of the
//! changed lines, of the hunks and of the changes somebody is asked to read: by `gate:recommended`, by the
//! path globs of `paths.toml` beside this file, and by `everything.toml`, which misses nothing. The lines are
//! what the JSON report calls `lines_to_review`: of a generated file one, whatever the policy, and of a long
//! hunk that rules found by its lines those and the ones around them. `whole` counts all lines of each such
//! hunk. A rename or another change without lines counts as one line.

#![allow(clippy::print_stdout)]

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
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
    let of_each = "gate:recommended | whole | paths.toml | whole | everything.toml | whole";
    println!("| repository | changes | hunks | lines | {of_each} |");
    println!("|{}", "---|".repeat(10));
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
    /// The lines to review.
    lines: u64,
    /// All changed lines of the hunks that these are in.
    whole: u64,
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
            self.lines += u64::from(hunk.lines_to_review.max(1));
            self.whole += u64::from(hunk.changed_lines.max(1));
            self.hunks += 1;
        }
        self.changes += u64::from(self.hunks > before);
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.all;
        write!(f, "{} | {} | {} |", all.changes, all.hunks, all.whole)?;
        let share = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
        for asked in &self.asked {
            let [lines, whole] = [asked.lines, asked.whole].map(|lines| share(lines, all.whole));
            let [hunks, changes] = [share(asked.hunks, all.hunks), share(asked.changes, all.changes)];
            write!(f, " {lines:.1} / {hunks:.0} / {changes:.0} | {whole:.1} |")?;
        }
        Ok(())
    }
}
