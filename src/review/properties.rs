//! What must hold of every review, tried on changes, policies and notes made at random.

use std::convert::Infallible;
use std::sync::LazyLock;

use bstr::BStr;
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::Value;

use super::*;
use crate::change::testing::{addition, deletion, edit, renaming};
use crate::change::{Commit, Contributor, HunkId, Role};
use crate::sign_off::testing::{key, line, now, withdrawal};
use crate::sign_off::{Statement, StatementKind};
use crate::verdict::Verdict;

/// Rows of `[[rule]]`, of which any may be there.
const RULES: &[&str] = &[
    "id = \"a\"\npaths = [\"infra/**\"]\n",
    "id = \"b\"\npaths = [\"**/*.tf\"]\nchanged = [\"count\"]\nrequired = [{ team = \"platform\", count = 2 }]\n",
    "id = \"c\"\nadded = [\"timeout\"]\nrequired = [{ team = \"payments\", count = 1 }]\n",
    "id = \"d\"\nremoved = [\"timeout\"]\nnot-paths = [\"infra/**\"]\n",
    "id = \"e\"\nkinds = [\"renamed\", \"deleted\"]\nrequired = [{ any-of = [\"platform\", \"payments\"], count = 1 }]\n",
    "id = \"f\"\npaths = [\"app/**\"]\nrequired = [{ owners = true, else = \"platform\", count = 1 }]\n",
];

const PEOPLE: [&str; 5] = ["ada", "grace", "ida", "linus", "mallory"];

const TEAMS: &[&str] =
    &["platform = [\"ada\", \"grace\"]\n", "payments = [\"linus\", \"ada\"]\n", "incident = [\"ida\"]\n"];

/// A policy of these people, teams and rules, each in this order.
fn policy(people: &[&str], teams: &[&str], rules: &[&str]) -> Policy {
    let person = |id: &&str| {
        format!("[people.{id}]\nemails = [\"{id}@acme.dev\"]\nkeys = [\"{}\"]\n", key(id).public())
    };
    let people: String = people.iter().map(person).collect();
    let rules: String = rules
        .iter()
        .map(|rule| format!("[[rule]]\ncategory = \"infra\"\nwhy = \"It runs.\"\n{rule}"))
        .collect();
    let text = format!(
        "version = 1\nproject = \"acme/shop\"\n{people}[teams]\n{}\n[sign-off]\n\
         required = [{{ team = \"platform\", count = 1 }}]\n[override]\nteam = \"incident\"\n\
         max-age = \"1 day\"\n[[service]]\nname = \"app\"\npaths = [\"app/**\"]\nowners = [\"payments\"]\n{rules}",
        teams.concat()
    );
    Policy::parse(&text, "gate.toml", &|_| Ok(None)).unwrap_or_else(|error| panic!("{error:?}")).0
}

fn usual() -> Policy {
    policy(&PEOPLE, TEAMS, RULES)
}

/// Files of which any may be in a change.
static FILES: LazyLock<Vec<FileChange>> = LazyLock::new(|| {
    vec![
        edit("app/main.py", "a = 1\ntimeout = 2\nb = 3\n", "a = 1\ntimeout = 30\nb = 3\n"),
        edit("app/notes.md", "one\n", "two\n"),
        edit(
            "infra/main.tf",
            "a = 1\n\n\n\nb = 2\n\n\n\ncount = 3\n",
            "a = 2\n\n\n\nb = 2\n\n\n\ncount = 4\n",
        ),
        addition("infra/new.tf", "count = 1\n"),
        deletion("old/gone.tf", "count = 1\ntimeout = 2\n"),
        renaming("lib/a.rs", "lib/b.rs"),
    ]
});

/// A change in memory, and what is recorded about it.
struct Memory {
    change: Change,
    files: Vec<FileChange>,
    notes: Vec<String>,
}

impl Memory {
    fn new(files: &[FileChange], notes: &[String]) -> Self {
        let id = |number: u8| ObjectId::new([number; 20]);
        let author = Contributor { role: Role::Author, name: "M".into(), email: "mallory@acme.dev".into() };
        let commit = Commit { id: id(3), people: vec![author], message: "x".into(), signature: None };
        let change = Change {
            base: id(1),
            merge_base: id(1),
            head: id(3),
            target: Some("refs/heads/main".to_owned()),
            merges: true,
            commits: vec![commit],
        };
        Self { change, files: files.to_vec(), notes: notes.to_vec() }
    }

    fn report(&self, policy: &Policy) -> Report {
        let source = PolicyReport { source: "gate.toml".to_owned(), commit: None, digest: String::new() };
        let terms = Terms { policy, source, now: now(), enforced: true, opener: None, pusher: None };
        let classifier = Classifier::new(policy).unwrap_or_else(|error| panic!("{error}"));
        review(self, &terms, classifier).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl History for Memory {
    type Error = Infallible;

    fn landed(&self, _: ObjectId, _: HunkId, _: &BStr, _: Option<&BStr>) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn is_merged(&self, _: ObjectId) -> Result<bool, Infallible> {
        Ok(false)
    }
}

impl Source for Memory {
    fn change(&self) -> &Change {
        &self.change
    }

    fn judge(&self, judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync)) -> Result<Vec<Judged>, Infallible> {
        Ok(self.files.iter().flat_map(judge).collect())
    }

    fn touched(&self, commits: &[ObjectId]) -> Result<Vec<Vec<Touched>>, Infallible> {
        let touched = |file: &FileChange| Touched {
            path: file.path().to_owned(),
            from: file.old_path().map(BStr::to_owned),
            object: file.new.as_ref().map(|side| side.object),
        };
        let all: Vec<_> = self.files.iter().map(touched).collect();
        Ok(vec![all; commits.len()])
    }

    fn claims(&self) -> Claims {
        Claims::default()
    }

    fn notes(&self, _: &[ObjectId]) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(self.notes.iter().map(|note| note.clone().into_bytes()).collect())
    }
}

/// A statement about some of the change's hunks, told by bits.
fn statement(kind: StatementKind, by: &str, bits: u16) -> Statement {
    let all = FILES.iter().flat_map(|file| &file.hunks).map(|hunk| hunk.id);
    Statement {
        kind,
        project: "acme/shop".to_owned(),
        target: "refs/heads/main".to_owned(),
        policy: None,
        hunks: (0..16).zip(all).filter(|(at, _)| bits & (1 << at) != 0).map(|(_, id)| id).collect(),
        base: ObjectId::new([1; 20]),
        head: ObjectId::new([3; 20]),
        by: by.to_owned(),
        at: now() - SignedDuration::from_hours(1),
        seen: None,
        text: Some("a reason".to_owned()),
        withdraws: None,
    }
}

/// Statements of every kind by anybody.
fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let kind = prop_oneof![
        6 => Just(StatementKind::SignOff),
        1 => Just(StatementKind::Objection),
        1 => Just(StatementKind::Override)
    ];
    let one = (kind, 0..PEOPLE.len(), 1..512_u16, any::<bool>());
    vec(one, 0..6).prop_map(|picks| {
        let mut all = Vec::new();
        for (kind, by, bits, is_withdrawn) in picks {
            let made = statement(kind, PEOPLE[by], bits);
            all.extend((is_withdrawn && bits % 4 == 0).then(|| withdrawal(&made)));
            all.push(made);
        }
        all
    })
}

fn files() -> impl Strategy<Value = Vec<FileChange>> {
    subsequence(FILES.clone(), 0..=FILES.len())
}

fn lines(statements: &[Statement]) -> Vec<String> {
    statements.iter().filter(|it| !it.hunks.is_empty()).map(line).collect()
}

/// The report as programs get it, without the order of what has none.
fn unordered(report: &Report) -> Value {
    let Ok(mut value) = serde_json::to_value(report) else { panic!("a report that is no JSON") };
    sort(&mut value);
    value
}

fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_key(ToString::to_string);
        }
        Value::Object(fields) => fields.values_mut().for_each(sort),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn shuffled(all: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    Just(all.to_vec()).prop_shuffle()
}

#[test]
fn who_wrote_a_hunk_can_not_sign_it() {
    let notes = [line(&statement(StatementKind::SignOff, "ada", u16::MAX))];
    let verdict = |author: &str| {
        let mut memory = Memory::new(&FILES[..1], &notes);
        memory.change.commits[0].people[0].email = format!("{author}@acme.dev").into();
        memory.report(&usual()).verdict
    };
    assert_eq!(verdict("mallory"), Verdict::Pass);
    assert_eq!(verdict("ada"), Verdict::Blocked);
}

#[test]
fn statements_are_looked_for_under_the_hunks_the_head_and_the_commits() {
    let mut change = Memory::new(&[], &[]).change;
    change.head = ObjectId::new([4; 20]);
    let Ok(classifier) = Classifier::new(&usual()) else { panic!("a service map that can't be used") };
    let hunks = classifier.judge(&FILES[0]);
    let expected = [hunks[0].id.note_key(), change.head, change.commits[0].id];
    assert_eq!(keys(&change, &hunks), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Those who write the change are left out: a sign-off of theirs counts for nothing, and takes nothing away either.
    #[test]
    fn one_sign_off_more_never_turns_a_pass_into_a_block(
        files in files(), statements in statements(), by in 0..PEOPLE.len(), bits in 1..512_u16,
    ) {
        let policy = usual();
        let before = Memory::new(&files, &lines(&statements)).report(&policy);
        let more = [statements, vec![statement(StatementKind::SignOff, PEOPLE[by], bits)]].concat();
        let after = Memory::new(&files, &lines(&more)).report(&policy);
        prop_assert!(before.verdict == Verdict::Blocked || after.verdict == Verdict::Pass);
    }

    #[test]
    fn one_file_more_never_drops_a_requirement_and_never_turns_a_block_into_a_pass(
        files in files(), statements in statements(), more in 0..6_usize,
    ) {
        let policy = usual();
        let notes = lines(&statements);
        let before = Memory::new(&files, &notes).report(&policy);
        let mut larger = files.clone();
        if larger.iter().all(|file| file.path() != FILES[more].path()) {
            larger.push(FILES[more].clone());
        }
        let after = Memory::new(&larger, &notes).report(&policy);
        prop_assert!(before.verdict == Verdict::Pass || after.verdict == Verdict::Blocked);
        for row in &before.requirements {
            let same = after.requirements.iter().find(|it| it.who() == row.who() && it.count == row.count);
            prop_assert!(same.is_some_and(|same| row.hunks.iter().all(|hunk| same.hunks.contains(hunk))));
        }
    }

    #[test]
    fn one_rule_more_never_makes_a_hunk_local_and_never_turns_a_block_into_a_pass(
        files in files(),
        statements in statements(),
        rules in subsequence(RULES, 0..RULES.len()),
        more in 0..RULES.len(),
    ) {
        let notes = lines(&statements);
        let mut larger = rules.clone();
        if !larger.contains(&RULES[more]) {
            larger.push(RULES[more]);
        }
        let before = Memory::new(&files, &notes).report(&policy(&PEOPLE, TEAMS, &rules));
        let after = Memory::new(&files, &notes).report(&policy(&PEOPLE, TEAMS, &larger));
        for (old, new) in before.hunks.iter().zip(&after.hunks) {
            prop_assert_eq!(&old.id, &new.id);
            prop_assert!(old.class == Class::Local || new.class == Class::Architectural);
            prop_assert!(old.findings.iter().all(|finding| new.findings.contains(finding)));
        }
        // A rule that asks for somebody else does not take the place of the ones that asked before.
        for row in &before.requirements {
            let same = after.requirements.iter().find(|it| it.who() == row.who() && it.count == row.count);
            prop_assert!(same.is_some_and(|same| row.hunks.iter().all(|hunk| same.hunks.contains(hunk))));
        }
        prop_assert!(before.verdict == Verdict::Pass || after.verdict == Verdict::Blocked);
    }

    #[test]
    fn the_order_of_people_teams_rules_files_and_notes_never_matters(
        files in files(),
        statements in statements(),
        people in shuffled(&PEOPLE),
        teams in shuffled(TEAMS),
        rules in shuffled(RULES),
        turn in 0..12_usize,
    ) {
        let notes = lines(&statements);
        let plain = Memory::new(&files, &notes).report(&usual());
        let (mut turned, mut joined) = (files.clone(), notes.clone());
        turned.rotate_left(turn % files.len().max(1));
        joined.rotate_left(turn % notes.len().max(1));
        // The same lines, in one note and once more in others.
        joined = [vec![joined.join("\n")], joined].concat();
        let other = Memory::new(&turned, &joined).report(&policy(&people, &teams, &rules));
        prop_assert_eq!(unordered(&plain), unordered(&other));
    }

    /// Lines elsewhere in the file, before or behind, are no part of a hunk.
    #[test]
    fn ids_are_the_same_wherever_the_hunk_ends_up(
        before in vec("[a-c] = [0-9]", 3..6),
        behind in vec("[d-f] = [0-9]", 3..6),
        first in vec("[k-m][k-m] = [0-9]", 0..5),
        last in vec("[x-z] = [0-9]", 0..5),
        new in "[p-r] = [0-9]{3}",
    ) {
        let text = |first: &[String], middle: &str, last: &[String]| {
            let middle = if middle.is_empty() { vec![] } else { vec![middle.to_owned()] };
            let all = [first, &before, &middle, &behind, last].concat();
            all.iter().map(|line| format!("{line}\n")).collect::<String>()
        };
        let ids = |file: &FileChange| file.hunks.iter().map(|hunk| hunk.id).collect::<Vec<_>>();
        let here = edit("a.conf", &text(&[], "", &[]), &text(&[], &new, &[]));
        let there = edit("a.conf", &text(&first, "", &last), &text(&first, &new, &last));
        prop_assert_eq!(ids(&here), ids(&there));
        let elsewhere = edit("b.conf", &text(&first, "", &last), &text(&first, &new, &last));
        prop_assert_ne!(ids(&there), ids(&elsewhere));
    }
}
