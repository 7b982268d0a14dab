//! What one file costs, with nothing around it: cutting it into hunks, and classifying those.
//!
//! `cargo bench` prints medians. Whole processes beside `git diff -M` are measured by `examples/bench`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement that fails is none")]

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Instant;

use gate::change::cut::{Block, cut};
use gate::change::{FileChange, Mode, ObjectId, Side};
use gate::classify::{Classifier, example};
use gate::policy::Policy;

const LINES: usize = 2_000;
const HUNKS: usize = 100;

fn main() {
    let source = "version = 1\nextends = [\"gate:recommended\"]\n";
    let (policy, _) = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap();
    median("read the recommended pack", || Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap());
    median("make a classifier of it", || Classifier::new(&policy).unwrap());

    median("cut 2,000 lines into 100 hunks", || file(&side(1, |_| ""), &side(2, edited)));
    let classifier = Classifier::new(&policy).unwrap();
    let large = file(&side(1, |_| ""), &side(2, edited));
    median("classify these 100 hunks", || classifier.judge(&large));
    let examples: Vec<FileChange> =
        policy.rules.iter().flat_map(|rule| &rule.examples).map(example::file).collect();
    median(&format!("classify the {} examples of the packs", examples.len()), || {
        examples.iter().map(|file| classifier.judge(file).len()).sum::<usize>()
    });
}

/// Prints the median of many runs.
fn median<T>(what: &str, mut run: impl FnMut() -> T) {
    let mut times: Vec<_> = (0..51)
        .map(|_| {
            let started = Instant::now();
            black_box(run());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("{what:<42} {:>12.3?}", times[times.len() / 2]);
}

fn side(object: u8, edit: impl Fn(usize) -> &'static str) -> Side {
    let line =
        |line: usize| format!("{:w$}value_{line} = compute({line}){}\n", "", edit(line), w = line % 3 * 4);
    Side {
        path: "services/cart/internal/prices.go".into(),
        mode: Mode::FILE,
        object: ObjectId::new([object; 20]),
        content: Some((0..LINES).map(line).collect::<String>().into_bytes()),
    }
}

fn edited(line: usize) -> &'static str {
    if line % (LINES / HUNKS) == 7 { " + timeout" } else { "" }
}

/// Cuts a file in which only the edited lines differ.
fn file(old: &Side, new: &Side) -> FileChange {
    let block = |line: usize| Block { old: line..line + 1, new: line..line + 1 };
    let blocks = (0..LINES).filter(|&line| !edited(line).is_empty()).map(block).collect();
    cut(Some(old.clone()), Some(new.clone()), |_, _| Ok::<Vec<Block>, Infallible>(blocks)).unwrap()
}
