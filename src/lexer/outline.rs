//! The lines of a file, told apart: blank, comment, code, and where a reader of the language is after each.

use std::collections::HashMap;

use bstr::ByteSlice;

use super::directive;
use super::language::{Dialect, Language};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but blanks.
    Blank,
    /// Nothing but comment.
    Comment,
    /// Anything else; also whatever may be more than a comment.
    Code,
    /// A blank line whose meaning depends on the lines behind it.
    Open,
}

/// Reads a language line by line.
pub trait Machine {
    /// Reads the next line, given without its end.
    fn line(&mut self, line: &[u8]) -> Kind;

    /// Writes down where the reader is; nothing where it is in plain code.
    fn state(&self, key: &mut Vec<u8>);

    /// Tells whether the reader is in text, where every blank counts.
    fn is_in_text(&self) -> bool;

    /// Tells what the open lines before the line just read turned out to be; also asked at the end of the file.
    fn settled(&self) -> Kind {
        Kind::Blank
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
        let dialect = directive::dialect(content, language);
        let is_readable = directive::is_readable(content, language);
        let mut machine = language.machine(is_readable, dialect == Dialect::Jsx);
        let mut outline = Self { lines: Vec::new(), start: State::PLAIN };
        let mut key = Vec::new();
        let mut open = 0;
        outline.start = state(&*machine, head, 0, states, &mut key);
        for (at, line) in content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).lines().enumerate() {
            let mut kind = machine.line(line);
            if kind == Kind::Comment && directive::is_more_than_comment(line, dialect) {
                kind = Kind::Code;
            }
            let after = state(&*machine, head, at + 1, states, &mut key);
            outline.lines.push(Facts { kind, after });
            if kind != Kind::Open {
                outline.settle(open, machine.settled());
                open = at + 1;
            }
        }
        outline.settle(open, machine.settled());
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

    fn settle(&mut self, from: usize, kind: Kind) {
        for line in self.lines[from..].iter_mut().filter(|line| line.kind == Kind::Open) {
            line.kind = kind;
        }
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
