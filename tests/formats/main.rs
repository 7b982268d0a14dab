//! What comes out: names, paths and messages that mean something to whatever shows them, and shapes that readers rely on.

#![cfg(unix)]
#![allow(dead_code, reason = "the stories' shop has more than is needed here")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../src/render/schema.rs"]
mod schema;
mod shapes;
#[path = "../support/mod.rs"]
mod support;
#[path = "../stories/world.rs"]
mod world;
mod xml;

use support::TestRepo;

const POLICY: &str = r#"
version = 1
[people.grace]
keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG9wJTPmLKGJBmLgxHrNN0Y5gFwnmIa8PhCrZ6Yf5mYa grace"]
[teams]
platform = ["grace"]
[sign-off]
required = [{ team = "platform", count = 1 }]
[[rule]]
id = "all"
category = "config"
paths = ["**"]
why = "Everything matters here."
"#;

/// Paths that a change can bring.
const PATHS: [&str; 9] = [
    "::error file=x::docs/a.txt",
    "::add-mask::a",
    "##[add-mask]b",
    "##vso[task.setvariable variable=x]c",
    "docs/<img src=x onerror=alert(1)>/`x`|@org-team](http:.md",
    "a\nb::error::c",
    "\u{1b}[2Jd",
    "e\u{202e}cod.exe",
    "%0A::error::f",
];

const FORMATS: [&str; 8] = ["human", "json", "github", "gitlab", "sarif", "junit", "markdown", "rdjson"];

fn hostile() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_files(&[("gate.toml", POLICY)], "Begin");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    for path in PATHS {
        repo.write(path, "x \u{1b}[1A ##[error]\n::error::y\n");
    }
    let message =
        "::set-output name=r::pass\r\n\u{1b}[1A PASS\n\nCo-authored-by: \u{1b}[2J <::error::@x.y>\n";
    repo.commit_as(("x\u{1b}[2J::error::<b>", "x\u{9b}@y.z"), message);
    repo
}

#[test]
fn no_format_hands_an_order_on() {
    let repo = hostile();
    for format in FORMATS {
        let run = repo.gate(&["check", "main..feature", "--format", format]);
        assert_eq!(run.code, 1, "{format}: {run:?}");
        let unseen = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!run.stdout.contains(unseen), "{format} lets a character through that nobody sees");
        assert!(!run.stdout.contains("##[") && !run.stdout.contains("##vso["), "{format} gives an order");
        let orders = run.stdout.lines().filter(|line| line.trim_start().starts_with("::")).count();
        let expected = if format == "github" { run.stdout.lines().count() } else { 0 };
        assert_eq!(orders, expected, "{format}: {}", run.stdout);
    }
}

#[test]
fn a_comment_on_a_pull_request_holds_no_markup_of_the_change() {
    let repo = hostile();
    let comment = repo.gate(&["check", "main..feature", "--format", "markdown"]).stdout;
    for markup in ["<img", "<b>", "@org-team", "](http", "`x`"] {
        assert!(!comment.contains(markup), "{markup}: {comment}");
    }
}

#[test]
fn every_other_command_is_safe_to_read_too() {
    let repo = hostile();
    for command in [&["status"][..], &["explain"], &["log"]] {
        let run = repo.gate(&[command, &["main..feature"]].concat());
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{command:?}: {text:?}");
        assert!(!text.contains("##["), "{command:?}: {text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{command:?}: {text}");
    }
}
