//! A text and where its lines are.

use std::ops::Range;

use bstr::ByteSlice;

/// A text with the place of each of its lines.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a [u8],
    /// Where each line ends, its line end included.
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    pub fn new(text: &'a [u8]) -> Self {
        let ends = text.lines_with_terminator().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        });
        Self { text, ends: ends.collect() }
    }

    /// Returns how many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns where a line is, its line end included.
    pub fn range(&self, line: usize) -> Range<usize> {
        let start = if line == 0 { 0 } else { self.ends[line - 1] };
        start..self.ends[line]
    }

    /// Returns a line with its line end; `None` behind the last one.
    pub fn line(&self, line: usize) -> Option<&'a [u8]> {
        (line < self.len()).then(|| &self.text[self.range(line)])
    }
}
