//! The service map, end to end: found, drawn, and asked for.

#![allow(clippy::unwrap_used, reason = "a test that gets no answer fails")]

mod support;

use support::{GRACE, TestRepo};

const POLICY: &str = r#"
version = 1
project = "github.com/acme/shop"

[people.linus]
emails = ["linus@example.com"]
[people.margaret]
emails = ["margaret@example.com"]

[teams]
carts = ["linus"]
payments = ["margaret"]

[sign-off]
required = [{ owners = true, else = "carts", count = 1 }]

[[service]]
name = "cart"
paths = ["src/cart/**"]
names = ["CART_ADDR"]
owners = ["carts"]

[[service]]
name = "payment"
paths = ["src/payment/**"]
interface = ["protos/payment.proto"]
names = ["PAYMENT_ADDR", "payment-service"]
owners = ["payments"]
"#;

fn shop() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_files(
        &[
            ("gate.toml", POLICY),
            ("src/cart/main.go", "package main\n\nfunc main() {\n\tserve()\n}\n"),
            ("src/payment/main.go", "package main\n\nfunc main() {\n\tserve()\n}\n"),
            ("protos/payment.proto", "package shop;\nservice Payment {}\n"),
        ],
        "Begin",
    );
    repo.git(&["checkout", "-q", "-b", "change"]);
    repo
}

/// Returns what a check of the branch says, as JSON.
fn check(repo: &TestRepo) -> serde_json::Value {
    let run = repo.gate(&["check", "--base", "main", "--format", "json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

/// Returns the teams that are asked, with the rules that ask.
fn asked(report: &serde_json::Value) -> Vec<String> {
    let rows = report["requirements"].as_array().unwrap();
    rows.iter().map(|row| format!("{} {}", row["team"].as_str().unwrap(), row["rules"])).collect()
}

#[test]
fn hunk_that_names_another_service_asks_the_owners_on_both_sides() {
    let repo = shop();
    repo.write("src/cart/main.go", "package main\n\nfunc main() {\n\tdial(os.Getenv(\"PAYMENT_ADDR\"))\n}\n");
    repo.commit_as(GRACE, "Pay from the cart");
    let report = check(&repo);
    assert_eq!(report["verdict"], "blocked");
    assert_eq!(report["hunks"][0]["findings"][0]["rule"], "service/boundary");
    assert_eq!(report["hunks"][0]["findings"][0]["line"], 4);
    assert_eq!(asked(&report), ["carts [\"service/boundary\"]", "payments [\"service/boundary\"]"]);
    assert_eq!(report["edges"], serde_json::json!([{"from": "cart", "to": "payment", "hunks": 1}]));
    let human = repo.gate(&["check", "--base", "main"]).stdout;
    assert!(human.contains("reaches: cart → payment"), "{human}");
}

#[test]
fn hunk_in_a_contract_asks_its_owners() {
    let repo = shop();
    repo.write("protos/payment.proto", "package shop;\nservice Payment { rpc Pay(A) returns (B); }\n");
    repo.commit_as(GRACE, "Let it pay");
    let report = check(&repo);
    assert_eq!(asked(&report), ["payments [\"service/interface\"]"]);
    assert_eq!(report["services"], serde_json::json!([{"name": "payment", "hunks": 1, "architectural": 1}]));
}

#[test]
fn change_inside_one_service_and_a_comment_are_nobody_elses() {
    let repo = shop();
    repo.write(
        "src/cart/main.go",
        "package main\n\n// Asks payment-service for nothing.\nfunc main() {\n\tserve()\n}\n",
    );
    repo.commit_as(GRACE, "Say so");
    assert_eq!(check(&repo)["verdict"], "pass");
    repo.write(
        "src/cart/main.go",
        "package main\n\n// Asks payment-service for nothing.\nfunc main() {\n\tserve(1)\n}\n",
    );
    repo.commit_as(GRACE, "Serve one");
    assert_eq!(check(&repo)["verdict"], "pass");
}

#[test]
fn file_that_moves_between_services_asks_both_owners() {
    let repo = shop();
    repo.git(&["mv", "src/cart/main.go", "src/payment/cart.go"]);
    repo.commit_as(GRACE, "Move");
    let rows = asked(&check(&repo));
    assert!(rows.iter().any(|row| row.starts_with("carts") && row.contains("service/boundary")), "{rows:?}");
    assert!(
        rows.iter().any(|row| row.starts_with("payments") && row.contains("service/boundary")),
        "{rows:?}"
    );
}

#[test]
fn map_is_drawn_in_each_format() {
    let repo = shop();
    repo.commit_files(&[("src/cart/pay.go", "dial(\"payment-service\")\n")], "Pay");
    let text = repo.gate(&["services"]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.starts_with("2 services, 1 dependency"), "{}", text.stdout);
    assert!(text.stdout.contains("uses      payment (src/cart/pay.go:1)"), "{}", text.stdout);
    let json = repo.gate(&["services", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["dependencies"][0]["to"], "payment");
    let mermaid = repo.gate(&["services", "--format", "mermaid"]).stdout;
    assert!(mermaid.starts_with("flowchart LR\n") && mermaid.contains("s0 --> s1"), "{mermaid}");
}
