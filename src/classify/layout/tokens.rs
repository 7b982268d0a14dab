//! The words of a file, and what of them counts on some of its lines.

use std::ops::Range;

use bstr::ByteSlice;

use crate::structure::{Format, Structure};

/// Brackets in brackets deeper than this are not read.
const DEEPEST: usize = 200;

/// What a part of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters and digits; a plain text.
    Word,
    /// A text in quotes, or a heredoc.
    Text,
    /// A bracket, a comma, an operator.
    Mark,
    /// The colon behind a key of YAML: whether a blank stands before it, and behind it.
    Colon(bool, bool),
    /// A comment.
    Comment,
    /// The end of a line.
    Line,
    /// The blanks and dashes that a line of YAML begins with.
    Indent,
    /// A text that takes no part in layout.
    Opaque,
    /// Any other sign, and what follows it takes no part in layout.
    Odd,
}

/// A part of a file.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub place: Range<usize>,
    /// The innermost bracket that is open before it, by the number of its token.
    pub within: Option<usize>,
    /// How many values it is in, where indentation tells.
    pub depth: usize,
}

/// The parts of a file, in its order.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    all: Vec<Token>,
    /// Where each line begins, and the end of the file.
    lines: Vec<usize>,
    /// For each part, and the end of the file, the last one before it that is no end of a line.
    before: Vec<Option<usize>>,
    /// For each part whether it begins a list of HCL that is written out, and no index.
    is_list: Vec<bool>,
    /// Whether the file begins with a byte order mark.
    pub has_mark: bool,
}

/// Some lines of a file.
#[derive(Debug)]
pub(super) struct Region {
    bytes: Range<usize>,
    /// The tokens on them, by number.
    pub tokens: Range<usize>,
}

/// Puts tokens together, and follows the brackets.
#[derive(Debug, Default)]
pub(super) struct Builder {
    all: Vec<Token>,
    open: Vec<usize>,
}

impl Builder {
    /// Adds a part.
    pub fn add(&mut self, kind: Kind, place: Range<usize>, depth: usize) {
        self.all.push(Token { kind, place, within: self.open.last().copied(), depth });
    }

    /// Returns the last part that is no comment and no end or beginning of a line.
    pub fn last_word(&self) -> Option<&Token> {
        self.all.iter().rev().find(|token| !matches!(token.kind, Kind::Comment | Kind::Line | Kind::Indent))
    }

    /// Tells whether nothing but one word stands in the bracket that was opened last.
    pub fn holds_one_word(&self) -> bool {
        let last = self.all.last().map(|token| token.kind);
        self.open.last().is_some_and(|open| open + 2 == self.all.len()) && last == Some(Kind::Word)
    }

    /// Adds a bracket that opens.
    pub fn open(&mut self, at: usize) -> Option<()> {
        self.add(Kind::Mark, at..at + 1, 0);
        self.open.push(self.all.len() - 1);
        (self.open.len() <= DEEPEST).then_some(())
    }

    /// Adds a bracket that closes what was opened last.
    pub fn close(&mut self, text: &[u8], at: usize) -> Option<()> {
        self.add(Kind::Mark, at..at + 1, 0);
        let opening = self.all[self.open.pop()?].place.start;
        matches!((text[opening], text[at]), (b'[', b']') | (b'{', b'}') | (b'(', b')')).then_some(())
    }

    /// Returns all parts, if no bracket is open.
    pub fn finish(self) -> Option<Vec<Token>> {
        self.open.is_empty().then_some(self.all)
    }
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a [u8], all: Vec<Token>, has_mark: bool) -> Self {
        let mut lines = vec![0];
        lines.extend(text.find_iter("\n").map(|at| at + 1));
        if lines.last() != Some(&text.len()) {
            lines.push(text.len());
        }
        let (before, is_list) = neighbours(text, &all);
        Self { text, all, lines, before, is_list, has_mark }
    }

    /// Tells whether each value that was read begins and ends where a part does, or stands in a text: one that begins
    /// with a text of several lines is that text and no more.
    pub fn agree_with(&self, structure: &Structure) -> bool {
        structure.places().filter(|place| !place.is_empty()).all(|place| {
            let first = self.all.partition_point(|token| token.place.end <= place.start);
            let last = self.all.partition_point(|token| token.place.start < place.end);
            let (Some(first), Some(last)) = (self.all.get(first), self.all.get(last.wrapping_sub(1))) else {
                return false;
            };
            let is_in_text = first.place == last.place && first.kind == Kind::Text;
            let is_long = first.kind == Kind::Text && self.text[first.place.clone()].contains(&b'\n');
            is_in_text || !is_long && first.place.start >= place.start && last.place.end <= place.end
        })
    }

    /// Returns how many lines there are.
    pub fn line_count(&self) -> usize {
        self.lines.len() - 1
    }

    /// Returns some lines, counted from 0; `None` where a part goes over their edge.
    pub fn region(&self, lines: Range<usize>) -> Option<Region> {
        let bytes = *self.lines.get(lines.start)?..*self.lines.get(lines.end.max(lines.start))?;
        let first = self.all.partition_point(|token| token.place.end <= bytes.start);
        let end = self.all.partition_point(|token| token.place.start < bytes.end).max(first);
        let is_whole = |token: &Token| token.place.start >= bytes.start && token.place.end <= bytes.end;
        let is_at_edge = self.all.get(first).is_some_and(|token| token.place.start < bytes.start);
        let is_clear = !is_at_edge && self.all[first..end].iter().all(is_whole);
        is_clear.then_some(Region { bytes, tokens: first..end })
    }

    /// Tells whether a comment stands on the lines or on the one before.
    pub fn has_comment(&self, region: &Region) -> bool {
        let is_comment = |at: usize| self.all[at].kind == Kind::Comment;
        self.before[region.tokens.start].is_some_and(is_comment) || region.tokens.clone().any(is_comment)
    }

    /// Tells which ends the lines have: none, a line feed alone, one behind a carriage return.
    pub fn line_ends(&self, region: &Region) -> [bool; 2] {
        let text = &self.text[region.bytes.clone()];
        let returns = text.find_iter("\r\n").count();
        [returns > 0, text.find_iter("\n").count() > returns]
    }

    /// Returns the brackets that are open before a token, from the inside out.
    pub fn stack(&self, token: usize) -> Vec<u8> {
        let mut next = self.all.get(token).and_then(|token| token.within);
        let mut stack = Vec::new();
        while let Some(at) = next {
            stack.push(self.text[self.all[at].place.start]);
            next = self.all[at].within;
        }
        stack
    }

    /// Returns what counts on the lines; `None` where something takes no part in layout.
    pub fn words(
        &self,
        region: &Region,
        format: Format,
        keeps_lines: bool,
    ) -> Option<Vec<(Kind, usize, &[u8])>> {
        let mut words: Vec<(Kind, usize, &[u8])> = Vec::new();
        for at in region.tokens.clone() {
            let token = &self.all[at];
            let text = &self.text[token.place.clone()];
            match token.kind {
                Kind::Odd | Kind::Opaque => return None,
                Kind::Text | Kind::Word if text.contains(&b'\n') => return None,
                Kind::Line if format != Format::Yaml => {
                    let follows_other = words.last().is_some_and(|(kind, ..)| *kind != Kind::Line);
                    if follows_other && (keeps_lines || self.ends_line(token, format)) {
                        words.push((Kind::Line, 0, b""));
                    }
                }
                Kind::Line => words.push((Kind::Line, 0, b"")),
                Kind::Mark if format == Format::Hcl && self.is_last_comma(at) => {}
                Kind::Text if format == Format::Yaml => words.push((Kind::Text, token.depth, unquoted(text))),
                Kind::Word | Kind::Text | Kind::Mark | Kind::Colon(..) | Kind::Comment | Kind::Indent => {
                    words.push((token.kind, token.depth, text));
                }
            }
        }
        Some(words)
    }

    /// Tells whether the end of a line means something where it stands.
    fn ends_line(&self, line: &Token, format: Format) -> bool {
        match format {
            Format::Json => false,
            Format::Hcl => !line.within.is_some_and(|at| self.is_list[at] || self.text_of(at) == b"("),
            Format::Toml | Format::Yaml => true,
        }
    }

    /// Tells whether this is the comma behind the last item of a list.
    fn is_last_comma(&self, at: usize) -> bool {
        let closes = |next: usize| self.text_of(next) == b"]";
        let is_item = |last: usize| {
            !matches!(self.text_of(last), b"[" | b"(" | b"{" | b",") && self.all[last].kind != Kind::Comment
        };
        self.text_of(at) == b","
            && self.behind(at).is_some_and(closes)
            && self.before[at].is_some_and(is_item)
            && self.all[at].within.is_some_and(|opening| self.is_list[opening])
    }

    /// Returns the part behind another, ends of lines passed over.
    fn behind(&self, at: usize) -> Option<usize> {
        (at + 1..self.all.len()).find(|&behind| self.all[behind].kind != Kind::Line)
    }

    fn text_of(&self, at: usize) -> &[u8] {
        &self.text[self.all[at].place.clone()]
    }
}

/// Returns for each part, and the end, the one before it, ends of lines passed over, and whether it begins a list.
fn neighbours(text: &[u8], all: &[Token]) -> (Vec<Option<usize>>, Vec<bool>) {
    let (mut before, mut is_list) = (Vec::with_capacity(all.len() + 1), vec![false; all.len()]);
    let mut last: Option<usize> = None;
    let text_of = |at: usize| &text[all[at].place.clone()];
    for (at, token) in all.iter().enumerate() {
        before.push(last);
        if token.kind == Kind::Line {
            continue;
        }
        match (text_of(at), last) {
            (b"[", Some(last)) => {
                is_list[at] =
                    all[last].kind == Kind::Mark && !matches!(text_of(last), b"]" | b")" | b"}" | b"*");
            }
            // What comes out of a loop takes no comma at its end.
            (b"for", Some(_)) => is_list[token.within.unwrap_or(at)] = false,
            _ => {}
        }
        last = Some(at);
    }
    before.push(last);
    (before, is_list)
}

/// Returns what a quoted text of YAML holds, where that is the same in quotes of either kind.
fn unquoted(text: &[u8]) -> &[u8] {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-./*:@+,=~^()".contains(byte);
    match text {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] if inner.iter().all(is_plain) => inner,
        _ => text,
    }
}
