//! Reads the languages that are told by their brackets and quotes, by their table.
//!
//! The reader is certain or it gives up: a line counts as a comment only where
//! everything above it was understood, and from the first line that was not on,
//! every line of the file is code. A comment that is taken for code costs
//! somebody a look; code that is taken for a comment would pass unseen.

use bstr::ByteSlice;

use super::outline::{Kind, Machine, blanks, is_blank};
use super::slash;
use super::syntax::{Apostrophe, Continues, Slash, Syntax};
use super::text::{self, End};

/// The tag of a text longer than this, in bytes, and the reader gives up.
const LONGEST_TAG: usize = 64;

/// A reader of one file.
#[derive(Debug)]
pub struct Code {
    syntax: &'static Syntax,
    /// The bytes that may begin anything but plain code.
    is_special: [bool; 256],
    within: Within,
    is_joined: bool,
    has_given_up: bool,
}

/// What goes on from one line to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Within {
    Code,
    Comment,
    /// A text by its number in the table.
    Text(usize),
    /// A text down to a line with this tag, which may be indented.
    Heredoc(Vec<u8>, bool),
}

/// The reader is not certain any more.
struct Doubt;

impl Code {
    /// Starts reading a file.
    pub fn new(syntax: &'static Syntax, is_readable: bool) -> Self {
        Self {
            syntax,
            is_special: special(syntax),
            within: Within::Code,
            is_joined: false,
            has_given_up: !is_readable,
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<Kind, Doubt> {
        let was_joined = std::mem::take(&mut self.is_joined);
        match std::mem::replace(&mut self.within, Within::Code) {
            Within::Comment => return self.comment(line, 0),
            Within::Text(number) => {
                let next = self.text(line, 0, number)?;
                return self.code(line, next);
            }
            Within::Heredoc(tag, is_indented) => return self.heredoc(line, tag, is_indented),
            Within::Code => {}
        }
        let start = blanks(line);
        let rest = &line[start..];
        let kind = if rest.is_empty() {
            Kind::Blank
        } else if self.is_puzzle(rest) {
            return Err(Doubt);
        } else if self.is_line_comment(rest)? {
            self.end_comment(line)?;
            Kind::Comment
        } else if let Some(block) = self.syntax.block.filter(|block| rest.starts_with_str(block.open)) {
            self.comment(line, start + block.open.len())?
        } else {
            self.code(line, start)?
        };
        // A line that the one above goes on in belongs to it.
        Ok(if was_joined { Kind::Code } else { kind })
    }

    /// Reads a block comment that is open at `at`.
    fn comment(&mut self, line: &[u8], at: usize) -> Result<Kind, Doubt> {
        let Some(block) = self.syntax.block else { return Err(Doubt) };
        let rest = &line[at.min(line.len())..];
        let end = rest.find(block.close);
        let inside = &rest[..end.unwrap_or(rest.len())];
        if block.nests && inside.contains_str(block.open) {
            return Err(Doubt);
        }
        let Some(end) = end else {
            self.end_comment(line)?;
            self.within = Within::Comment;
            return Ok(if blanks(line) == line.len() { Kind::Blank } else { Kind::Comment });
        };
        let next = at + end + block.close.len();
        if next + blanks(&line[next..]) == line.len() { Ok(Kind::Comment) } else { self.code(line, next) }
    }

    /// A comment that may go on in the next line by a trick of the preprocessor is in doubt.
    fn end_comment(&self, line: &[u8]) -> Result<(), Doubt> {
        let is_joined = line.trim_end().ends_with(b"\\") || line.contains_str("??/");
        if is_joined && self.syntax.continues == Continues::Comments { Err(Doubt) } else { Ok(()) }
    }

    fn code(&mut self, line: &[u8], start: usize) -> Result<Kind, Doubt> {
        let mut at = start.min(line.len());
        if (self.syntax.doubt)(&line[at..]) {
            return Err(Doubt);
        }
        let slashes = slash::Line::new(line);
        while at < line.len() {
            let rest = &line[at..];
            if !self.is_special[usize::from(rest[0])] {
                at += 1;
                continue;
            }
            if self.is_puzzle(rest) || self.syntax.elements && slash::may_begin_element(line, at) {
                return Err(Doubt);
            }
            if self.is_line_comment(rest)? {
                self.end_comment(line)?;
                return Ok(Kind::Code);
            }
            at = self.token(line, at, &slashes)?;
        }
        if self.syntax.continues != Continues::Never && line.trim_end().ends_with(b"\\") {
            self.is_joined = true;
            // A word, or the beginning of a comment, may go on in the next line.
            if !line.ends_with(b" \\") && !line.ends_with(b"\t\\") {
                return Err(Doubt);
            }
        }
        Ok(Kind::Code)
    }

    /// Reads what a special byte may begin, and returns where to go on.
    fn token(&mut self, line: &[u8], at: usize, slashes: &slash::Line) -> Result<usize, Doubt> {
        let rest = &line[at..];
        if let Some(block) = self.syntax.block.filter(|block| rest.starts_with_str(block.open)) {
            let inside = &rest[block.open.len()..];
            let end = inside.find(block.close).ok_or(Doubt)?;
            if block.nests && inside[..end].contains_str(block.open) {
                return Err(Doubt);
            }
            return Ok(at + block.open.len() + end + block.close.len());
        }
        if rest[0] == b'/' {
            return match self.syntax.slash {
                Slash::Nothing => Ok(at + 1),
                Slash::Single if !rest[1..].contains(&b'/') => Ok(at + 1),
                Slash::Single | Slash::Doubt => Err(Doubt),
                Slash::Regex => slashes.skip(line, at).ok_or(Doubt),
            };
        }
        if self.syntax.heredocs && rest.starts_with(b"<<") {
            return self.begin_heredoc(line, at);
        }
        if rest[0] == b'\'' && self.syntax.apostrophe == Apostrophe::Lifetime {
            return Ok(lifetime(line, at));
        }
        let mut quotes = self.syntax.quotes.iter().enumerate().filter(|(_, q)| rest.starts_with_str(q.open));
        let quote = quotes.find(|(_, quote)| quote.may_follow(text::word_before(line, at)));
        match quote {
            Some((number, quote)) => self.text(line, at + quote.open.len(), number),
            // A quote behind a word that it doesn't go with.
            None if matches!(rest[0], b'"' | b'\'' | b'`') && self.syntax.opens(rest[0]) => Err(Doubt),
            None => Ok(at + 1),
        }
    }

    /// Reads a text from `at` to its end, and returns where to go on.
    fn text(&mut self, line: &[u8], at: usize, number: usize) -> Result<usize, Doubt> {
        match text::end(line, at, &self.syntax.quotes[number]) {
            End::At(next) => Ok(next),
            End::Open => {
                self.within = Within::Text(number);
                Ok(line.len())
            }
            End::Unclear => Err(Doubt),
        }
    }

    /// Begins a heredoc, the tag of which must be all that follows on the line.
    fn begin_heredoc(&mut self, line: &[u8], at: usize) -> Result<usize, Doubt> {
        let rest = &line[at + 2..];
        let tag = rest.strip_prefix(b"-").unwrap_or(rest);
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if tag.is_empty() || tag.len() > LONGEST_TAG || !tag.iter().all(is_plain) {
            return Err(Doubt);
        }
        self.within = Within::Heredoc(tag.to_vec(), rest.len() > tag.len());
        Ok(line.len())
    }

    fn heredoc(&mut self, line: &[u8], tag: Vec<u8>, is_indented: bool) -> Result<Kind, Doubt> {
        if line.trim() == tag {
            return if is_indented || line == tag { Ok(Kind::Code) } else { Err(Doubt) };
        }
        for open in ["${", "%{"] {
            for at in line.find_iter(open) {
                text::hole_end(line, at + 2, b'{', b'}').ok_or(Doubt)?;
            }
        }
        self.within = Within::Heredoc(tag, is_indented);
        Ok(Kind::Code)
    }

    fn is_puzzle(&self, rest: &[u8]) -> bool {
        self.syntax.puzzles.iter().any(|puzzle| begins_with(rest, puzzle))
    }

    /// Tells whether a comment to the end of the line begins here.
    fn is_line_comment(&self, rest: &[u8]) -> Result<bool, Doubt> {
        let Some(mark) = self.syntax.line.iter().find(|mark| rest.starts_with_str(mark)) else {
            return Ok(false);
        };
        if self.syntax.code_marks.iter().any(|text| rest.starts_with_str(text)) {
            return Ok(false);
        }
        let needs_blank =
            self.syntax.marks_need_blanks && rest.get(mark.len()).is_some_and(|&b| !is_blank(b));
        // To some readers it is one all the same: then nothing behind it may matter.
        match needs_blank {
            true if rest.find_byteset("'\"`/*$[").is_some() => Err(Doubt),
            _ => Ok(!needs_blank),
        }
    }
}

impl Machine for Code {
    fn line(&mut self, line: &[u8], _rest: &[u8]) -> Kind {
        if self.has_given_up {
            return Kind::Code;
        }
        self.read(line).unwrap_or_else(|Doubt| {
            self.has_given_up = true;
            Kind::Code
        })
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.is_joined || self.within != Within::Code {
            key.extend_from_slice(format!("{:?} {}", self.within, self.is_joined).as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || matches!(self.within, Within::Text(_) | Within::Heredoc(..))
    }

    fn is_in_comment(&self) -> bool {
        !self.has_given_up && self.within == Within::Comment
    }
}

fn special(syntax: &Syntax) -> [bool; 256] {
    let mut special = [false; 256];
    let block = syntax.block.iter().map(|block| block.open);
    let quotes = syntax.quotes.iter().map(|quote| quote.open);
    let more = ["'", "/", "<"];
    for text in syntax.line.iter().chain(syntax.puzzles).copied().chain(block).chain(quotes).chain(more) {
        if let Some(&byte) = text.as_bytes().first() {
            special[usize::from(byte)] = true;
        }
    }
    special
}

/// Tells whether text begins as a puzzle does; a NUL in it stands for a letter, of any script.
fn begins_with(text: &[u8], puzzle: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii();
    let is_same = |(byte, wanted): (&u8, u8)| *byte == wanted || wanted == 0 && is_letter(*byte);
    text.len() >= puzzle.len() && text.iter().zip(puzzle.bytes()).all(is_same)
}

/// Returns where to go on behind an apostrophe that begins a character, or the name of a lifetime.
fn lifetime(line: &[u8], at: usize) -> usize {
    let rest = &line[at + 1..];
    if rest.first() == Some(&b'\\') {
        // Behind the escaped character; an end further on is found as plain code would be.
        let end = rest.get(2..).and_then(|rest| rest.find_byte(b'\''));
        return end.map_or(at + 1, |end| at + 1 + 2 + end + 1);
    }
    let width = rest.chars().next().map_or(0, char::len_utf8);
    if rest.get(width) == Some(&b'\'') {
        return at + 1 + width + 1;
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    at + 1 + rest.iter().take_while(|byte| is_name(byte)).count()
}
