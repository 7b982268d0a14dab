//! What differs between two texts, where any comparison must come to the same.
//!
//! Most files are like that: the lines that differ are on one side alone, and what is left between them is the
//! same on both. Finding that costs a fraction of a comparison, which hashes and sorts every line of both.
//!
//! That git's comparison, xdiff, comes to the same rests on three facts about it: it looks for a shortest way and
//! gives up on it only past a cost of 256 (`XDL_HEUR_MIN_COST`); of the lines that are on both sides it passes over
//! one that stands often only where those on one side alone outnumber such lines around it three times
//! (`xdl_clean_mmatch`); and it moves a block only over lines that are equal (`xdl_change_compact`).

use std::ops::Range;

use super::cut::Block;
use super::lines::{Lines, mark};

/// The most lines that are on one side alone, well below the cost at which the shortest way may be given up.
const MOST_LONE: usize = 200;

/// A comparison takes lines that stand often in a file for changed ones where at least this many times as many
/// lines around them are.
const OUTNUMBERED: usize = 3;

/// Returns the blocks of two texts, where there is no choice; `None` where a comparison has to tell.
pub(super) fn blocks(lines: &[Lines<'_>; 2]) -> Option<Vec<Block>> {
    let middle = middle(lines)?;
    let blocks = apart(lines, &middle)?;
    let is_small =
        || blocks.iter().map(|block| block.old.len() + block.new.len()).sum::<usize>() <= MOST_LONE;
    // Of what has nothing in common all differs, however much that is.
    let is_certain = blocks.len() == 1 || is_small() && are_held_apart(&blocks);
    (is_certain && blocks.iter().all(|block| fits(lines, block))).then_some(blocks)
}

/// Returns what lies between the lines that both begin with and those that both end with; `None` where nothing does.
fn middle([old, new]: &[Lines<'_>; 2]) -> Option<Block> {
    let most = old.len().min(new.len());
    let before = (0..most).take_while(|&line| old.line(line) == new.line(line)).count();
    let from_end = |line: usize| (old.line(old.len() - 1 - line), new.line(new.len() - 1 - line));
    let after = (0..most - before).map(from_end).take_while(|(old, new)| old == new).count();
    let block = Block { old: before..old.len() - after, new: before..new.len() - after };
    (!block.old.is_empty() || !block.new.is_empty()).then_some(block)
}

/// Tells whether no end of a block could as well be a line further up or down.
fn fits([old, new]: &[Lines<'_>; 2], block: &Block) -> bool {
    let slides = |lines: &Lines<'_>, run: &Range<usize>| {
        !run.is_empty()
            && (lines.line(run.start) == lines.line(run.end)
                || run.start > 0 && lines.line(run.start - 1) == lines.line(run.end - 1))
    };
    !slides(old, &block.old) && !slides(new, &block.new)
}

/// Returns the runs of lines that are on one side alone, where the others are the same on both sides, in order.
///
/// Then a shortest way from one text to the other takes all of the former and keeps all of the latter.
fn apart([old, new]: &[Lines<'_>; 2], middle: &Block) -> Option<Vec<Block>> {
    let marks = |lines: &Lines<'_>, run: &Range<usize>| -> Vec<u64> {
        run.clone().map(|line| lines.line(line).map_or(0, mark)).collect()
    };
    let [old_marks, new_marks] = [marks(old, &middle.old), marks(new, &middle.new)];
    let [old_sorted, new_sorted] = [&old_marks, &new_marks].map(|marks| sorted(marks));
    // Lines of the same mark may be different ones: then one of them is not found to be alone, and nothing is certain.
    let is_lone =
        |mark: Option<&u64>, others: &[u64]| mark.is_some_and(|mark| others.binary_search(mark).is_err());
    let (mut i, mut j) = (0, 0);
    let mut blocks = Vec::new();
    while i < old_marks.len() || j < new_marks.len() {
        let (from, to) = (i, j);
        while is_lone(old_marks.get(i), &new_sorted) {
            i += 1;
        }
        while is_lone(new_marks.get(j), &old_sorted) {
            j += 1;
        }
        if (from, to) != (i, j) {
            let run = |run: Range<usize>, start: usize| start + run.start..start + run.end;
            blocks.push(Block { old: run(from..i, middle.old.start), new: run(to..j, middle.new.start) });
        } else if i == old_marks.len()
            || j == new_marks.len()
            || old.line(middle.old.start + i) != new.line(middle.new.start + j)
        {
            return None;
        } else {
            (i, j) = (i + 1, j + 1);
        }
    }
    Some(blocks)
}

fn sorted(marks: &[u64]) -> Vec<u64> {
    let mut sorted = marks.to_vec();
    sorted.sort_unstable();
    sorted
}

/// Tells whether between any two blocks there are so many lines that none of them is taken for a changed one.
fn are_held_apart(blocks: &[Block]) -> bool {
    let is_wide = |one: &Block, next: &Block| {
        let gap = next.old.start - one.old.end;
        one.old.len().max(one.new.len()) + next.old.len().max(next.new.len()) <= OUTNUMBERED * gap
    };
    blocks.iter().zip(blocks.iter().skip(1)).all(|(one, next)| is_wide(one, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(old: &str, new: &str) -> Option<Vec<(Range<usize>, Range<usize>)>> {
        let blocks = blocks(&[old, new].map(|text| Lines::new(text.as_bytes())));
        blocks.map(|blocks| blocks.into_iter().map(|block| (block.old, block.new)).collect())
    }

    #[test]
    fn one_place_that_differs_is_found_without_a_comparison() {
        let found = |old: Range<usize>, new: Range<usize>| Some(vec![(old, new)]);
        assert_eq!(of("a\nb\nc\nd\ne\n", "a\nx\ny\nc\nd\ne\n"), found(1..2, 1..3));
        assert_eq!(of("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nx\ne\nf\n"), found(3..4, 3..4));
        assert_eq!(of("a\nb\n", "a\nx\nb\n"), found(1..1, 1..2));
        assert_eq!(of("a\nx\nb\n", "a\nb\n"), found(1..2, 1..1));
        assert_eq!(of("", "a\n"), found(0..0, 0..1));
        // Where a line more could as well be the one above or below, and where both sides share one.
        assert_eq!(of("a\nb\n", "a\na\nb\n"), None);
        assert_eq!(of("a\nx\ny\nb\n", "a\ny\nx\nb\n"), None);
        assert_eq!(of("a\n", "a\n"), None);
    }

    #[test]
    fn what_both_sides_end_with_is_no_part_of_what_is_compared() {
        assert_eq!(of("a\nb\nx\nc\n", "a\nx\nb\nx\nc\n"), Some(vec![(1..1, 1..2)]));
        assert_eq!(of("a\nx\nb\nx\nc\n", "a\nb\nx\nc\n"), Some(vec![(1..2, 1..1)]));
    }

    #[test]
    fn several_places_are_found_where_the_lines_between_are_the_same() {
        let found = |blocks: &[(Range<usize>, Range<usize>)]| Some(blocks.to_vec());
        assert_eq!(of("a\nb\nc\nd\ne\n", "a\nx\nc\ny\ne\n"), found(&[(1..2, 1..2), (3..4, 3..4)]));
        assert_eq!(
            of("a\nb\nc\nd\ne\n", "x\na\nb\nd\ne\ny\n"),
            found(&[(0..0, 0..1), (2..3, 3..3), (5..5, 5..6)])
        );
        // Two that changed places, and one that stands on both sides at two places.
        assert_eq!(of("a\nb\nc\nd\ne\n", "x\nc\nb\nd\ny\n"), None);
        assert_eq!(of("a\nb\nc\nd\ne\n", "b\na\nb\nc\ne\n"), None);
        // One that stands once more where the other side is at its end.
        assert_eq!(of("s\nk\ns\n", "n\ns\nk\ns\ns\n"), None);
        assert_eq!(of("n\ns\nk\ns\ns\n", "s\nk\ns\n"), None);
        // A line that repeats the one above it.
        assert_eq!(of("a\nb\nc\nd\n", "a\nb\nb\nc\nx\n"), None);
    }

    #[test]
    fn lines_between_that_are_outnumbered_are_left_to_a_comparison() {
        let text = |lines: usize, sign: &str| {
            let run: String = (0..lines).map(|line| format!("{sign}{line}\n")).collect();
            format!("{run}same\n{run}{sign}\n")
        };
        assert!(of(&text(1, "a"), &text(1, "b")).is_some());
        assert_eq!(of(&text(2, "a"), &text(2, "b")), None);
        assert_eq!(of("a\nsame\nb\nc\nd\n", "x\nsame\ny\n"), None);
    }

    #[test]
    fn very_many_lines_are_left_to_a_comparison() {
        let text = |lines: usize, sign: &str| -> String {
            (0..lines).map(|line| format!("{line}\nsame {line}\nmore {line}\n{sign}{line}\n")).collect()
        };
        assert!(of(&text(100, "a"), &text(100, "b")).is_some());
        assert_eq!(of(&text(101, "a"), &text(101, "b")), None);
        let all = |sign: &str| (0..300).map(|line| format!("{sign}{line}\n")).collect::<String>();
        assert_eq!(of(&all("a"), &all("b")), Some(vec![(0..300, 0..300)]));
    }
}
