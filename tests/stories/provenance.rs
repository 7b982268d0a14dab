//! Who wrote it: marks of AI in commits, notes and traces, and rules that ask for more by them.

use crate::support::GRACE;
use crate::world::{Shop, has, said};

/// A second pair of eyes on what AI wrote, and two instead of one for what is architectural anyway.
const FOR_AI: &str = "[teams]\nplatform = [\"grace\", \"linus\"]\npayments = [\"mary\"]\n\n\
    [sign-off]\nrequired = [{ team = \"platform\" }, { team = \"payments\", when = \"ai\" }]\n\n\
    [[rule]]\nid = \"by-ai\"\npaths = [\"**/*.py\"]\nwhen = \"ai\"\n\
    why = \"Nobody has read it yet.\"\nrequired = [{ team = \"platform\" }]\n";

const MARK: &str = "Change\n\nCo-Authored-By: Claude <noreply@anthropic.com>";

/// Returns what a check says, as JSON.
fn report(shop: &Shop) -> serde_json::Value {
    let run = shop.gate(&["check", "--format", "json"]);
    assert!(run.code < 2, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Returns the teams that a change asks.
fn teams(report: &serde_json::Value) -> Vec<&str> {
    let rows = report["requirements"].as_array().unwrap();
    rows.iter().map(|row| row["team"].as_str().unwrap()).collect()
}

fn change_app(shop: &Shop, message: &str) -> String {
    shop.repo.commit_files(&[("app.py", "def total(items):\n    return sum(items) + 1\n")], message)
}

/// Puts bytes under `refs/notes/ai` for HEAD.
fn note(shop: &Shop, bytes: &[u8]) {
    let blob = shop.repo.git_with_input(&["hash-object", "-w", "--stdin"], bytes);
    shop.repo.git(&["notes", "--ref=ai", "add", "-f", "-C", blob.trim(), "HEAD"]);
}

#[test]
fn what_ai_wrote_is_asked_for_and_told() {
    let shop = Shop::new(FOR_AI);
    change_app(&shop, "Change");
    has(&said(&shop.gate(&["check"]), 0), &["pass: 1 hunk in 1 file, none architectural"]);
    shop.repo.git(&["reset", "-q", "--hard", "main"]);
    change_app(&shop, MARK);
    let answer = said(&shop.gate(&["check"]), 1);
    has(&answer, &["written by AI: 1 of 1 commits, 1 of 1 hunks (Claude Code)", "by-ai", "platform"]);
    has(&said(&shop.gate(&["check", "--format", "markdown"]), 1), &["Marked as written by AI"]);
    let report = report(&shop);
    let row = &report["provenance"][0];
    assert_eq!((row["signal"].as_str(), row["class"].as_str()), (Some("identity"), Some("agent")));
    assert_eq!(row["hunks"][0], report["hunks"][0]["id"]);
    has(&said(&shop.by("grace", &["sign"]), 0), &["grace signed 1 hunk"]);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn a_row_for_ai_is_asked_besides_the_others() {
    let shop = Shop::new(FOR_AI);
    let text = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"old\"\n}\n";
    shop.repo.commit_files(&[("infra/main.tf", text)], "Change");
    assert_eq!(teams(&report(&shop)), ["platform"]);
    shop.repo.git(&["commit", "-q", "--amend", "-m", MARK]);
    assert_eq!(teams(&report(&shop)), ["payments", "platform"]);
    shop.by("grace", &["sign"]);
    assert_eq!(shop.gate(&["check"]).code, 1);
    shop.by("mary", &["sign"]);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn notes_of_git_ai_are_about_their_lines() {
    let shop = Shop::new(FOR_AI);
    let lines: String = (1..40).map(|line| format!("x{line} = {line}\n")).collect();
    shop.repo.git(&["switch", "-q", "main"]);
    shop.repo.write("app.py", &lines);
    shop.repo.commit_as(GRACE, "Lines");
    shop.repo.git(&["switch", "-q", "-C", "feature"]);
    let changed = lines.replace("x3 = 3\n", "x3 = 0\n").replace("x30 = 30\n", "x30 = 0\n");
    shop.repo.commit_files(&[("app.py", &changed)], "Change");
    note(&shop, b"app.py\n  s_a76964380084ef::t_a3a130d3e145e3 30\n  h_dca485b1adf836 3\n---\n{\"schema_version\":\"authorship/3.0.0\",\"sessions\":{\"s_a76964380084ef\":{\"agent_id\":{\"tool\":\"cursor\"}}}}");
    let first = report(&shop);
    let classes: Vec<_> = first["hunks"].as_array().unwrap().iter().map(|hunk| &hunk["class"]).collect();
    assert_eq!(classes, ["local", "architectural"]);
    assert_eq!(first["provenance"][0]["tool"], "cursor");
    assert_eq!(first["provenance"][0]["signal"], "note");
    // After the next commit nobody knows which lines those are.
    shop.repo.commit_files(&[("app.py", &format!("new = 1\n{changed}"))], "More");
    let later = report(&shop);
    assert!(later["hunks"].as_array().unwrap().iter().all(|hunk| hunk["class"] == "architectural"));
}

// AIP-04, AIP-06, AIP-102
#[test]
fn notes_that_nobody_can_read_count_as_ai() {
    let shop = Shop::new(FOR_AI);
    change_app(&shop, "Change");
    note(&shop, b"app.py\n  h_31dce776f88375 1-3\n---\n{\"schema_version\":\"authorship/3.0.0\"}");
    assert_eq!(report(&shop)["verdict"], "pass");
    for hostile in [
        b"---\n  abcd1234abcd1234 1\n---\n{\"schema_version\":\"authorship/3.0.0\"}".as_slice(),
        b"\xff\xfe\x00\x1b[2J",
        b"app.py\n  h_1 1\n---\n{\"schema_version\":\"authorship/9\"}",
        b"app.py\n  \x1b]0;x\x07 1-9\n---\n{\"schema_version\":\"authorship/3.0.0\"}",
    ] {
        note(&shop, hostile);
        let run = shop.gate(&["check"]);
        assert_eq!(run.code, 1, "{}: {}{}", hostile.escape_ascii(), run.stdout, run.stderr);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    }
    has(&said(&shop.gate(&["check"]), 1), &["written by AI"]);
}

#[test]
fn a_ref_that_is_no_notes_counts_as_ai_and_stops_nothing() {
    let shop = Shop::new(FOR_AI);
    change_app(&shop, "Change");
    let blob = shop.repo.git_with_input(&["hash-object", "-w", "--stdin"], b"x");
    shop.repo.git(&["update-ref", "refs/notes/ai", blob.trim()]);
    has(&said(&shop.gate(&["check"]), 1), &["what can't be read counts as written by AI"]);
    shop.repo.git(&["update-ref", "-d", "refs/notes/ai"]);
    shop.repo.git(&["symbolic-ref", "refs/notes/ai", "refs/heads/main"]);
    assert_eq!(shop.gate(&["check"]).code, 1);
    shop.repo.git(&["symbolic-ref", "--delete", "refs/notes/ai"]);
    assert_eq!(shop.gate(&["check"]).code, 0);
}

#[test]
fn records_of_agent_trace_that_a_change_adds_count() {
    let shop = Shop::new(FOR_AI);
    let record = |path: &str| {
        format!(
            "{{\"version\":\"1.0\",\"tool\":{{\"name\":\"cursor\"}},\"files\":[{{\"path\":\"{path}\",\"conversations\":[{{\"contributor\":{{\"type\":\"ai\"}},\"ranges\":[]}}]}}]}}\n"
        )
    };
    shop.repo.write(".agent-trace/traces.jsonl", record("other.py"));
    change_app(&shop, "Change");
    assert_eq!(teams(&report(&shop)), [""; 0]);
    shop.repo.write(".agent-trace/traces.jsonl", record("other.py") + &record("app.py"));
    shop.repo.commit("Traces");
    let report = report(&shop);
    assert_eq!(teams(&report), ["platform"]);
    assert_eq!(report["provenance"][0]["signal"], "trace");
    shop.repo.write(".agent-trace/traces.jsonl", "{");
    shop.repo.commit("Broken");
    has(
        &said(&shop.gate(&["check"]), 1),
        &["what can't be read counts as written by AI: .agent-trace/traces.jsonl"],
    );
}

// AIP-03
#[test]
fn a_mark_before_a_rename_or_in_a_squash_is_found() {
    let shop = Shop::new(FOR_AI);
    change_app(&shop, "feat (#12)\n\n* one\n* two\n\n---------\n\n> Generated-by: a model\n");
    shop.repo.git(&["mv", "app.py", "lib.py"]);
    shop.repo.commit("Move");
    let report = report(&shop);
    assert_eq!(teams(&report), ["platform"]);
    assert_eq!(report["provenance"][0]["signal"], "trailer");
}

#[test]
fn the_whole_gate_cannot_be_left_to_marks() {
    let shop = Shop::empty();
    shop.begin("[gate]\nwhen = \"ai\"\n");
    change_app(&shop, "Change");
    has(&said(&shop.gate(&["lint"]), 2), &["may only add to what is asked"]);
}
