//! The changed lines of a hunk that meet the conditions of rules and locals.

use std::collections::HashMap;

use super::around::{Around, Sight};
use super::excerpt::without_end;
use super::lines::{Chances, Facts};
use super::subjects::{Place, Subject, Subjects};
use crate::change::{FileChange, Hunk, Line, Origin};
use crate::lexer::Comments;

/// The lines of a hunk that met conditions: subject, condition, and the first such line, or each.
pub struct Hits(Vec<(usize, usize, Hit)>);

/// Which of the lines that meet a condition are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first: it decides.
    First,
    /// Each: somebody has to read them.
    Each,
}

/// A line that met a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Its number on its side.
    pub line: u32,
    /// It is a removed line.
    pub removed: bool,
    /// The bytes that matched.
    pub matched: (usize, usize),
}

/// How much more often a text was matched in the added lines than in the removed ones, and where:
/// by subject, condition, regex, text, and whether the line begins like a comment: what is commented out is gone.
type Balance<'a> = HashMap<(usize, usize, usize, &'a [u8], bool), (i64, Vec<Hit>)>;

/// What comments begin with, in whatever language.
pub(super) const MARKS: [&[u8]; 8] = [b"#", b"//", b"/*", b"*", b"--", b"<!--", b";", b"{/*"];

/// A changed line of a hunk, and what it is looked at with.
pub(super) struct Looked<'a, 'f> {
    pub line: &'a Line,
    pub text: &'a [u8],
    pub comments: &'a Comments<'f>,
    pub around: &'a Around<'f>,
}

impl Hits {
    /// Returns the first line that met a condition.
    pub fn of(&self, subject: usize, condition: usize) -> Option<Hit> {
        self.0.iter().find(|&&(a, c, _)| (a, c) == (subject, condition)).map(|&(.., hit)| hit)
    }

    /// Returns the lines that met conditions, of whatever subject.
    pub fn all(&self) -> impl Iterator<Item = Hit> {
        self.0.iter().map(|&(.., hit)| hit)
    }
}

impl Subjects {
    /// Finds the first line of a hunk that meets each condition, or each such line.
    ///
    /// A comment meets none, unless the rule asks for comments: it says nothing about what the code does.
    pub fn hits<'a>(
        &self,
        file: &'a FileChange,
        hunk: &'a Hunk,
        place: &Place,
        comments: &'a Comments<'a>,
        around: &'a Around<'a>,
        which: Which,
    ) -> Hits {
        let mut hits = Hits(Vec::new());
        let mut balance = Balance::new();
        let mut chances = Chances::default();
        for line in hunk.lines.iter().filter(|line| line.origin != Origin::Context) {
            let looked = Looked { line, text: without_end(file.text(line)), comments, around };
            self.patterns.look(&place.sieve, looked.text, &mut chances);
            for &pattern in &chances.patterns {
                self.look(&looked, pattern, &chances, (place, which), &mut hits, &mut balance);
            }
        }
        hits.settle(balance, which);
        hits
    }

    /// Notes what a regex finds in a line, for each condition that it is part of.
    fn look<'a>(
        &self,
        looked: &Looked<'a, 'a>,
        pattern: usize,
        chances: &Chances,
        (place, which): (&Place, Which),
        hits: &mut Hits,
        balance: &mut Balance<'a>,
    ) {
        let uses = place.sieve.uses(pattern);
        let mut found = None;
        for &(_, at, condition) in uses {
            let subject = &self.all[at];
            let differs = subject.lines[condition].differs;
            let is_known = !differs && which == Which::First && hits.of(at, condition).is_some();
            let is_asked = which == Which::First || place.rules.contains(&at);
            if is_known || !is_asked || !subject.lines[condition].asks_for(looked.line.origin) {
                continue;
            }
            // Where a line stands is soon known of all its neighbours; what it says has to be searched.
            if !self.is_enclosed(at, looked) {
                continue;
            }
            let Some(matched) = *found.get_or_insert_with(|| self.patterns.find(pattern, looked.text)) else {
                break;
            };
            if !self.is_looked_at(subject, looked, Some(chances.facts())) {
                continue;
            }
            if differs {
                self.weigh(looked, (at, condition, pattern), which, balance);
            } else {
                hits.0.push((at, condition, looked.hit(matched)));
            }
        }
    }

    /// Tells whether the line conditions of a subject may look at a line, but for where it stands.
    fn is_looked_at(&self, subject: &Subject, looked: &Looked<'_, '_>, facts: Option<&Facts>) -> bool {
        let is_match = |&pattern: &usize| match facts {
            Some(facts) => self.patterns.is_match_of(pattern, looked.text, facts),
            None => self.patterns.is_match(pattern, looked.text),
        };
        // The comments take reading the whole file.
        !subject.except.iter().any(is_match) && (subject.comments || !looked.comments.is_comment(looked.line))
    }

    /// Tells whether a changed line is one that the line conditions of a subject look at.
    pub(super) fn looks_at(&self, at: usize, looked: &Looked<'_, '_>) -> bool {
        self.is_looked_at(&self.all[at], looked, None) && self.is_enclosed(at, looked)
    }

    /// Tells whether a line stands where the subject looks for it.
    fn is_enclosed(&self, at: usize, looked: &Looked<'_, '_>) -> bool {
        let subject = &self.all[at];
        let encloses = |number: usize, sight: Sight, regexes: &[usize]| {
            !regexes.is_empty()
                && looked.around.any(looked.line, 3 * at + number, sight, regexes, &self.patterns)
        };
        // What is in doubt never lets a line off, be it by a rule's `not-within` or by a local.
        let [within, not_within, not_annotated] = if self.is_rule(at) {
            [Sight::All, Sight::Certain, Sight::Annotated]
        } else {
            [Sight::Certain, Sight::All, Sight::All]
        };
        (subject.within.is_empty() || encloses(0, within, &subject.within))
            && !encloses(1, not_within, &subject.not_within)
            && !encloses(2, not_annotated, &subject.not_annotated)
    }

    fn weigh<'a>(
        &self,
        looked: &Looked<'a, '_>,
        (at, condition, pattern): (usize, usize, usize),
        which: Which,
        balance: &mut Balance<'a>,
    ) {
        let start = looked.text.trim_ascii_start();
        let is_marked = MARKS.iter().any(|mark| start.starts_with(mark));
        self.patterns.each(pattern, looked.text, |matched| {
            let key = (at, condition, pattern, &looked.text[matched.0..matched.1], is_marked);
            let (weight, hits) = balance.entry(key).or_default();
            if hits.is_empty() || which == Which::Each {
                hits.push(looked.hit(matched));
            }
            match looked.line.origin {
                Origin::Removed => *weight -= 1,
                Origin::Added | Origin::Context => *weight += 1,
            }
        });
    }
}

impl Looked<'_, '_> {
    /// Returns the hit of this part of the line.
    pub fn hit(&self, matched: (usize, usize)) -> Hit {
        Hit { line: self.line.number, removed: self.line.origin == Origin::Removed, matched }
    }
}

impl Hits {
    /// Adds a hit for each condition whose matches differ: the first line of the change that is not made up for, or
    /// each line of the side that has more.
    fn settle(&mut self, balance: Balance<'_>, which: Which) {
        let mut first: HashMap<(usize, usize), Hit> = HashMap::new();
        for ((at, condition, ..), (weight, hits)) in
            balance.into_iter().filter(|(_, (weight, _))| *weight != 0)
        {
            if which == Which::Each {
                let hits = hits.into_iter().filter(|hit| hit.removed == (weight < 0));
                self.0.extend(hits.map(|hit| (at, condition, hit)));
            } else if let Some(&hit) = hits.first() {
                first.entry((at, condition)).and_modify(|known| *known = hit.min(*known)).or_insert(hit);
            }
        }
        self.0.extend(first.into_iter().map(|((at, condition), hit)| (at, condition, hit)));
        self.0.sort_unstable();
    }
}
