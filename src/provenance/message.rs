//! The marks in a commit: whom it names, and the lines of its message.
//!
//! Every line of the raw message is looked at, not only its last paragraph: a squash
//! merge lists the messages of others, quoted and in lists, and ends with its own.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use bstr::ByteSlice;
use regex::bytes::{Regex, RegexBuilder};

use super::identity::{Tool, tool};
use super::{Class, Mark, Signal};
use crate::change::{Commit, Contributor, Role};

/// Lines `Key: value`: the key in lower case, what the value must match, the tool and the class.
const TRAILERS: &[(&str, &str, &str, Class)] = &[
    ("agent-logs-url", r"^https://github\.com/\S+$", "GitHub Copilot", Class::Agent),
    ("amp-thread", r"^https://ampcode\.com/threads/T-\S+$", "Amp", Class::Agent),
    ("amp-thread-id", r"^https://ampcode\.com/threads/T-\S+$", "Amp", Class::Agent),
    // The Linux kernel's form, `AGENT:MODEL`, then the tools. Others credit people with it.
    ("assisted-by", r"^[^:<>]+:[^\s/]\S*(\s+\S+)*$", "an agent by `Assisted-by`", Class::Agent),
    ("assisted-by", ANY_TOOL, "a tool by `Assisted-by`", Class::Assist),
    ("claude-session", r"^https://claude\.ai/code/session_\S+$", "Claude Code", Class::Agent),
    ("co-authored-by-ai", r"\S", "an agent by `Co-authored-by-AI`", Class::Agent),
    ("copilot-session", r"^[0-9a-f-]{36}$", "GitHub Copilot", Class::Agent),
    ("drafted-with", r"\S", "an agent by `Drafted-With`", Class::Agent),
    ("entire-attribution", r"^\d+% agent \(\d+/\d+ lines\)$", "Entire", Class::Agent),
    ("entire-checkpoint", r"^[0-9a-f]{12}$", "Entire", Class::Agent),
    ("generated-by", r"\S", "an agent by `Generated-by`", Class::Agent),
    ("made-with", r"^Cursor$", "Cursor", Class::Agent),
    ("replit-commit-author", r"^(Agent|Assistant)$", "Replit Agent", Class::Agent),
];

const ANY_TOOL: &str =
    r"\b(claude|gpt|chatgpt|copilot|gemini|codex|cursor|llm|deepseek|grok|qwen|mistral|crush)";

/// Whole lines, without what stands before the first letter.
const LINES: &[(&str, &str, Class)] = &[
    (
        r"^Generated with \[?Claude Code\]?(\s*\(https://claude\.(ai|com)/[a-z/-]+\))?$",
        "Claude Code",
        Class::Agent,
    ),
    (r"^Generated with \[?Devin\]?\s*\(https://cli\.devin\.ai/docs\)$", "Devin", Class::Agent),
    (r"^Made with \[?Cursor\]?(\(https://cursor\.com\))?$", "Cursor", Class::Agent),
];

/// How a line of [`LINES`] begins; no other is matched.
const BEGINNINGS: [&[u8]; 2] = [b"generated with", b"made with"];
/// A line longer than this is no trailer.
const LONGEST: usize = 4096;

/// The regexes of [`TRAILERS`] and [`LINES`], each compiled for the first line that may match it.
static TRAILER_VALUES: [OnceLock<Option<Regex>>; TRAILERS.len()] =
    [const { OnceLock::new() }; TRAILERS.len()];
static WHOLE_LINES: [OnceLock<Option<Regex>>; LINES.len()] = [const { OnceLock::new() }; LINES.len()];

fn compiled(pattern: &str) -> Option<Regex> {
    // All of them are written above, and a test compiles each.
    RegexBuilder::new(pattern).case_insensitive(true).build().ok()
}

fn is_match(regex: &OnceLock<Option<Regex>>, pattern: &str, text: &[u8]) -> bool {
    regex.get_or_init(|| compiled(pattern)).as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Returns the marks that a commit bears, each once.
pub(super) fn marks(commit: &Commit) -> BTreeSet<Mark> {
    let mut marks = BTreeSet::new();
    for person in &commit.people {
        marks.extend(of_person(person));
    }
    let lines = commit.message.split(|byte| matches!(byte, b'\n' | b'\r' | 0));
    for (number, line) in lines.enumerate() {
        of_line(number == 0, line, &mut marks);
    }
    marks
}

/// Returns the mark of somebody whom a commit names.
fn of_person(person: &Contributor) -> Option<Mark> {
    if let Some(mark) = person.email.to_str().ok().and_then(of_address) {
        return Some(mark);
    }
    let name = person.name.trim().to_ascii_lowercase();
    // aider puts its name behind that of who runs it; as a committer alone it only records their edits.
    if name.ends_with(b"(aider)") && person.role != Role::CoAuthor {
        let class = if person.role == Role::Author { Class::Agent } else { Class::Assist };
        return Some(Mark::new(Signal::Identity, "aider", class));
    }
    matches!(name.as_slice(), b"copilot-swe-agent" | b"copilot-swe-agent[bot]")
        .then(|| Mark::new(Signal::Identity, "GitHub Copilot", Class::Agent))
}

fn of_address(address: &str) -> Option<Mark> {
    match tool(address.trim())? {
        Tool::Ai(tool, class) => Some(Mark::new(Signal::Identity, tool, class)),
        Tool::Automation => Some(Mark::new(Signal::Identity, "automation", Class::Automation)),
        Tool::Forge => None,
    }
}

fn of_line(is_subject: bool, line: &[u8], marks: &mut BTreeSet<Mark>) {
    if line.len() > LONGEST {
        return;
    }
    if is_subject && line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"[agent] ")) {
        marks.insert(Mark::new(Signal::Line, "an agent by `[agent]`", Class::Assist));
    }
    let line = line.trim().trim_start_with(|c| !c.is_alphanumeric());
    let begins = |start: &&[u8]| line.get(..start.len()).is_some_and(|had| had.eq_ignore_ascii_case(start));
    if BEGINNINGS.iter().any(begins) {
        let found =
            LINES.iter().zip(&WHOLE_LINES).filter(|((pattern, ..), whole)| is_match(whole, pattern, line));
        marks.extend(found.map(|((_, tool, class), _)| Mark::new(Signal::Line, tool, *class)));
    }
    let Some((key, value)) = line.split_once_str(b":") else { return };
    let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
    // Who signs off a commit vouches for having made it.
    if key == b"signed-off-by" {
        let address = value.rsplit_once_str(b"<").and_then(|(_, rest)| rest.split_once_str(b">"));
        marks.extend(address.and_then(|(address, _)| address.to_str().ok()).and_then(of_address));
    }
    let found = TRAILERS.iter().zip(&TRAILER_VALUES);
    let mut found = found
        .filter(|((known, pattern, ..), values)| known.as_bytes() == key && is_match(values, pattern, value));
    marks.extend(found.next().map(|((_, _, tool, class), _)| Mark::new(Signal::Trailer, tool, *class)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::ObjectId;

    fn by(name: &str, email: &str, role: Role, message: &str) -> Vec<(Signal, String, Class)> {
        let person = Contributor { role, name: name.into(), email: email.into() };
        let commit =
            Commit { id: ObjectId::ZERO, people: vec![person], message: message.into(), signature: None };
        marks(&commit).into_iter().map(|mark| (mark.signal, mark.tool, mark.class)).collect()
    }

    fn said(message: &str) -> Vec<(Signal, String, Class)> {
        by("Ada", "ada@acme.dev", Role::Author, message)
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a test hands over what it got")]
    fn is_one(found: Vec<(Signal, String, Class)>, signal: Signal, class: Class) {
        assert!(matches!(found.as_slice(), [(s, _, c)] if *s == signal && *c == class), "{found:?}");
    }

    #[test]
    fn every_pattern_compiles() {
        let patterns = TRAILERS.iter().map(|(_, value, ..)| value).chain(LINES.iter().map(|(line, ..)| line));
        patterns.for_each(|pattern| assert!(compiled(pattern).is_some(), "{pattern}"));
    }

    #[test]
    fn each_trailer_is_known_wherever_it_stands() {
        for line in [
            "Claude-Session: https://claude.ai/code/session_01F5QQ",
            "Agent-Logs-Url: https://github.com/o/r/sessions/123",
            "Copilot-Session: 123e4567-e89b-12d3-a456-426614174000",
            "Made-with: Cursor",
            "Amp-Thread-ID: https://ampcode.com/threads/T-1",
            "Amp-Thread: https://ampcode.com/threads/T-1",
            "Replit-Commit-Author: Agent",
            "Assisted-by: Claude:claude-3-opus coccinelle sparse",
            "Generated-by: Claude Code 2.1",
            "Co-authored-by-AI: GitHub Copilot (gpt-4.1)",
            "Drafted-With: ~claude",
            "Entire-Checkpoint: a3b2c4d5e6f7",
            "Entire-Attribution: 73% agent (146/200 lines)",
        ] {
            for message in [
                format!("s\n\n{line}\n\nmore text"),
                format!("{}\r\n", line.to_uppercase().replace("HTTPS", "https")),
                format!("s\0{line}"),
                format!("s\n\n* one\n > {line}"),
            ] {
                is_one(said(&message), Signal::Trailer, Class::Agent);
            }
        }
        is_one(said("s\n\nAssisted-by: ChatGPTv5"), Signal::Trailer, Class::Assist);
    }

    #[test]
    fn each_footer_is_known() {
        for line in [
            "\u{1f916} Generated with [Claude Code](https://claude.com/claude-code)",
            "Generated with Claude Code",
            "Generated with [Devin](https://cli.devin.ai/docs)",
            "Made with [Cursor](https://cursor.com)",
            "Made with Cursor",
        ] {
            is_one(said(&format!("s\n\n{line}\n")), Signal::Line, Class::Agent);
        }
        is_one(said("[agent] feat: add x\n\nbody"), Signal::Line, Class::Assist);
    }

    // AIP-10
    #[test]
    fn words_of_people_are_no_marks() {
        for message in [
            "s\n\nAssisted-by: Daniel Gustafsson",
            "s\n\nAssisted-by: https://example.com/who",
            "Explain Generated with care",
            "s\n\nReviewed-by: Claude <noreply@anthropic.com>",
            "s\n\nMade with love",
            "s\n\n[agent] is not the subject",
            "s\n\nEntire-Checkpoint: none",
            "s\n\nSigned-off-by: Ada <ada@acme.dev>",
            "Generated-by:",
        ] {
            assert!(said(message).is_empty(), "{message}");
        }
    }

    #[test]
    fn each_role_of_an_agent_is_a_mark() {
        for role in [Role::Author, Role::Committer, Role::CoAuthor] {
            is_one(by("Whoever", "NoReply@Anthropic.com", role, ""), Signal::Identity, Class::Agent);
            is_one(by("copilot-swe-agent[bot]", "a@b", role, ""), Signal::Identity, Class::Agent);
        }
        is_one(by("Ada (aider)", "ada@acme.dev", Role::Author, ""), Signal::Identity, Class::Agent);
        is_one(by("Ada (aider)", "ada@acme.dev", Role::Committer, ""), Signal::Identity, Class::Assist);
        is_one(said("s\n\nSigned-off-by: Claude <noreply@anthropic.com>"), Signal::Identity, Class::Agent);
        assert!(by("Claude", "claude@acme.dev", Role::Author, "").is_empty());
        assert!(by("GitHub", "noreply@github.com", Role::Committer, "").is_empty());
    }

    // AIP-08, AIP-09
    #[test]
    fn weak_marks_and_automation_have_classes_of_their_own() {
        is_one(by("C", "copilot@github.com", Role::CoAuthor, ""), Signal::Identity, Class::Assist);
        let bot = "49699333+dependabot[bot]@users.noreply.github.com";
        is_one(by("dependabot[bot]", bot, Role::Author, ""), Signal::Identity, Class::Automation);
    }

    #[test]
    fn lines_without_an_end_are_no_trailers() {
        let long = format!("Generated-by: {}", "x".repeat(LONGEST));
        assert!(said(&long).is_empty());
        assert!(said(&":".repeat(100_000)).is_empty());
        assert_eq!(said(&"Generated-by: x\n".repeat(10_000)).len(), 1);
    }
}
