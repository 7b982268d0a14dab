//! The programs that the tests here run, and what their users read about them in the pages.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::TestRepo;

/// Tells whether a test of these programs is asked for. It says why not; where it is asked for, each must be there.
pub fn asked(name: &str, programs: &[&str]) -> bool {
    let wanted = std::env::var("GATE_CLIENTS").unwrap_or_default();
    if wanted != "all" && !wanted.split(',').any(|one| one == name) {
        eprintln!("skipped: set GATE_CLIENTS=all or GATE_CLIENTS={name} (needs {})", programs.join(", "));
        return false;
    }
    for program in programs {
        assert!(found(program), "GATE_CLIENTS asks for {name}, and `{program}` is not on the PATH");
    }
    true
}

fn found(program: &str) -> bool {
    std::env::split_paths(&path()).any(|folder| folder.join(program).is_file())
}

/// The PATH of a user who has gate: the binary under test is the one that is found.
pub fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_gate")).parent().unwrap().to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::iter::once(own).chain(std::env::split_paths(&rest)).chain([PathBuf::from("/usr/sbin")]);
    std::env::join_paths(folders).unwrap()
}

/// A program that runs in a repository, with gate on its PATH.
pub fn command(repo: &TestRepo, program: &str) -> Command {
    let mut command = repo.command(program);
    command.env("PATH", path());
    command
}

/// Runs it and returns whether it went well, and all that it said.
pub fn ran(command: &mut Command) -> (bool, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// Runs it; it has to go well.
#[track_caller]
pub fn went_well(command: &mut Command) -> String {
    let (well, text) = ran(command);
    assert!(well, "{command:?}: {text}");
    text
}

/// Returns the blocks of this language under a heading of a page, as they stand.
pub fn snippets(page: &str, heading: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    let start = if heading.is_empty() { "\n".to_owned() } else { format!("\n## {heading}\n") };
    let section = text.split_once(&start).unwrap_or_else(|| panic!("{page} has no {heading}")).1;
    let section = section.split("\n## ").next().unwrap();
    let fence = format!("```{language}\n");
    let blocks = section.split(&fence).skip(1);
    let found: Vec<_> = blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect();
    assert!(!found.is_empty(), "{page}, {heading}: no block of {language}");
    found
}

/// Writes a program.
pub fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
