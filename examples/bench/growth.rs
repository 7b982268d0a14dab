//! What grows, and what gate makes of it.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::generate::{self, COMMITS};
use super::measure::{Bench, POLICY, Row};
use super::picture;
use super::statements::{self, Signer};

/// Measures one thing after another, each beside what it was before.
pub fn measure(gate: &Path, runs: usize, file: Option<&Path>) -> Result<()> {
    let rows = RefCell::new(Vec::new());
    let keep = |row: Row| {
        row.print();
        rows.borrow_mut().push(row);
    };
    let folder = tempfile::tempdir()?;
    Row::heading();
    let young = folder.path().join("young");
    let changes = generate::repository(&young, 1_000)?;
    let bench = Bench::new(&young, gate, runs)?;
    for change in &changes[..2] {
        keep(bench.compare(&format!("{}, 1,000 commits", change.name), &change.base, &change.head)?);
    }
    let repo = folder.path().join("repo");
    let changes = generate::repository(&repo, COMMITS)?;
    let bench = Bench::new(&repo, gate, runs)?;
    let all = |what: &str| {
        changes[..2].iter().try_for_each(|change| {
            keep(bench.compare(&format!("{}, {what}", change.name), &change.base, &change.head)?);
            Ok::<_, anyhow::Error>(())
        })
    };
    all("36,000 commits")?;
    generate::refs(&repo)?;
    all("and 20,000 refs")?;
    generate::sign_offs(&repo, 0..100_000)?;
    all("and 100,000 sign-offs")?;
    generate::git(&repo, &["update-ref", "-d", "refs/notes/gate"])?;
    for count in [50, 1_000] {
        bench.judge_by(&(POLICY.to_owned() + &rules(count)?))?;
        all(&format!("{count} rules of one's own"))?;
    }
    bench.judge_by(POLICY)?;
    let head = generate::behind(&repo, 10, 1_000)?;
    keep(bench.compare("4 files, target 1,000 commits ahead", "main", &head)?);
    let signer = Signer::new(folder.path())?;
    bench.judge_by(&signer.policy)?;
    keep(old_sign_off(&bench, &repo, gate, &signer.key)?);
    if let Some(file) = file {
        std::fs::write(file, picture::draw(&rows.borrow())?)?;
    }
    statements::measure(gate, &repo, &changes[0], (bench.policy(), &signer.key), runs)?;
    bench.judge_by(POLICY)?;
    let change = &changes[2];
    let [theirs, ours] = bench.memory(&change.base, &change.head)?;
    anstream::println!("memory, {}: git {theirs:.0} MiB, gate {ours:.0} MiB", change.name);
    Ok(())
}

/// Rules of the everyday kind, each with a path and a word of its own.
fn rules(count: usize) -> Result<String> {
    let mut text = String::new();
    for number in 0..count {
        writeln!(
            text,
            "[[rule]]\nid = \"rule-{number}\"\ncategory = \"config\"\npaths = [\"services/s{number}/**/*.yaml\", \"**/*.go\"]\nchanged = ['\\bsetting_{number}\\s*='] \nwhy = \"Somebody relies on setting {number}.\"\n"
        )?;
    }
    Ok(text)
}

/// Signs a change that is 3,000 commits old, and measures it after a rebase to today's target.
fn old_sign_off(bench: &Bench, repo: &Path, gate: &Path, key: &Path) -> Result<Row> {
    let old = generate::behind(repo, 13, 3_000)?;
    let signed = Command::new(gate)
        .args(["sign", "--base", "refs/heads/main~3000", "--target", "main", "--head", &old, "--repo"])
        .arg(repo)
        .arg("--policy")
        .arg(bench.policy())
        .arg("--key")
        .arg(key)
        .output()
        .context("can't run gate")?;
    ensure!(signed.status.code() != Some(2), "gate sign: {}", String::from_utf8_lossy(&signed.stderr));
    let head = generate::behind(repo, 16, 0)?;
    bench.compare("4 files, sign-off 3,000 commits old", "main", &head)
}
