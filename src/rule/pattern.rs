//! Regexes over lines: the one place that turns a user's regex into a matcher.
//!
//! Lines are bytes, so classes and `\w`, `\d`, `\b` mean ASCII unless a regex
//! says `(?u)`. There is no look-around and no backtracking: matching takes
//! time in proportion to the line, whatever the regex.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

/// A regex longer than this, in bytes, is refused.
const LONGEST: usize = 4096;
/// Brackets in brackets deeper than this are refused.
const DEEPEST: u32 = 50;
/// A compiled regex larger than this, in bytes, is refused.
const LARGEST: usize = 1 << 20;
/// A regex of no more states than this is known to compile to less than [`LARGEST`].
const SURELY_SMALL: usize = 2000;
const TOO_BIG: &str = "it compiles to more than a megabyte; repeat less";

/// Compiles a regex over one line without its end.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let built = RegexBuilder::new(pattern).unicode(false).nest_limit(DEEPEST).size_limit(LARGEST).build();
    built.map_err(|error| {
        let too_big = matches!(error, regex::Error::CompiledTooBig(_));
        if too_big { TOO_BIG.to_owned() } else { last_line(&error.to_string()) }
    })
}

/// Tells what is wrong with a regex, if anything, without the cost of compiling an everyday one.
///
/// What passes here compiles: a policy with a thousand rules is checked in no time, and the
/// regexes are compiled only when a change touches their paths.
pub fn check(pattern: &str) -> Result<(), String> {
    if pattern.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let parsed = ParserBuilder::new().unicode(false).utf8(false).nest_limit(DEEPEST).build().parse(pattern);
    match parsed {
        Err(error) => Err(last_line(&error.to_string())),
        Ok(hir) if states(&hir) <= SURELY_SMALL => Ok(()),
        Ok(_) => compile(pattern).map(drop),
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
        assert_eq!(check(&"x".repeat(5000)), Err("it is longer than 4096 bytes".to_owned()));
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
