//! Regexes over lines: the one place that turns a user's regex into a matcher.
//!
//! Lines are bytes, so classes and `\w`, `\d`, `\b` mean ASCII unless a regex
//! says `(?u)`. There is no look-around and no backtracking: matching takes
//! time in proportion to the line, whatever the regex.

use regex_automata::meta::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

/// A regex longer than this, in bytes, is refused.
const LONGEST: usize = 4096;
/// Brackets in brackets deeper than this are refused.
const DEEPEST: u32 = 50;
/// A compiled regex larger than this, in bytes, is refused.
const LARGEST: usize = 1_048_576;
/// A plain regex of no more bytes than this is known to compile to less than [`LARGEST`].
const LONGEST_PLAIN: usize = 500;
/// A regex of no more states than this is known to compile to less than [`LARGEST`].
const SURELY_SMALL: usize = 2000;
const TOO_BIG: &str = "it compiles to more than a megabyte; repeat less";

/// How many lines a regex is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searches {
    /// A hundred or so: what is made soonest.
    Few,
    /// Any number: what is worth making.
    Many,
}

/// Compiles a regex over one line without its end.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    compile_for(pattern, Searches::Many)
}

/// Compiles a regex for so many lines. What it matches is the same.
pub fn compile_for(pattern: &str, searches: Searches) -> Result<Regex, String> {
    let config = Regex::config()
        .utf8_empty(false)
        .nfa_size_limit(Some(LARGEST))
        .auto_prefilter(false)
        .onepass(false)
        .dfa(false)
        .hybrid(searches == Searches::Many);
    let built = Regex::builder().configure(config).build_from_hir(&parse(pattern)?);
    built.map_err(|_error| TOO_BIG.to_owned())
}

/// Parses a regex over one line without its end.
pub fn parse(pattern: &str) -> Result<Hir, String> {
    if pattern.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let parsed = ParserBuilder::new().unicode(false).utf8(false).nest_limit(DEEPEST).build().parse(pattern);
    parsed.map_err(|error| last_line(&error.to_string()))
}

/// Tells what is wrong with a regex, if anything, without the cost of compiling an everyday one.
///
/// What passes here compiles: a policy with a thousand rules is checked in no time, and the
/// regexes are compiled only when a change touches their paths.
pub fn check(pattern: &str) -> Result<(), String> {
    if is_plain(pattern) {
        return Ok(());
    }
    let regex = parse(pattern)?;
    if states(&regex) <= SURELY_SMALL { Ok(()) } else { compile(pattern).map(drop) }
}

/// Tells of a regex of the everyday kind that it compiles, without parsing it: letters, classes, groups and
/// repetitions without counts. `false` says nothing.
fn is_plain(pattern: &str) -> bool {
    let mut rest = pattern.as_bytes();
    let (mut open, mut repeatable) = (0_u32, false);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'.' => repeatable = true,
            b'_' | b'-' | b'=' | b':' | b'"' | b'\'' | b'/' | b',' | b';' | b'<' | b'>' | b'@' | b'#'
            | b'%' => {
                repeatable = true;
            }
            b'*' | b'+' | b'?' if repeatable => repeatable = false,
            b'^' | b'$' | b'|' => repeatable = false,
            b'(' if open < DEEPEST / 4 => {
                rest = rest.strip_prefix(b"?:").unwrap_or(rest);
                (open, repeatable) = (open + 1, false);
            }
            b')' if open > 0 => (open, repeatable) = (open - 1, true),
            b'\\' => match rest.split_first() {
                Some((b's' | b'S' | b'd' | b'D' | b'w' | b'W', after)) => (rest, repeatable) = (after, true),
                Some((
                    b'.' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'*' | b'+' | b'?' | b'|' | b'$',
                    after,
                )) => {
                    (rest, repeatable) = (after, true);
                }
                // A brace behind it, which would give it another meaning, is not plain either.
                Some((b'b', after)) => (rest, repeatable) = (after, false),
                _ => return false,
            },
            b'[' => match plain_class(rest) {
                Some(after) => (rest, repeatable) = (after, true),
                None => return false,
            },
            _ => return false,
        }
    }
    open == 0 && pattern.len() <= LONGEST_PLAIN
}

/// Skips the rest of a class of plain letters, the usual ranges and `\s`, `\d`, `\w`.
fn plain_class(class: &[u8]) -> Option<&[u8]> {
    let mut rest = class.strip_prefix(b"^").unwrap_or(class);
    let mut empty = true;
    loop {
        rest = match rest {
            [b']', after @ ..] if !empty => return Some(after),
            [b'a', b'-', b'z', after @ ..]
            | [b'A', b'-', b'Z', after @ ..]
            | [b'0', b'-', b'9', after @ ..] => after,
            [b'\\', b's' | b'd' | b'w' | b'.', after @ ..] => after,
            [byte, after @ ..] if byte.is_ascii_alphanumeric() || b"_ .\"':/,=".contains(byte) => after,
            _ => return None,
        };
        empty = false;
    }
}

/// Estimates the size of a regex from above: bytes to match, repeated as often as it says.
fn states(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(regex_syntax::hir::Class::Bytes(class)) => 1 + class.ranges().len() / 4,
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => 4 * (1 + class.ranges().len()),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
            states(&repetition.sub).saturating_add(1).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(|part| states(part).saturating_add(1)).fold(0, usize::saturating_add)
        }
    }
}

/// The regex crate draws the regex with carets over several lines; the reason is the last one.
fn last_line(message: &str) -> String {
    let reason = message.lines().last().unwrap_or(message).trim_start_matches("error: ");
    if reason.contains("Unicode not allowed") || reason.contains("invalid UTF-8") {
        return format!("{reason}; put `(?u)` in front for other letters than ASCII");
    }
    if reason.contains("look-around") {
        return "look-ahead and look-behind are not supported".to_owned();
    }
    reason.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_compiles_passes_the_check_and_nothing_else() {
        let patterns = [
            r"pool_size",
            r"^\s*(cpu|memory):\s*\d{1,4}",
            r"(?u)größe\s*=\s*\w+",
            r"(?i)TIMEOUT",
            r"\bRUN\b.{0,80}--mount",
            r"(a",
            r"[z-a]",
            r"a{3,1}",
            r"(?=x)",
            r"\p{Greek}",
            r"(?u)\p{Nonsense}",
            r"(x{100}){100}{100}",
            r"(?u)\w{900}",
            r"x{1000}{50}",
            r"\1",
        ];
        for pattern in patterns {
            assert_eq!(check(pattern).is_ok(), compile(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn deep_and_wide_regexes_pass_the_check_where_they_compile() {
        let nested = |depth: u32| {
            let depth = depth as usize;
            ["(".repeat(depth), "a".to_owned(), ")".repeat(depth)].concat()
        };
        for depth in [1, DEEPEST / 4, DEEPEST / 4 + 1, DEEPEST - 1, DEEPEST, DEEPEST + 1, 2 * DEEPEST] {
            assert_eq!(check(&nested(depth)).is_ok(), compile(&nested(depth)).is_ok(), "{depth}");
        }
        assert!(check(&nested(DEEPEST / 2)).is_ok() && check(&nested(2 * DEEPEST)).is_err());
        let every_other: String = (0..128).step_by(2).map(|byte| format!("\\x{byte:02x}")).collect();
        assert!(states(&parse(&format!("[{every_other}]")).unwrap()) > 64 / 4);
        for times in [1, 10, 990] {
            let wide = format!("[{every_other}]{{{times}}}");
            assert_eq!(check(&wide).is_ok(), compile(&wide).is_ok(), "{times}");
        }
    }

    proptest! {
        /// The short ways to say yes must never say it to a regex that does not compile.
        #[test]
        fn whatever_passes_the_check_compiles(pattern in "[ab_\\-=.*+?|^$()\\[\\]{}\\\\sdwWb:<>,09zA#]{0,12}") {
            if check(&pattern).is_ok() {
                prop_assert!(compile(&pattern).is_ok(), "{}", pattern);
            }
        }

        #[test]
        fn the_short_way_agrees_with_the_long_one(parts in proptest::collection::vec(0..PARTS.len(), 0..40)) {
            let pattern: String = parts.iter().map(|part| PARTS[*part]).collect();
            if is_plain(&pattern) {
                prop_assert!(compile(&pattern).is_ok(), "{}", pattern);
            }
        }
    }

    const PARTS: [&str; 22] = [
        "a", "_", "(", "(?:", ")", "[a-z]", "[^\\w.]", "[", "]", "^", "$", "*", "+", "?", "|", "\\s", "\\b",
        "\\.", ".", "{2}", "-", "\\",
    ];

    #[test]
    fn everyday_regexes_take_the_short_way() {
        let nested = |depth: u32| ["(".repeat(depth as usize), ")".repeat(depth as usize)].join("a");
        for pattern in [
            r"pool_size",
            r"^\s*(cpu|memory):\s+\d+$",
            r"[a-z]",
            r"[^A-Z]+",
            r"[0-9]?",
            r"[ab0]",
            r#"[_ ."':/,=]"#,
            r"[\s\d\w\.]",
            r"\bRUN\b.*",
            &nested(DEEPEST / 4),
            &"a".repeat(LONGEST_PLAIN),
        ] {
            assert!(is_plain(pattern), "{pattern}");
        }
        for pattern in [
            r"a{2}",
            r"\b{start}",
            r"[!]",
            r"[]",
            r"[^]",
            r"[a-",
            r"[]a]",
            r"a**",
            &nested(DEEPEST / 4 + 1),
            &"a".repeat(LONGEST_PLAIN + 1),
        ] {
            assert!(!is_plain(pattern), "{pattern}");
        }
    }

    #[test]
    fn size_is_estimated_by_what_is_to_be_matched() {
        let states = |pattern: &str| states(&parse(pattern).unwrap());
        assert_eq!(states("[ac]"), 1);
        assert_eq!(states("[acegikmo]"), 1 + 8 / 4);
        assert_eq!(states("(?u)[α-ωа-яא-ת]"), 4 * (1 + 3));
        assert_eq!(states("[ac]{7}"), (1 + 1) * 7);
    }

    #[test]
    fn a_regex_for_few_lines_is_made_without_the_searcher_for_many() {
        let has_it = |searches| compile_for("a.c", searches).unwrap().get_config().get_hybrid();
        assert!(has_it(Searches::Many) && !has_it(Searches::Few));
    }

    #[test]
    fn the_regexes_of_the_packs_take_the_short_way_as_a_rule() {
        let mut count = (0, 0);
        for (name, _) in crate::rule::pack::PACKS {
            let pack = crate::rule::pack::load(name).unwrap().unwrap();
            for when in pack.rules.iter().map(|rule| &rule.when) {
                for pattern in [&when.added, &when.removed, &when.changed, &when.differs, &when.except]
                    .into_iter()
                    .flatten()
                {
                    count.0 += usize::from(is_plain(pattern));
                    count.1 += 1;
                }
            }
        }
        assert!(count.0 * 5 > count.1 * 2, "{count:?}");
    }

    #[test]
    fn a_regex_that_explodes_is_refused_before_it_is_built() {
        assert_eq!(
            compile("(x{100}){100}{100}").unwrap_err(),
            "it compiles to more than a megabyte; repeat less"
        );
        assert_eq!(
            check("(x{100}){100}{100}"),
            Err("it compiles to more than a megabyte; repeat less".to_owned())
        );
        assert!(check(&"(".repeat(4000)).is_err());
        assert!(parse(&"x".repeat(LONGEST)).is_ok());
        assert_eq!(check(&"x".repeat(LONGEST + 1)), Err("it is longer than 4096 bytes".to_owned()));
    }

    #[test]
    fn the_reason_is_one_line() {
        assert_eq!(check("(a"), Err("unclosed group".to_owned()));
        assert_eq!(check("(?=x)"), Err("look-ahead and look-behind are not supported".to_owned()));
        assert_eq!(
            check(r"\p{Greek}"),
            Err("Unicode not allowed here; put `(?u)` in front for other letters than ASCII".to_owned())
        );
    }

    #[test]
    fn bytes_that_are_no_text_can_be_matched_around() {
        assert!(compile("a.b").unwrap().is_match(b"a\xffb"));
    }
}
