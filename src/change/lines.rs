//! A text and where its lines are.

use std::ops::Range;

use bstr::ByteSlice;

/// Room is made for lines of this length.
const USUAL: usize = 32;

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
        let mut ends = Vec::with_capacity(text.len() / USUAL + 1);
        let mut end = 0;
        ends.extend(text.lines_with_terminator().map(|line| {
            end += line.len();
            end
        }));
        Self { text, ends }
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

/// Returns the same number for equal lines, and mostly another for others: length, beginning, middle and end.
pub(crate) fn mark(line: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let short = || line.iter().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
    let whole = |bytes: Option<&[u8; 8]>| bytes.map(|bytes| u64::from_le_bytes(*bytes));
    let first = whole(line.first_chunk()).unwrap_or_else(short);
    let middle = whole(line[line.len() / 2..].first_chunk()).unwrap_or_default();
    let last = whole(line.last_chunk()).unwrap_or_default();
    let mixed = (first.wrapping_mul(ODD).rotate_left(29) ^ middle).wrapping_mul(ODD).rotate_left(29) ^ last;
    mixed.wrapping_mul(ODD) ^ line.len() as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn lines_that_differ_where_a_mark_looks_have_marks_of_their_own() {
        let marks = |line: &dyn Fn(usize) -> String| {
            (0..500).map(|at| mark(line(at).as_bytes())).collect::<HashSet<_>>().len()
        };
        let blank = " ".repeat(40);
        assert_eq!(marks(&|at| at.to_string()), 500);
        assert_eq!(marks(&|at| format!("{at:08}{blank}")), 500);
        assert_eq!(marks(&|at| format!("{blank}{at:08}{blank}")), 500);
        assert_eq!(marks(&|at| format!("{blank}{at:08}")), 500);
        assert_eq!(marks(&|at| " ".repeat(30 + at)), 500);
    }
}
