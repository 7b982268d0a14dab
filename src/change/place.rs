//! Tells apart the places of a file that look alike.
//!
//! Two hunks may hold the same lines between the same lines in blocks of the same
//! name. What is left to tell them apart is that one comes first, so each is counted:
//! how many earlier places of the old file a hunk would fit as well. The old file
//! and no hunk decides, so signing the first of two leaves the second unsigned,
//! whether or not both are in the change.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use super::lines::Lines;
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
    let seen = Hashes::new(old, hunks.iter().map(|hunk| hunk.start + length(hunk)).max().unwrap_or(0));
    // There are few hunks and many lines: a short search is cheaper than one more hash of each line.
    let mut wanted: Vec<_> = hunks.iter().map(|hunk| (seen.key(hunk.start), length(hunk))).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut outline = Outline::new(old, margin);
    let mut counts: HashMap<(u64, usize, Scope), u64> = HashMap::new();
    let mut found = Vec::with_capacity(hunks.len());
    let end = hunks.last().map_or(0, |hunk| hunk.start + 1);
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
        for (length, hash) in seen.windows(at, lengths.map(|(_, length)| *length)) {
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

/// A hash of each line; one more at either end stands for the ends of the file.
struct Hashes(Vec<u64>);

impl Hashes {
    fn new(lines: &Lines<'_>, end: usize) -> Self {
        // Keyed at random, so that nobody can write two lines of one hash.
        let keyed = RandomState::new();
        let lines = (0..end).map(|line| keyed.hash_one(lines.line(line)));
        Self(std::iter::once(keyed.hash_one(())).chain(lines).collect())
    }

    /// Returns the line before a place and the one after.
    fn key(&self, at: usize) -> (u64, u64) {
        (self.0[at], self.0[at + 1])
    }

    /// Returns a hash over the line before a place and each of so many lines from there on.
    fn windows(&self, at: usize, lengths: impl Iterator<Item = usize>) -> impl Iterator<Item = (usize, u64)> {
        let (mut hash, mut done) = (self.0[at], 0);
        let behind = &self.0[at + 1..];
        lengths.map_while(move |length| {
            let more = behind.get(done..length)?;
            done = length;
            for line in more {
                hash = hash.rotate_left(5).wrapping_add(*line).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
            Some((length, hash))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_of_the_lines_on_both_sides() {
        let hashes = Hashes::new(&Lines::new(b"a\nb\na\nc\na\nb\n"), 6);
        assert_eq!(hashes.key(1), (hashes.0[1], hashes.0[2]));
        assert_eq!(hashes.key(1), hashes.key(5));
        assert_ne!(hashes.key(1).1, hashes.key(3).1);
        assert_ne!(hashes.key(1).0, hashes.key(2).0);
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
