//! Reads the languages that are told by their brackets and quotes, by their table.
//!
//! Where a table can't tell what follows, the reader gives up: from there on every
//! line of the file is code. A comment that is taken for code costs somebody a
//! look; code that is taken for a comment would pass unseen.

use bstr::ByteSlice;

use super::outline::{Kind, Machine};
use super::slash;
use super::syntax::{Apostrophe, Continues, Escape, Nesting, Quote, Syntax};

/// Texts in code in texts: deeper than this, the reader gives up.
const DEEPEST: usize = 16;
/// The tag of a text longer than this, in bytes, and the reader gives up.
const LONGEST_TAG: usize = 64;

/// A reader of one file.
#[derive(Debug)]
pub struct Code {
    syntax: &'static Syntax,
    /// The file may hold elements of JSX, whose text looks like code and comments.
    has_elements: bool,
    /// The bytes that may begin anything but plain code.
    is_special: [bool; 256],
    frames: Vec<Frame>,
    /// The tags of the texts that begin with the next line.
    heredocs: Vec<Vec<u8>>,
    is_continued: bool,
    has_given_up: bool,
}

/// What the reader is in, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Frame {
    /// A comment by its number in the table, and how many are open.
    Comment(usize, u32),
    /// A comment to the end of the line that goes on behind it.
    LineComment,
    /// A text by its number in the table.
    Text(usize),
    /// Code in a text: its brackets, and how many are open.
    Hole(u8, u8, u32),
    /// A text down to this tag.
    Heredoc(Vec<u8>),
}

/// What a line holds besides blanks.
#[derive(Default)]
struct Seen {
    code: bool,
    comment: bool,
    /// The last byte of code that is no blank, and where it is.
    last: Option<usize>,
}

impl Code {
    /// Starts reading a file.
    pub fn new(syntax: &'static Syntax, is_readable: bool, has_elements: bool) -> Self {
        Self {
            syntax,
            has_elements,
            is_special: special(syntax),
            frames: Vec::new(),
            heredocs: Vec::new(),
            is_continued: false,
            has_given_up: !is_readable,
        }
    }

    fn give_up(&mut self, seen: &mut Seen) -> usize {
        self.has_given_up = true;
        seen.code = true;
        usize::MAX
    }

    /// Reads what is at `at` and returns where to go on.
    fn step(&mut self, line: &[u8], at: usize, seen: &mut Seen) -> usize {
        match self.frames.last() {
            Some(Frame::Comment(..)) => self.in_comment(line, at, seen),
            Some(Frame::LineComment) => self.line_comment(line, seen),
            Some(&Frame::Text(quote)) => self.in_text(line, at, quote, seen),
            Some(Frame::Heredoc(_) | Frame::Hole(..)) | None => self.in_code(line, at, seen),
        }
    }

    fn in_comment(&mut self, line: &[u8], at: usize, seen: &mut Seen) -> usize {
        seen.comment = true;
        let rest = &line[at..];
        let Some(Frame::Comment(number, open)) = self.frames.last_mut() else { return line.len() };
        let block = &self.syntax.blocks[*number];
        if rest.starts_with_str(block.close) {
            *open -= 1;
            if *open == 0 {
                self.frames.pop();
            }
            return at + block.close.len();
        }
        if rest.starts_with_str(block.open) {
            match block.nesting {
                Nesting::No => {}
                Nesting::Yes => {
                    *open = open.saturating_add(1);
                    return at + block.open.len();
                }
                Nesting::Unclear => return self.give_up(seen),
            }
        }
        // What looks like a comment may be the text of an element; that ends with a tag.
        let is_tag = |next: &u8| next.is_ascii_alphabetic() || matches!(next, b'/' | b'>');
        if self.has_elements && rest[0] == b'<' && rest.get(1).is_some_and(is_tag) {
            return self.give_up(seen);
        }
        at + 1
    }

    fn line_comment(&mut self, line: &[u8], seen: &mut Seen) -> usize {
        seen.comment = true;
        if matches!(self.frames.last(), Some(Frame::LineComment)) {
            self.frames.pop();
        }
        if self.syntax.continues == Continues::Comments && line.ends_with(b"\\") {
            self.frames.push(Frame::LineComment);
        }
        line.len()
    }

    fn in_text(&mut self, line: &[u8], at: usize, number: usize, seen: &mut Seen) -> usize {
        seen.code = true;
        let quote = &self.syntax.quotes[number];
        let rest = &line[at..];
        for hole in quote.holes {
            if hole.open.len() == 1 && rest.starts_with(&[hole.opening, hole.opening]) {
                return at + 2;
            }
            if rest.starts_with_str(hole.open) {
                return self.push(Frame::Hole(hole.opening, hole.closing, 1), at + hole.open.len(), seen);
            }
        }
        let is_close = rest.starts_with_str(quote.close);
        let is_doubled = is_close && rest[1..].starts_with_str(quote.close);
        match quote.escape {
            Escape::Backslash if rest[0] == b'\\' => return at + 2,
            Escape::Unclear if rest[0] == b'\\' => return self.give_up(seen),
            Escape::Doubled | Escape::Unclear if is_doubled => return at + 2,
            Escape::Backslash | Escape::Unclear | Escape::Doubled | Escape::None => {}
        }
        if is_close {
            self.frames.pop();
            seen.last = Some(at);
            return at + quote.close.len();
        }
        at + 1
    }

    fn in_code(&mut self, line: &[u8], at: usize, seen: &mut Seen) -> usize {
        let rest = &line[at..];
        if rest[0].is_ascii_whitespace() {
            return at + 1;
        }
        let syntax = self.syntax;
        if let Some(harmless) = syntax.harmless.iter().find(|text| rest.starts_with_str(text)) {
            seen.code = true;
            return at + harmless.len();
        }
        if syntax.puzzles.iter().any(|puzzle| begins_with(rest, puzzle)) {
            return self.give_up(seen);
        }
        if let Some(number) = syntax.blocks.iter().position(|block| rest.starts_with_str(block.open)) {
            if self.has_elements && !may_precede_comment(seen.last.map(|last| line[last])) {
                return self.give_up(seen);
            }
            seen.comment = true;
            let open = syntax.blocks[number].open.len();
            return self.push(Frame::Comment(number, 1), at + open, seen);
        }
        if syntax.line.iter().any(|mark| rest.starts_with_str(mark)) {
            return self.line_comment(line, seen);
        }
        seen.code = true;
        let next = self.code(line, at, seen);
        seen.last = next.checked_sub(1).filter(|&last| last < line.len()).or(seen.last);
        next
    }

    /// Reads a quote, a bracket, or a piece of plain code.
    fn code(&mut self, line: &[u8], at: usize, seen: &mut Seen) -> usize {
        let rest = &line[at..];
        if rest[0] == b'\''
            && let Some(next) = apostrophe(self.syntax.apostrophe, line, at)
        {
            return next;
        }
        if let Some(number) = self.syntax.quotes.iter().position(|quote| rest.starts_with_str(quote.open)) {
            let open = self.syntax.quotes[number].open.len();
            return self.push(Frame::Text(number), at + open, seen);
        }
        if rest[0] == b'/' && self.syntax.slashes {
            let is_nested = !self.frames.is_empty();
            return slash::skip(line, at, seen.last, is_nested).unwrap_or_else(|| self.give_up(seen));
        }
        if self.syntax.heredocs && rest.starts_with(b"<<") {
            let tag = rest[2..].strip_prefix(b"-").unwrap_or(&rest[2..]);
            let end = tag.iter().position(|byte| !is_word(*byte)).unwrap_or(tag.len());
            if end > LONGEST_TAG || self.heredocs.len() == DEEPEST {
                return self.give_up(seen);
            }
            if end > 0 {
                self.heredocs.push(tag[..end].to_vec());
            }
            return at + 2;
        }
        if let Some(Frame::Hole(opening, closing, open)) = self.frames.last_mut() {
            if rest[0] == *opening {
                *open = open.saturating_add(1);
            } else if rest[0] == *closing {
                *open -= 1;
                if *open == 0 {
                    self.frames.pop();
                    return at + 1;
                }
            }
        }
        let plain = rest[1..].iter().position(|&byte| self.is_special[usize::from(byte)]);
        plain.map_or(line.len(), |plain| at + 1 + plain)
    }

    fn push(&mut self, frame: Frame, next: usize, seen: &mut Seen) -> usize {
        if self.frames.len() == DEEPEST {
            return self.give_up(seen);
        }
        self.frames.push(frame);
        next
    }

    /// At the end of a line, leaves what can't go over it. A text that is not closed may be no text at all: then
    /// nothing may have begun in it.
    fn end_line(&mut self, line: &[u8], began: usize, seen: &mut Seen) {
        let is_joined = line.ends_with(b"\\");
        let Some(&Frame::Text(number)) = self.frames.last() else { return };
        let quote: &Quote = &self.syntax.quotes[number];
        if quote.lines || is_joined && quote.escape == Escape::Backslash {
            return;
        }
        let rest = &line[began.min(line.len())..];
        let opens = |text: &str| rest[1.min(rest.len())..].contains_str(text);
        let syntax = self.syntax;
        let hides = syntax.blocks.iter().any(|block| opens(block.open))
            || syntax.quotes.iter().any(|quote| quote.lines && opens(quote.open))
            || self.frames.len() > 1
            || syntax.heredocs && opens("<<");
        self.frames.pop();
        if hides {
            self.give_up(seen);
        }
    }

    fn in_heredoc(&mut self, line: &[u8]) -> bool {
        let Some(Frame::Heredoc(tag)) = self.frames.last() else { return false };
        if line.trim() == tag.as_slice() {
            self.frames.pop();
            self.begin_heredoc();
        }
        true
    }

    fn begin_heredoc(&mut self) {
        if !self.heredocs.is_empty() && !matches!(self.frames.last(), Some(Frame::Heredoc(_))) {
            let tag = self.heredocs.remove(0);
            self.frames.push(Frame::Heredoc(tag));
        }
    }
}

impl Machine for Code {
    fn line(&mut self, line: &[u8]) -> Kind {
        if self.has_given_up || self.in_heredoc(line) {
            return Kind::Code;
        }
        let is_in_text = self.is_in_text();
        let mut seen = Seen { code: is_in_text || self.is_continued, ..Seen::default() };
        self.is_continued = false;
        let (mut at, mut began) = (0, 0);
        while at < line.len() && !self.has_given_up {
            if self.frames.is_empty() {
                began = at;
            }
            at = self.step(line, at, &mut seen);
        }
        if self.has_given_up {
            return Kind::Code;
        }
        self.end_line(line, began, &mut seen);
        self.begin_heredoc();
        if self.syntax.continues != Continues::Never && seen.code && line.ends_with(b"\\") {
            self.is_continued = true;
        }
        match seen {
            Seen { code: true, .. } => Kind::Code,
            Seen { comment: true, .. } => Kind::Comment,
            Seen { .. } => Kind::Blank,
        }
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
            return;
        }
        if self.is_continued || !self.frames.is_empty() || !self.heredocs.is_empty() {
            let state = format!("{:?} {:?} {}", self.frames, self.heredocs, self.is_continued);
            key.extend_from_slice(state.as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || matches!(self.frames.last(), Some(Frame::Text(_) | Frame::Heredoc(_)))
    }
}

fn special(syntax: &Syntax) -> [bool; 256] {
    let mut special = [false; 256];
    let blocks = syntax.blocks.iter().map(|block| block.open);
    let quotes = syntax.quotes.iter().map(|quote| quote.open);
    let texts = syntax.line.iter().chain(syntax.puzzles).chain(syntax.harmless).copied();
    for text in texts.chain(blocks).chain(quotes).chain(["{", "}", "(", ")", " ", "\t", "'", "/", "<"]) {
        match text.as_bytes().first() {
            Some(0) => (b'A'..=b'z').for_each(|byte| special[usize::from(byte)] = byte.is_ascii_alphabetic()),
            Some(&byte) => special[usize::from(byte)] = true,
            None => {}
        }
    }
    special
}

/// Tells whether text begins as a puzzle does; a NUL in it stands for a letter.
fn begins_with(text: &[u8], puzzle: &str) -> bool {
    let is_same = |(byte, wanted): (&u8, u8)| *byte == wanted || wanted == 0 && byte.is_ascii_alphabetic();
    text.len() >= puzzle.len() && text.iter().zip(puzzle.bytes()).all(is_same)
}

/// Reads an apostrophe that is more than a quote; `None` where it is one.
fn apostrophe(kind: Apostrophe, line: &[u8], at: usize) -> Option<usize> {
    match kind {
        Apostrophe::Quote => None,
        Apostrophe::Digits => {
            // A number is no longer than this; a limit, so that no line takes time by its square.
            let near = &line[at.saturating_sub(64)..at];
            let start = near.iter().rposition(|&byte| !is_word(byte) && byte != b'\'').map_or(0, |at| at + 1);
            near[start..].first().is_some_and(u8::is_ascii_digit).then_some(at + 1)
        }
        Apostrophe::Lifetime => {
            let rest = &line[at + 1..];
            if rest.first() == Some(&b'\\') {
                // Behind the escaped character; an end further on is found as plain code would be.
                let end = rest.get(2..).and_then(|rest| rest.find_byte(b'\''));
                return Some(end.map_or(at + 1, |end| at + 1 + 2 + end + 1));
            }
            let width = rest.chars().next().map_or(0, char::len_utf8);
            let is_character = rest.get(width) == Some(&b'\'');
            Some(if is_character { at + 1 + width + 1 } else { at + 1 })
        }
    }
}

/// In a file with elements, a block comment begins in code or in braces, and not in the text of an element.
fn may_precede_comment(last: Option<u8>) -> bool {
    last.is_none_or(|last| {
        matches!(last, b'{' | b'(' | b'[' | b',' | b';' | b'=' | b':' | b'&' | b'|' | b'?')
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
