//! What is kept of a hunk to be shown: its lines, within what a screen can hold.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};

use super::{ExcerptLine, Finding};
use crate::change::{FileChange, Hunk, Line, Origin};

/// The most lines that are kept of a hunk.
const MOST_LINES: usize = 60;
/// The most bytes that are kept of a line.
const MOST_BYTES: usize = 400;
/// The lines kept around one that matched, before the rest is cut off.
const AROUND: usize = 2;

/// Returns the lines of the hunk to show: from the top, and in any case those that rules matched.
pub fn of(file: &FileChange, hunk: &Hunk, findings: &[Finding]) -> Vec<ExcerptLine> {
    let shown = chosen(hunk, findings);
    hunk.lines
        .iter()
        .enumerate()
        .filter(|(at, _)| shown.contains(at))
        .map(|(_, line)| cut(file, line, findings))
        .collect()
}

fn chosen(hunk: &Hunk, findings: &[Finding]) -> BTreeSet<usize> {
    let count = hunk.lines.len();
    if count <= MOST_LINES {
        return (0..count).collect();
    }
    let is_matched = |line: &Line| findings.iter().any(|finding| concerns(finding, line));
    let mut shown = BTreeSet::new();
    for (at, _) in hunk.lines.iter().enumerate().filter(|(_, line)| is_matched(line)) {
        if shown.len() + 2 * AROUND + 1 > MOST_LINES {
            break;
        }
        shown.extend(at.saturating_sub(AROUND)..=(at + AROUND).min(count - 1));
    }
    let mut rest = 0..count;
    while shown.len() < MOST_LINES {
        let Some(at) = rest.next() else { break };
        shown.insert(at);
    }
    shown
}

fn cut(file: &FileChange, line: &Line, findings: &[Finding]) -> ExcerptLine {
    let text = without_end(file.text(line));
    let mut end = text.len().min(MOST_BYTES);
    // Not within a character of UTF-8.
    while end < text.len() && end > MOST_BYTES - 4 && text[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    let ranges =
        findings.iter().filter(|finding| concerns(finding, line)).filter_map(|finding| finding.matched);
    let mut matched: Vec<(usize, usize)> =
        ranges.map(|(from, to)| (from.min(end), to.min(end))).filter(|(from, to)| from < to).collect();
    matched.sort_unstable();
    matched.dedup();
    ExcerptLine { origin: line.origin, number: line.number, text: BString::from(&text[..end]), matched }
}

fn concerns(finding: &Finding, line: &Line) -> bool {
    let origin = if finding.removed { Origin::Removed } else { Origin::Added };
    line.origin == origin && finding.line == Some(line.number)
}

/// Returns the line without its `\n` or `\r\n`.
pub fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line).as_bytes()
}
