//! The lines of a file, told apart: blank, comment, code, and where a reader of the language is after each.

use std::collections::HashMap;

use bstr::ByteSlice;

use super::directive;
use super::language::Language;

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
        outline.start = state(&*machine, head, 0, states, &mut key);
        let mut rest = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        while !rest.is_empty() {
            let end = rest.find_byte(b'\n').map_or(rest.len(), |end| end + 1);
            let (line, behind) = rest.split_at(end);
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
            let after = if is_open {
                State { id: states.id(b"given up"), is_text: true }
            } else {
                state(&*machine, head, outline.lines.len() + 1, states, &mut key)
            };
            outline.lines.push(Facts { kind, after });
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
