//! gate in a CI job: clones as the systems make them, their variables, their doors.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod action;
mod forge;
mod install;
mod recipes;
#[path = "../../src/render/schema.rs"]
mod schema;
mod shallow;
#[path = "../support/mod.rs"]
mod support;

use std::fs;

use forge::Forge;

#[test]
fn a_pull_request_needs_no_arguments() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let before = forge.check(&job, "ada", &[]);
    assert_eq!(before.code, 1, "{before:?}");
    forge.sign(&job);
    let after = forge.check(&job, "ada", &[]);
    assert_eq!(after.code, 0, "{after:?}");
}

#[test]
fn github_gets_annotations_and_a_summary_by_itself() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let (event, summary) = (forge.event(&job, "ada"), job.beside("temp").join("summary"));
    let summary_path = summary.display().to_string();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", &*event),
        ("GITHUB_STEP_SUMMARY", &*summary_path),
    ];
    let run = job.gate_with(&["check"], &variables, b"");
    assert!(run.stdout.contains("\n::error title=gate%3A blocked::"), "{run:?}");
    assert!(fs::read_to_string(&summary).unwrap().starts_with("<!-- gate:report -->\n### gate: blocked\n"));
    let quiet = job.gate_with(&["check", "--format", "human"], &variables, b"");
    assert!(!quiet.stdout.contains("::error"), "{quiet:?}");
    fs::remove_file(&summary).unwrap();
    fs::create_dir(&summary).unwrap();
    assert_eq!(job.gate_with(&["check"], &variables, b"").code, 2);
}

#[test]
fn the_opener_may_not_sign_what_somebody_else_committed() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    forge.sign(&job);
    assert_eq!(forge.check(&job, "grace", &[]).code, 1);
}

#[test]
fn a_shallow_checkout_gets_the_line_to_put_into_the_workflow() {
    let forge = Forge::new();
    let job = forge.checkout(1);
    let run = forge.check(&job, "ada", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("on GitHub Actions: give actions/checkout `with: { fetch-depth: 0 }`"),
        "{run:?}"
    );
}

#[test]
fn a_clone_whose_target_is_out_of_date_is_refused() {
    let mut forge = Forge::new();
    let job = forge.checkout(0);
    forge.base = forge.dev.commit_files(&[("gate.toml", "version = 1\n")], "Ask for more");
    let run = forge.check(&job, "ada", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("lacks the commit"), "{run:?}");
    forge.dev.git(&["push", "-q", "origin", "main"]);
    job.git(&["fetch", "-q", "origin"]);
    assert_ne!(forge.check(&job, "ada", &[]).code, 2);
}

#[test]
fn a_run_whose_base_is_its_head_is_no_pass() {
    let mut forge = Forge::new();
    forge.head = forge.base.clone();
    let run = forge.check(&forge.checkout(0), "ada", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("both as the target's tip and as the change"), "{run:?}");
}

#[test]
fn a_malformed_event_is_no_verdict() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let event = job.beside("event").join("event.json");
    fs::write(&event, "{\"pull_request\": 1}").unwrap();
    let path = event.display().to_string();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", &*path)];
    let run = job.gate_with(&["check"], &variables, b"");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("malformed"), "{run:?}");
}

#[test]
fn a_push_to_a_branch_is_judged_whole_and_not_from_the_last_push() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    forge.dev.git(&["checkout", "-q", "feature"]);
    let last = forge.dev.commit_files(&[("README.md", "# Shop\n")], "Say what it is");
    forge.dev.git(&["push", "-q", "origin", "feature"]);
    job.git(&["fetch", "-q", "origin"]);
    let event = serde_json::json!({
        "ref": "refs/heads/feature", "before": forge.head, "after": last, "repository": { "default_branch": "main" },
    });
    let path = job.beside("event").join("event.json");
    fs::write(&path, event.to_string()).unwrap();
    let path = path.display().to_string();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", &*path)];
    assert_eq!(job.gate_with(&["check"], &variables, b"").code, 1);
}

#[test]
fn gitlab_is_read_from_its_variables() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_COMMIT_SHA", &*forge.head),
    ];
    let report = job.gate_with(&["check", "--format", "json"], &variables, b"");
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(report["change"]["target"], "refs/heads/main");
    assert_eq!(report["change"]["head"], *forge.head);
}

#[test]
fn a_real_report_is_as_the_published_schema_says() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    forge.sign(&job);
    let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    for opener in ["ada", "grace"] {
        let report = forge.check(&job, opener, &["--format", "json"]).stdout;
        let report = serde_json::from_str(&report).unwrap();
        assert_eq!(schema::violations(&schema, &report), Vec::<String>::new());
    }
}
