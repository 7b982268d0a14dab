//! What has been asked of the lines of a file, and answered: each question once for each line.

use std::collections::HashMap;
use std::rc::Rc;

/// Which regexes have a chance on the lines that were asked about.
#[derive(Debug, Default)]
pub struct Sets {
    /// Of each line the set's number.
    of_lines: Vec<u32>,
    numbers: HashMap<Rc<[u32]>, u32>,
    pub(super) all: Vec<Rc<[u32]>>,
}

/// Of each question that was asked whether the answer is yes for a line or one around it, as far as that is known.
#[derive(Debug, Default)]
pub struct Known {
    /// Where the answers to a question are, by its number, counted from 1; 0 where there are none yet.
    places: Vec<u32>,
    answers: Vec<Answers>,
}

/// What is known of the lines, a bit each.
#[derive(Debug, Default)]
pub struct Answers {
    known: Vec<u64>,
    yes: Vec<u64>,
}

/// The number of no set.
const NONE: u32 = u32::MAX;

impl Sets {
    /// Returns the set of a line; `chances` finds it.
    pub fn of(&mut self, at: u32, lines: usize, chances: impl FnOnce() -> Vec<u32>) -> Rc<[u32]> {
        if self.of_lines.is_empty() {
            self.of_lines.resize(lines, NONE);
        }
        let known = self.of_lines[at as usize];
        if let Some(set) = self.all.get(known as usize) {
            return Rc::clone(set);
        }
        let set: Rc<[u32]> = chances().into();
        let next = u32::try_from(self.all.len()).unwrap_or(NONE);
        let number = *self.numbers.entry(Rc::clone(&set)).or_insert(next);
        if number == next {
            self.all.push(Rc::clone(&set));
        }
        self.of_lines[at as usize] = number;
        set
    }
}

impl Known {
    /// Returns the answers to a question about so many lines.
    pub fn of(&mut self, question: usize, lines: usize) -> &mut Answers {
        if self.places.len() <= question {
            self.places.resize(question + 1, 0);
        }
        if self.places[question] == 0 {
            let words = lines.div_ceil(64);
            self.answers.push(Answers { known: vec![0; words], yes: vec![0; words] });
            // There are far fewer questions than that.
            self.places[question] = u32::try_from(self.answers.len()).unwrap_or(u32::MAX);
        }
        &mut self.answers[self.places[question] as usize - 1]
    }
}

impl Answers {
    /// Returns the answer for a line, where it is known.
    pub fn of(&self, at: u32) -> Option<bool> {
        let (word, bit) = (at as usize / 64, 1 << (at % 64));
        (self.known[word] & bit != 0).then_some(self.yes[word] & bit != 0)
    }

    /// Takes note of the answer for a line.
    pub fn note(&mut self, at: u32, answer: bool) {
        let (word, bit) = (at as usize / 64, 1 << (at % 64));
        self.known[word] |= bit;
        self.yes[word] |= if answer { bit } else { 0 };
    }
}
