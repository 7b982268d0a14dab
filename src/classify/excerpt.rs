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
/// With no more lines than this there is room for one that matched and those around it.
const WITH_ROOM: usize = MOST_LINES - (2 * AROUND + 1);
/// A character of UTF-8 is cut in two at no place before this.
const FIRST_END: usize = MOST_BYTES - 4;

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
        if shown.len() > WITH_ROOM {
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
    while end < text.len() && end > FIRST_END && text[end] & 0xc0 == 0x80 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::{addition, change, edit, side};
    use crate::change::{Mode, Side};
    use crate::classify::RuleRef;

    fn finding(line: u32, matched: Option<(usize, usize)>) -> Finding {
        Finding { rule: RuleRef::Policy(0), line: Some(line), removed: false, matched, by: None }
    }

    /// Returns the numbers of the lines that are shown of so many added ones, some of which matched.
    fn shown(count: u32, matched: &[u32]) -> Vec<u32> {
        let file = addition("a", &(1..=count).map(|at| format!("{at}\n")).collect::<String>());
        let findings: Vec<Finding> = matched.iter().map(|&line| finding(line, None)).collect();
        of(&file, &file.hunks[0], &findings).iter().map(|line| line.number).collect()
    }

    #[test]
    fn sixty_lines_are_shown_and_those_that_matched_first() {
        assert_eq!(shown(60, &[60]), (1..=60).collect::<Vec<_>>());
        assert_eq!(shown(61, &[]), (1..=60).collect::<Vec<_>>());
        assert_eq!(shown(100, &[1]), (1..=60).collect::<Vec<_>>());
        assert_eq!(shown(100, &[50, 80]), (1..=55).chain(78..=82).collect::<Vec<_>>());
        assert_eq!(shown(100, &[100]), (1..=57).chain(98..=100).collect::<Vec<_>>());
    }

    #[test]
    fn of_very_many_that_matched_the_first_twelve_are_shown() {
        let matched: Vec<u32> = (1..=30).map(|at| at * 10).collect();
        let around = |&line: &u32| line - 2..=line + 2;
        assert_eq!(shown(400, &matched), matched[..12].iter().flat_map(around).collect::<Vec<_>>());
    }

    #[test]
    fn the_side_that_matched_is_marked() {
        let file = edit("a", "x 1\n", "x 2\n");
        let removed = Finding { removed: true, ..finding(1, Some((2, 3))) };
        let marks = |findings: &[Finding]| {
            let lines = of(&file, &file.hunks[0], findings);
            lines.into_iter().map(|line| line.matched).collect::<Vec<_>>()
        };
        assert_eq!(marks(&[finding(1, Some((0, 1))), removed]), [[(2, 3)], [(0, 1)]]);
        assert_eq!(marks(&[finding(2, Some((0, 1)))]), [[(0, 0); 0], []]);
        let twice = [finding(1, Some((2, 3))), finding(1, Some((0, 1))), finding(1, Some((2, 3)))];
        assert_eq!(marks(&twice), [vec![], vec![(0, 1), (2, 3)]]);
    }

    #[test]
    fn long_line_is_cut_between_two_characters() {
        let cut = |text: &[u8], matched: Option<(usize, usize)>| {
            let new = side("a", Mode::FILE, &[text, b"\n"].concat());
            let file = change(None, Some(new));
            let line = of(&file, &file.hunks[0], &[finding(1, matched)]).remove(0);
            assert!(text.starts_with(&line.text));
            (line.text.len(), line.matched)
        };
        let none = Vec::new;
        let before = |count: usize, text: &str| ["a".repeat(count), text.repeat(400)].concat().into_bytes();
        assert_eq!(cut(&before(398, ""), None), (398, none()));
        assert_eq!(cut(&before(400, ""), None), (400, none()));
        assert_eq!(cut(&before(0, "a"), None), (400, none()));
        assert_eq!(cut(&before(9, "a"), None), (400, none()));
        assert_eq!(cut(&before(398, "é"), None), (400, none()));
        assert_eq!(cut(&before(399, "é"), None), (399, none()));
        assert_eq!(cut(&before(397, "🙂"), None), (397, none()));
        assert_eq!(cut(&before(9, "a"), Some((7, 500))), (400, vec![(7, 400)]));
        assert_eq!(cut(&before(9, "a"), Some((400, 405))), (400, none()));
        assert_eq!(cut(&before(9, "a"), Some((5, 5))), (400, none()));
    }

    #[test]
    fn bytes_that_are_no_text_are_cut_too() {
        let new = Some(Side { content: Some(vec![0x80; 500]), ..side("a", Mode::FILE, b"") });
        let line = Line { origin: Origin::Added, number: 1, bytes: 0..500 };
        let file = FileChange { old: None, new, hunks: Vec::new() };
        assert_eq!(cut(&file, &line, &[]).text.len(), MOST_BYTES - 4);
    }
}
