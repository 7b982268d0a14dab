//! A repository of a known size, made by `git fast-import`, the same on every machine.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use anyhow::{Context, Result, ensure};

const COMMITS: usize = 36_000;
const REFS: usize = 20_000;
const FILES: usize = 6_000;
const LINES: usize = 160;

/// What was made.
pub struct Made {
    pub changes: Vec<Change>,
}

/// A change to measure.
pub struct Change {
    pub name: String,
    pub base: String,
    pub head: String,
}

/// Makes a bare repository with a long history, many refs, and changes of several sizes.
pub fn repository(path: &Path) -> Result<Made> {
    git(
        path.parent().context("no parent")?,
        &["init", "--quiet", "--bare", "--initial-branch", "main", &path.display().to_string()],
    )?;
    let mut import = Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["fast-import", "--quiet", "--date-format=raw"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut out = BufWriter::new(import.stdin.take().context("no pipe")?);
    history(&mut out)?;
    let sizes = [("4 files", 4, 2), ("604 files", 604, 4), ("4,441 files", 4_441, 2)];
    for (index, (_, files, hunks)) in sizes.iter().enumerate() {
        change(&mut out, index, *files, *hunks)?;
    }
    refs(&mut out)?;
    out.flush()?;
    drop(out);
    ensure!(import.wait()?.success(), "git fast-import failed");
    git(path, &["gc", "--quiet"])?;
    let changes = sizes.iter().enumerate().map(|(index, (name, _, _))| Change {
        name: (*name).to_owned(),
        base: "main".to_owned(),
        head: format!("refs/heads/change-{index}"),
    });
    Ok(Made { changes: changes.collect() })
}

type Out = BufWriter<ChildStdin>;

/// One commit with all files, then thousands that touch one each.
fn history(out: &mut Out) -> Result<()> {
    commit(out, "main", 0, None)?;
    for file in 0..FILES {
        inline(out, file, &content(file, |_| None))?;
    }
    for number in 1..COMMITS {
        commit(out, "main", number, None)?;
        let file = number.wrapping_mul(7_919) % FILES;
        inline(out, file, &content(file, |line| (line == number % LINES).then_some(number)))?;
    }
    Ok(())
}

/// A branch on which many files change in several places each.
fn change(out: &mut Out, index: usize, files: usize, hunks: usize) -> Result<()> {
    commit(out, &format!("change-{index}"), COMMITS + index, Some("refs/heads/main"))?;
    for file in 0..files {
        let places = 1 + (file * 7 + index) % (hunks * 2);
        let edited = |line: usize| (line % (LINES / (places + 1)) == 9).then_some(line + 1);
        inline(out, file, &content(file, edited))?;
    }
    Ok(())
}

fn refs(out: &mut Out) -> Result<()> {
    for number in 0..REFS {
        writeln!(out, "reset refs/pull/{number}/head\nfrom refs/heads/main\n")?;
    }
    Ok(())
}

fn commit(out: &mut Out, branch: &str, number: usize, from: Option<&str>) -> Result<()> {
    let message = format!("Change {number}");
    writeln!(
        out,
        "commit refs/heads/{branch}\ncommitter Bench <bench@gate.example> {} +0000",
        1_600_000_000 + number * 60
    )?;
    writeln!(out, "data {}\n{message}", message.len())?;
    if let Some(from) = from {
        writeln!(out, "from {from}^0")?;
    }
    Ok(())
}

fn inline(out: &mut Out, file: usize, text: &str) -> Result<()> {
    writeln!(out, "M 644 inline {}\ndata {}\n{text}", path(file), text.len())?;
    Ok(())
}

/// Spreads files over services and kinds, as a real system has them.
fn path(file: usize) -> String {
    let service = file / 60;
    match file % 12 {
        0 => format!("services/s{service}/deploy/f{file}.yaml"),
        1 => format!("infra/s{service}/f{file}.tf"),
        2..=5 => format!("services/s{service}/internal/f{file}.go"),
        6..=8 => format!("services/s{service}/app/f{file}.py"),
        9 => format!("services/s{service}/web/f{file}.ts"),
        10 => format!("services/s{service}/app/test_f{file}.py"),
        _ => format!("docs/s{service}/f{file}.md"),
    }
}

/// Writes a file's lines; `edit` says which of them carry which number.
fn content(file: usize, edit: impl Fn(usize) -> Option<usize>) -> String {
    let mut text = String::with_capacity(LINES * 40);
    for line in 0..LINES {
        let value = (file * 31 + line * 17) % 1_000;
        let depth = if line % 8 == 0 { 0 } else { 4 };
        let edited = edit(line).map_or(String::new(), |number| format!(" + {number}"));
        let written = writeln!(text, "{:depth$}value_{line} = compute({value}){edited}", "");
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
    text
}

fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git").current_dir(folder).args(arguments).status()?;
    ensure!(status.success(), "git {} failed", arguments.join(" "));
    Ok(())
}
