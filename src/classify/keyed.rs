//! The places that a key path leads to in a structured file.
//!
//! Aliases and merge keys are followed; the number of steps is limited, and so is the
//! number of places: a file of aliases to aliases is not unfolded.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::places::{Mark, joined};
use crate::rule::key_path::{KeyPath, KeyStep};
use crate::structure::{Entry, Structure, Value};

/// More steps than this are not taken …
const MOST_STEPS: usize = 500_000;
/// … nor more than this and …
const FEWEST_STEPS: usize = 50_000;
/// … so many for each value and each step of the key path: a few aliases to aliases stand for more than can be walked.
const STEPS_PER_VALUE: usize = 8;
/// The key whose value's keys are taken for those of the map around it.
const MERGE: &str = "<<";

/// The paths that were met, by number: each the number of the path before it, and a step.
#[derive(Debug, Default)]
pub struct Paths(HashMap<(u32, Taken), u32>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Taken {
    Key(String),
    /// A key that is no text: it may be any.
    AnyKey,
    Item,
}

/// A walk down a structure.
struct Walk<'a> {
    structure: &'a Structure,
    steps: &'a [KeyStep],
    paths: &'a mut Paths,
    /// The value, how many steps of the key path have been taken, and the path that led there.
    waiting: Vec<(usize, usize, u32)>,
    seen: HashSet<(usize, usize, u32)>,
    marks: Vec<Mark>,
    /// Some of the marks are on expressions, and what they come to may have nothing of it.
    has_doubt: bool,
    /// Whether a key behind `**` may be the label of a block.
    finds_labels: bool,
    /// How many steps are left.
    left: usize,
}

/// Finds all that is at or under a key path, and tells whether some of it is in doubt; `None`
/// where that takes too many steps.
///
/// What is marked is the path in full, so that a value that has another one on the other side can be told.
pub fn places(structure: &Structure, path: &KeyPath, paths: &mut Paths) -> Option<(Vec<Mark>, bool)> {
    walk(structure, path, paths, true)
}

/// Does the same for what lets changes off: no name that somebody gives a block is taken for a key behind `**`.
pub fn places_of_keys(structure: &Structure, path: &KeyPath, paths: &mut Paths) -> Option<(Vec<Mark>, bool)> {
    walk(structure, path, paths, false)
}

fn walk(
    structure: &Structure,
    path: &KeyPath,
    paths: &mut Paths,
    finds_labels: bool,
) -> Option<(Vec<Mark>, bool)> {
    if !may_lead(structure, path.steps()) {
        return Some((Vec::new(), false));
    }
    let mut walk = Walk {
        structure,
        steps: path.steps(),
        paths,
        waiting: structure.roots().iter().map(|&root| (root, 0, 0)).collect(),
        seen: HashSet::new(),
        marks: Vec::new(),
        has_doubt: false,
        finds_labels,
        left: most_steps(structure, path.steps()),
    };
    while let Some(next) = walk.waiting.pop() {
        walk.count()?;
        if walk.seen.insert(next) {
            walk.step(next)?;
        }
    }
    let has_doubt = walk.has_doubt || is_shared(structure, &walk.marks);
    Some((walk.marks, has_doubt))
}

/// Tells whether some of what is marked stands for other values too, by an alias.
fn is_shared(structure: &Structure, marks: &[Mark]) -> bool {
    let mut shared = structure.values().filter_map(|value| match value {
        Value::Alias(to) => Some(&structure.node(*to).place),
        Value::Scalar | Value::Map(_) | Value::List(_) | Value::Expression(_) => None,
    });
    let Some(first) = shared.next() else { return false };
    let places = joined(marks);
    let is_marked = |place: &Range<usize>| {
        let next = places.partition_point(|marked| marked.end <= place.start);
        places.get(next).is_some_and(|marked| marked.start < place.end)
    };
    is_marked(first) || shared.any(is_marked)
}

/// Returns how many steps are taken at most, so that the time goes with the size of the file.
fn most_steps(structure: &Structure, steps: &[KeyStep]) -> usize {
    let of_values = structure.values().count() * (steps.len() + 1) * STEPS_PER_VALUE;
    MOST_STEPS.min(FEWEST_STEPS + of_values)
}

/// Tells whether a key path may lead anywhere: most lack a key that the whole file does not have, which is seen soon.
fn may_lead(structure: &Structure, steps: &[KeyStep]) -> bool {
    // Behind `**` only what stands in an expression counts.
    let is_anywhere = matches!(steps, [KeyStep::AnyDepth, KeyStep::Key(_)]);
    let is_open = |value: &Value| match value {
        Value::Alias(_) => true,
        Value::Expression(_) => !is_anywhere,
        Value::Map(entries) => entries.iter().any(|entry| entry.key.is_none()),
        Value::Scalar | Value::List(_) => false,
    };
    let has = |wanted: &String| {
        let is_wanted = |entry: &Entry| entry.key.as_ref() == Some(wanted);
        structure.values().any(|value| matches!(value, Value::Map(entries) if entries.iter().any(is_wanted)))
    };
    let is_there = |step: &KeyStep| match step {
        KeyStep::Key(key) => has(key),
        KeyStep::AnyKey | KeyStep::AnyDepth | KeyStep::AnyItem => true,
    };
    structure.values().any(is_open) || steps.iter().all(is_there)
}

impl Paths {
    fn number(&mut self, parent: u32, taken: Taken) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX).saturating_add(1);
        *self.0.entry((parent, taken)).or_insert(next)
    }
}

impl Walk<'_> {
    fn count(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    fn step(&mut self, (at, step, path): (usize, usize, u32)) -> Option<()> {
        let structure = self.structure;
        let node = structure.node(at);
        let Some(wanted) = self.steps.get(step) else { return self.cover(at, path) };
        if *wanted == KeyStep::AnyDepth {
            self.waiting.push((at, step + 1, path));
        }
        match &node.value {
            Value::Scalar => {}
            Value::Alias(to) => {
                self.mark(&node.place, path);
                self.waiting.push((*to, step, path));
            }
            Value::List(items) => {
                let next = match wanted {
                    KeyStep::AnyItem => step + 1,
                    KeyStep::AnyDepth => step,
                    KeyStep::Key(_) | KeyStep::AnyKey if structure.has_blocks() => step,
                    KeyStep::Key(_) | KeyStep::AnyKey => return Some(()),
                };
                let path = self.paths.number(path, Taken::Item);
                self.waiting.extend(items.iter().map(|&item| (item, next, path)));
            }
            Value::Expression(inner) => self.suspect(at, inner, step, path),
            Value::Map(_) if *wanted == KeyStep::AnyItem && structure.has_blocks() => {
                self.waiting.push((at, step + 1, path));
            }
            Value::Map(entries) => {
                for entry in entries {
                    if entry.key.as_deref() == Some(MERGE) {
                        self.merge(entry.value, step, path)?;
                    }
                    let next = match (wanted, &entry.key) {
                        (KeyStep::Key(wanted), Some(key)) if wanted != key => continue,
                        (KeyStep::Key(_), _) if self.is_name(at, step, entry) => continue,
                        (KeyStep::Key(_) | KeyStep::AnyKey, _) => step + 1,
                        (KeyStep::AnyDepth, _) => step,
                        (KeyStep::AnyItem, _) => continue,
                    };
                    let taken = entry.key.clone().map_or(Taken::AnyKey, Taken::Key);
                    let path = self.paths.number(path, taken);
                    if next == self.steps.len() {
                        self.mark(&whole(structure, entry), path);
                    }
                    self.waiting.push((entry.value, next, path));
                }
            }
        }
        Some(())
    }

    /// Tells whether an entry is a label that must not be taken for this step.
    fn is_name(&self, at: usize, step: usize, entry: &Entry) -> bool {
        let is_anywhere = step > 0 && self.steps[step - 1] == KeyStep::AnyDepth;
        !self.finds_labels && is_anywhere && self.structure.is_label(at, entry)
    }

    /// Takes an expression for what is asked for, since nobody knows what it comes to.
    ///
    /// Behind `**` that would be each expression of a file: there, only what stands in it counts.
    fn suspect(&mut self, at: usize, inner: &[usize], step: usize, path: u32) {
        let structure = self.structure;
        let is_anywhere = self.steps[..=step].iter().rev().take(2).any(|step| *step == KeyStep::AnyDepth);
        if !is_anywhere {
            self.mark(&structure.node(at).place, path);
        }
        self.has_doubt |= !is_anywhere || !inner.is_empty();
        self.waiting.extend(inner.iter().map(|&inner| (inner, step, path)));
    }

    /// Takes the maps that `<<` names for the map that it stands in.
    fn merge(&mut self, value: usize, step: usize, path: u32) -> Option<()> {
        let mut open = vec![value];
        let mut seen = HashSet::new();
        while let Some(at) = open.pop() {
            self.count()?;
            let node = self.structure.node(at);
            match &node.value {
                _ if !seen.insert(at) => {}
                Value::Alias(to) => {
                    self.mark(&node.place, path);
                    open.push(*to);
                }
                Value::List(items) | Value::Expression(items) => open.extend(items),
                Value::Map(_) => self.waiting.push((at, step, path)),
                Value::Scalar => {}
            }
        }
        Some(())
    }

    /// Marks a value with all that is in it.
    fn cover(&mut self, at: usize, path: u32) -> Option<()> {
        let structure = self.structure;
        if !structure.is_scattered() {
            self.mark(&structure.node(at).place, path);
            return Some(());
        }
        let mut open = vec![at];
        let mut seen = HashSet::new();
        while let Some(at) = open.pop() {
            self.count()?;
            if !seen.insert(at) {
                continue;
            }
            let node = structure.node(at);
            self.mark(&node.place, path);
            match &node.value {
                Value::Scalar => {}
                Value::Alias(to) => open.push(*to),
                Value::List(items) | Value::Expression(items) => open.extend(items),
                Value::Map(entries) => {
                    for entry in entries {
                        self.mark(&whole(structure, entry), path);
                        open.push(entry.value);
                    }
                }
            }
        }
        Some(())
    }

    fn mark(&mut self, place: &Range<usize>, path: u32) {
        if !place.is_empty() {
            self.marks.push(Mark { bytes: place.clone(), what: path });
        }
    }
}

/// Returns the place of a key with its value, where the value follows it.
fn whole(structure: &Structure, entry: &Entry) -> Range<usize> {
    let value = &structure.node(entry.value).place;
    let end = if value.start >= entry.place.end { value.end } else { entry.place.end };
    entry.place.start..end
}

#[cfg(test)]
mod tests {
    use super::super::places::Places;
    use super::*;
    use crate::change::testing::edit;

    /// Returns the text at each place of a key path.
    fn found(path: &str, text: &str, key: &str) -> Vec<String> {
        let structure = Structure::read(path.as_bytes(), text.as_bytes()).unwrap();
        let (marks, _) = places(&structure, &KeyPath::parse(key).unwrap(), &mut Paths::default()).unwrap();
        let mut places: Vec<_> = marks.iter().map(|mark| mark.bytes.clone()).collect();
        places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        let mut end = 0;
        places.retain(|place| {
            let is_new = place.end > end;
            end = end.max(place.end);
            is_new
        });
        places.into_iter().map(|place| text.get(place).unwrap().trim_end().to_owned()).collect()
    }

    #[test]
    fn key_that_a_file_lacks_is_not_looked_for() {
        let leads = |path: &str, text: &str, key: &str| {
            let structure = Structure::read(path.as_bytes(), text.as_bytes()).unwrap();
            may_lead(&structure, KeyPath::parse(key).unwrap().steps())
        };
        assert!(leads("a.yaml", "a:\n  b: 1\n", "a.b") && leads("a.yaml", "a:\n  b: 1\n", "**.b"));
        assert!(leads("a.yaml", "a: 1\n", "*") && leads("a.yaml", "a: 1\n", "**.a"));
        assert!(!leads("a.yaml", "a:\n- c: 1\n", "a.b") && !leads("a.yaml", "a:\n- c: 1\n", "**.b"));
        // An alias, a key that is no text and an expression may stand for it.
        assert!(
            leads("a.yaml", "a: &x {d: 1}\nc: *x\n", "**.b") && leads("a.tf", "a = { (b) = 1 }\n", "**.c")
        );
        assert!(leads("a.tf", "a = f(1)\n", "a.b") && !leads("a.tf", "a = f(1)\n", "**.b"));
    }

    const DEPLOYMENT: &str = "kind: Deployment\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: a\n        resources:\n          limits: {cpu: 1}\n      - name: b\n        image: x\n---\nspec:\n  replicas: 3\n";

    #[test]
    fn key_path_leads_to_its_values() {
        let found = |key: &str| found("a.yaml", DEPLOYMENT, key);
        assert_eq!(
            found("spec.template.spec.containers[].resources"),
            ["resources:\n          limits: {cpu: 1}"]
        );
        assert_eq!(found("spec.replicas"), ["replicas: 2", "replicas: 3"]);
        assert_eq!(found("**.image"), ["image: x"]);
        assert_eq!(found("spec.*.spec.containers[].name"), ["name: a", "name: b"]);
        assert_eq!(found("spec.containers"), [""; 0]);
        assert_eq!(found("spec.template.spec.containers.name"), [""; 0]);
        assert_eq!(found("**.cpu"), ["cpu: 1"]);
    }

    #[test]
    fn json_and_toml_are_alike() {
        let json = "{\"a\": [{\"b\": 1}, {\"b\": 2, \"c\": 3}]}";
        assert_eq!(found("a.json", json, "a[].b"), ["\"b\": 1", "\"b\": 2"]);
        let toml = "x = 1\n[a]\nb = 1\n[c]\nb = 2\n[a.d]\ne = 3\n[[f]]\ng = 4\n[[f]]\ng = 5\n";
        assert_eq!(found("a.toml", toml, "a.b"), ["b = 1"]);
        assert_eq!(found("a.toml", toml, "f[].g"), ["g = 4", "g = 5"]);
        let whole = found("a.toml", toml, "a");
        assert!(whole.contains(&"e = 3".to_owned()) && !whole.contains(&"b = 2".to_owned()), "{whole:?}");
    }

    const DATABASE: &str = "resource \"aws_db_instance\" \"main\" {\n  deletion_protection = true\n  tags = merge(var.tags, { Name = \"x\" })\n  ingress {\n    port = 1\n  }\n  ingress {\n    port = 2\n  }\n  dynamic \"egress\" {\n    for_each = var.x\n    content {\n      port = 3\n    }\n  }\n  rules = [{ a = 4 }]\n  zone = local.zone\n}\n";

    #[test]
    fn what_may_come_of_an_expression_is_in_doubt() {
        let is_in_doubt = |text: &str, key: &str| {
            let structure = Structure::read(b"a.tf", text.as_bytes()).unwrap();
            places(&structure, &KeyPath::parse(key).unwrap(), &mut Paths::default()).unwrap().1
        };
        let (bare, holding) = ("a = var.x\nb = 1\n", "a = f({ c = 1 })\nb = 1\n");
        assert!(is_in_doubt(bare, "a.c") && is_in_doubt(holding, "a.c"));
        assert!(!is_in_doubt(bare, "**.c") && is_in_doubt(holding, "**.c"));
        assert!(!is_in_doubt(bare, "b") && !is_in_doubt(holding, "b"));
    }

    #[test]
    fn label_is_no_key_anywhere_for_what_lets_off() {
        let text = "resource \"x\" \"tags\" {\n  a = 1\n  tags = {}\n}\ntags \"b\" {}\ndynamic \"tags\" {}\n";
        let structure = Structure::read(b"a.tf", text.as_bytes()).unwrap();
        let found = |key: &str| {
            let (marks, _) =
                places_of_keys(&structure, &KeyPath::parse(key).unwrap(), &mut Paths::default()).unwrap();
            joined(&marks).into_iter().map(|place| text.get(place).unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(found("**.tags").iter().all(|place| !place.contains("a = 1")), "{:?}", found("**.tags"));
        assert!(found("**.tags").iter().any(|place| place == "tags = {}"));
        assert!(found("resource.*.tags").iter().any(|place| place.contains("a = 1")));
        assert!(found("resource.x.**.a").iter().any(|place| place == "a = 1"));
    }

    #[test]
    fn types_and_labels_of_blocks_are_keys() {
        let found = |key: &str| found("a.tf", DATABASE, key);
        assert_eq!(
            found("resource.aws_db_instance.main.deletion_protection"),
            ["deletion_protection = true"]
        );
        assert_eq!(found("resource.aws_db_instance.*.deletion_protection"), ["deletion_protection = true"]);
        assert_eq!(found("**.deletion_protection"), ["deletion_protection = true"]);
        assert_eq!(found("resource.aws_s3_bucket"), [""; 0]);
        assert_eq!(found("resource"), [DATABASE.trim_end()]);
        assert_eq!(found("**.ingress.port"), ["port = 1", "port = 2"]);
        assert_eq!(found("**.ingress[].port"), ["port = 1", "port = 2"]);
        assert_eq!(found("**.egress.port"), ["port = 3"]);
        assert!(found("**.egress")[0].starts_with("\"egress\" {\n    for_each"));
        assert_eq!(found("**.rules.a"), found("**.rules[].a"));
        assert_eq!(found("**.rules.a"), ["a = 4"]);
    }

    #[test]
    fn expression_counts_as_what_is_asked_for_below_it() {
        let found = |key: &str| found("a.tf", DATABASE, key);
        assert_eq!(found("resource.*.*.tags.Name"), ["merge(var.tags, { Name = \"x\" })"]);
        assert_eq!(found("resource.*.*.zone.name"), ["local.zone"]);
        assert_eq!(found("resource.*.*.zone[]"), ["local.zone"]);
        assert_eq!(found("**.Name"), ["Name = \"x\""]);
        assert_eq!(found("**.zone.name"), ["local.zone"]);
        assert_eq!(found("**.name"), [""; 0]);
    }

    #[test]
    fn blocks_written_as_json_are_alike() {
        let json = "{\"resource\": [{\"a\": {\"b\": [{\"c\": [1], \"d\": \"${e}\"}]}}]}";
        assert_eq!(found("a.tf.json", json, "resource.a.b.c"), ["\"c\": [1]"]);
        assert_eq!(found("a.tf.json", json, "resource.*.*.c[]"), ["1"]);
        assert_eq!(found("a.tf.json", json, "resource.a.b.d.f"), ["\"${e}\""]);
        assert_eq!(found("a.json", json, "resource.a.b.c"), [""; 0]);
        let json = "{\"x\": {\"dynamic\": {\"in\": {\"for_each\": [], \"content\": [{\"port\": 1}]}}}}";
        assert_eq!(found("a.tf.json", json, "x.in.port"), ["\"port\": 1"]);
    }

    #[test]
    fn alias_and_merge_key_are_followed() {
        let text = "x: &x\n  ports: 1\ny:\n  <<: *x\nz: *x\n";
        assert_eq!(found("a.yaml", text, "y.ports"), ["ports: 1", "*x"]);
        assert_eq!(found("a.yaml", text, "z.ports"), ["ports: 1", "*x"]);
        assert_eq!(found("a.yaml", text, "x.ports"), ["ports: 1"]);
    }

    #[test]
    fn aliases_of_aliases_are_not_unfolded() {
        let mut text = "a0: &a0 [x, x]\n".to_owned();
        for depth in 1..40 {
            text += &format!("a{depth}: &a{depth} [*a{0}, *a{0}]\n", depth - 1);
        }
        let structure = Structure::read(b"a.yaml", text.as_bytes()).unwrap();
        let places = |key: &str| places(&structure, &KeyPath::parse(key).unwrap(), &mut Paths::default());
        assert!(places("a39[][][]").is_some());
        assert!(places("**.x").is_some());
        let steps = "**.".repeat(100);
        // It takes long, or it is too much; it does not take forever.
        let _ = places(&format!("{steps}x"));
    }

    #[test]
    fn what_an_alias_takes_elsewhere_is_in_doubt() {
        let doubts = |key: &str| {
            let text = "a: 1\nb: &b\n  c: 2\nd: *b\ne:\n  <<: *b\n  f: 3\n";
            let structure = Structure::read(b"a.yaml", text.as_bytes()).unwrap();
            places(&structure, &KeyPath::parse(key).unwrap(), &mut Paths::default()).unwrap().1
        };
        assert!(doubts("b") && doubts("b.c") && doubts("**") && doubts("d") && doubts("e.c"));
        assert!(!doubts("a") && !doubts("e.f"));
    }

    #[test]
    fn lists_to_be_merged_are_not_unfolded() {
        let lists: String = (1..40).map(|at| format!("l{at}: &l{at} [*l{0}, *l{0}]\n", at - 1)).collect();
        let text = format!("l0: &l0 {{ports: 1}}\n{lists}y:\n  <<: *l39\n");
        assert!(found("a.yaml", &text, "y.ports").contains(&"ports: 1".to_owned()));
    }

    #[test]
    fn few_aliases_to_aliases_take_little_time() {
        let mut text = "m0: &m0 {a: 1}\n".to_owned();
        for depth in 1..12 {
            let keys: String = (0..9).map(|key| format!("k{key}: *m{}, ", depth - 1)).collect();
            text += &format!("m{depth}: &m{depth} {{{keys}}}\n");
        }
        let structure = Structure::read(b"a.yaml", text.as_bytes()).unwrap();
        let path = KeyPath::parse("**.a").unwrap();
        assert!(most_steps(&structure, path.steps()) < 60_000);
        assert!(places(&structure, &path, &mut Paths::default()).is_none());
        let long = format!("[{}]", "1, ".repeat(100_000));
        let structure = Structure::read(b"a.yaml", long.as_bytes()).unwrap();
        assert_eq!(most_steps(&structure, path.steps()), MOST_STEPS);
    }

    #[test]
    fn steps_are_counted_to_the_limit() {
        let structure = Structure::read(b"a.yaml", b"a: 1\n").unwrap();
        let mut walk = Walk {
            structure: &structure,
            steps: &[],
            paths: &mut Paths::default(),
            waiting: Vec::new(),
            seen: HashSet::new(),
            marks: Vec::new(),
            has_doubt: false,
            finds_labels: true,
            left: 1,
        };
        assert_eq!((walk.count(), walk.count()), (Some(()), None));
    }

    #[test]
    fn value_under_another_key_has_moved() {
        let old = "a:\n  b:\n    c: 1\nd: 1\n";
        let moved = |new: &str| {
            let file = edit("a.yaml", old, new);
            let mut paths = Paths::default();
            let mut marks = |text: &str| {
                let structure = Structure::read(b"a.yaml", text.as_bytes()).unwrap();
                places(&structure, &KeyPath::parse("a.*.c").unwrap(), &mut paths).unwrap().0
            };
            let places = Places::new(&file, &marks(old), &marks(new), false).unwrap();
            places.has_moved()
        };
        assert!(moved("a:\n  x:\n    c: 1\nd: 1\n"));
        assert!(moved("x:\n  b:\n    c: 1\nd: 1\n"));
        assert!(moved("a:\n  b:\n  x:\n    c: 1\nd: 1\n"));
        assert!(!moved("x: 1\na:\n  b:\n    c: 1\nd: 2\n"));
    }
}
