//! What somebody has to read of an architectural hunk: all of it, or of a long one what rules found in it.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::Finding;
use super::hits::Hit;
use crate::change::{FileChange, Hunk, Line, Origin, Side};

/// A hunk of no more lines is read whole.
const SHORT: usize = 20;
/// The lines read on each side of one that matched.
const AROUND: usize = 2;
/// A generated file says so in one of its first lines.
const HEAD_LINES: usize = 20;
/// Of a generated hunk: that it was generated anew.
const GENERATED: usize = 1;

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
    hunk.lines.len() > SHORT
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
        let last = hunk.lines.len().saturating_sub(1);
        let found = hunk.lines.iter().enumerate().filter(|(_, line)| !at(matched, line).is_empty());
        let near = found.flat_map(|(at, _)| at.saturating_sub(AROUND)..=(at + AROUND).min(last));
        let is_part = is_long(hunk) && findings.iter().all(|finding| finding.line.is_some());
        Self { near: near.collect(), is_part }
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
    /// Of a file that a program wrote that is one: what it was written from is read in its own place.
    pub fn count(&self, hunk: &Hunk, is_generated: impl FnOnce() -> bool) -> usize {
        let changed = hunk.lines.iter().enumerate().filter(|(_, line)| line.origin != Origin::Context);
        let count = changed.filter(|(at, _)| self.has(*at)).count();
        if count > GENERATED && is_generated() { GENERATED } else { count }
    }
}

/// Tells whether the head of a file, before as after, says that a program wrote it.
pub fn is_generated(file: &FileChange) -> bool {
    [&file.old, &file.new].into_iter().flatten().all(says_generated)
}

fn says_generated(side: &Side) -> bool {
    let content = side.content.as_deref().unwrap_or_default();
    let head = content.find_iter(b"\n").nth(HEAD_LINES - 1).map_or(content, |end| &content[..end]);
    // Hardly any head has that at all.
    let may_say = head.find_iter("enerated").next().is_some() || head.find_iter("ENERATED").next().is_some();
    may_say
        && head.lines().map(<[u8]>::to_ascii_lowercase).any(|line| {
            let has = |word: &str| line.contains_str(word);
            has("@generated")
                || has("generated") && ["do not edit", "do not modify", "auto"].iter().any(|word| has(word))
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
    fn lines_of_the_old_side_are_other_lines() {
        let file = edit("a", &"x\n".repeat(30), &"y\n".repeat(30));
        let removed = Hit { removed: true, ..hit(10, (0, 1)) };
        let reading = Reading::of(&file.hunks[0], &[finding(Some(10))], &[removed]);
        assert_eq!(reading.near().collect::<Vec<_>>(), [7, 8, 9, 10, 11]);
        let added = Reading::of(&file.hunks[0], &[finding(Some(10))], &[hit(10, (0, 1))]);
        assert_eq!(added.near().collect::<Vec<_>>(), [37, 38, 39, 40, 41]);
    }

    #[test]
    fn generated_file_is_one_line_to_read() {
        let body = "x\n".repeat(30);
        for head in [
            "// Code generated by protoc-gen-go. DO NOT EDIT.",
            "# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!",
            "// @generated automatically",
            "/* this file is auto-generated */",
            "// <auto-generated>",
        ] {
            let file = addition("a", &format!("{head}\n{body}"));
            assert_eq!(count(&file, &[finding(None)], &[]), 1, "{head}");
        }
        for head in ["// generated", "DO NOT EDIT", "x"] {
            let file = addition("a", &format!("{head}\n{body}"));
            assert_eq!(count(&file, &[finding(None)], &[]), 31, "{head}");
        }
        let below = format!("{}// @generated\n", "x\n".repeat(20));
        assert_eq!(count(&addition("a", &below), &[finding(None)], &[]), 21);
    }

    #[test]
    fn file_becomes_generated_by_no_mark_of_the_change() {
        let old = "x\n".repeat(30);
        let marked = format!("// @generated\n{old}y\n");
        let read = |file: &FileChange| count(file, &[finding(None)], &[]);
        assert_eq!(read(&edit("a", &old, &marked.replace('x', "z"))), 62);
        assert_eq!(read(&edit("a", &marked.replace('x', "z"), &marked)), 1);
        assert_eq!(read(&deletion("a", &marked)), 1);
        let link = change(None, Some(side("a", Mode::SYMLINK, b"elsewhere")));
        assert_eq!(read(&link), 0);
    }
}
