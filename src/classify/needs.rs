//! What the bytes of a line must be for a regex to have a chance on it.
//!
//! Running a regex costs more than looking at a few bits, and compiling it costs a
//! thousand times more. These are necessary conditions: a regex is never skipped on a
//! line that it matches.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A set of bytes, one bit each; those that are not ASCII share the bit of NUL.
pub type Bytes = u128;

/// What `\s` matches.
const BLANKS: Bytes = 0x1_0000_3e00;

/// More sets than this say little more.
const MOST_SETS: usize = 8;
/// A larger set has a byte on nearly every line.
const LARGEST_SET: u32 = 80;

/// What a line must have for a regex to match it.
#[derive(Debug, PartialEq, Eq)]
pub struct Needs {
    /// It begins with one of these bytes, blanks aside.
    pub first: Bytes,
    /// It ends with one of these bytes, blanks aside.
    pub last: Bytes,
    /// It holds a byte of each of these sets.
    pub sets: Cow<'static, [Bytes]>,
}

/// What a line has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traits {
    first: Bytes,
    last: Bytes,
    held: Bytes,
}

impl Needs {
    /// What every line has.
    pub const NONE: Self = Self { first: Bytes::MAX, last: Bytes::MAX, sets: Cow::Borrowed(&[]) };

    /// Finds out what a regex needs.
    pub fn of(regex: &Hir) -> Self {
        Self { first: first_bytes(regex), last: last_bytes(regex), sets: required_bytes(regex).into() }
    }

    /// Tells whether a line has it all.
    pub fn are_met(&self, line: &Traits) -> bool {
        (self.first == Bytes::MAX || self.first & line.first != 0)
            && (self.last == Bytes::MAX || self.last & line.last != 0)
            && self.sets.iter().all(|set| set & line.held != 0)
    }
}

impl Traits {
    /// Looks at a line without its end.
    pub fn of(line: &[u8]) -> Self {
        let is_byte = |byte: &&u8| bytes_of(&[**byte]) & BLANKS == 0;
        let bit = |byte: Option<&u8>| byte.map_or(0, |byte| bytes_of(&[*byte]));
        Self {
            first: bit(line.iter().find(is_byte)),
            last: bit(line.iter().rfind(is_byte)),
            held: bytes_of(line),
        }
    }
}

/// Returns sets of bytes of each of which a match holds one: those that tell the most first.
fn required_bytes(regex: &Hir) -> Vec<Bytes> {
    let mut sets = sets(regex);
    sets.sort_unstable_by_key(|set| (set.count_ones(), *set));
    sets.dedup();
    sets.retain(|set| set.count_ones() <= LARGEST_SET);
    sets.truncate(MOST_SETS);
    sets
}

/// Returns the bytes that are in a text.
fn bytes_of(text: &[u8]) -> Bytes {
    let mut halves = [0_u64; 2];
    for &byte in text {
        let byte = if byte.is_ascii() { byte } else { 0 };
        halves[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    Bytes::from(halves[0]) + (Bytes::from(halves[1]) << 64)
}

/// Returns the bytes that a line may begin with, blanks aside, for the regex to match it.
fn first_bytes(regex: &Hir) -> Bytes {
    match edge(regex, false) {
        (bytes, false) if regex.properties().look_set_prefix().contains(Look::Start) => bytes,
        _ => Bytes::MAX,
    }
}

/// Returns the bytes that a line may end with, blanks aside, for the regex to match it.
fn last_bytes(regex: &Hir) -> Bytes {
    match edge(regex, true) {
        (bytes, false) if regex.properties().look_set_suffix().contains(Look::End) => bytes,
        _ => Bytes::MAX,
    }
}

/// Returns the bytes that matches begin (or end) with, blanks aside, and whether a match may be nothing but blanks.
fn edge(regex: &Hir, from_end: bool) -> (Bytes, bool) {
    let in_row = |parts: &mut dyn Iterator<Item = (Bytes, bool)>| {
        let mut all = 0;
        for (bytes, may_be_blank) in parts {
            all |= bytes;
            if !may_be_blank {
                return (all, false);
            }
        }
        (all, true)
    };
    match regex.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let mut bytes = literal.0.iter().map(|byte| bytes_of(&[*byte]));
            let byte = |set: &Bytes| set & BLANKS == 0;
            let found = if from_end { bytes.rfind(byte) } else { bytes.find(byte) };
            (found.unwrap_or(0), found.is_none())
        }
        HirKind::Class(class) => {
            let set = set_of(class);
            (set & !BLANKS, set & BLANKS != 0)
        }
        HirKind::Capture(capture) => edge(&capture.sub, from_end),
        HirKind::Repetition(repetition) => {
            let (bytes, may_be_blank) = edge(&repetition.sub, from_end);
            (bytes, may_be_blank || repetition.min == 0)
        }
        HirKind::Concat(parts) if from_end => in_row(&mut parts.iter().rev().map(|part| edge(part, true))),
        HirKind::Concat(parts) => in_row(&mut parts.iter().map(|part| edge(part, false))),
        HirKind::Alternation(branches) => branches
            .iter()
            .map(|branch| edge(branch, from_end))
            .fold((0, false), |(all, blank), (bytes, may_be_blank)| (all | bytes, blank || may_be_blank)),
    }
}

fn sets(regex: &Hir) -> Vec<Bytes> {
    match regex.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(literal) => literal.0.iter().map(|byte| bytes_of(&[*byte])).collect(),
        HirKind::Class(class) => vec![set_of(class)],
        HirKind::Capture(capture) => sets(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 0 => Vec::new(),
        HirKind::Repetition(repetition) => sets(&repetition.sub),
        HirKind::Concat(parts) => {
            let mut all: Vec<Bytes> = parts.iter().flat_map(sets).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
        // Each branch holds something of its first set, so that the whole does of what these have together.
        HirKind::Alternation(branches) => {
            let branches: Vec<Vec<Bytes>> = branches.iter().map(sets).collect();
            let count = branches.iter().map(Vec::len).min().unwrap_or(0);
            (0..count).map(|at| branches.iter().fold(0, |all, sets| all | sets[at])).collect()
        }
    }
}

fn set_of(class: &Class) -> Bytes {
    let range = |start: u8, end: u8| (start..=end).fold(0, |all, byte| all | bytes_of(&[byte]));
    match class {
        Class::Bytes(class) => {
            class.iter().map(|part| range(part.start(), part.end())).fold(0, |all, part| all | part)
        }
        Class::Unicode(class) => class.iter().fold(0, |all, part| {
            let byte = |letter: char| u8::try_from(letter).unwrap_or(u8::MAX);
            all | range(byte(part.start()), byte(part.end()))
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_syntax::ParserBuilder;

    use super::*;

    fn parse(pattern: &str) -> Hir {
        ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap()
    }

    fn may_match(pattern: &str, line: &str) -> bool {
        Needs::of(&parse(pattern)).are_met(&Traits::of(line.as_bytes()))
    }

    #[test]
    fn beginning_and_end_tell_where_the_regex_is_anchored() {
        assert!(may_match(r"^\s*[A-Z]\w+,$", "  Name,"));
        assert!(!may_match(r"^\s*[A-Z]\w+,$", "  name,"));
        assert!(!may_match(r"^\s*[A-Z]\w+,$", "  Name, x"));
        assert!(may_match(r"[A-Z]\w+,", "  a Name, x"));
        assert!(!may_match(r"^a+b", "bab") && !may_match(r"ab+$", "aba"));
        assert!(may_match(r"^\s*(?:pub )?x", "  pub x") && may_match(r"^\s*(?:pub )?x", "x"));
        assert!(may_match(r"^(?:a|\s*)", "b"));
    }

    #[test]
    fn blanks_are_what_regexes_take_for_blanks() {
        assert_eq!(BLANKS, bytes_of(b" \t\n\r\x0b\x0c"));
        assert_eq!(sets(&parse(r"\s")), [BLANKS]);
    }

    #[test]
    fn edges_and_sets_are_those_of_every_branch() {
        let set = |text: &str| bytes_of(text.as_bytes());
        assert_eq!(edge(&parse("[a ]"), false), (set("a"), true));
        assert_eq!(edge(&parse("[ab]"), true), (set("ab"), false));
        assert_eq!(edge(&parse("[ac]x|[ab]x"), false), (set("abc"), false));
        assert_eq!(edge(&parse("x[ac]|[ac]?"), true), (set("ac"), true));
        assert_eq!(sets(&parse("[ac]x|[ab]x")), [set("abc"), set("x")]);
        assert_eq!((sets(&parse("[ac]+")), sets(&parse("[ac]*"))), (vec![set("ac")], vec![]));
    }

    #[test]
    fn a_byte_of_each_set_is_asked_for() {
        assert!(may_match(r"[\x80-\xff]x", "éx") && !may_match(r"[\x80-\xff]x", "ex"));
        assert!(may_match(r"(?u)[é-ü]x", "éx") && may_match(r"(?u)[a-zé-ê]x", "éx"));
        // Two letters that are told apart by no byte here do not take each other away.
        assert!(may_match(r"[\x80-\x90\xa0-\xff]x", "éx"));
        assert!(may_match(r"(?u)[éü]x", "éx") && may_match(r"(?u)[Āā]x", "āx"));
        assert!(!may_match(r"\w+\s*[:=]\s*\d", "timeout: ten"));
        assert!(!may_match(r"\bc\.(?:JSON|XML)\(", "func c.json("));
        assert!(may_match(r"(?i)\bc\.(?:JSON|XML)\(", "c.json("));
        assert!(may_match(r"(?u)größe", "größe") && !may_match(r"(?u)größe", "grosse"));
    }

    proptest! {
        #[test]
        fn no_match_is_ever_without_what_is_needed(
            parts in prop::collection::vec(prop::sample::select(vec![
                "ab", "(?i:Ab)", "[xy]", "c?", "(ab|c)", "(x|yz)?", "\\d", "a+", "b*", "(bc){2}", "^", "$", "\\b", ".",
                "(a|b|)", "(?:xy|\\d)z", "\\s*", "\\s+", "[^a]", "(?u:ä|\\w)", "(^|;)", "\\W", "( a|b )",
            ]), 0..6),
            line in "[abcxyzABCXYZ1ä; \t]{0,12}",
        ) {
            let pattern = parts.concat();
            let regex = regex::bytes::RegexBuilder::new(&pattern).unicode(false).build().unwrap();
            if regex.is_match(line.as_bytes()) {
                prop_assert!(may_match(&pattern, &line), "{pattern} on {line}");
            }
        }
    }
}
