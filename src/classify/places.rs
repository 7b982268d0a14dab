//! Where a condition on the parsed file is met, on both sides of a change, and which hunks that concerns.
//!
//! A hunk is concerned where a changed line lies in such a place. An unchanged line may be
//! concerned too: a renamed key moves all that is under it, and a `/*` takes a call away
//! without touching its line. Then every hunk that may have done it is concerned.

use std::collections::HashSet;
use std::ops::Range;

use bstr::ByteSlice;

use crate::change::{FileChange, Hunk, HunkKind, Line, Origin, Side};

/// More marks on lines than this are not counted.
const MOST_MARKS: usize = 1_048_576;

/// A place on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// What is there; an unchanged line that has other ones before and after has been moved.
    pub what: u32,
}

/// The places of both sides.
#[derive(Debug, Default)]
pub struct Places {
    /// The bytes of the old side: sorted, and apart from each other.
    old: Vec<Range<usize>>,
    new: Vec<Range<usize>>,
    /// The last unchanged line of which a mark was taken or given, by its number on the old side.
    moved: Option<u32>,
}

impl Places {
    /// Puts the marks of both sides together; `None` where there are too many.
    ///
    /// Where a line's marks may depend on what follows it, `is_free` says so.
    pub fn new(file: &FileChange, old: &[Mark], new: &[Mark], is_free: bool) -> Option<Self> {
        if old.is_empty() && new.is_empty() {
            return Some(Self::default());
        }
        let moved = moved(file, old, new)?;
        let moved = moved.map(|moved| if is_free { u32::MAX } else { moved });
        Some(Self { old: joined(old), new: joined(new), moved })
    }

    /// Tells whether there is any place on either side.
    pub fn is_empty(&self) -> bool {
        self.old.is_empty() && self.new.is_empty()
    }

    /// Returns the part of a changed line that lies in a place.
    pub fn part_of(&self, line: &Line) -> Option<Range<usize>> {
        let places = self.side(line.origin);
        let first = places.partition_point(|place| place.end <= line.bytes.start);
        let place = places.get(first).filter(|place| place.start < line.bytes.end)?;
        Some(place.start.max(line.bytes.start)..place.end.min(line.bytes.end))
    }

    /// Tells whether a hunk may have moved lines that it does not change.
    pub fn may_have_moved(&self, hunk: &Hunk) -> bool {
        hunk.kind == HunkKind::Text && self.moved.is_some_and(|moved| hunk.old.start <= moved)
    }

    /// Tells whether any unchanged line was moved.
    pub fn has_moved(&self) -> bool {
        self.moved.is_some()
    }

    /// Returns what is left of a line once the places are taken out of it, without blanks and separators.
    pub fn is_all_of(&self, line: &Line, text: &[u8]) -> bool {
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';');
        let places = self.side(line.origin);
        let is_in = |at: usize| {
            let first = places.partition_point(|place| place.end <= at);
            places.get(first).is_some_and(|place| place.contains(&at))
        };
        let mut seen = false;
        let is_all = text.iter().enumerate().all(|(at, byte)| {
            let is_in = is_in(line.bytes.start + at);
            seen |= is_in;
            is_in || is_blank(byte)
        });
        is_all && seen
    }

    fn side(&self, origin: Origin) -> &[Range<usize>] {
        match origin {
            Origin::Removed => &self.old,
            Origin::Added | Origin::Context => &self.new,
        }
    }
}

/// Joins places that overlap, so that they can be searched.
pub(super) fn joined(marks: &[Mark]) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = marks.iter().map(|mark| mark.bytes.clone()).collect();
    places.retain(|place| place.start < place.end);
    places.sort_unstable_by_key(|place| (place.start, place.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

/// Finds the last unchanged line whose marks differ between the sides, by its number on the old one.
fn moved(file: &FileChange, old: &[Mark], new: &[Mark]) -> Option<Option<u32>> {
    let (old, new) = (Marked::new(file.old.as_ref(), old)?, Marked::new(file.new.as_ref(), new)?);
    let changed = |origin: Origin| -> HashSet<u32> {
        let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
        lines.filter(|line| line.origin == origin).map(|line| line.number).collect()
    };
    let (removed, added) = (changed(Origin::Removed), changed(Origin::Added));
    let kept_old = (1..=old.lines).filter(|line| !removed.contains(line));
    let kept_new = (1..=new.lines).filter(|line| !added.contains(line));
    let differ = kept_old.zip(kept_new).filter(|&(before, after)| !old.of(before).eq(new.of(after)));
    Some(differ.last().map(|(before, _)| before))
}

/// The marks of a side by line.
struct Marked {
    lines: u32,
    /// Line and mark, sorted.
    marks: Vec<(u32, u32)>,
}

impl Marked {
    fn new(side: Option<&Side>, marks: &[Mark]) -> Option<Self> {
        let content = side.and_then(|side| side.content.as_deref()).unwrap_or_default();
        let ends: Vec<usize> = content.find_iter(b"\n").collect();
        let lines = ends.len() + usize::from(!content.is_empty() && !content.ends_with(b"\n"));
        let line_of = |byte: usize| ends.partition_point(|&end| end < byte);
        let mut all = Vec::new();
        for mark in marks.iter().filter(|mark| !mark.bytes.is_empty()) {
            let (first, last) = (line_of(mark.bytes.start), line_of(mark.bytes.end - 1));
            if all.len() + (last - first) >= MOST_MARKS {
                return None;
            }
            for line in first..=last {
                all.push((u32::try_from(line).ok()? + 1, mark.what));
            }
        }
        all.sort_unstable();
        all.dedup();
        Some(Self { lines: u32::try_from(lines).ok()?, marks: all })
    }

    fn of(&self, line: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.marks.partition_point(|&(other, _)| other < line);
        self.marks[first..].iter().take_while(move |&&(other, _)| other == line).map(|&(_, what)| what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::edit;

    /// Marks each place of a text that holds these words.
    fn marks(text: &str, words: &[&str]) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (what, word) in (0..).zip(words) {
            marks.extend(text.match_indices(word).map(|(at, _)| Mark { bytes: at..at + word.len(), what }));
        }
        marks
    }

    #[test]
    fn changed_line_in_a_place_is_told_with_its_part() {
        let (old, new) = ("a\nfoo(1)\nb\n", "a\nx = foo(2)\nb\n");
        let file = edit("a", old, new);
        let places = Places::new(&file, &marks(old, &["foo(1)"]), &marks(new, &["foo(2)"]), false).unwrap();
        let parts: Vec<_> = file.hunks[0].lines.iter().map(|line| places.part_of(line)).collect();
        assert_eq!(parts, [None, Some(2..8), Some(6..12), None]);
        assert!(!places.has_moved());
        let is_all = |at: usize| {
            let line = &file.hunks[0].lines[at];
            places.is_all_of(line, file.text(line))
        };
        assert!(is_all(1) && !is_all(2));
        let beside = Places::new(&file, &marks(old, &["a\n", "b\n"]), &[], false).unwrap();
        assert_eq!(beside.part_of(&file.hunks[0].lines[1]), None, "a place that ends or begins there");
        assert!(
            !beside.is_empty() && !Places::new(&file, &[], &marks(new, &["b"]), false).unwrap().is_empty()
        );
        assert!(Places::new(&file, &[], &[], false).unwrap().is_empty());
    }

    #[test]
    fn places_that_overlap_or_touch_are_one_and_empty_ones_none() {
        let joined = |places: &[Range<usize>]| {
            joined(&places.iter().map(|bytes| Mark { bytes: bytes.clone(), what: 0 }).collect::<Vec<_>>())
        };
        assert_eq!(joined(&[7..9, 1..3, 3..4, 2..3]), [1..4, 7..9]);
        assert_eq!(joined(&[5..5, 1..2]), vec![1..2]);
    }

    #[test]
    fn place_within_a_place_hides_nothing_of_it() {
        let (old, new) = ("f(\n1,\n2\n)\nx\n", "f(\n1,\n3\n)\nx\n");
        let file = edit("a", old, new);
        let whole =
            |text: &str, within: &[&str]| marks(text, &[&[text.trim_end_matches("\nx\n")], within].concat());
        let places = Places::new(&file, &whole(old, &["1", "f", ")"]), &whole(new, &["1", "f", ")"]), false);
        let parts: Vec<_> =
            file.hunks[0].lines.iter().map(|line| places.as_ref().unwrap().part_of(line)).collect();
        assert_eq!(parts, [Some(3..6), Some(6..8), Some(6..8), Some(8..9)]);
    }

    #[test]
    fn line_that_loses_its_mark_concerns_the_hunks_above() {
        let old = "1\n2\n3\n4\nfoo\n5\n6\n7\n8\n";
        let new = "1\n/*\n2\n3\n4\nfoo\n5\n6\n7\n*/\n8\n";
        let file = edit("a", old, new);
        let places = Places::new(&file, &marks(old, &["foo"]), &[], false).unwrap();
        let concerned: Vec<_> = file.hunks.iter().map(|hunk| places.may_have_moved(hunk)).collect();
        assert_eq!(concerned, [true, false]);
        let places = Places::new(&file, &marks(old, &["foo"]), &marks(new, &["foo"]), false).unwrap();
        assert!(!places.has_moved());
    }
}
