//! `gate init`, end to end.

mod support;

use support::TestRepo;

fn shop() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_files(
        &[
            (
                "compose.yaml",
                "services:\n  cart-service:\n    build: ./src/cart\n  web-shop:\n    build: ./src/web\n",
            ),
            ("src/cart/Dockerfile", "FROM scratch\n"),
            ("src/cart/main.py", "pass\n"),
            ("src/web/Dockerfile", "FROM scratch\n"),
            ("src/web/main.py", "get('http://cart-service/')\n"),
        ],
        "Begin",
    );
    repo.commit_files(&[("src/cart/Dockerfile", "FROM alpine\n")], "Use alpine");
    repo.commit_files(&[("README.md", "A shop\n")], "Say what it is");
    repo
}

#[test]
fn init_writes_a_policy_that_lints_and_tells_what_it_would_have_asked() {
    let repo = shop();
    repo.git(&["remote", "add", "origin", "git@github.com:acme/shop.git"]);
    let run = repo.gate(&["init"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("services  cart-service, web-shop"), "{}", run.stdout);
    assert!(run.stdout.contains("of the last 2 changes, 1 would have needed a sign-off"), "{}", run.stdout);
    assert!(run.stdout.contains("docker/"), "{}", run.stdout);
    let text = std::fs::read_to_string(repo.path().join("gate.toml")).unwrap();
    assert!(
        text.contains("project = \"github.com/acme/shop\"") && text.contains("\nenforce = false\n"),
        "{text}"
    );
    let lint = repo.gate(&["lint"]);
    assert_eq!(lint.code, 0, "{}{}", lint.stdout, lint.stderr);
}

#[test]
fn init_never_writes_over_a_policy() {
    let repo = shop();
    repo.write("gate.toml", "version = 1\n");
    let run = repo.gate(&["init"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("already") && run.stderr.contains("gate init --print"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(repo.path().join("gate.toml")).unwrap(), "version = 1\n");
}

#[test]
fn init_can_print_and_leave_everything_alone() {
    let repo = shop();
    let run = repo.gate(&["init", "--print"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.starts_with("# gate.toml") && run.stdout.contains("name = \"cart-service\""),
        "{}",
        run.stdout
    );
    assert!(!repo.path().join("gate.toml").exists());
}

#[test]
fn init_works_before_the_first_commit() {
    let repo = TestRepo::new();
    let run = repo.gate(&["init"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(repo.gate(&["init"]).code, 2);
}

#[test]
fn bare_repository_is_told_to_print() {
    let repo = TestRepo::bare();
    let run = repo.gate(&["init"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("gate init --print"), "{}", run.stderr);
}
