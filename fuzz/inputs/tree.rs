//! Structured files as others read them, and what a key path picks from them.
//!
//! It knows nothing of places in a text, which is what it is held against.

use std::collections::{BTreeMap, BTreeSet};

use gate::rule::key_path::KeyStep;
use gate::structure::Format;
use saphyr_parser::{Event, Parser};

/// More values than this are not looked at.
const MOST: usize = 3_000;
/// Nor deeper ones.
const DEEPEST: usize = 40;

/// A value with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    Leaf(String),
    Map(Vec<(String, Tree)>),
    List(Vec<Tree>),
}

/// Reads a file as others do, as a list of its documents; `None` where it is not for them, or too much.
pub fn read(format: Format, content: &[u8]) -> Option<Tree> {
    let text = str::from_utf8(content).ok()?;
    let tree = match format {
        Format::Json => Tree::List(vec![of_json(&serde_json::from_str(text).ok()?)]),
        Format::Toml => Tree::List(vec![of_toml(&toml::Value::Table(toml::from_str(text).ok()?))]),
        Format::Yaml => of_yaml(text)?,
        Format::Hcl => return None,
    };
    let Tree::List(documents) = &tree else { return None };
    // A text alone is no value of any key.
    if documents.iter().any(|document| matches!(document, Tree::Leaf(_))) {
        return None;
    }
    // What holds nothing may have no place in the text.
    (tree.size() <= MOST).then(|| tree.pruned(&BTreeSet::new()).unwrap_or(Tree::List(Vec::new())))
}

fn of_json(value: &serde_json::Value) -> Tree {
    match value {
        serde_json::Value::Array(items) => Tree::List(items.iter().map(of_json).collect()),
        serde_json::Value::Object(map) => {
            Tree::Map(map.iter().map(|(key, value)| (key.clone(), of_json(value))).collect())
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => Tree::Leaf(value.to_string()),
    }
}

fn of_toml(value: &toml::Value) -> Tree {
    match value {
        toml::Value::Array(items) => Tree::List(items.iter().map(of_toml).collect()),
        toml::Value::Table(map) => {
            Tree::Map(map.iter().map(|(key, value)| (key.clone(), of_toml(value))).collect())
        }
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => Tree::Leaf(value.to_string()),
    }
}

/// Reads all documents as a list, aliases put in place of what they stand for.
fn of_yaml(text: &str) -> Option<Tree> {
    let mut anchors: BTreeMap<usize, Tree> = BTreeMap::new();
    // What is open: its anchor, whether it is a map, and what is in it, keys and values by turns.
    let mut open: Vec<(usize, bool, Vec<Tree>)> = vec![(0, false, Vec::new())];
    let mut budget = MOST;
    for event in Parser::new_from_str(text) {
        let (anchor, done) = match event.ok()?.0 {
            Event::Scalar(value, _, anchor, _) => (anchor, Tree::Leaf(value.into_owned())),
            Event::Alias(anchor) => {
                let alias = anchors.get(&anchor)?.clone();
                budget = budget.checked_sub(alias.size())?;
                (0, alias)
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() > DEEPEST => return None,
            Event::SequenceStart(anchor, _) => {
                open.push((anchor, false, Vec::new()));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push((anchor, true, Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (anchor, is_map, inner) = open.pop()?;
                (anchor, if is_map { map(inner)? } else { Tree::List(inner) })
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        budget = budget.checked_sub(if anchor == 0 { 1 } else { done.size() })?;
        if anchor != 0 {
            anchors.insert(anchor, done.clone());
        }
        open.last_mut()?.2.push(done);
    }
    let (_, _, documents) = open.pop()?;
    Some(Tree::List(documents))
}

/// Makes a map of keys and values by turns; `None` where a key is more than a text.
fn map(inner: Vec<Tree>) -> Option<Tree> {
    let mut entries = Vec::new();
    let mut inner = inner.into_iter();
    while let (Some(key), value) = (inner.next(), inner.next()) {
        let Tree::Leaf(key) = key else { return None };
        entries.push((key, value?));
    }
    Some(Tree::Map(entries))
}

impl Tree {
    fn size(&self) -> usize {
        1 + match self {
            Self::Leaf(_) => 0,
            Self::Map(entries) => entries.iter().map(|(_, value)| value.size()).sum(),
            Self::List(items) => items.iter().map(Self::size).sum::<usize>(),
        }
    }

    /// Returns what the steps lead to in each document, with the way there; `None` where there are too many ways.
    pub fn picked(&self, steps: &[KeyStep]) -> Option<Vec<(String, &Tree)>> {
        let Self::List(documents) = self else { return None };
        let mut waiting: Vec<(String, &Tree, usize)> =
            documents.iter().map(|document| (String::new(), document, 0)).collect();
        let mut seen = BTreeSet::new();
        let mut picked = BTreeSet::new();
        while let Some((way, tree, step)) = waiting.pop() {
            if seen.len() > MOST {
                return None;
            }
            if !seen.insert((std::ptr::from_ref(tree), step)) {
                continue;
            }
            let Some(wanted) = steps.get(step) else {
                picked.insert((way, std::ptr::from_ref(tree), tree));
                continue;
            };
            let is_anywhere = *wanted == KeyStep::AnyDepth;
            if is_anywhere {
                waiting.push((way.clone(), tree, step + 1));
            }
            let next = if is_anywhere { step } else { step + 1 };
            match tree {
                Self::Leaf(_) => {}
                Self::List(items) if is_anywhere || *wanted == KeyStep::AnyItem => {
                    waiting.extend(items.iter().map(|item| (format!("{way}[]"), item, next)));
                }
                Self::List(_) => {}
                Self::Map(entries) => {
                    let is_wanted = |key: &str| match wanted {
                        KeyStep::Key(wanted) => wanted == key,
                        KeyStep::AnyKey | KeyStep::AnyDepth => true,
                        KeyStep::AnyItem => false,
                    };
                    let wanted = entries.iter().filter(|(key, _)| is_wanted(key));
                    waiting.extend(wanted.map(|(key, value)| (format!("{way}.{key:?}"), value, next)));
                }
            }
        }
        let mut picked: Vec<_> = picked.into_iter().map(|(way, _, tree)| (way, tree)).collect();
        picked.sort();
        Some(picked)
    }

    /// Returns it without what the steps lead to, and without what holds nothing then.
    pub fn without(&self, steps: &[KeyStep]) -> Option<Tree> {
        let picked = self.picked(steps)?;
        let picked: BTreeSet<_> = picked.into_iter().map(|(_, tree)| std::ptr::from_ref(tree)).collect();
        self.pruned(&picked)
    }

    fn pruned(&self, picked: &BTreeSet<*const Tree>) -> Option<Tree> {
        if picked.contains(&std::ptr::from_ref(self)) {
            return None;
        }
        let pruned = match self {
            Self::Leaf(text) => Self::Leaf(text.clone()),
            Self::List(items) => Self::List(items.iter().filter_map(|item| item.pruned(picked)).collect()),
            Self::Map(entries) => {
                let pruned = |(key, value): &(String, Tree)| Some((key.clone(), value.pruned(picked)?));
                Self::Map(entries.iter().filter_map(pruned).collect())
            }
        };
        (!pruned.is_empty()).then_some(pruned)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Leaf(text) => matches!(text.as_str(), "" | "~" | "null"),
            Self::Map(entries) => entries.is_empty(),
            Self::List(items) => items.is_empty(),
        }
    }
}
