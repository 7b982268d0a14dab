//! What a line must hold for a regex to have a chance on it.
//!
//! Searching a line for the literals of all regexes at once is much cheaper than
//! running each regex, and hardly any line holds one. The literals are a
//! necessary condition: a regex is never skipped on a line that it matches.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A set of literals in lower case, one of which occurs (in some case) in whatever a regex matches.
pub type Literals = Vec<Vec<u8>>;

/// More literals than this for one regex, and it is as well to run the regex.
const MOST: usize = 64;
/// A literal this short occurs on too many lines.
const SHORTEST: usize = 2;
/// A literal of this many bytes is on so few lines that nothing else need be known of the regex.
const TELLING: usize = 5;

/// Returns literals one of which is in each match of the regex; `None` where there are no telling ones.
pub fn required(regex: &Hir) -> Option<Literals> {
    Need::of(regex).best().filter(|literals| shortest(literals) >= SHORTEST)
}

/// Returns a literal in lower case that is in each match of a regex of the simplest kind, without parsing it:
/// letters, `\s`, `\d`, `\w`, `\b` and repetitions, one after the other. `None` says nothing.
///
/// Of a thousand rules each file of a kind that they name would else have all regexes parsed.
pub fn of_plain(text: &str) -> Option<Vec<u8>> {
    let (mut best, mut run) = (0..0, 0..0);
    let (mut at, bytes) = (0, text.as_bytes());
    while let Some(&byte) = bytes.get(at) {
        let is_letter = byte.is_ascii_alphanumeric() || b" _-=:\"'/,;<>@#%".contains(&byte);
        let is_class = byte == b'\\' && matches!(bytes.get(at + 1), Some(b's' | b'd' | b'w' | b'b'));
        let is_repetition = |byte: u8| matches!(byte, b'*' | b'+' | b'?');
        let is_repeated_twice = at > 0 && is_repetition(byte) && is_repetition(bytes[at - 1]);
        if is_repeated_twice || !(is_letter || is_class || is_repetition(byte) || matches!(byte, b'^' | b'$'))
        {
            return None;
        }
        if is_letter {
            run.end = at + 1;
        } else {
            // What is before a star may be missing.
            run.end -= usize::from(matches!(byte, b'*' | b'?') && !run.is_empty());
            best = if run.len() > best.len() { run.clone() } else { best };
            at += usize::from(is_class);
            run = at + 1..at + 1;
        }
        at += 1;
    }
    best = if run.len() > best.len() { run } else { best };
    (best.len() >= TELLING).then(|| bytes[best].to_ascii_lowercase())
}

/// What is known of the matches of a part of a regex.
struct Need {
    /// All that the part can match, in lower case, when that is a short list.
    exact: Option<Literals>,
    /// Literals one of which each match holds.
    held: Option<Literals>,
}

impl Need {
    const UNKNOWN: Self = Self { exact: None, held: None };

    fn exact(literals: Literals) -> Self {
        Self { exact: Some(literals), held: None }
    }

    fn of(regex: &Hir) -> Self {
        match regex.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::exact(vec![Vec::new()]),
            HirKind::Literal(literal) => Self::exact(vec![literal.0.to_ascii_lowercase()]),
            HirKind::Class(class) => members(class).map_or(Self::UNKNOWN, Self::exact),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let part = Self::of(&repetition.sub);
                match (repetition.min, repetition.max) {
                    (0, Some(1)) => Self { exact: part.exact.map(with_nothing), held: None },
                    (0, _) => Self::UNKNOWN,
                    _ => Self { exact: None, held: part.best() },
                }
            }
            HirKind::Concat(parts) => Self::in_row(parts),
            HirKind::Alternation(branches) => Self::one_of(branches),
        }
    }

    /// The better of both: what every match holds.
    fn best(self) -> Option<Literals> {
        better(self.exact, self.held)
    }

    fn in_row(parts: &[Hir]) -> Self {
        let mut run: Literals = vec![Vec::new()];
        let mut held: Option<Literals> = None;
        let mut is_exact = true;
        for part in parts {
            let need = Self::of(part);
            match need.exact {
                Some(next) if run.len() * next.len() <= MOST => run = joined(&run, &next),
                exact => {
                    held = better(held, better(Some(run), need.held));
                    is_exact = false;
                    run = exact.unwrap_or_else(|| vec![Vec::new()]);
                }
            }
        }
        if is_exact {
            return Self::exact(run);
        }
        Self { exact: None, held: better(held, Some(run)) }
    }

    fn one_of(branches: &[Hir]) -> Self {
        let needs: Vec<Self> = branches.iter().map(Self::of).collect();
        if let Some(exact) = union(needs.iter().map(|need| need.exact.clone())) {
            return Self::exact(exact);
        }
        Self { exact: None, held: union(needs.into_iter().map(Self::best)) }
    }
}

/// The few bytes or letters of a class, both cases as one. A `(?i)` letter is such a class.
fn members(class: &Class) -> Option<Literals> {
    let mut members: Literals = match class {
        Class::Bytes(class) => {
            let size: usize = class.iter().map(regex_syntax::hir::ClassBytesRange::len).sum();
            let bytes = (size <= 8).then(|| class.iter().flat_map(|range| range.start()..=range.end()))?;
            bytes.map(|byte| vec![byte.to_ascii_lowercase()]).collect()
        }
        Class::Unicode(class) => {
            let size: usize = class.iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
            let letters = (size <= 8).then(|| class.iter().flat_map(|range| range.start()..=range.end()))?;
            letters.map(|letter| letter.to_string().to_ascii_lowercase().into_bytes()).collect()
        }
    };
    members.sort();
    members.dedup();
    Some(members)
}

fn with_nothing(mut literals: Literals) -> Literals {
    literals.push(Vec::new());
    literals
}

fn joined(starts: &Literals, ends: &Literals) -> Literals {
    let ends_of = |start: &Vec<u8>| ends.iter().map(|end| [&**start, &**end].concat()).collect::<Vec<_>>();
    starts.iter().flat_map(ends_of).collect()
}

fn union(parts: impl Iterator<Item = Option<Literals>>) -> Option<Literals> {
    let mut all = Literals::new();
    for part in parts {
        all.extend(part?);
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

fn better(one: Option<Literals>, other: Option<Literals>) -> Option<Literals> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let is_better = (shortest(&one), other.len()) >= (shortest(&other), one.len());
            Some(if is_better { one } else { other })
        }
        (one, other) => one.or(other),
    }
}

fn shortest(literals: &Literals) -> usize {
    literals.iter().map(Vec::len).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_syntax::ParserBuilder;

    use super::*;

    fn parse(pattern: &str) -> Hir {
        ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap()
    }

    fn literals(pattern: &str) -> Option<Vec<String>> {
        let literals = required(&parse(pattern))?;
        Some(literals.into_iter().map(|literal| String::from_utf8(literal).unwrap()).collect())
    }

    #[test]
    fn the_longest_literal_is_taken() {
        assert_eq!(literals(r"\bos\.environ\b"), Some(vec!["os.environ".into()]));
        assert_eq!(literals(r"^\s*pool_size\s*:\s*\d+"), Some(vec!["pool_size".into()]));
        assert_eq!(literals(r"(?i)TimeOut"), Some(vec!["timeout".into()]));
        assert_eq!(literals(r"(get|post)\w*\("), Some(vec!["get".into(), "post".into()]));
        assert_eq!(literals(r"https?://"), Some(vec!["https://".into(), "http://".into()]));
    }

    #[test]
    fn a_regex_without_a_telling_literal_has_none() {
        for pattern in
            [r"\d+", r"[a-z]+=", r"(timeout)?", r"(timeout)*", r"(timeout){0,2}", r"timeout|\d+", r".", ""]
        {
            assert_eq!(literals(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_class_of_up_to_eight_letters_is_a_literal_for_each() {
        assert_eq!(literals("[a-h]x").map(|literals| literals.len()), Some(8));
        assert_eq!(literals("[a-i]x"), None);
        assert_eq!(literals("(?u)[äöü]x"), Some(vec!["äx".into(), "öx".into(), "üx".into()]));
        assert_eq!(literals("(?u)[α-θ]x").map(|literals| literals.len()), Some(8));
        assert_eq!(literals("(?u)[α-ι]x"), None);
    }

    #[test]
    fn more_than_64_literals_are_as_good_as_none() {
        let either = |count: usize| (10..10 + count).map(|at| format!("{at}x")).collect::<Vec<_>>().join("|");
        assert_eq!(literals(&either(64)).map(|literals| literals.len()), Some(64));
        assert_eq!(literals(&either(65)), None);
        assert_eq!(literals(&format!("ab(?:{})?", either(64))), Some(vec!["ab".into()]));
        // 8 times 8 are told as one, 9 times 8 apart.
        let in_row =
            |one: usize, other: usize| literals(&format!("(?:{})(?:{})", either(one), either(other)));
        assert_eq!(in_row(8, 8).map(|literals| (literals.len(), literals[0].len())), Some((64, 6)));
        assert_eq!(in_row(9, 8).map(|literals| (literals.len(), literals[0].len())), Some((8, 3)));
    }

    #[test]
    fn of_the_simplest_regexes_the_longest_literal_is_found_without_parsing() {
        let plain = |text: &str| of_plain(text).map(|literal| String::from_utf8(literal).unwrap());
        for (text, literal) in [
            (r"\bPool_size\s*=", "pool_size"),
            (r"^retries: \d+$", "retries: "),
            (r"timeouts?=\w+", "timeout"),
            (r"ab+timeout", "timeout"),
            (r"host_name*", "host_nam"),
            (r"\s\d\w\btimeout", "timeout"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(literal), "{text}");
        }
        for text in [
            "four",
            "retr?ies",
            "timeouts+*",
            "retry_count+??",
            "timeout*?",
            "a|timeout",
            "(timeout)",
            "[t]imeout",
            "time.out",
            "timeout{0}",
            r"tim\eout",
            "größer",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_match_is_ever_without_a_literal(
            parts in prop::collection::vec(prop::sample::select(vec![
                "ab", "(?i:Ab)", "[xy]", "c?", "(ab|c)", "(x|yz)?", "\\d", "a+", "b*", "(bc){2}", "^", "$", "\\b", ".", "(a|b|)", "(?:xy|\\d)z",
            ]), 0..6),
            line in "[abcxyzABCXYZ1 ]{0,12}",
        ) {
            let pattern = parts.concat();
            let regex = regex::bytes::RegexBuilder::new(&pattern).unicode(false).build().unwrap();
            let lower = line.to_ascii_lowercase();
            if let (true, Some(found)) = (regex.is_match(line.as_bytes()), literals(&pattern)) {
                prop_assert!(found.iter().any(|literal| lower.contains(literal)), "{pattern} on {line}: {found:?}");
            }
        }

        #[test]
        fn no_match_is_ever_without_the_literal_of_a_plain_regex(
            parts in prop::collection::vec(prop::sample::select(vec![
                "ab", "a", "B", "a*", "b?", "b+", "\\s", "\\w", "\\w*", "\\b", "^", "$", "ba", "*", "+", "?",
            ]), 0..12),
            line in "[abAB ]{0,14}",
        ) {
            let pattern = parts.concat();
            let Some(literal) = of_plain(&pattern) else { return Ok(()) };
            let Ok(regex) = regex::bytes::RegexBuilder::new(&pattern).unicode(false).build() else { return Ok(()) };
            let holds = line.to_ascii_lowercase().as_bytes().windows(literal.len()).any(|part| part == literal);
            prop_assert!(holds || !regex.is_match(line.as_bytes()), "{pattern} on {line}");
        }
    }
}
