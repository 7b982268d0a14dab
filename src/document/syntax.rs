//! From text to a TOML table and every mistake of syntax in it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};

use crate::diagnostic::Diagnostic;

/// Mistakes of syntax after this many are left out: most follow from the first ones.
const MOST: usize = 20;
/// What toml says of a value that is neither quoted nor anything else.
const UNQUOTED: &str = "string values must be quoted";

/// The mistakes of syntax in a text.
#[derive(Debug, Default)]
pub struct SyntaxMistakes {
    /// Those in a value: the keys around it are what they seem.
    values: Vec<Diagnostic>,
    /// Those after which keys may have got into the wrong table.
    structure: Vec<Diagnostic>,
}

impl SyntaxMistakes {
    /// Tells whether there are none, so that the table is all that was written.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.structure.is_empty()
    }

    /// Joins them with the mistakes of shape that were found in the table, without those that only follow from them.
    pub fn join(self, source: &str, shapes: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let start = |mistake: &Diagnostic| mistake.span.as_ref().map_or(0, |span| span.start);
        let trusted = self.structure.iter().map(start).min().map_or(usize::MAX, |at| line_start(source, at));
        let mut joined = self.structure;
        let mut shapes: Vec<Diagnostic> = shapes.into_iter().filter(|shape| start(shape) < trusted).collect();
        for value in self.values {
            if value.span.as_ref().is_some_and(Range::is_empty) {
                shapes.retain(|shape| shape.span != value.span);
            }
            // `enforce = yes` needs another word and no quotes.
            if !shapes.iter().any(|shape| shape.span == value.span) {
                joined.push(value);
            }
        }
        joined.extend(shapes);
        joined
    }
}

/// Reads TOML. The table holds what could be read; it is whole only where there are no mistakes.
pub fn parse(source: &str) -> (Spanned<DeTable<'_>>, SyntaxMistakes) {
    let (table, errors) = DeTable::parse_recoverable(source);
    let mut mistakes = SyntaxMistakes::default();
    if let Some(deep) = errors.iter().find(|error| error.message().contains("recurs")) {
        let mistake = Diagnostic::error(place(deep, source), "this is nested too deeply");
        mistakes.structure.push(mistake.help("nothing in this file needs more than four levels"));
        return (Spanned::new(0..0, DeTable::new()), mistakes);
    }
    let mut lines = Vec::new();
    for error in errors.iter().take(MOST) {
        let span = place(error, source);
        let line = line_start(source, span.start);
        if lines.contains(&line) {
            continue;
        }
        lines.push(line);
        let (what, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), ""));
        let of_value = what == UNQUOTED || what == "missing escaped value";
        let list = if of_value { &mut mistakes.values } else { &mut mistakes.structure };
        list.push(mistake(what, expected, span, source));
    }
    (table, mistakes)
}

/// Says a mistake of syntax in gate's words.
fn mistake(what: &str, expected: &str, span: Range<usize>, source: &str) -> Diagnostic {
    let error = |message: &str| Diagnostic::error(span.clone(), format!("not TOML: {message}"));
    match what {
        UNQUOTED if span.is_empty() => error("a key without a value").label("the value is missing"),
        UNQUOTED => error("text without quotes").label("put it in quotes"),
        "key with no value" => {
            error(what).label("expected `=`").help("a key is followed by `=` and its value")
        }
        "missing escaped value" => error("an unknown escape")
            .help("between single quotes a `\\` stands for itself, as regexes need it: '\\d+'"),
        "invalid unquoted key" => error("a key with other letters than A-Z, a-z, 0-9, `_` and `-`")
            .label("put the key in quotes")
            .help("for example `[rules.\"pack/id\"]`"),
        "duplicate key" => {
            let mistake =
                error("this is there twice").help("each key and each table stands once; join the two");
            match first_of_two(source, &span) {
                Some(first) => mistake.related(first, "first here"),
                None => mistake,
            }
        }
        _ if what.contains("string") && expected.contains(['"', '\'']) => {
            error("a string without an end").label(format!("expected {expected}"))
        }
        _ if expected.is_empty() || expected == "nothing" => error(what),
        _ => error(what).label(format!("expected {expected}")),
    }
}

/// Finds the first of two keys or headers: the same header, or the same key under the same header.
fn first_of_two(source: &str, second: &Range<usize>) -> Option<Range<usize>> {
    let at = line_start(source, second.start);
    let line = source.get(at..)?.lines().next()?.trim();
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let mut end = at;
    for before in source.get(..at)?.lines().rev() {
        let start = line_start(source, end.checked_sub(1)?);
        end = start;
        let is_header = before.trim_start().starts_with('[');
        let found = if line.starts_with('[') {
            before.trim() == line
        } else {
            !is_header && key(before) == key(line)
        };
        if found {
            return Some(start..start + before.trim_end().len());
        }
        if is_header && !line.starts_with('[') {
            return None;
        }
    }
    None
}

/// Returns where a mistake is, in bytes of the source.
fn place(error: &Error, source: &str) -> Range<usize> {
    let span = error.span().unwrap_or(0..0);
    let start = span.start.min(source.len());
    start..span.end.clamp(start, source.len())
}

fn line_start(source: &str, at: usize) -> usize {
    source.as_bytes().iter().take(at).rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1)
}
