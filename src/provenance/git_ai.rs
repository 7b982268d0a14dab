//! A note of git-ai, version 3 of its format: which lines of which files AI wrote.
//!
//! Paths stand at the margin, each followed by lines of two blanks, a key and ranges;
//! `---` ends them, and JSON says what the keys mean. What a key says of a human is
//! passed over. A note that can't be read to its end is an error, and counts as AI.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};
use serde::Deserialize;

use super::{Attested, LARGEST, SOME_AGENT, shown};

/// The most ranges of one note.
const MOST: usize = 200_000;

/// What stands behind `---`, as far as it matters.
#[derive(Deserialize)]
struct Meaning {
    schema_version: String,
    #[serde(default)]
    prompts: BTreeMap<String, Session>,
    #[serde(default)]
    sessions: BTreeMap<String, Session>,
}

#[derive(Deserialize)]
struct Session {
    #[serde(default)]
    agent_id: Option<Agent>,
}

#[derive(Deserialize)]
struct Agent {
    #[serde(default)]
    tool: String,
}

/// A file with the ranges under it, each behind its key.
struct Listed {
    path: BString,
    spans: Vec<(String, (u32, u32))>,
}

/// Reads a note: what AI wrote by it.
pub(super) fn read(note: &[u8]) -> Result<Vec<Attested>, String> {
    if note.len() > LARGEST {
        return Err(format!("it has {} bytes, and at most {LARGEST} are read", note.len()));
    }
    let mut rest = note;
    let mut files: Vec<Listed> = Vec::new();
    let mut ranges = 0;
    loop {
        let Some((line, after)) = rest.split_once_str(b"\n") else {
            return Err("its attestations have no end".to_owned());
        };
        rest = after;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line == b"---" {
            break;
        }
        let Some(entry) = line.strip_prefix(b"  ") else {
            files.push(Listed { path: path(line)?, spans: Vec::new() });
            continue;
        };
        let Some(file) = files.last_mut() else {
            return Err("lines are attested before any file".to_owned());
        };
        let (key, spans) = self::entry(entry).ok_or("an attestation is not `key ranges`")?;
        ranges += spans.len();
        if ranges > MOST {
            return Err(format!("it has more than {MOST} ranges"));
        }
        // Nobody signs it, so that a human wrote something is not to be had from it.
        if !key.starts_with("h_") {
            file.spans.extend(spans.into_iter().map(|span| (key.to_owned(), span)));
        }
    }
    Ok(attested(files, &meaning(rest)?))
}

fn meaning(json: &[u8]) -> Result<Meaning, String> {
    let meaning: Meaning = serde_json::from_slice(json).map_err(|error| format!("its JSON: {error}"))?;
    match meaning.schema_version.strip_prefix("authorship/3.") {
        Some(_) => Ok(meaning),
        None => Err("it is not of version 3".to_owned()),
    }
}

/// Joins the ranges of each tool in each file.
fn attested(files: Vec<Listed>, meaning: &Meaning) -> Vec<Attested> {
    let mut found = Vec::new();
    for Listed { path, spans } in files {
        let mut of_tools: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
        for (key, span) in spans {
            of_tools.entry(tool_of(&key, meaning)).or_default().push(span);
        }
        let joined = |(tool, lines)| Attested { path: path.clone(), tool, lines: joined(lines) };
        found.extend(of_tools.into_iter().map(joined));
    }
    found
}

/// Sorts ranges and makes one of those that touch.
fn joined(mut lines: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    lines.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(lines.len());
    for (first, last) in lines {
        match joined.last_mut().filter(|before| first <= before.1.saturating_add(1)) {
            Some(before) => before.1 = before.1.max(last),
            None => joined.push((first, last)),
        }
    }
    joined
}

fn tool_of(key: &str, meaning: &Meaning) -> String {
    let session = key.split("::").next().unwrap_or(key);
    let known = meaning.prompts.get(key).or_else(|| meaning.sessions.get(session));
    let agent = known.and_then(|known| known.agent_id.as_ref());
    agent.map_or_else(|| SOME_AGENT.to_owned(), |agent| shown(&agent.tool))
}

/// Reads a path at the margin, with or without quotes around it.
fn path(line: &[u8]) -> Result<BString, String> {
    let bare = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    match bare.unwrap_or(line) {
        // Which of several spellings is meant inside quotes, the format does not say.
        path if path.is_empty() || path.starts_with(b" ") || path.contains(&b'"') => {
            Err("a path in it can be read in two ways".to_owned())
        }
        path if bare.is_some() && path.contains(&b'\\') => {
            Err("a path in it can be read in two ways".to_owned())
        }
        path => Ok(path.into()),
    }
}

/// Reads `key 1-4,9`.
fn entry(text: &[u8]) -> Option<(&str, Vec<(u32, u32)>)> {
    let (key, spans) = text.to_str().ok()?.split_once(' ')?;
    let spans: Option<Vec<_>> = spans.split(',').map(span).collect();
    spans.filter(|_| !key.is_empty()).map(|spans| (key, spans))
}

fn span(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JSON: &str = r#"{"schema_version":"authorship/3.0.0","base_commit_sha":"","prompts":{"d4a7828bfdafe456":{"agent_id":{"tool":"claude","model":"x"},"messages":[]}},"sessions":{"s_a76964380084ef":{"agent_id":{"tool":"cursor"}}},"humans":{"h_dca485b1adf836":{"author":"Ada"}}}"#;

    fn note(attested: &str) -> Result<Vec<Attested>, String> {
        read(format!("{attested}---\n{JSON}\n").as_bytes())
    }

    fn file(path: &str, tool: &str, lines: &[(u32, u32)]) -> Attested {
        Attested { path: path.into(), tool: tool.to_owned(), lines: lines.to_vec() }
    }

    #[test]
    fn lines_of_sessions_and_prompts_are_ai() {
        let found = note(concat!(
            "src/main.go\n  d4a7828bfdafe456 9,1-2,2-4\n  h_dca485b1adf836 5-8\n",
            "\"a file\"\n  s_a76964380084ef::t_a3a130d3e145e3 28\n  0123456789abcdef 3\n",
        ));
        assert_eq!(
            found.unwrap(),
            [
                file("src/main.go", "claude", &[(1, 4), (9, 9)]),
                file("a file", "an agent", &[(3, 3)]),
                file("a file", "cursor", &[(28, 28)]),
            ]
        );
    }

    // AIP-04
    #[test]
    fn what_humans_are_said_to_have_written_is_passed_over() {
        assert_eq!(note("a\n  h_31dce776f88375 1-3\n"), Ok(Vec::new()));
        assert_eq!(note(""), Ok(Vec::new()));
    }

    // AIP-06
    #[test]
    fn notes_that_can_be_read_in_two_ways_are_errors() {
        for attested in [
            "---\n  abcd1234abcd1234 1\n",
            "  abcd1234abcd1234 1\n",
            "\"a\"b\"\n  abcd1234abcd1234 1\n",
            "\"a\\\"\n  abcd1234abcd1234 1\n",
            "\n  abcd1234abcd1234 1\n",
            " a\n",
            "a\n  abcd1234abcd1234\n",
            "a\n  abcd1234abcd1234 1-\n",
            "a\n  abcd1234abcd1234 4-1\n",
            "a\n  abcd1234abcd1234 99999999999\n",
            "a\n  abcd1234abcd1234  1\n",
            "a\n   1\n",
        ] {
            assert!(note(attested).is_err(), "{attested}");
        }
    }

    #[test]
    fn notes_of_another_form_are_errors() {
        for text in ["", "---", "a\n", "---\n", "---\n{}", "{\"schema_version\":\"authorship/3.0.0\"}"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"---\n{\"schema_version\":\"authorship/4.0.0\"}").is_err());
        assert!(read(format!("---\n{}", "[".repeat(100_000)).as_bytes()).is_err());
        assert!(read(&vec![b'a'; LARGEST + 1]).is_err());
        let many = format!("a\n  x {}\n", "1,".repeat(MOST) + "1");
        assert!(note(&many).is_err());
    }

    #[test]
    fn names_that_are_not_fit_to_be_shown_are_not() {
        for name in ["", "\u{1b}[31m", "a\nb", "::error::", &"x".repeat(41)] {
            assert_eq!(shown(name), SOME_AGENT);
        }
        assert_eq!(shown("claude-code"), "claude-code");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(read(&bytes));
        }

        #[test]
        fn any_lines_are_read_or_refused(lines in "(a|\"a b\"|  x 1-2|  h_1 3|---|\\{\\}|\n){0,40}") {
            drop(read(lines.as_bytes()));
        }
    }
}
