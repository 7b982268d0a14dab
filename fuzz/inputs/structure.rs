//! A structured file with two sides, and a key path: what `keys` makes of them.

use std::collections::BTreeSet;

use gate::change::{FileChange, HunkKind};
use gate::classify::{Classifier, Judged, LocalReason, RuleRef};
use gate::policy::{Local, Policy};
use gate::rule::Conditions;
use gate::rule::key_path::KeyPath;
use gate::structure::{Format, Structure, Value};

use super::tree;

const PATHS: [&str; 8] =
    ["a.yaml", "a.json", "a.toml", "a.tf", "chart/templates/a.yaml", "main.tf.json", "a.jsonc", "b.pkr.json"];
/// Values are nested no deeper, blocks with their labels included.
const DEEPEST: usize = 110;

/// The first byte picks the path; the first line is a key path; a NUL parts the sides.
pub fn structure(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let path = PATHS[usize::from(*first) % PATHS.len()];
    let mut parts = rest.splitn(2, |byte| *byte == b'\n');
    let (key, sides) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut sides = sides.splitn(2, |byte| *byte == 0);
    let sides = [sides.next().unwrap_or_default(), sides.next().unwrap_or_default()];
    let read = sides.map(|side| read(path, side));
    let Ok(key) = str::from_utf8(key) else { return };
    let Ok(key) = KeyPath::parse(key) else { return };
    assert_eq!(KeyPath::parse(&key.to_string()).as_ref(), Ok(&key), "{key} is read as it is written");
    let file = super::file(path, sides[0], sides[1]);
    let ruled = judge(&file, |policy| policy.rules[0].when = conditions(&key));
    if !read.iter().all(|is_read| *is_read) {
        assert!(ruled.iter().all(is_told), "what can't be read is a match");
    }
    let of_local = |policy: &mut Policy| {
        policy.rules[0].when = Conditions { paths: vec!["**".into()], ..Conditions::default() };
        policy.locals = vec![Local { when: conditions(&key), line: 1, ..Local::default() }];
    };
    let relieved = judge(&file, of_local);
    let is_relieved = |judged: &Judged| judged.local_because == Some(LocalReason::Local(0));
    if !read.iter().all(|is_read| *is_read) {
        assert!(!relieved.iter().any(is_relieved), "what can't be read is not local");
    }
    if let [Some(old), Some(new)] = sides.map(|side| tree::read(Format::of(path.as_bytes()).unwrap(), side)) {
        let steps = key.steps();
        if let [Some(old), Some(new)] = [old.picked(steps), new.picked(steps)] {
            let is_same = old == new;
            assert!(
                is_same || ruled.iter().any(is_found),
                "{key}: {old:?} became {new:?}, and no hunk has it"
            );
        }
        // What blocks and merge keys bring to a key is not known to others.
        let is_more = path.contains(".json") && path != "a.json" || rest.windows(2).any(|pair| pair == b"<<");
        let is_all_local = relieved.iter().all(|judged| judged.local_because.is_some());
        if !is_more && is_all_local && relieved.iter().any(is_relieved) {
            let [old, new] = [old, new].map(|tree| tree.without(steps));
            assert!(old == new, "only {key} is local, and {old:?} became {new:?}");
        }
    }
}

/// Reads a side twice, and tells whether there was something to be read.
fn read(path: &str, side: &[u8]) -> bool {
    let structure = Structure::read(path.as_bytes(), side);
    let again = Structure::read(path.as_bytes(), side);
    assert_eq!(format!("{structure:?}"), format!("{again:?}"));
    let Ok(structure) = structure else { return false };
    let text = str::from_utf8(side).unwrap();
    let number_of_values = structure.values().count();
    assert!(number_of_values <= 3 * side.len() + 3, "{number_of_values} values");
    let mut below = 0;
    for number in 0..number_of_values {
        let node = structure.node(number);
        assert!(text.get(node.place.clone()).is_some(), "{:?} is no place", node.place);
        if let Value::Map(entries) = &node.value {
            assert!(entries.iter().all(|entry| text.get(entry.place.clone()).is_some()));
        }
        below += below_of(&node.value).len();
    }
    assert!(below <= 2 * number_of_values, "{below} places for {number_of_values} values");
    assert!(depth(&structure) <= DEEPEST, "{} deep", depth(&structure));
    true
}

fn below_of(value: &Value) -> Vec<usize> {
    match value {
        Value::Scalar | Value::Alias(_) => Vec::new(),
        Value::List(items) | Value::Expression(items) => items.clone(),
        Value::Map(entries) => entries.iter().map(|entry| entry.value).collect(),
    }
}

/// Returns how deep values are nested, aliases aside.
fn depth(structure: &Structure) -> usize {
    let mut level: BTreeSet<usize> = structure.roots().iter().copied().collect();
    let mut depth = 0;
    while !level.is_empty() && depth <= DEEPEST {
        level = level.iter().flat_map(|&number| below_of(&structure.node(number).value)).collect();
        depth += 1;
    }
    depth
}

fn conditions(key: &KeyPath) -> Conditions {
    Conditions { keys: vec![key.clone()], ..Conditions::default() }
}

fn is_found(judged: &Judged) -> bool {
    judged.findings.iter().any(|one| one.rule == RuleRef::Policy(0))
}

/// Tells whether something is found, or nothing could be.
fn is_told(judged: &Judged) -> bool {
    !judged.findings.is_empty()
        || judged.local_because == Some(LocalReason::Comment)
        || matches!(judged.kind, HunkKind::Mode | HunkKind::Empty)
}

/// Judges a file, twice, by a policy of one rule that is changed first.
fn judge(file: &FileChange, change: impl FnOnce(&mut Policy)) -> Vec<Judged> {
    thread_local!(static POLICY: Policy = policy());
    let mut policy = POLICY.with(Policy::clone);
    change(&mut policy);
    let classifier = Classifier::new(&policy).unwrap();
    let judged = classifier.judge(file);
    assert_eq!(format!("{judged:?}"), format!("{:?}", classifier.judge(file)));
    judged
}

fn policy() -> Policy {
    let text = "version = 1\n[[rule]]\nid = \"r\"\nwhy = \"w\"\ncategory = \"config\"\nkeys = [\"a\"]\n";
    Policy::parse(text, "gate.toml", &|_| Ok(None)).unwrap().0
}
