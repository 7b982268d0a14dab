//! Reads shell scripts.

use bstr::ByteSlice;

use super::outline::{Kind, Machine};

/// Quotes in quotes deeper than this, and the reader gives up.
const DEEPEST: usize = 16;
/// The word that ends a here-document longer than this, in bytes, and the reader gives up.
const LONGEST_WORD: usize = 64;

/// A reader of one file.
#[derive(Debug)]
pub struct Shell {
    frames: Vec<Frame>,
    /// The here-documents that begin with the next line.
    waiting: Vec<HereDocument>,
    is_continued: bool,
    has_given_up: bool,
}

/// What the reader is in, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Frame {
    /// `'…'`.
    Single,
    /// `$'…'`.
    Escaped,
    /// `"…"`.
    Double,
    /// `$(…)`, with the parentheses that are open.
    Command(u32),
    /// `${…}`, with the braces that are open.
    Parameter(u32),
    /// Down to a line that is this word.
    HereDocument(HereDocument),
}

/// A here-document, by the word that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HereDocument {
    word: Vec<u8>,
    strips_tabs: bool,
}

/// What a line holds besides blanks.
#[derive(Default)]
struct Seen {
    code: bool,
    comment: bool,
}

impl Shell {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { frames: Vec::new(), waiting: Vec::new(), is_continued: false, has_given_up: !is_readable }
    }

    fn give_up(&mut self) -> usize {
        self.has_given_up = true;
        usize::MAX
    }

    fn push(&mut self, frame: Frame, next: usize) -> usize {
        if self.frames.len() == DEEPEST {
            return self.give_up();
        }
        self.frames.push(frame);
        next
    }

    fn step(&mut self, line: &[u8], at: usize, seen: &mut Seen) -> usize {
        let byte = line[at];
        match self.frames.last() {
            Some(Frame::Single) => {
                self.close_if(byte == b'\'');
                at + 1
            }
            Some(Frame::Escaped) if byte == b'\\' => at + 2,
            Some(Frame::Escaped) => {
                self.close_if(byte == b'\'');
                at + 1
            }
            Some(Frame::Double) => self.in_double(line, at),
            Some(Frame::Parameter(_)) => self.in_parameter(line, at),
            Some(Frame::Command(_) | Frame::HereDocument(_)) | None => self.in_code(line, at, seen),
        }
    }

    fn close_if(&mut self, is_end: bool) {
        if is_end {
            self.frames.pop();
        }
    }

    fn in_double(&mut self, line: &[u8], at: usize) -> usize {
        match line[at] {
            b'\\' => at + 2,
            b'"' => {
                self.frames.pop();
                at + 1
            }
            b'$' => self.dollar(line, at, true),
            b'`' => self.backtick(line, at),
            _ => at + 1,
        }
    }

    /// Which quotes count in `${…}` depends on what is around it.
    fn in_parameter(&mut self, line: &[u8], at: usize) -> usize {
        let Some(Frame::Parameter(open)) = self.frames.last_mut() else { return at + 1 };
        match line[at] {
            b'\\' => return at + 2,
            b'"' | b'\'' | b'`' => return self.give_up(),
            b'$' => return self.dollar(line, at, true),
            b'{' => *open += 1,
            b'}' => {
                *open -= 1;
                let is_end = *open == 0;
                self.close_if(is_end);
            }
            _ => {}
        }
        at + 1
    }

    fn dollar(&mut self, line: &[u8], at: usize, is_quoted: bool) -> usize {
        match line.get(at + 1) {
            Some(b'(') => self.push(Frame::Command(1), at + 2),
            Some(b'{') => self.push(Frame::Parameter(1), at + 2),
            Some(b'\'') if !is_quoted => self.push(Frame::Escaped, at + 2),
            // `$#` is a number and no comment; `$$` is no beginning of anything.
            Some(b'#' | b'$') => at + 2,
            _ => at + 1,
        }
    }

    /// A command in backticks is passed over where it is plain.
    fn backtick(&mut self, line: &[u8], at: usize) -> usize {
        let rest = &line[at + 1..];
        match rest.find_byte(b'`') {
            Some(end) if !rest[..end].iter().any(|byte| b"\"'#\\<$".contains(byte)) => at + 1 + end + 1,
            _ => self.give_up(),
        }
    }

    fn in_code(&mut self, line: &[u8], at: usize, seen: &mut Seen) -> usize {
        let before = at.checked_sub(1).map(|before| line[before]);
        let is_word_start = before.is_none_or(|before| b" \t;&|()<>".contains(&before));
        match line[at] {
            b' ' | b'\t' => return at + 1,
            b'#' if is_word_start => {
                seen.comment = true;
                return line.len();
            }
            _ => seen.code = true,
        }
        match line[at] {
            b'\\' => at + 2,
            b'\'' => self.push(Frame::Single, at + 1),
            b'"' => self.push(Frame::Double, at + 1),
            b'$' => self.dollar(line, at, false),
            b'`' => self.backtick(line, at),
            b'<' if line[at..].starts_with(b"<<<") => at + 3,
            b'<' if line[at..].starts_with(b"<<") => self.here_document(line, at),
            b'(' | b')' => self.parenthesis(line[at] == b'(', at),
            // The branches of a `case` close parentheses that were never opened.
            b'c' if is_word_start && !self.frames.is_empty() && line[at..].starts_with(b"case") => {
                self.give_up()
            }
            _ => at + 1,
        }
    }

    fn parenthesis(&mut self, opens: bool, at: usize) -> usize {
        if let Some(Frame::Command(open)) = self.frames.last_mut() {
            *open = if opens { open.saturating_add(1) } else { *open - 1 };
            let is_end = *open == 0;
            self.close_if(is_end);
        }
        at + 1
    }

    fn here_document(&mut self, line: &[u8], at: usize) -> usize {
        let strips_tabs = line.get(at + 2) == Some(&b'-');
        let mut next = at + 2 + usize::from(strips_tabs);
        while line.get(next).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            next += 1;
        }
        let mut word = Vec::new();
        let mut quote = None;
        while let Some(&byte) = line.get(next) {
            match (byte, quote) {
                (b'\'' | b'"', None) => quote = Some(byte),
                (_, Some(end)) if byte == end => quote = None,
                (b'\\' | b'$' | b'`', _) => return self.give_up(),
                (b' ' | b'\t' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>', None) => break,
                (byte, _) => word.push(byte),
            }
            next += 1;
        }
        // A number behind `<<` is a shift, most likely.
        let is_odd = quote.is_some() || word.len() > LONGEST_WORD || self.waiting.len() == DEEPEST;
        if is_odd || !word.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
            return self.give_up();
        }
        self.waiting.push(HereDocument { word, strips_tabs });
        next
    }

    fn in_here_document(&mut self, line: &[u8]) -> bool {
        let Some(Frame::HereDocument(document)) = self.frames.last() else { return false };
        let text = if document.strips_tabs { line.trim_start_with(|c| c == '\t') } else { line };
        if text == document.word.as_slice() {
            self.frames.pop();
            self.begin_here_document();
        }
        true
    }

    fn begin_here_document(&mut self) {
        if !self.waiting.is_empty() {
            let document = self.waiting.remove(0);
            self.frames.push(Frame::HereDocument(document));
        }
    }
}

impl Machine for Shell {
    fn line(&mut self, line: &[u8]) -> Kind {
        if self.has_given_up || self.in_here_document(line) {
            return Kind::Code;
        }
        let mut seen = Seen { code: self.is_in_text() || self.is_continued, comment: false };
        self.is_continued = false;
        let mut at = 0;
        while at < line.len() && !self.has_given_up {
            at = self.step(line, at, &mut seen);
        }
        self.is_continued = seen.code && !seen.comment && line.ends_with(b"\\");
        // A body that begins within quotes can't be told from them.
        if !self.waiting.is_empty()
            && matches!(self.frames.last(), Some(Frame::Single | Frame::Escaped | Frame::Double))
        {
            self.give_up();
        }
        self.begin_here_document();
        match (seen.code || self.has_given_up, seen.comment) {
            (true, _) => Kind::Code,
            (false, true) => Kind::Comment,
            (false, false) => Kind::Blank,
        }
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.is_continued || !self.frames.is_empty() || !self.waiting.is_empty() {
            let state = format!("{:?} {:?} {}", self.frames, self.waiting, self.is_continued);
            key.extend_from_slice(state.as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        use Frame::{Double, Escaped, HereDocument, Parameter, Single};
        self.has_given_up
            || matches!(self.frames.last(), Some(Single | Escaped | Double | Parameter(_) | HereDocument(_)))
    }
}
