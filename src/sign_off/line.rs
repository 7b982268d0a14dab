//! The wire format of a note: one JSON object a line.
//!
//! Notes merge by union, other tools rewrite them, and anybody can push to them. So each
//! line stands for itself: what surrounds it, how often it is there and in which order
//! changes nothing, and a line that can't be read is shown and not skipped.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Statement;
use crate::change::hex;

/// The longest line.
pub const MAX_LINE: usize = 2_097_152;
/// The most different lines that the notes of one change may have.
pub const MAX_LINES: usize = 20_000;

/// A line of a note, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The exact bytes of the statement: what was signed.
    pub statement: String,
    /// The SSHSIG blob, in base64.
    pub signature: String,
}

impl Line {
    /// Reads a line, its statement left as it stands.
    pub fn parse(line: &[u8]) -> Result<Self, Unreadable> {
        if line.len() > MAX_LINE {
            return Err(Unreadable(format!("it is longer than {MAX_LINE} bytes")));
        }
        let text =
            std::str::from_utf8(line).map_err(|_error| Unreadable("it is not UTF-8 text".to_owned()))?;
        Unreadable::unless_object(text)?;
        let written: Written<'_> = serde_json::from_str(text).map_err(|error| Unreadable::json(&error))?;
        Ok(Self { statement: written.statement.get().to_owned(), signature: written.signature })
    }

    /// Writes the line, without a line end.
    pub fn encode(&self) -> Result<String, Unreadable> {
        let line = format!(r#"{{"statement":{},"signature":"{}"}}"#, self.statement, self.signature);
        // What is written must read back as the same, or it would be a sign-off that nobody sees.
        if line.contains(['\n', '\r']) || Self::parse(line.as_bytes())? != *self {
            return Err(Unreadable("it can't be written in one line".to_owned()));
        }
        Ok(line)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(borrow)]
    statement: &'a RawValue,
    signature: String,
}

/// Why a line of a note can't be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
    /// Refuses a list, which serde would take for the fields in their order.
    pub(super) fn unless_object(json: &str) -> Result<(), Self> {
        if json.trim_ascii_start().starts_with('{') {
            return Ok(());
        }
        Err(Self("it is not a statement in JSON: it does not start with `{`".to_owned()))
    }

    pub(super) fn json(error: &serde_json::Error) -> Self {
        // The error quotes the line, which can hold anything at any length.
        Self(format!("it is not a statement in JSON: {}", plain(&error.to_string(), 200)))
    }
}

/// All that was found in the notes of a change.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The statements, each once, in the order of their time.
    pub recorded: Vec<Recorded>,
    /// The lines that can't be read, each once.
    pub rejected: Vec<Rejected>,
}

/// A statement as it was found.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The SHA-256 of its bytes: what a withdrawal names.
    pub digest: String,
    /// Its bytes: what was signed.
    pub written: String,
    /// What it says.
    pub statement: Statement,
    /// Every signature that came with it, each once; the statement stands if one of them does.
    pub signatures: Vec<String>,
}

/// A line that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejected {
    /// Its beginning, with anything unprintable escaped.
    pub excerpt: String,
    /// The SHA-256 of the line.
    pub digest: String,
    /// Why.
    pub why: Unreadable,
}

/// There are more lines than are read.
///
/// To leave the rest out could leave out an objection, so nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the sign-off notes of this change have more than {MAX_LINES} different lines")]
pub struct TooManyLines;

/// Reads the notes of a change, line by line.
pub fn read(notes: &[impl AsRef<[u8]>]) -> Result<Found, TooManyLines> {
    let lines = notes.iter().flat_map(|note| note.as_ref().split(|byte| *byte == b'\n'));
    let lines: HashSet<&[u8]> = lines.map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    if lines.len() > MAX_LINES {
        return Err(TooManyLines);
    }
    let mut recorded: BTreeMap<String, Recorded> = BTreeMap::new();
    let mut rejected = Vec::new();
    for line in lines {
        match statement(line) {
            Ok((line, statement)) => {
                let digest = digest(line.statement.as_bytes());
                let entry = recorded.entry(digest.clone());
                let entry = entry.or_insert_with(|| Recorded {
                    digest,
                    written: line.statement,
                    statement,
                    signatures: Vec::new(),
                });
                entry.signatures.push(line.signature);
            }
            Err(why) => rejected.push(Rejected { excerpt: excerpt(line), digest: digest(line), why }),
        }
    }
    let mut recorded: Vec<Recorded> = recorded.into_values().collect();
    recorded.sort_by_key(|entry| entry.statement.at);
    for entry in &mut recorded {
        entry.signatures.sort();
        entry.signatures.dedup();
    }
    rejected.sort();
    Ok(Found { recorded, rejected })
}

/// Returns the SHA-256 of a statement's bytes, in lower-case hexadecimal digits.
pub fn digest(statement: &[u8]) -> String {
    hex::digits(&Sha256::digest(statement))
}

fn statement(line: &[u8]) -> Result<(Line, Statement), Unreadable> {
    let line = Line::parse(line)?;
    let statement = Statement::parse(&line.statement)?;
    Ok((line, statement))
}

fn excerpt(line: &[u8]) -> String {
    const WIDTH: usize = 60;
    plain(&String::from_utf8_lossy(line.get(..4 * WIDTH).unwrap_or(line)), WIDTH)
}

/// Cuts a text of unknown origin to a length that a message can hold, and escapes what can't be printed.
fn plain(text: &str, width: usize) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == width {
            shown.push('…');
            break;
        }
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sign_off::StatementKind;
    use crate::sign_off::testing;

    fn why(line: &str) -> String {
        let found = read(&[line]).unwrap();
        assert_eq!((found.recorded.len(), found.rejected.len()), (0, 1), "{line}");
        found.rejected[0].why.to_string()
    }

    #[test]
    fn line_round_trips() {
        let line = Line { statement: r#"{ "v":1 }"#.to_owned(), signature: "AAAA".to_owned() };
        let written = line.encode().unwrap();
        assert_eq!(written, r#"{"statement":{ "v":1 },"signature":"AAAA"}"#);
        assert_eq!(Line::parse(written.as_bytes()), Ok(line));
    }

    #[test]
    fn what_would_not_read_back_is_not_written() {
        for (statement, signature) in
            [("{}\n", "AAAA"), ("{}", "\""), ("{},\"x\":1", "AAAA"), ("", ""), ("{} ", "")]
        {
            let line = Line { statement: statement.to_owned(), signature: signature.to_owned() };
            assert!(line.encode().is_err(), "{line:?}");
        }
    }

    #[test]
    fn keys_given_twice_are_refused() {
        insta::assert_snapshot!(why(r#"{"statement":{},"statement":{},"signature":""}"#), @"it is not a statement in JSON: duplicate field `statement` at line 1 column 27");
        insta::assert_snapshot!(why(r#"{"statement":{"v":1,"v":1},"signature":""}"#), @"it is not a statement in JSON: duplicate field `v` at line 1 column 10");
    }

    #[test]
    fn anything_else_in_a_line_is_refused() {
        insta::assert_snapshot!(why(r#"{"statement":{},"signature":"","extra":1}"#), @"it is not a statement in JSON: unknown field `extra`, expected `statement` or `signature` at line 1 column 38");
        insta::assert_snapshot!(why(r#"[{"v":1},"AAAA"]"#), @"it is not a statement in JSON: it does not start with `{`");
        insta::assert_snapshot!(why(r#"{"statement":[1,"sign-off"],"signature":""}"#), @"it is not a statement in JSON: it does not start with `{`");
        insta::assert_snapshot!(why(r#"{"statement":{}}"#), @"it is not a statement in JSON: missing field `signature` at line 1 column 16");
        insta::assert_snapshot!(why(r#"{"statement":{},"signature":""} {}"#), @"it is not a statement in JSON: trailing characters at line 1 column 33");
        insta::assert_snapshot!(why(&"[".repeat(10_000)), @"it is not a statement in JSON: it does not start with `{`");
    }

    #[test]
    fn long_line_is_refused_unread() {
        insta::assert_snapshot!(why(&"x".repeat(MAX_LINE + 1)), @"it is longer than 2097152 bytes");
        assert!(!why(&"x".repeat(MAX_LINE)).contains("longer"));
    }

    #[test]
    fn too_many_lines_are_an_error() {
        let note = |count: usize| (0..count).map(|n| format!("{n}\n")).collect::<String>();
        assert_eq!(read(&[note(MAX_LINES)]).unwrap().rejected.len(), MAX_LINES);
        assert!(read(&[note(MAX_LINES + 1)]).is_err());
    }

    #[test]
    fn same_line_in_many_notes_is_one() {
        let line = testing::line(&testing::statement(StatementKind::SignOff, "ada", &[1]));
        let found = read(&[format!("{line}\n\n{line}\r\n"), line]).unwrap();
        assert_eq!((found.recorded.len(), found.rejected.len()), (1, 0));
        assert_eq!(found.recorded[0].signatures.len(), 1);
    }

    #[test]
    fn messages_do_not_grow_with_the_line() {
        let long = format!(r#"{{"{}\u001b":1}}"#, "x".repeat(100_000));
        assert!(why(&long).len() < 300, "{}", why(&long));
    }

    #[test]
    fn excerpt_is_short_and_plain() {
        assert_eq!(excerpt(b"\x1b[31m\xff"), r"\u{1b}[31m�");
        assert_eq!(excerpt(&[b'x'; 100]).chars().count(), 61);
        assert_eq!(excerpt(&[b'x'; 60]).chars().count(), 60);
        assert_eq!(excerpt("🙂".repeat(60).as_bytes()), "🙂".repeat(60));
    }

    proptest! {
        #[test]
        fn nothing_panics(note in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&[note]).is_ok());
        }
    }
}
