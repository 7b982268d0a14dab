//! What is kept of a hunk to be shown: its lines, within what a screen can hold.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};

use super::ExcerptLine;
use super::hits::Hit;
use super::reading::{self, Reading};
use crate::change::{FileChange, Hunk, Line};

/// The most lines that are kept of a hunk.
const MOST_LINES: usize = 60;
/// The most bytes that are kept of a line.
const MOST_BYTES: usize = 400;
/// A character of UTF-8 is cut in two at no place before this.
const FIRST_END: usize = MOST_BYTES - 4;

/// Returns the lines of the hunk to show: those that matched and those around them, and the first ones.
pub fn of(file: &FileChange, hunk: &Hunk, reading: &Reading, matched: &[Hit]) -> Vec<ExcerptLine> {
    let shown = chosen(hunk.lines.len(), reading);
    let lines = hunk.lines.iter().enumerate().filter(|(at, _)| shown.contains(at));
    lines
        .map(|(at, line)| ExcerptLine {
            is_read: reading.has(at),
            ..cut(file, line, reading::at(matched, line))
        })
        .collect()
}

fn chosen(count: usize, reading: &Reading) -> BTreeSet<usize> {
    if count <= MOST_LINES {
        return (0..count).collect();
    }
    let mut shown: BTreeSet<usize> = reading.near().take(MOST_LINES).collect();
    let mut rest = 0..count;
    while shown.len() < MOST_LINES {
        let Some(at) = rest.next() else { break };
        shown.insert(at);
    }
    shown
}

fn cut(file: &FileChange, line: &Line, matched: &[Hit]) -> ExcerptLine {
    let text = without_end(file.text(line));
    let mut end = text.len().min(MOST_BYTES);
    // Not within a character of UTF-8.
    while end < text.len() && end > FIRST_END && text[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    let ranges = matched.iter().map(|hit| hit.matched);
    let mut matched: Vec<(usize, usize)> =
        ranges.map(|(from, to)| (from.min(end), to.min(end))).filter(|(from, to)| from < to).collect();
    matched.sort_unstable();
    matched.dedup();
    let text = BString::from(&text[..end]);
    ExcerptLine { origin: line.origin, number: line.number, text, matched, is_read: true }
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
    use crate::change::{Mode, Origin, Side};
    use crate::classify::reading::tests::{finding, hit};

    /// Returns the numbers of the lines that are shown of so many added ones, some of which matched.
    fn shown(count: u32, matched: &[u32]) -> Vec<u32> {
        let file = addition("a", &(1..=count).map(|at| format!("{at}\n")).collect::<String>());
        let hits: Vec<Hit> = matched.iter().map(|&line| hit(line, (0, 0))).collect();
        let reading = Reading::of(&file.hunks[0], &[finding(Some(1))], &hits);
        of(&file, &file.hunks[0], &reading, &hits).iter().map(|line| line.number).collect()
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
        let marks = |hits: &[Hit]| {
            let reading = Reading::of(&file.hunks[0], &[], hits);
            let lines = of(&file, &file.hunks[0], &reading, hits);
            lines.into_iter().map(|line| line.matched).collect::<Vec<_>>()
        };
        let removed = Hit { removed: true, ..hit(1, (2, 3)) };
        assert_eq!(marks(&[hit(1, (0, 1)), removed]), [[(2, 3)], [(0, 1)]]);
        assert_eq!(marks(&[hit(2, (0, 1))]), [[(0, 0); 0], []]);
        let twice = [hit(1, (0, 1)), hit(1, (2, 3)), hit(1, (2, 3))];
        assert_eq!(marks(&twice), [vec![], vec![(0, 1), (2, 3)]]);
    }

    #[test]
    fn lines_that_have_to_be_read_are_told_from_those_that_fill_the_screen() {
        let file = addition("a", &"x\n".repeat(70));
        let hits = [hit(40, (0, 1))];
        let reading = Reading::of(&file.hunks[0], &[finding(Some(40))], &hits);
        let lines = of(&file, &file.hunks[0], &reading, &hits);
        let read = lines.iter().filter(|line| line.is_read).map(|line| line.number);
        assert_eq!(read.collect::<Vec<_>>(), [38, 39, 40, 41, 42]);
    }

    #[test]
    fn long_line_is_cut_between_two_characters() {
        let cut = |text: &[u8], matched: Option<(usize, usize)>| {
            let new = side("a", Mode::FILE, &[text, b"\n"].concat());
            let file = change(None, Some(new));
            let hits: Vec<Hit> = matched.into_iter().map(|matched| hit(1, matched)).collect();
            let line = cut(&file, &file.hunks[0].lines[0], &hits);
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
