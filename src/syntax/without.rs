//! What stands in for patterns and code in a gate that is built without them.

use std::convert::Infallible;
use std::ops::Range;

use super::{Language, Unparsed};

/// A pattern that nothing can be looked through with.
#[derive(Clone, Debug)]
pub struct Pattern(());

/// There is no parsed code.
#[derive(Debug)]
pub struct Code(Infallible);

impl Pattern {
    /// Takes any text for a pattern.
    pub fn new(_: &str, _: Language) -> Result<Self, String> {
        Ok(Self(()))
    }

    /// Tells that any code may match.
    pub fn may_match(&self, _: &[u8]) -> bool {
        true
    }
}

impl Code {
    /// Refuses to parse.
    pub fn parse(_: &[u8], _: Language) -> Result<Self, Unparsed> {
        Err(Unparsed::NotBuilt)
    }

    /// Never comes to be called.
    pub fn unread(&self, _: &[u8], _: &Pattern) -> Vec<Range<usize>> {
        match self.0 {}
    }

    /// Never comes to be called.
    pub fn matches(&self, _: &Pattern) -> Vec<Range<usize>> {
        match self.0 {}
    }
}
