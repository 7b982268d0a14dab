//! Tells comments from code, for the whole file and line by line.

use crate::change::{FileChange, Hunk, Line};

/// The comments of a file on both sides of a change; read when they are asked for.
#[derive(Debug)]
pub struct Comments<'a> {
    _file: &'a FileChange,
}

impl<'a> Comments<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange) -> Self {
        Self { _file: file }
    }

    /// Tells whether a line of a hunk is nothing but comment.
    pub fn is_comment(&self, _line: &Line) -> bool {
        false
    }

    /// Tells whether the hunk changes nothing but comments, blank lines and blanks at line ends.
    pub fn are_all_of(&self, _hunk: &Hunk) -> bool {
        false
    }
}
