//! Words, blanks and comments of HCL, and how deep its values go.

use super::{MALFORMED, Reader};
use crate::structure::{DEEPEST, Unreadable};

impl Reader<'_> {
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        if self.depth >= DEEPEST {
            return Err(Unreadable::TooDeep);
        }
        self.depth += 1;
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    pub(super) fn word(&mut self) -> Result<String, Unreadable> {
        let rest = &self.text.as_bytes()[self.at..];
        let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.iter().take_while(|byte| is_of_word(byte)).count();
        // Letters beyond ASCII may be part of it; which ones, readers do not agree on.
        if !rest.first().is_some_and(|&byte| is_first(byte))
            || rest.get(length).is_some_and(|byte| !byte.is_ascii())
        {
            return Err(MALFORMED);
        }
        let word = self.text.get(self.at..self.at + length).ok_or(MALFORMED)?;
        self.at += length;
        Ok(word.to_owned())
    }

    pub(super) fn is_at_for(&self) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.strip_prefix(b"for").is_some_and(|rest| {
            !rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        })
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn second(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at + 1).copied()
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    pub(super) fn take_equals(&mut self) -> bool {
        !matches!(self.second(), Some(b'=' | b'>')) && self.take(b'=')
    }

    /// Tells whether nothing follows on the line but a comment that goes to its end.
    pub(super) fn is_at_line_end(&self) -> bool {
        match self.peek() {
            None | Some(b'\r' | b'\n' | b'#') => true,
            Some(b'/') => self.second() == Some(b'/'),
            Some(_) => false,
        }
    }

    /// Goes on behind blanks, and comments that end where they say; their line breaks are none.
    pub(super) fn skip_blanks(&mut self) -> Result<(), Unreadable> {
        loop {
            match (self.peek(), self.second()) {
                (Some(b' ' | b'\t'), _) => self.at += 1,
                (Some(b'/'), Some(b'*')) => {
                    let end = self.text.get(self.at + 2..).and_then(|rest| rest.find("*/"));
                    self.at += 2 + end.ok_or(MALFORMED)? + 2;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Goes on behind blanks, comments and line breaks.
    pub(super) fn skip_lines(&mut self) -> Result<(), Unreadable> {
        loop {
            self.skip_blanks()?;
            if self.peek().is_none() || !self.is_at_line_end() {
                return Ok(());
            }
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.at += rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
        }
    }
}
