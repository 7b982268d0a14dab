//! Notes that anybody may push: of any size and shape, each ends in an answer or in exit 2 with a
//! reason, within 1.5 GB of address space and 30 seconds of a processor in a debug build.

#![cfg(unix)]
#![allow(dead_code, reason = "the stories' shop has more than is needed here")]
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::literal_string_with_formatting_args,
    reason = "a test may panic, and `^{tree}` is git's"
)]

#[path = "support/mod.rs"]
mod support;
#[path = "stories/world.rs"]
mod world;

use std::fmt::Write as _;
use std::process::Stdio;

use crate::support::{Run, TestRepo};
use crate::world::{ONE_TEAM, Shop, has};

const NOTES: &str = "refs/notes/gate";

/// What gate is to say: blocked with these words somewhere, or an error with them.
enum Wanted {
    Blocked(&'static str),
    Error(&'static str),
}
use Wanted::{Blocked, Error};

fn shop() -> Shop {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop
}

/// Runs gate with as much memory and time as it may have.
fn bounded(repo: &TestRepo, args: &[&str]) -> Run {
    let mut command = repo.command("bash");
    command.args(["-c", "ulimit -v 1500000 && ulimit -t 30 && exec \"$@\"", "bash"]);
    let output = command.arg(env!("CARGO_BIN_EXE_gate")).args(args).stdin(Stdio::null()).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Asks for the verdict, and has grace sign on top of what is there.
#[track_caller]
fn ask(shop: &Shop, what: &str, wanted: &Wanted) {
    let run = bounded(&shop.repo, &["check", "--format", "json"]);
    let (code, words) = match wanted {
        Blocked(words) => (1, words),
        Error(words) => (2, words),
    };
    assert_eq!(run.code, code, "{what}: {:.2000}{:.2000}", run.stdout, run.stderr);
    has(&format!("{}{}", run.stdout, run.stderr), &[words]);
    if code == 2 {
        assert_eq!(run.stdout, "", "{what}: an answer and an error");
        has(&run.stderr, &["help: "]);
    }
    let run = bounded(&shop.repo, &["sign", "--key", &shop.key("grace")]);
    assert!(matches!(run.code, 0 | 2), "{what}: {:.2000}", run.stderr);
}

/// Puts bytes under the head's note.
fn note(shop: &Shop, bytes: &[u8]) {
    let blob = shop.repo.raw_object("blob", bytes);
    let head = shop.repo.rev("feature");
    plant(shop, &[("100644", &blob, &head)]);
}

/// Makes a tree of the notes of these entries, with git's plumbing, which looks at little.
fn plant(shop: &Shop, entries: &[(&str, &str, &str)]) {
    let mut tree = Vec::new();
    let mut sorted = entries.to_vec();
    sorted.sort_by_key(|(_, _, name)| *name);
    for (mode, id, name) in sorted {
        let mode = mode.trim_start_matches('0');
        tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        tree.extend((0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()));
    }
    let tree = shop.repo.raw_object("tree", &tree);
    commit(shop, &tree);
}

fn commit(shop: &Shop, tree: &str) {
    let text = format!("tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n");
    let commit = shop.repo.raw_object("commit", text.as_bytes());
    shop.repo.write(&format!(".git/{NOTES}"), format!("{commit}\n"));
}

#[test]
fn notes_of_any_size() {
    let shop = shop();
    note(&shop, &vec![b'x'; 100 << 20]);
    ask(&shop, "100 MB in one line", &Error("has 104857600 bytes, more than the 16777216 that are read"));
    let mut million = String::new();
    for number in 0..1_000_000 {
        writeln!(million, "{number}").unwrap();
    }
    note(&shop, million.as_bytes());
    ask(&shop, "a million lines", &Error("hold too many lines"));
    note(&shop, "{\"statement\":{}}\n".repeat(900_000).as_bytes());
    ask(&shop, "one line many times", &Blocked("unreadable"));
    note(&shop, "\n".repeat(16 << 20).as_bytes());
    ask(&shop, "blank lines", &Blocked("\"sign_offs\": []"));
    note(&shop, "y".repeat(15 << 20).as_bytes());
    ask(&shop, "a line of 15 MB", &Blocked("longer than 2097152 bytes"));
}

#[test]
fn notes_of_many_commits_together() {
    let shop = shop();
    let mut entries = Vec::new();
    for number in 0..20 {
        let commit = shop.repo.commit("Empty");
        let text = vec![b'a' + number; 15 << 20];
        entries.push((shop.repo.raw_object("blob", &text), commit));
    }
    let entries: Vec<(&str, &str, &str)> =
        entries.iter().map(|(blob, commit)| ("100644", blob.as_str(), commit.as_str())).collect();
    plant(&shop, &entries);
    ask(&shop, "300 MB", &Error("the notes of this change have more than 268435456 bytes"));
}

#[test]
fn lines_of_any_shape() {
    let shop = shop();
    let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let tables = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let long = "9".repeat(1 << 20);
    let lines: Vec<String> = vec![
        format!("{{\"statement\":{},\"signature\":\"\"}}", lists(1_000_000)),
        format!("{{\"statement\":{},\"signature\":\"\"}}", tables(300_000)),
        tables(400_000),
        lists(1_000_000),
        "[".repeat(2_000_000),
        format!("{{\"statement\":{{\"v\":{long}}},\"signature\":\"\"}}"),
        format!("{{\"statement\":{{\"v\":1e{long}}},\"signature\":\"\"}}"),
        format!("{{\"statement\":{{\"{long}\":1}},\"signature\":\"{long}\"}}"),
        "{\"statement\":{\"text\":\"\\ud800\\udc00\\ud800\"},\"signature\":\"\\udfff\"}".to_owned(),
        "{\"statement\":{},\"statement\":{},\"signature\":\"\"}".to_owned(),
        "\u{feff}{\"statement\":{},\"signature\":\"\"}".to_owned(),
        "{\"statement\":{},\"signature\":\"\"}\r".to_owned(),
        "\0\0\0".to_owned(),
        "null".to_owned(),
    ];
    for line in &lines {
        note(&shop, line.as_bytes());
        ask(&shop, &format!("{line:.60}"), &Blocked("unreadable"));
    }
    note(&shop, b"\xff\xfe{\0\"\0\n\xc0\x80\n\xed\xa0\x80\n");
    ask(&shop, "bytes that are no text", &Blocked("it is not UTF-8 text"));
}

#[test]
fn trees_of_any_shape() {
    let shop = shop();
    let head = shop.repo.rev("feature");
    let tree = shop.repo.rev("feature^{tree}");
    let blob = shop.repo.raw_object("blob", b"x\n");
    for (what, mode, id, words) in [
        ("a tree that is called a file", "100644", &tree, "is a tree where a blob should be"),
        ("a commit that is called a file", "100644", &head, "is a commit where a blob should be"),
        ("a folder", "040000", &tree, "is not a file"),
        ("a file that is called a folder", "040000", &blob, "is not a file"),
        ("a link", "120000", &blob, "is not a file"),
        ("a submodule", "160000", &head, "is not a file"),
        ("what is not there", "100644", &"1".repeat(40), "is missing"),
    ] {
        plant(&shop, &[(mode, id, &head)]);
        ask(&shop, what, &Error(words));
    }
    commit(&shop, &head);
    ask(&shop, "a commit for a tree", &Error("where a tree should be"));
    commit(&shop, &"2".repeat(40));
    ask(&shop, "no tree", &Error("is missing"));
    // Twenty levels, in each of which the key goes on.
    let mut inner = blob.clone();
    for at in (0..20).rev() {
        let mode = if at == 19 { "100644" } else { "40000" };
        let mut bytes = format!("{mode} {}\0", &head[2 * at..2 * at + 2]).into_bytes();
        bytes.extend((0..20).map(|byte| u8::from_str_radix(&inner[2 * byte..2 * byte + 2], 16).unwrap()));
        inner = shop.repo.raw_object("tree", &bytes);
    }
    commit(&shop, &inner);
    ask(&shop, "twenty levels", &Blocked("unreadable"));
    let mut bytes = Vec::new();
    for number in 0..1_700_000_u32 {
        bytes.extend_from_slice(format!("100644 {number:08}\0xxxxxxxxxxxxxxxxxxxx").as_bytes());
    }
    commit(&shop, &shop.repo.raw_object("tree", &bytes));
    ask(&shop, "a folder of 61 MB", &Blocked("\"sign_offs\": []"));
    bytes.extend_from_slice(&bytes.clone());
    commit(&shop, &shop.repo.raw_object("tree", &bytes));
    ask(&shop, "a folder of 122 MB", &Error("a folder of the notes has"));
}

#[test]
fn refs_of_any_shape() {
    let shop = shop();
    let repo = &shop.repo;
    repo.git(&["tag", "-a", "-m", "x", "t"]);
    let (tag, tree) = (repo.rev("t"), repo.rev("HEAD^{tree}"));
    let blob = repo.raw_object("blob", b"x\n");
    for (what, text, words) in [
        ("a tag", tag.as_str(), "points to a tag"),
        ("a tree", &tree, "points to a tree"),
        ("a blob", &blob, "points to a blob"),
        ("nothing", "3333333333333333333333333333333333333333", "is missing"),
        ("the zero id", "0000000000000000000000000000000000000000", "is missing"),
        ("half an id", "33333333", "can't read the ref"),
        ("no text", "\0\u{1}\u{2}", "can't read the ref"),
        ("an empty file", "", "can't read the ref"),
        ("itself", "ref: refs/notes/gate", "is a symbolic ref"),
        ("another", "ref: refs/heads/feature", "is a symbolic ref"),
        ("a file outside", "ref: ../../../etc/passwd", "is a symbolic ref"),
    ] {
        repo.write(&format!(".git/{NOTES}"), format!("{text}\n"));
        ask(&shop, what, &Error(words));
    }
    repo.write(&format!(".git/{NOTES}"), vec![b'4'; 50 << 20]);
    ask(&shop, "a file of 50 MB", &Error("can't read the ref"));
    std::fs::remove_file(repo.path().join(".git").join(NOTES)).unwrap();
    repo.write(&format!(".git/{NOTES}/gate"), format!("{}\n", repo.rev("feature")));
    ask(&shop, "a folder", &Blocked("\"sign_offs\": []"));
    let objects = repo.path().join(".git/objects").display().to_string();
    repo.write(".git/objects/info/alternates", format!("{objects}\n"));
    ask(&shop, "objects borrowed from themselves", &Blocked("\"sign_offs\": []"));
}
