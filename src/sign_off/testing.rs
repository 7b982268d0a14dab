//! A policy, hunks and signed lines for tests.

use std::collections::BTreeSet;
use std::convert::Infallible;

use bstr::BStr;
use jiff::{SignedDuration, Timestamp};

use super::{Authors, Circumstances, History, Line, Standing, Statement, StatementKind, read, standings};
use crate::change::{HunkId, HunkKind, ObjectId, Span};
use crate::classify::{Class, Judged};
use crate::key::testing::TestKey;
use crate::policy::Policy;
use crate::sign_off::NAMESPACE;

/// The branch of the changes of tests.
pub const MAIN: &str = "refs/heads/main";
/// Where the target stands.
pub const BASE: u8 = 0xb0;

/// Returns the time of the review.
pub fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().expect("a good example")
}

/// Returns the key of a person, by the place in the alphabet of their first letter.
pub fn key(person: &str) -> TestKey {
    TestKey::new(person.as_bytes()[0] - b'a' + 1)
}

/// Returns a policy of five people: ada and grace are the platform, linus pays, ida may override, mallory may nothing.
pub fn policy() -> Policy {
    policy_with("[sign-off]\nmax-age = \"90 days\"\n")
}

/// Returns the policy of five people with more of gate.toml.
pub fn policy_with(rest: &str) -> Policy {
    let person = |id: &str| {
        let key = key(id).public();
        format!("[people.{id}]\nemails = [\"{id}@acme.dev\"]\nkeys = [\"{key}\"]\ngithub = \"{id}-hub\"\n")
    };
    let people: String = ["ada", "grace", "ida", "linus", "mallory"].map(person).concat();
    let text = format!("{HEAD}{people}{rest}");
    let (policy, _warnings) = Policy::parse(&text, "gate.toml", &|_| Ok(None)).expect("a good example");
    policy
}

const HEAD: &str = r#"
version = 1
project = "acme/shop"
override = { team = "incident", max-age = "24 hours" }
[teams]
platform = ["ada", "grace"]
payments = ["linus"]
incident = ["ida"]
"#;

/// Returns the id of a hunk, made of one number.
pub fn id(number: u8) -> HunkId {
    HunkId::parse(&format!("{number:02x}").repeat(32)).expect("a good example")
}

/// Returns the id of a commit, made of one number.
pub fn commit(number: u8) -> ObjectId {
    ObjectId::new([number; 20])
}

/// Returns an architectural hunk of a file.
pub fn hunk(number: u8, path: &str) -> Judged {
    Judged {
        id: id(number),
        path: path.into(),
        old_path: None,
        kind: HunkKind::Text,
        old: Span::default(),
        new: Span::default(),
        changed_lines: 1,
        lines_to_review: 1,
        class: Class::Architectural,
        findings: Vec::new(),
        ai: BTreeSet::new(),
        local_because: None,
        excerpt: Vec::new(),
    }
}

/// Returns a statement about hunks, of an hour ago.
pub fn statement(kind: StatementKind, by: &str, hunks: &[u8]) -> Statement {
    Statement {
        kind,
        project: "acme/shop".to_owned(),
        target: MAIN.to_owned(),
        policy: None,
        hunks: hunks.iter().map(|number| id(*number)).collect(),
        base: commit(BASE),
        head: commit(0xaa),
        by: by.to_owned(),
        at: now() - SignedDuration::from_hours(1),
        seen: None,
        text: (kind == StatementKind::Override).then(|| "the shop is down".to_owned()),
        withdraws: None,
    }
}

/// Returns the withdrawal of a statement by its author.
pub fn withdrawal(of: &Statement) -> Statement {
    Statement {
        kind: StatementKind::Withdrawal,
        withdraws: Some(super::digest(of.encode().expect("a good example").as_bytes())),
        text: None,
        at: now(),
        ..of.clone()
    }
}

/// Returns the line of a statement, signed by whom it names.
pub fn line(statement: &Statement) -> String {
    signed(&statement.encode().expect("a good example"), &key(&statement.by))
}

/// Returns the line of any text as a statement, signed by any key.
pub fn signed(statement: &str, key: &TestKey) -> String {
    let signature = key.sign(statement.as_bytes(), NAMESPACE);
    Line { statement: statement.to_owned(), signature }.encode().expect("a good example")
}

/// A history in which these commits are merged and these hunks have landed.
#[derive(Default)]
pub struct Past {
    /// The merged commits.
    pub merged: Vec<ObjectId>,
    /// The hunks, with the path that was asked for.
    pub landed: Vec<(HunkId, &'static str)>,
}

impl History for Past {
    type Error = Infallible;

    fn landed(&self, _: ObjectId, hunk: HunkId, path: &BStr, _: Option<&BStr>) -> Result<bool, Infallible> {
        Ok(self.landed.iter().any(|(landed, at)| *landed == hunk && *at == path))
    }

    fn is_merged(&self, commit: ObjectId) -> Result<bool, Infallible> {
        Ok(self.merged.contains(&commit))
    }
}

/// Weighs lines against a change by nobody in particular.
pub fn weigh(policy: &Policy, hunks: &[Judged], lines: &[String]) -> Vec<Standing> {
    weigh_with(policy, hunks, lines, &Authors::default(), &Past::default())
}

/// Weighs lines against a change.
pub fn weigh_with(
    policy: &Policy,
    hunks: &[Judged],
    lines: &[String],
    authors: &Authors,
    past: &Past,
) -> Vec<Standing> {
    let found = read(&[lines.join("\n")]).expect("a good example");
    let with = Circumstances { policy, now: now(), target: Some(MAIN), hunks, authors };
    standings(found, &with, past).unwrap_or_else(|never| match never {})
}
