//! Tells apart the places of a file that look alike.
//!
//! Two hunks may hold the same lines between the same lines in blocks of the same
//! name. What is left to tell them apart is that one comes first, so each is counted:
//! how many earlier places of the old file a hunk would fit as well. The old file
//! and no hunk decides, so signing the first of two leaves the second unsigned,
//! whether or not both are in the change.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use super::lines::{Lines, mark};
use super::scope::{Margin, Outline, Scope, indent};

/// How many lines from the place on are compared, the line after the hunk included. A bound keeps the
/// count linear in the file; past it, places only look more alike, and the count still parts them.
const COMPARED: usize = 16;

/// Where in the old file a hunk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// What encloses the first old line of the hunk, or the line after it where it has none.
    pub scope: Scope,
    /// How many earlier places hold the same line before, lines, line after and scope.
    pub index: u64,
}

/// Finds the places of hunks, each given as its old lines without the outer unchanged ones, in order.
pub(super) fn places(old: &Lines<'_>, hunks: &[Range<usize>], margin: Margin) -> Vec<Place> {
    let end = hunks.last().map_or(0, |hunk| hunk.start + 1);
    let seen = Seen::new(old, end);
    // There are few hunks and many lines, most of which are told apart by their marks.
    let mut wanted: Vec<_> = hunks.iter().map(|hunk| (seen.key(hunk.start), length(hunk))).collect();
    wanted.sort_unstable();
    wanted.dedup();
    // Only what a hunk fits is counted, however many other places there are.
    let fitted = hunks.iter().flat_map(|hunk| seen.windows(hunk.start, std::iter::once(length(hunk))));
    let fitted: HashSet<(usize, u64)> = fitted.collect();
    let mut outline = Outline::new(old, margin);
    let mut counts: HashMap<(u64, usize, Scope), u64> = HashMap::new();
    let mut found = Vec::with_capacity(hunks.len());
    for at in 0..end {
        let key = seen.key(at);
        let first = wanted.partition_point(|(other, _)| *other < key);
        let mut lengths = wanted[first..].iter().take_while(|(other, _)| *other == key).peekable();
        if lengths.peek().is_none() {
            continue;
        }
        outline.advance(at);
        let scope = outline.scope(old.line(at).map_or(Some(0), indent));
        let here = hunks.get(found.len()).filter(|hunk| hunk.start == at).map(length);
        let windows = seen.windows(at, lengths.map(|(_, length)| *length));
        for (length, hash) in windows.filter(|window| fitted.contains(window)) {
            let count = counts.entry((hash, length, scope)).or_default();
            if here == Some(length) {
                found.push(Place { scope, index: *count });
            }
            *count += 1;
        }
    }
    found
}

/// Returns how many lines of a hunk are compared.
fn length(hunk: &Range<usize>) -> usize {
    (hunk.len() + 1).min(COMPARED)
}

/// A mark of each line; one more at either end stands for the ends of the file.
struct Seen<'a> {
    lines: &'a Lines<'a>,
    marks: Vec<u64>,
    /// Keyed at random, so that nobody can write two lines of one hash.
    keyed: RandomState,
}

impl<'a> Seen<'a> {
    fn new(lines: &'a Lines<'a>, end: usize) -> Self {
        let marks = (0..end).map(|line| lines.line(line).map_or(0, mark));
        Self { lines, marks: std::iter::once(0).chain(marks).collect(), keyed: RandomState::new() }
    }

    /// Returns the line before a place and the one after, by their marks.
    fn key(&self, at: usize) -> (u64, u64) {
        (self.marks[at], self.marks[at + 1])
    }

    /// Returns a hash over the line before a place and each of so many lines from there on.
    fn windows(&self, at: usize, lengths: impl Iterator<Item = usize>) -> impl Iterator<Item = (usize, u64)> {
        let line = |line: usize| self.keyed.hash_one(self.lines.line(line));
        let (mut hash, mut done) = (at.checked_sub(1).map_or(0, line), 0);
        lengths.map(move |length| {
            for line in (at + done..at + length).map(line) {
                hash = hash.rotate_left(5).wrapping_add(line).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
            done = length;
            (length, hash)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_of_the_lines_on_both_sides() {
        let lines = Lines::new(b"a\nb\na\nc\na\nb\n");
        let seen = Seen::new(&lines, 6);
        assert_eq!(seen.key(1), (mark(b"a\n"), mark(b"b\n")));
        assert_eq!(seen.key(1), seen.key(5));
        assert_ne!(seen.key(1).1, seen.key(3).1);
        assert_ne!(seen.key(1).0, seen.key(2).0);
    }

    #[test]
    fn lines_of_one_mark_are_told_apart() {
        let line = |sign: char| format!("{}{sign}{}\n", "-".repeat(12), "-".repeat(12));
        let [one, other] = [line('a'), line('b')];
        assert_eq!(mark(one.as_bytes()), mark(other.as_bytes()));
        let text = format!("{one}x\ny\n{other}x\ny\n{one}x\ny\n");
        let found = places(&Lines::new(text.as_bytes()), &[1..2, 4..5, 7..8], Margin::Nothing);
        assert_eq!(found.iter().map(|place| place.index).collect::<Vec<_>>(), [0, 0, 1]);
    }

    #[test]
    fn earlier_places_are_counted_whatever_the_length_of_the_hunks_beside() {
        let text = "h1\np\na\nb\nc\nd\nh2\np\na\nb\nc\nd\nh3\np\na\nb\nc\nx\n";
        let found = places(&Lines::new(text.as_bytes()), &[2..3, 8..11, 14..17], Margin::Nothing);
        let indexes: Vec<u64> = found.iter().map(|place| place.index).collect();
        assert_eq!(indexes, [0, 1, 0]);
        let found = places(&Lines::new(text.as_bytes()), &[2..5, 8..9, 14..16], Margin::Nothing);
        let indexes: Vec<u64> = found.iter().map(|place| place.index).collect();
        assert_eq!(indexes, [0, 1, 2]);
    }
}
