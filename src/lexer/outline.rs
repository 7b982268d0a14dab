//! The lines of a file, told apart: blank, comment, code, and where a reader of the language is after each.

use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use bstr::ByteSlice;

use super::language::{Dialect, Language};
use super::{directive, function_text};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but blanks.
    Blank,
    /// Nothing but comment.
    Comment,
    /// Anything else; also whatever may be more than a comment.
    Code,
}

/// Reads a language line by line. Once it isn't certain, everything is code.
pub trait Machine {
    /// Reads the next line, given without its end; `rest` is what stands behind it.
    fn line(&mut self, line: &[u8], rest: &[u8]) -> Kind;

    /// Writes down where the reader is; nothing where it is in plain code.
    fn state(&self, key: &mut Vec<u8>);

    /// Tells whether the reader is in text, where every blank counts.
    fn is_in_text(&self) -> bool;

    /// Tells whether the reader is in a comment that goes on in the next line.
    fn is_in_comment(&self) -> bool {
        false
    }
}

/// Where a reader of a file is between two lines. Equal for both sides of a change if the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    id: u32,
    /// Every blank counts.
    pub is_text: bool,
}

impl State {
    const PLAIN: Self = Self { id: 0, is_text: false };
}

/// The states seen so far, so that two files can be compared.
#[derive(Debug, Default)]
pub struct States {
    ids: HashMap<Vec<u8>, u32>,
}

impl States {
    fn id(&mut self, key: &[u8]) -> u32 {
        if key.is_empty() {
            return 0;
        }
        if let Some(&id) = self.ids.get(key) {
            return id;
        }
        let id = u32::try_from(self.ids.len() + 1).unwrap_or(u32::MAX);
        self.ids.insert(key.to_vec(), id);
        id
    }
}

/// What is known of one line.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// What it is.
    pub kind: Kind,
    /// Where the reader is behind it.
    pub after: State,
}

/// The lines of one file.
#[derive(Debug)]
pub struct Outline {
    lines: Vec<Facts>,
    start: State,
}

impl Outline {
    /// Reads a file.
    pub fn new(content: &[u8], language: &Language, states: &mut States) -> Self {
        let head = directive::head(content, language);
        let mut machine = language.machine(directive::is_readable(content, language));
        let mut outline = Self { lines: Vec::new(), start: State::PLAIN };
        let mut key = Vec::new();
        let (mut has_order, mut is_open) = (false, false);
        let mut texts = Texts::new(content, language);
        outline.start = state(&*machine, head, 0, states, &mut key);
        let mut rest = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        while !rest.is_empty() {
            let end = rest.find_byte(b'\n').map_or(rest.len(), |end| end + 1);
            let (line, behind) = rest.split_at(end);
            let text = texts.next(content.len() - rest.len(), end);
            let line = line.lines().next().unwrap_or_default();
            key.clear();
            machine.state(&mut key);
            let is_within = language.block.is_some() && !key.is_empty();
            let mut kind = machine.line(line, behind);
            is_open |= kind == Kind::Comment && directive::begins_template(line);
            // What an order is about may go on in the comment behind it, and ends with the code that it is above.
            match kind {
                Kind::Code => has_order = false,
                Kind::Comment | Kind::Blank if is_open => kind = Kind::Code,
                Kind::Comment if directive::is_more_than_comment(line, language.dialect, is_within) => {
                    kind = Kind::Code;
                    has_order |= outline.lines.len() >= head;
                }
                Kind::Comment | Kind::Blank if has_order => kind = Kind::Code,
                Kind::Comment | Kind::Blank => {}
            }
            let mut after = state(&*machine, head, outline.lines.len() + 1, states, &mut key);
            if is_open {
                after = State { id: states.id(b"given up"), is_text: true };
            } else if text.goes_on {
                after = State { id: states.id(b"text of a function"), is_text: true };
            }
            // The blanks in an order may count.
            let is_order = has_order && language.block.is_some() && !key.is_empty();
            after.is_text |= is_order;
            if text.is_any {
                kind = Kind::Code;
            }
            outline.lines.push(Facts { kind, after });
            if let Some(block) = texts.block(line, kind, machine.is_in_comment(), outline.lines.len()) {
                outline.lines[block.clone()].iter_mut().for_each(|line| line.kind = Kind::Code);
                outline.lines[block.start..block.end - 1]
                    .iter_mut()
                    .for_each(|line| line.after.is_text = true);
            }
            rest = behind;
        }
        outline
    }

    /// Returns what is known of a line, counted from 1. A line that is not there is code.
    pub fn line(&self, number: u32) -> Facts {
        let at = (number as usize).checked_sub(1);
        let unknown = Facts { kind: Kind::Code, after: State { id: u32::MAX, is_text: true } };
        at.and_then(|at| self.lines.get(at)).copied().unwrap_or(unknown)
    }

    /// Returns where the reader is before a line, counted from 1.
    pub fn before(&self, number: u32) -> State {
        if number <= 1 { self.start } else { self.line(number - 1).after }
    }
}

/// The comments of a file that may be there for their text.
struct Texts {
    is_any: bool,
    found: Peekable<IntoIter<Range<usize>>>,
    /// A function may stand further up.
    has_function: bool,
    /// The line that the comment began on that is open, and whether one of its lines has no star.
    open: Option<(usize, bool)>,
}

/// What a line holds of such texts.
#[derive(Clone, Copy)]
struct Held {
    is_any: bool,
    /// One goes on in the next line.
    goes_on: bool,
}

impl Texts {
    fn new(content: &[u8], language: &Language) -> Self {
        let is_any = language.dialect == Dialect::JavaScript;
        let found = if is_any { function_text::find(content) } else { Vec::new() };
        Self { is_any, found: found.into_iter().peekable(), has_function: false, open: None }
    }

    /// Returns the lines of a comment that ends on this line, the `count`th, and looks like a text.
    fn block(&mut self, line: &[u8], kind: Kind, is_in_comment: bool, count: usize) -> Option<Range<usize>> {
        if !self.is_any {
            return None;
        }
        self.has_function |= kind == Kind::Code && function_text::may_be_function(line);
        let was_open = self.open.is_some();
        if is_in_comment && !was_open {
            self.open = Some((count - 1, false));
        }
        let (first, has_none) = self.open.as_mut()?;
        *has_none |= was_open && function_text::is_without_star(line);
        let (first, is_text) = (*first, *has_none && self.has_function);
        if !is_in_comment {
            self.open = None;
        }
        (!is_in_comment && is_text).then_some(first..count)
    }

    /// Tells what the next line holds, by its place and its length.
    fn next(&mut self, at: usize, length: usize) -> Held {
        let end = at + length;
        let mut held = Held { is_any: false, goes_on: false };
        while let Some(text) = self.found.peek().filter(|text| text.start < end) {
            held.is_any |= text.end > at;
            held.goes_on |= text.end > end;
            if text.end > end {
                break;
            }
            self.found.next();
        }
        held
    }
}

/// In the head of a file, down to the last comment that is an order by its place, the place is part of the state.
fn state(machine: &dyn Machine, head: usize, line: usize, states: &mut States, key: &mut Vec<u8>) -> State {
    key.clear();
    machine.state(key);
    if line < head {
        key.extend_from_slice(format!("head {line}").as_bytes());
    }
    State { id: states.id(key), is_text: machine.is_in_text() }
}

/// Returns how many spaces and tabs a line begins with.
pub fn blanks(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| is_blank(byte)).count()
}

/// Tells whether a byte is a space or a tab; other blanks are no blanks to every reader.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Tells whether a line is nothing but spaces and tabs.
pub fn is_empty(line: &[u8]) -> bool {
    blanks(line) == line.len()
}
