//! A pattern, made ready for one language.

use std::collections::HashSet;
use std::ops::Range;

use ast_grep_core::matcher::PatternNode;
use ast_grep_core::meta_var::MetaVariable;
use ast_grep_core::{Language as _, Pattern as Tree};
use bstr::ByteSlice;

use super::code::{Parsed, is_deep, parse};
use super::grammar::Around;
use super::{Language, TOO_WIDE};

/// The kind of a node that is no code.
const ERROR: u16 = u16::MAX;

/// A pattern in one language: each way in which the language may read it.
#[derive(Clone)]
pub struct Pattern {
    pub(super) trees: Vec<Tree>,
    /// Texts one of which is in all code that matches.
    needed: Vec<String>,
    ignores_case: bool,
}

impl Pattern {
    /// Reads a pattern as code of a language.
    pub fn new(text: &str, language: Language) -> Result<Self, String> {
        let text = text.trim();
        let written = language.pre_process_pattern(text);
        let mut trees: Vec<Tree> = Vec::new();
        let mut seen = HashSet::new();
        let mut is_wide = false;
        for around in language.arounds() {
            let Some(tree) = tree(&written, language, *around) else { continue };
            is_wide |= matches!(tree.node, PatternNode::MetaVar { .. });
            if seen.insert(format!("{:?}", shape(&tree.node))) {
                trees.push(tree);
            }
        }
        if is_wide {
            return Err(TOO_WIDE.to_owned());
        }
        if trees.is_empty() {
            return Err("it can't be read as one piece of code".to_owned());
        }
        let needed = trees.iter().map(|tree| longest_word(&tree.node).to_owned()).collect();
        Ok(Self { trees, needed, ignores_case: language.ignores_case() })
    }

    /// Tells from the text alone whether code may match: what has not the pattern's words need not be parsed.
    pub fn may_match(&self, content: &[u8]) -> bool {
        let lower = self.ignores_case.then(|| content.to_ascii_lowercase());
        let content = lower.as_deref().unwrap_or(content);
        self.needed.iter().any(|word| content.contains_str(word))
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pattern").field("needed", &self.needed).finish_non_exhaustive()
    }
}

/// Reads a pattern within what stands around it; `None` where it is no code there.
fn tree(text: &str, language: Language, (before, behind): Around) -> Option<Tree> {
    let source = format!("{before}{text}{behind}");
    let parsed: Parsed = parse(&source, language).ok()?;
    if is_deep(&parsed) {
        return None;
    }
    let wanted =
        [text, text.trim_end_matches(';')].map(|text| before.len()..before.len() + text.trim_end().len());
    let root = parsed.root();
    if root.dfs().any(|node| node.is_error()) {
        return None;
    }
    // The innermost of those that are as long: an expression and not the statement that is nothing else.
    let of = |wanted: &Range<usize>| root.dfs().filter(|node| node.range() == *wanted).last();
    let node = wanted.iter().find_map(of)?;
    let tree = Tree::from(node);
    (!has_error(&tree.node)).then_some(tree)
}

/// Returns the longest name or value that a pattern says; signs and keywords are matched by what they are.
fn longest_word(node: &PatternNode) -> &str {
    match node {
        PatternNode::Terminal { text, is_named: true, .. } => text,
        PatternNode::MetaVar { .. } | PatternNode::Terminal { .. } => "",
        PatternNode::Internal { children, .. } => {
            children.iter().map(longest_word).max_by_key(|word| word.len()).unwrap_or_default()
        }
    }
}

fn has_error(node: &PatternNode) -> bool {
    match node {
        PatternNode::MetaVar { .. } => false,
        PatternNode::Terminal { kind_id, .. } => *kind_id == ERROR,
        PatternNode::Internal { kind_id, children } => *kind_id == ERROR || children.iter().any(has_error),
    }
}

/// Returns what tells two trees of a pattern apart.
fn shape(node: &PatternNode) -> Vec<(u16, String)> {
    match node {
        PatternNode::MetaVar { meta_var } => vec![(0, name(meta_var))],
        PatternNode::Terminal { text, kind_id, .. } => vec![(*kind_id, text.clone())],
        PatternNode::Internal { kind_id, children } => {
            let mut shape = vec![(*kind_id, "(".to_owned())];
            shape.extend(children.iter().flat_map(self::shape));
            shape.push((0, ")".to_owned()));
            shape
        }
    }
}

fn name(variable: &MetaVariable) -> String {
    format!("{variable:?}")
}
