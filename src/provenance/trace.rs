//! Agent Trace: records of what AI edited, one JSON object per line of a file.
//!
//! Only the records that a change adds are about it. A record is made while somebody
//! types, before there is a commit, so its line numbers are not those of the commit:
//! it speaks for the whole file.

use std::collections::{BTreeSet, HashSet};

use bstr::{BString, ByteSlice};
use serde::Deserialize;

use super::{Attested, LARGEST, shown};

/// The most files that the records of one change name.
const MOST: usize = 100_000;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    tool: Option<Tool>,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Tool {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct File {
    path: String,
    #[serde(default)]
    conversations: Vec<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    #[serde(default)]
    contributor: Option<Contributor>,
    #[serde(default)]
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    contributor: Option<Contributor>,
}

#[derive(Deserialize)]
struct Contributor {
    #[serde(rename = "type")]
    kind: String,
}

/// Reads the records that are in `new` and not in `old`: the files that AI wrote some of.
pub(super) fn read(old: &[u8], new: &[u8]) -> Result<Vec<Attested>, String> {
    if old.len().max(new.len()) > LARGEST {
        return Err(format!("more than {LARGEST} bytes"));
    }
    let known: HashSet<&[u8]> = old.lines().collect();
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    for (at, line) in new.lines().enumerate() {
        if known.contains(line) || line.trim().is_empty() {
            continue;
        }
        let record: Record =
            serde_json::from_slice(line).map_err(|error| format!("line {}: {error}", at + 1))?;
        let tool = shown(record.tool.as_ref().map_or("", |tool| &tool.name));
        for file in record.files.into_iter().filter(|file| file.conversations.iter().any(is_ai)) {
            found.insert((plain(&file.path).ok_or("a path from elsewhere")?, tool.clone()));
        }
        if found.len() > MOST {
            return Err(format!("more than {MOST} files"));
        }
    }
    let attested = |(path, tool)| Attested { path: BString::from(path), tool, lines: Vec::new() };
    Ok(found.into_iter().map(attested).collect())
}

/// Tells whether any of it may be AI's: all but what says of itself that it is not.
fn is_ai(conversation: &Conversation) -> bool {
    let ai =
        |who: Option<&Contributor>| who.is_none_or(|who| !matches!(who.kind.as_str(), "human" | "unknown"));
    let own = conversation.contributor.as_ref();
    ai(own)
        || conversation
            .ranges
            .iter()
            .any(|range| range.contributor.is_some() && ai(range.contributor.as_ref()))
}

/// Returns a path from the top of the repository; `None` where it can't be told.
fn plain(path: &str) -> Option<String> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_odd = path.is_empty()
        || path.starts_with('/')
        || path.contains(['\\', ':'])
        || path.split('/').any(|part| matches!(part, "" | "." | ".."));
    (!is_odd).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(path: &str, kind: &str) -> String {
        format!(
            r#"{{"version":"1.0","id":"x","timestamp":"t","vcs":{{"type":"git","revision":"0"}},"tool":{{"name":"cursor"}},"files":[{{"path":"{path}","conversations":[{{"contributor":{{"type":"{kind}"}},"ranges":[{{"start_line":1,"end_line":1}}]}}]}}]}}"#
        )
    }

    fn files(old: &str, new: &str) -> Result<Vec<String>, String> {
        Ok(read(old.as_bytes(), new.as_bytes())?
            .into_iter()
            .map(|one| format!("{} {}", one.path, one.tool))
            .collect())
    }

    #[test]
    fn records_that_a_change_adds_are_about_it() {
        let (old, new) = (record("a", "ai"), record("./b/c", "mixed"));
        assert_eq!(files(&old, &format!("{old}\n{new}\n\n")).unwrap(), ["b/c cursor"]);
        assert_eq!(files("", &record("a", "human")).unwrap(), [""; 0]);
        assert_eq!(files("", &record("a", "unknown")).unwrap(), [""; 0]);
        assert_eq!(files("", &record("a", "something new")).unwrap(), ["a cursor"]);
        assert_eq!(files("", r#"{"files":[{"path":"a","conversations":[{}]}]}"#).unwrap(), ["a an agent"]);
        let ranges = r#"{"files":[{"path":"a","conversations":[{"contributor":{"type":"human"},"ranges":[{"contributor":{"type":"ai"}}]}]}]}"#;
        assert_eq!(files("", ranges).unwrap(), ["a an agent"]);
    }

    #[test]
    fn records_that_cannot_be_read_are_errors() {
        for new in ["x", "{}", "[1]", &record("/abs", "ai"), &record("a/../b", "ai"), &record("C:/x", "ai")] {
            assert!(files("", new).is_err(), "{new}");
        }
        assert!(files("", &"[".repeat(100_000)).is_err());
        assert!(read(b"", &vec![b'a'; LARGEST + 1]).is_err());
    }
}
