//! What somebody has to read of an architectural hunk: all of it, or of a long one what rules found in it.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use bstr::ByteSlice;

use super::Finding;
use super::hits::{Hit, MARKS};
use crate::change::{FileChange, Hunk, Line, Origin, Side};

/// A hunk of no more changed lines is read whole.
const SHORT: usize = 20;
/// The lines read on each side of one that matched.
const AROUND: usize = 2;
/// A generated file says so in one of its first lines.
const HEAD_LINES: usize = 20;
/// How many lines of a hunk are read in a generated file: that it was generated anew.
const LINES_OF_GENERATED: usize = 1;
/// Words of paths at which generated files lie, in lower case.
const GENERATED_AT: [&str; 8] =
    [".pb.", "_pb.", "_pb2", "generated", "genproto", "autogen", ".gen.", "/gen/"];

/// The lines of a hunk that somebody has to read.
#[derive(Debug)]
pub struct Reading {
    /// Those that matched and those around them, as indices into the hunk's lines.
    near: BTreeSet<usize>,
    /// They are all that has to be read.
    is_part: bool,
}

/// Tells whether a hunk is too long to be read whole where its lines say what to look at.
pub fn is_long(hunk: &Hunk) -> bool {
    hunk.lines.iter().filter(|line| line.origin != Origin::Context).count() > SHORT
}

/// Returns those of the matches, which are sorted, that are on a line.
pub fn at<'a>(matched: &'a [Hit], line: &Line) -> &'a [Hit] {
    let is_removed = match line.origin {
        Origin::Removed => true,
        Origin::Added => false,
        Origin::Context => return &[],
    };
    let place = (line.number, is_removed);
    let start = matched.partition_point(|hit| (hit.line, hit.removed) < place);
    let end = matched.partition_point(|hit| (hit.line, hit.removed) <= place);
    matched.get(start..end).unwrap_or_default()
}

impl Reading {
    /// Tells what has to be read of a hunk, of which these parts matched, sorted.
    ///
    /// What was found by its path or its kind is read whole: no line says more than the others.
    pub fn of(hunk: &Hunk, findings: &[Finding], matched: &[Hit]) -> Self {
        let mut near = BTreeSet::new();
        let mut before = 0..0;
        for run in hunk.lines.chunk_by(|one, next| one.origin == next.origin) {
            let run_at = before.end..before.end + run.len();
            let other = match run[0].origin {
                Origin::Removed => added_behind(&hunk.lines, run_at.end),
                Origin::Added => before.clone(),
                Origin::Context => 0..0,
            };
            for (place, _) in run.iter().enumerate().filter(|(_, line)| !at(matched, line).is_empty()) {
                near.extend(around(run_at.start + place, hunk.lines.len()));
                // What stands on the other side where this line does.
                let opposite = (!other.is_empty()).then(|| (other.start + place).min(other.end - 1));
                near.extend(opposite.into_iter().flat_map(|at| around(at, hunk.lines.len())));
            }
            before = if run[0].origin == Origin::Removed { run_at } else { run_at.end..run_at.end };
        }
        let is_part = is_long(hunk) && findings.iter().all(|finding| finding.line.is_some());
        Self { near, is_part }
    }

    /// Returns the lines that matched and those around them, as indices into the hunk's lines.
    pub fn near(&self) -> impl Iterator<Item = usize> {
        self.near.iter().copied()
    }

    /// Tells whether a line, by its index, has to be read.
    pub fn has(&self, at: usize) -> bool {
        !self.is_part || self.near.contains(&at)
    }

    /// Counts the changed lines that have to be read.
    ///
    /// Of a generated file that is one: what it is generated from is read in its own place.
    pub fn count(&self, hunk: &Hunk, is_generated: impl FnOnce() -> bool) -> usize {
        let changed = hunk.lines.iter().enumerate().filter(|(_, line)| line.origin != Origin::Context);
        let count = changed.filter(|(at, _)| self.has(*at)).count();
        if count > LINES_OF_GENERATED && is_generated() { LINES_OF_GENERATED } else { count }
    }
}

/// Returns a line and those around it, by index.
fn around(at: usize, lines: usize) -> RangeInclusive<usize> {
    at.saturating_sub(AROUND)..=(at + AROUND).min(lines.saturating_sub(1))
}

/// Returns the run of added lines that begins here, by index.
fn added_behind(lines: &[Line], start: usize) -> Range<usize> {
    let added = lines[start..].iter().take_while(|line| line.origin == Origin::Added).count();
    start..start + added
}

/// Tells whether a file is generated: its path and its head say so, before as after.
///
/// Whoever writes the change may write both: nothing but a number for readers hangs on it.
pub fn is_generated(file: &FileChange) -> bool {
    [&file.old, &file.new]
        .into_iter()
        .flatten()
        .all(|side| is_generated_at(&side.path) && says_generated(side))
}

fn is_generated_at(path: &[u8]) -> bool {
    let path = path.to_ascii_lowercase();
    GENERATED_AT.iter().any(|word| path.contains_str(word))
}

fn says_generated(side: &Side) -> bool {
    let content = side.content.as_deref().unwrap_or_default();
    content.lines().take(HEAD_LINES).any(|line| {
        let line = line.trim().to_ascii_lowercase();
        let has = |word: &str| line.contains_str(word);
        let is_comment = MARKS.iter().any(|mark| line.starts_with(mark));
        let is_told = has("do not edit") || has("do not modify");
        is_comment
            && (is_told && has("generated")
                || ["@generated", "auto-generated", "autogenerated"].iter().any(|word| has(word)))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::change::Mode;
    use crate::change::testing::{addition, change, deletion, edit, renaming, side};
    use crate::classify::RuleRef;

    /// Makes a finding of a line, or of the path.
    pub(in crate::classify) fn finding(line: Option<u32>) -> Finding {
        Finding { rule: RuleRef::Policy(0), line, removed: false, matched: None, by: None }
    }

    /// Makes a match in an added line.
    pub(in crate::classify) fn hit(line: u32, matched: (usize, usize)) -> Hit {
        Hit { line, removed: false, matched }
    }

    fn count(file: &FileChange, findings: &[Finding], matched: &[Hit]) -> usize {
        Reading::of(&file.hunks[0], findings, matched).count(&file.hunks[0], || is_generated(file))
    }

    fn of_length(lines: usize) -> FileChange {
        addition("a", &"x\n".repeat(lines))
    }

    #[test]
    fn short_hunk_is_read_whole() {
        assert_eq!(count(&of_length(20), &[finding(Some(3))], &[hit(3, (0, 1))]), 20);
        assert_eq!(count(&of_length(21), &[finding(Some(3))], &[hit(3, (0, 1))]), 5);
        // What does not change makes nothing long.
        let lines = |middle: &str| format!("a\n{}b\n", middle.repeat(19));
        let file = edit("a", &lines(""), &lines("x\n"));
        assert_eq!(count(&file, &[finding(Some(3))], &[hit(3, (0, 1))]), 19);
    }

    #[test]
    fn long_hunk_is_read_where_rules_found_it_and_two_lines_on_each_side() {
        let at = |lines: &[u32]| lines.iter().map(|&line| hit(line, (0, 1))).collect::<Vec<_>>();
        let read = |lines: &[u32]| count(&of_length(50), &[finding(Some(1))], &at(lines));
        assert_eq!(read(&[1]), 3);
        assert_eq!(read(&[50]), 3);
        assert_eq!(read(&[10, 12, 40]), 12);
        assert_eq!(read(&(1..=50).collect::<Vec<_>>()), 50);
    }

    #[test]
    fn what_the_path_decided_is_read_whole() {
        let by_both = [finding(Some(3)), finding(None)];
        assert_eq!(count(&of_length(50), &by_both, &[hit(3, (0, 1))]), 50);
        assert_eq!(count(&renaming("a", "b"), &[finding(None)], &[]), 0);
    }

    #[test]
    fn what_stands_in_the_place_of_a_line_is_read_with_it() {
        let near = |new: usize, hit: Hit| {
            let file = edit("a", &"x\n".repeat(30), &"y\n".repeat(new));
            Reading::of(&file.hunks[0], &[finding(Some(10))], &[hit]).near().collect::<Vec<_>>()
        };
        let removed = Hit { removed: true, ..hit(10, (0, 1)) };
        assert_eq!(near(30, removed), [7, 8, 9, 10, 11, 37, 38, 39, 40, 41]);
        assert_eq!(near(30, hit(10, (0, 1))), [7, 8, 9, 10, 11, 37, 38, 39, 40, 41]);
        // Where the other side is shorter, its last line.
        assert_eq!(near(4, removed), [7, 8, 9, 10, 11, 31, 32, 33]);
        assert_eq!(near(0, removed), [7, 8, 9, 10, 11]);
    }

    #[test]
    fn generated_file_is_one_line_to_read() {
        let body = "x\n".repeat(30);
        let read = |path: &str, head: &str| {
            count(&addition(path, &format!("{head}\n{body}")), &[finding(None)], &[])
        };
        for head in [
            "// Code generated by protoc-gen-go. DO NOT EDIT.",
            "# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!",
            "// @generated automatically",
            "/* this file is auto-generated */",
            "// <auto-generated>",
        ] {
            assert_eq!(read("api/shop.pb.go", head), 1, "{head}");
            assert!(read("api/shop.go", head) > 30, "{head}");
        }
        for head in [
            "// generated",
            "// DO NOT EDIT",
            "# ### commands auto generated, please adjust! ###",
            "import { UserInput } from '@generated/user'",
            "import { useAutomationQuery } from '../generated/graphql'",
        ] {
            assert_eq!(read("src/generated/a.ts", head), 31, "{head}");
        }
        let below = format!("{}// @generated\n", "x\n".repeat(20));
        assert_eq!(count(&addition("gen/a.pb.go", &below), &[finding(None)], &[]), 21);
    }

    #[test]
    fn head_is_not_read_for_a_hunk_of_one_line() {
        let file = addition("a", "x\n");
        let reading = Reading::of(&file.hunks[0], &[finding(None)], &[]);
        assert_eq!(reading.count(&file.hunks[0], || unreachable!("one line is one line")), 1);
    }

    #[test]
    fn file_becomes_generated_by_no_mark_of_the_change() {
        let old = "x\n".repeat(30);
        let marked = format!("// @generated\n{old}y\n");
        let read = |file: &FileChange| count(file, &[finding(None)], &[]);
        assert_eq!(read(&edit("a.pb.go", &old, &marked.replace('x', "z"))), 62);
        assert_eq!(read(&edit("a.pb.go", &marked.replace('x', "z"), &marked)), 1);
        assert_eq!(read(&deletion("a.pb.go", &marked)), 1);
        let link = change(None, Some(side("a.pb.go", Mode::SYMLINK, b"elsewhere")));
        assert_eq!(read(&link), 0);
    }

    #[test]
    fn very_many_lines_that_match_are_quick() {
        let lines = 200_000;
        let file = edit("a", &"x\n".repeat(lines), &"y\n".repeat(lines));
        let hits: Vec<Hit> = (1..=200_000).map(|line| hit(line, (0, 1))).collect();
        assert_eq!(count(&file, &[finding(Some(1))], &hits), 2 * lines);
    }
}
