//! From text to a TOML table and every mistake of syntax in it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};

use crate::diagnostic::Diagnostic;

/// Mistakes of syntax after this many are left out: most follow from the first ones.
const MOST: usize = 20;

/// Reads TOML. The table holds what could be read; it is whole only where `found` stays empty.
pub fn parse<'a>(source: &'a str, found: &mut Vec<Diagnostic>) -> Spanned<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(source);
    if let Some(deep) = errors.iter().find(|error| error.message().contains("recurs")) {
        found.push(
            Diagnostic::error(place(deep, source), "this is nested too deeply")
                .help("gate.toml needs no more than four levels"),
        );
        return table;
    }
    let mut lines_seen = Vec::new();
    for error in errors.iter().take(MOST) {
        let span = place(error, source);
        let line = line_start(source, span.start);
        if !lines_seen.contains(&line) {
            lines_seen.push(line);
            found.push(mistake(error.message(), span));
        }
    }
    table
}

/// Says a mistake of syntax in gate's words.
fn mistake(message: &str, span: Range<usize>) -> Diagnostic {
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, Some(expected)),
        None => (message, None),
    };
    let diagnostic = Diagnostic::error(span, format!("not TOML: {what}"));
    let diagnostic = match expected {
        Some("nothing") | None => diagnostic,
        Some(expected) => diagnostic.label(format!("expected {expected}")),
    };
    match what {
        "string values must be quoted" => diagnostic.label("put it in quotes"),
        "duplicate key" => diagnostic.help("each key and each table stands once; join the two"),
        "key with no value" => diagnostic.help("a key is followed by `=` and its value"),
        _ => diagnostic,
    }
}

/// Returns where a mistake is; one at the end of the file points at its last character.
fn place(error: &Error, source: &str) -> Range<usize> {
    let span = error.span().unwrap_or(0..0);
    let start = span.start.min(source.len());
    start..span.end.clamp(start, source.len())
}

fn line_start(source: &str, at: usize) -> usize {
    source.as_bytes().iter().take(at).rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1)
}
