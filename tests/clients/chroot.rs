//! The static binary in a folder that holds nothing but it and a bare repository.
//!
//! `GATE_STATIC` names a binary that was built as the page on servers says.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use crate::client::asked;
use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop};

/// Runs the binary with the folder as its root, as root or in a user namespace of its own.
fn inside(shop: &Shop, root: &str, arguments: &[&str]) -> Output {
    let mut command = shop.repo.command("unshare");
    command.env_clear().arg("--map-root-user").args(["chroot", root, "/gate"]).args(arguments);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.output().unwrap()
}

#[test]
fn an_empty_chroot_gives_the_same_report_byte_for_byte() {
    let Some(binary) = std::env::var_os("GATE_STATIC") else {
        assert!(!asked("chroot", &["unshare"]), "GATE_STATIC names no static binary");
        return;
    };
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop.rename_queue();
    let server = TestRepo::bare();
    let address = format!("file://{}", server.path().display());
    shop.repo.git(&["push", "-q", &address, "main", "feature"]);
    let root = shop.repo.beside("root");
    fs::copy(&binary, root.join("gate")).unwrap();
    let (outer, inner) = (server.path().display().to_string(), "/repo.git");

    for step in ["blocked", "one of two signed", "pass", "no such revision"] {
        let range = if step.starts_with("no") { "main..nowhere" } else { "main..feature" };
        match step {
            "one of two signed" => assert_eq!(shop.by("grace", &["sign", "--only", "infra/main.tf"]).code, 0),
            "pass" => assert_eq!(shop.by("linus", &["sign"]).code, 0),
            _ => {}
        }
        if step != "blocked" {
            shop.repo.git(&["push", "-q", &address, "+refs/notes/gate:refs/notes/gate"]);
        }
        let copy = root.join("repo.git");
        if copy.exists() {
            fs::remove_dir_all(&copy).unwrap();
        }
        let copied = shop.repo.command("cp").arg("-a").arg(server.path()).arg(&copy).status().unwrap();
        assert!(copied.success());
        for format in ["json", "human", "sarif", "markdown"] {
            let arguments = |place| ["check", range, "--repo", place, "--format", format];
            let there = inside(&shop, &root.display().to_string(), &arguments(inner));
            let here = shop.repo.gate(&arguments(&outer));
            assert_eq!(there.status.signal(), None);
            assert_eq!(there.status.code(), Some(here.code), "{step}: {there:?}");
            assert_eq!(String::from_utf8_lossy(&there.stdout), here.stdout, "{step}, {format}");
        }
    }
    let mut left: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["gate", "repo.git"], "nothing else was there");
}
