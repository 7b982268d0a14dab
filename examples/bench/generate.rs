//! A repository of a known size, made by `git fast-import`, the same on every machine.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use anyhow::{Context, Result, ensure};

/// How many commits and refs the repository of the measurements has.
pub const COMMITS: usize = 36_000;
pub const REFS: usize = 20_000;
const FILES: usize = 6_000;
const LINES: usize = 160;

/// A change to measure.
pub struct Change {
    pub name: String,
    pub base: String,
    pub head: String,
}

/// Makes a bare repository with so long a history, and changes of several sizes.
pub fn repository(path: &Path, commits: usize) -> Result<Vec<Change>> {
    git(
        path.parent().context("no parent")?,
        &["init", "--quiet", "--bare", "--initial-branch", "main", &path.display().to_string()],
    )?;
    let sizes = [("4 files", 4, 2), ("604 files", 604, 4), ("4,441 files", 4_441, 2)];
    import(path, |out| {
        history(out, commits)?;
        for (index, (_, files, hunks)) in sizes.iter().enumerate() {
            branch(out, index, commits, "refs/heads/main", (*files, *hunks))?;
        }
        Ok(())
    })?;
    git(path, &["gc", "--quiet"])?;
    let change = |(index, (name, ..)): (usize, &(&str, usize, usize))| Change {
        name: (*name).to_owned(),
        base: "main".to_owned(),
        head: format!("refs/heads/change-{index}"),
    };
    Ok(sizes.iter().enumerate().map(change).collect())
}

/// Adds refs, as a forge keeps one for each pull request.
pub fn refs(path: &Path) -> Result<()> {
    let tip = "refs/heads/main^0";
    import(path, |out| {
        for number in 0..REFS {
            writeln!(out, "reset refs/pull/{number}/head\nfrom {tip}\n")?;
        }
        Ok(())
    })?;
    git(path, &["pack-refs", "--all"])
}

/// Adds sign-offs of other hunks, each under a key of its own.
pub fn sign_offs(path: &Path, numbers: Range<u64>) -> Result<()> {
    let filler = "A".repeat(400);
    let has_some = path.join("refs/notes/gate").exists();
    let is_first = numbers.start == 0;
    import(path, |out| {
        commit(out, "refs/notes/gate", 0, has_some.then_some("refs/notes/gate^0"))?;
        for number in numbers {
            // Spread as ids are.
            let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let (first, second, rest) = (spread >> 56, spread >> 48 & 0xff, spread & 0xffff_ffff_ffff);
            let line = format!("{{\"statement\":{{\"n\":{number}}},\"signature\":\"{filler}\"}}\n");
            let place = format!("{first:02x}/{second:02x}/{rest:012x}{number:024x}");
            writeln!(out, "M 644 inline {place}\ndata {}\n{line}", line.len())?;
        }
        Ok(())
    })?;
    if is_first { git(path, &["repack", "-adq"]) } else { Ok(()) }
}

/// Adds the change of 4 files on what the main branch was so many commits ago.
pub fn behind(path: &Path, index: usize, behind: usize) -> Result<String> {
    let from = format!("refs/heads/main~{behind}");
    import(path, |out| branch(out, index, COMMITS, &from, (4, 2)))?;
    git(path, &["repack", "-adq"])?;
    Ok(format!("refs/heads/change-{index}"))
}

fn import(path: &Path, write: impl FnOnce(&mut Out) -> Result<()>) -> Result<()> {
    let mut import = Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["fast-import", "--quiet", "--date-format=raw"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut out = BufWriter::new(import.stdin.take().context("no pipe")?);
    write(&mut out)?;
    out.flush()?;
    drop(out);
    ensure!(import.wait()?.success(), "git fast-import failed");
    Ok(())
}

type Out = BufWriter<ChildStdin>;

/// One commit with all files, then thousands that touch one each.
fn history(out: &mut Out, commits: usize) -> Result<()> {
    commit(out, "refs/heads/main", 0, None)?;
    for file in 0..FILES {
        inline(out, file, &content(file, |_| None))?;
    }
    for number in 1..commits {
        commit(out, "refs/heads/main", number, None)?;
        let file = number.wrapping_mul(7_919) % FILES;
        inline(out, file, &content(file, |line| (line == number % LINES).then_some(number)))?;
    }
    Ok(())
}

/// A branch on which many files change in several places each.
fn branch(
    out: &mut Out,
    index: usize,
    number: usize,
    from: &str,
    (files, hunks): (usize, usize),
) -> Result<()> {
    commit(out, &format!("refs/heads/change-{index}"), number + index, Some(from))?;
    for file in 0..files {
        let places = 1 + (file * 7 + index % 3) % (hunks * 2);
        let edited = |line: usize| (line % (LINES / (places + 1)) == 9).then_some(line + 1);
        inline(out, file, &content(file, edited))?;
    }
    Ok(())
}

fn commit(out: &mut Out, name: &str, number: usize, from: Option<&str>) -> Result<()> {
    let message = format!("Change {number}");
    writeln!(
        out,
        "commit {name}\ncommitter Bench <bench@gate.example> {} +0000",
        1_600_000_000 + number * 60
    )?;
    writeln!(out, "data {}\n{message}", message.len())?;
    if let Some(from) = from {
        writeln!(out, "from {from}")?;
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

pub fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git").current_dir(folder).args(arguments).status()?;
    ensure!(status.success(), "git {} failed", arguments.join(" "));
    Ok(())
}
