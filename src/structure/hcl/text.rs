//! Texts of HCL, in quotes and in heredocs, with the templates in them.

use unicode_normalization::UnicodeNormalization;

use super::{MALFORMED, Part, Reader};
use crate::structure::Unreadable;

impl<'a> Reader<'a> {
    /// Reads a text in quotes.
    pub(super) fn quoted(&mut self, inner: &mut Vec<usize>) -> Result<Part, Unreadable> {
        self.at += 1;
        let (mut value, mut is_plain) = (String::new(), true);
        loop {
            let rest = self.text.get(self.at..).ok_or(MALFORMED)?;
            let plain = rest.find(['"', '\\', '$', '%', '\n']).ok_or(MALFORMED)?;
            value += rest.get(..plain).ok_or(MALFORMED)?;
            self.at += plain;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => value.push(self.escaped()?),
                Some(b'$' | b'%') => match self.template(inner)? {
                    Some(text) => value += text,
                    None => is_plain = false,
                },
                _ => return Err(MALFORMED),
            }
        }
        self.at += 1;
        Ok(if is_plain { Part::Text(value.nfc().collect()) } else { Part::Other })
    }

    fn escaped(&mut self) -> Result<char, Unreadable> {
        let digits = match self.second() {
            Some(b'n') => return Ok(self.escape('\n')),
            Some(b'r') => return Ok(self.escape('\r')),
            Some(b't') => return Ok(self.escape('\t')),
            Some(byte @ (b'"' | b'\\')) => return Ok(self.escape(byte.into())),
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => return Err(MALFORMED),
        };
        let written = self.text.get(self.at + 2..self.at + 2 + digits).ok_or(MALFORMED)?;
        if !written.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(MALFORMED);
        }
        self.at += 2 + digits;
        let Ok(code) = u32::from_str_radix(written, 16) else { return Err(MALFORMED) };
        char::from_u32(code).ok_or(MALFORMED)
    }

    fn escape(&mut self, stands_for: char) -> char {
        self.at += 2;
        stands_for
    }

    /// Reads from `$` or `%` on: a text, or a template, of whose text nothing is known.
    fn template(&mut self, inner: &mut Vec<usize>) -> Result<Option<&'a str>, Unreadable> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| matches!(byte, b'$' | b'%')).count();
        let (run, after) = rest.split_at(run);
        let is_open = after.first() == Some(&b'{');
        let (skipped, length) = match run {
            b"$" | b"%" if is_open => {
                self.at += 2;
                self.nested(|reader| reader.in_template(inner))?;
                return Ok(None);
            }
            b"$$" | b"%%" if is_open => (1, 3),
            // How longer ones are cut, readers do not agree on.
            _ if is_open => return Err(MALFORMED),
            _ => (0, run.len()),
        };
        let text = self.text.get(self.at + skipped..self.at + length).ok_or(MALFORMED)?;
        self.at += length;
        Ok(Some(text))
    }

    fn in_template(&mut self, inner: &mut Vec<usize>) -> Result<(), Unreadable> {
        self.templates += 1;
        self.take(b'~');
        loop {
            inner.extend(self.expression(false)?.inner);
            if !self.take(b',') {
                break;
            }
        }
        self.take(b'~');
        self.templates -= 1;
        if self.take(b'}') { Ok(()) } else { Err(MALFORMED) }
    }

    /// Reads a heredoc up to the end of its last line, the line break not included.
    ///
    /// It is told like an expression: what JSON or YAML stands in it nobody reads here.
    pub(super) fn heredoc(&mut self, inner: &mut Vec<usize>) -> Result<Part, Unreadable> {
        if self.templates > 0 {
            return Err(MALFORMED);
        }
        self.at += 2;
        self.take(b'-');
        let marker = self.word()?;
        self.take(b'\r');
        if !self.take(b'\n') {
            return Err(MALFORMED);
        }
        loop {
            let (mut start, mut is_whole) = (self.at, true);
            loop {
                let rest = self.text.get(self.at..).ok_or(MALFORMED)?;
                self.at += rest.find(['$', '%', '\n']).ok_or(MALFORMED)?;
                if self.peek() == Some(b'\n') {
                    break;
                }
                if self.template(inner)?.is_none() {
                    (start, is_whole) = (self.at, false);
                }
            }
            let line = self.text.get(start..self.at).ok_or(MALFORMED)?;
            if line.trim() == marker {
                // Behind a template at the start of a line, it is the end for some.
                if !is_whole {
                    return Err(MALFORMED);
                }
                self.at -= usize::from(line.ends_with('\r'));
                return Ok(Part::Other);
            }
            self.at += 1;
        }
    }
}
