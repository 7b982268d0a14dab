//! pre-commit, with a local clone of this very repository as the source of its hooks.
//!
//! It builds the crate by `cargo install`; only the profile is made cheaper.

use std::path::Path;
use std::process::Command;

use crate::client::{asked, command, ran, snippets, went_well};
use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop, has};

/// A program whose hooks may have to be built, with the machine's toolchain.
fn with_cargo(shop: &Shop, program: &str) -> Command {
    let mut command = command(&shop.repo, program);
    let home = std::env::var("HOME").unwrap();
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        command.env(name, std::env::var(name).unwrap_or_else(|_| format!("{home}/{folder}")));
    }
    command
        .env("PRE_COMMIT_HOME", shop.repo.beside("pre-commit"))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("pre-commit"))
        .envs([("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")])
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command
}

/// Commits all, with the hooks that git has.
fn commit(shop: &Shop, message: &str) -> (bool, String) {
    shop.repo.git(&["add", "-A"]);
    ran(with_cargo(shop, "git").args(["commit", "-q", "-m", message]))
}

fn push(shop: &Shop, refs: &str) -> (bool, String) {
    ran(with_cargo(shop, "git").args(["push", "origin", refs]))
}

#[test]
fn pre_commit_runs_the_hooks_of_a_local_clone() {
    if !asked("pre-commit", &["pre-commit", "cargo"]) {
        return;
    }
    let shop = Shop::new(ONE_TEAM);
    let repo = &shop.repo;
    let server = TestRepo::bare();
    repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
    repo.git(&["push", "-q", "origin", "main"]);

    let source = repo.beside("source").display().to_string();
    went_well(repo.command("git").args(["clone", "-q", env!("CARGO_MANIFEST_DIR"), &source]));
    let head = went_well(repo.command("git").args(["-C", &source, "rev-parse", "HEAD"]));
    let recipe = snippets("docs/doors/hooks.md", "pre-commit", "yaml")[0]
        .replace("https://github.com/OWNER/gate", &format!("file://{source}"))
        .replace("v0.1.0", head.trim());
    repo.write(".pre-commit-config.yaml", &recipe);
    let types = ["--hook-type", "pre-commit", "--hook-type", "pre-push"];
    went_well(with_cargo(&shop, "pre-commit").arg("install").args(types));
    went_well(with_cargo(&shop, "pre-commit").arg("install-hooks"));
    let (through, text) = commit(&shop, "Run gate's hooks");
    assert!(through, "{text}");

    // What is staged is told, and goes through.
    repo.write("infra/main.tf", "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"old-logs\"\n}\n");
    let (through, text) = commit(&shop, "Rename the bucket");
    assert!(through, "{text}");
    has(&text, &["gate (what is staged)", "Passed", "infra/main.tf:2", "advisory"]);

    // A mistake in the policy does not.
    let policy = shop.policy(ONE_TEAM);
    repo.write("gate.toml", policy.replace("count = 1", "count = 7"));
    let (through, text) = commit(&shop, "Ask seven");
    assert!(!through, "{text}");
    has(&text, &["gate (rules and policy)", "Failed", "gate.toml"]);
    repo.write("gate.toml", &policy);
    repo.git(&["add", "-A"]);

    // The senior has to see a push for review, so it is told of and goes through; one to a protected branch does not.
    let (through, text) = push(&shop, "feature");
    assert!(through, "{text}");
    has(&text, &["gate (what will be asked)", "Passed", "1 more for", "the push goes through"]);
    let (through, text) = push(&shop, "feature:main");
    assert!(!through, "{text}");
    has(&text, &["Failed", "gate, for main:", "infra/main.tf:2"]);
    assert_eq!(shop.by("grace", &["sign", "main..feature"]).code, 0);
    let (through, text) = push(&shop, "feature:main");
    assert!(through, "{text}");
    assert_eq!(server.rev("refs/heads/main"), repo.rev("feature"));
    let (through, text) = push(&shop, "feature:another");
    assert!(through, "{text}");
}
