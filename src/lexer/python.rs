//! Reads Python.

use bstr::ByteSlice;

use super::outline::{Kind, Machine};

/// A reader of one file.
#[derive(Debug)]
pub struct Python {
    text: Option<Text>,
    is_continued: bool,
    has_given_up: bool,
}

/// An open text.
#[derive(Clone, Copy, Debug)]
struct Text {
    quote: u8,
    is_long: bool,
    /// For a text with code in it: the braces that are open.
    braces: Option<u32>,
}

impl Python {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { text: None, is_continued: false, has_given_up: !is_readable }
    }

    /// Reads a text from `at` on and returns where it ends, or the end of the line.
    fn in_text(&mut self, line: &[u8], mut at: usize) -> usize {
        while let (Some(text), Some(&byte)) = (&mut self.text, line.get(at)) {
            let long = [text.quote; 3];
            if byte == b'\\' {
                at += 2;
            } else if byte == text.quote && (!text.is_long || line[at..].starts_with(&long)) {
                at += if text.is_long { 3 } else { 1 };
                // A quote within braces: the end of the text to old readers and not to new ones.
                self.has_given_up |= text.braces.is_some_and(|open| open > 0);
                self.text = None;
            } else {
                at += text.brace(byte, line.get(at + 1) == Some(&byte));
            }
        }
        at.min(line.len())
    }

    fn open(&mut self, line: &[u8], at: usize) -> usize {
        let quote = line[at];
        let prefix = line[..at].iter().rev().take_while(|byte| byte.is_ascii_alphabetic());
        let has_code = prefix.take(3).any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
        let is_long = line[at..].starts_with(&[quote; 3]);
        self.text = Some(Text { quote, is_long, braces: has_code.then_some(0) });
        at + if is_long { 3 } else { 1 }
    }

    /// Leaves a short text at the end of its line; what it hides must not be the beginning of a long one.
    fn end_line(&mut self, line: &[u8], began: usize) {
        let Some(text) = self.text.filter(|text| !text.is_long) else { return };
        if line.ends_with(b"\\") {
            return;
        }
        let rest = &line[(began + 1).min(line.len())..];
        self.has_given_up |= rest.contains_str("\"\"\"") || rest.contains_str("'''") || text.braces.is_some();
        self.text = None;
    }
}

impl Text {
    /// Counts a brace and returns how many bytes were read.
    fn brace(&mut self, byte: u8, is_doubled: bool) -> usize {
        let Some(open) = &mut self.braces else { return 1 };
        match byte {
            b'{' | b'}' if is_doubled && *open == 0 => return 2,
            b'{' => *open += 1,
            b'}' => *open = open.saturating_sub(1),
            _ => {}
        }
        1
    }
}

impl Machine for Python {
    fn line(&mut self, line: &[u8]) -> Kind {
        let mut is_code = self.text.is_some() || self.is_continued;
        let mut is_comment = false;
        self.is_continued = false;
        let (mut at, mut began) = (0, 0);
        while at < line.len() && !self.has_given_up {
            if self.text.is_some() {
                at = self.in_text(line, at);
                continue;
            }
            match line[at] {
                b' ' | b'\t' => at += 1,
                b'#' => {
                    is_comment = true;
                    break;
                }
                b'"' | b'\'' => {
                    is_code = true;
                    began = at;
                    at = self.open(line, at);
                }
                _ => {
                    is_code = true;
                    at += 1;
                }
            }
        }
        self.end_line(line, began);
        self.is_continued = !is_comment && self.text.is_none() && line.ends_with(b"\\");
        match (is_code || self.has_given_up || self.is_continued, is_comment) {
            (true, _) => Kind::Code,
            (false, true) => Kind::Comment,
            (false, false) => Kind::Blank,
        }
    }

    fn state(&self, key: &mut Vec<u8>) {
        match (&self.text, self.has_given_up) {
            (_, true) => key.extend_from_slice(b"given up"),
            (Some(text), _) => key.extend_from_slice(format!("{text:?}").as_bytes()),
            (None, _) if self.is_continued => key.extend_from_slice(b"continued"),
            (None, _) => {}
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.text.is_some()
    }
}
