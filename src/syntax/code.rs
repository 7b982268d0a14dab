//! Parsed code, and where patterns match in it.
//!
//! A file is what an attacker writes: its size, the parser's steps and the depth of its
//! code are limited, all counted and never timed, so that the answer is always the same.

use std::cell::Cell;
use std::ops::{ControlFlow, Range};

use ast_grep_core::matcher::MatcherExt;
use ast_grep_core::tree_sitter::StrDoc;
use ast_grep_core::{AstGrep, Matcher};
use tree_sitter::{ParseOptions, ParseState, Parser, Point};

use super::{Language, Pattern, Unparsed};

/// A file larger than this, in bytes, is not parsed.
const LARGEST: usize = 1 << 18;
/// Code nested deeper than this is not looked at: comparing two pieces of code recurses.
const DEEPEST: usize = 500;
/// The parser looks whether to give up after each hundred steps: this often at least …
const FEWEST_LOOKS: usize = 500;
/// … and once for as many bytes. Everyday code takes a third of that at most.
const BYTES_PER_LOOK: usize = 12;
/// How much of a file the parser is given at once …
const CHUNK: usize = 4096;
/// … and how often each of these may be read, on average: a quote that is never closed is looked for again and again.
const READS_PER_CHUNK: usize = 40;
/// The longest `$tag$` of a text of SQL: the scanner of the grammar loses as much memory at each word within it.
const LONGEST_TAG: usize = 32;

/// Code of one language.
pub(super) type Parsed = AstGrep<StrDoc<Language>>;

/// A file's code.
pub struct Code(Parsed);

impl Code {
    /// Parses a file. What is no code within it is left out, and the rest is looked at.
    pub fn parse(content: &[u8], language: Language) -> Result<Self, Unparsed> {
        if content.len() > LARGEST {
            return Err(Unparsed::TooLarge);
        }
        let Ok(text) = std::str::from_utf8(content) else { return Err(Unparsed::NotText) };
        if language == Language::Sql && has_long_tag(content) {
            return Err(Unparsed::LongTag);
        }
        let lower = language.ignores_case().then(|| text.to_ascii_lowercase());
        let parsed = parse(lower.as_deref().unwrap_or(text), language)?;
        if is_deep(&parsed) { Err(Unparsed::TooDeep) } else { Ok(Self(parsed)) }
    }

    /// Returns where a pattern matches, in bytes.
    pub fn matches(&self, pattern: &Pattern) -> Vec<Range<usize>> {
        let root = self.0.root();
        let kinds: Vec<_> = pattern.trees.iter().map(|tree| (tree, tree.potential_kinds())).collect();
        let mut found = Vec::new();
        for node in root.dfs() {
            let kind = usize::from(node.kind_id());
            let of_kind =
                kinds.iter().filter(|(_, kinds)| kinds.as_ref().is_none_or(|kinds| kinds.contains(kind)));
            if of_kind.into_iter().any(|(tree, _)| tree.match_node(node.clone()).is_some()) {
                found.push(node.range());
            }
        }
        found
    }

    /// Returns what could not be read as code, and has the pattern's words, so that it may match.
    pub fn unread(&self, content: &[u8], pattern: &Pattern) -> Vec<Range<usize>> {
        let has_words =
            |place: &Range<usize>| content.get(place.clone()).is_some_and(|text| pattern.may_match(text));
        let root = self.0.root();
        let errors = root.dfs().filter(ast_grep_core::Node::is_error).map(|node| node.range());
        errors.filter(has_words).collect()
    }
}

/// Tells whether two `$` stand further apart in a word than those of a tag may: the grammar's scanner takes
/// whatever is between them for a tag, quotes and all.
fn has_long_tag(content: &[u8]) -> bool {
    let mut start = None;
    content.iter().enumerate().any(|(at, byte)| {
        if byte.is_ascii_whitespace() {
            start = None;
        } else if *byte == b'$' {
            return start.replace(at).is_some_and(|start: usize| at - start > LONGEST_TAG);
        }
        false
    })
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Code").finish_non_exhaustive()
    }
}

/// Parses a text, giving up after a number of steps that goes with its length.
pub(super) fn parse(text: &str, language: Language) -> Result<Parsed, Unparsed> {
    let mut parser = Parser::new();
    if parser.set_language(&language.grammar()).is_err() {
        return Err(Unparsed::Language);
    }
    let looks = Cell::new(FEWEST_LOOKS + text.len() / BYTES_PER_LOOK);
    let reads = Cell::new(READS_PER_CHUNK * (2 + text.len() / CHUNK));
    let is_left = |steps: &Cell<usize>| {
        steps.set(steps.get().saturating_sub(1));
        steps.get() > 0
    };
    let mut look = |_: &ParseState| match is_left(&looks) && reads.get() > 0 {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    // With nothing more to read the parser comes to an end, and what it made of it is thrown away.
    let mut read = |at: usize, _: Point| match is_left(&reads) {
        true => text.as_bytes().get(at..text.len().min((at / CHUNK + 1) * CHUNK)).unwrap_or_default(),
        false => b"",
    };
    let options = ParseOptions::new().progress_callback(&mut look);
    let tree = parser.parse_with_options(&mut read, None, Some(options)).filter(|_| reads.get() > 0);
    let tree = tree.ok_or(Unparsed::TooSlow)?;
    Ok(AstGrep::doc(StrDoc { src: text.to_owned(), lang: language, tree }))
}

/// Tells whether code is nested deeper than what is looked at.
pub(super) fn is_deep(parsed: &Parsed) -> bool {
    let root = parsed.root().get_inner_node();
    let mut cursor = root.walk();
    let mut depth = 0;
    loop {
        if cursor.goto_first_child() {
            depth += 1;
            if depth > DEEPEST {
                return true;
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
            depth -= 1;
        }
    }
}
