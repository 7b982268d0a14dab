//! Globs over paths: the one place that turns a user's glob into a matcher.

use globset::{Glob, GlobBuilder};

/// A glob longer than this, in bytes, is refused.
const LONGEST: usize = 1000;

/// Tells what is wrong with a glob, if anything, without the cost of compiling an everyday one.
pub fn check(pattern: &str) -> Result<(), String> {
    if is_plain(pattern) { shape(pattern) } else { compile(pattern).map(drop) }
}

/// Tells of an everyday glob that it compiles. `false` says nothing.
fn is_plain(pattern: &str) -> bool {
    pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./*".contains(&byte))
}

/// Compiles a glob over whole paths from the top of the repository: `*` and `?` stop at a slash, `**` does not.
///
/// Refuses, with the way out, a glob that could never match a path.
pub fn compile(pattern: &str) -> Result<Glob, String> {
    shape(pattern)?;
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| error.kind().to_string())
}

/// Refuses globs that could never match a path.
fn shape(pattern: &str) -> Result<(), String> {
    if pattern.is_empty() {
        return Err("it is empty; `**` matches every file".to_owned());
    }
    if pattern.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    if let Some(rest) = pattern.strip_prefix('!') {
        return Err(format!("there is no `!`; what is left out is named in `not-paths`, as `{rest}`"));
    }
    if let Some(rest) = pattern.strip_prefix("./").or_else(|| pattern.strip_prefix('/')) {
        return Err(format!("paths start at the top of the repository; write `{rest}`"));
    }
    if let Some(folder) = pattern.strip_suffix('/') {
        return Err(format!("it matches no file; all files of the folder are `{folder}/**`"));
    }
    if pattern.contains("//") || pattern.split('/').any(|part| part == "." || part == "..") {
        return Err("no path has an empty, `.` or `..` part".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        compile(pattern).unwrap().compile_matcher().is_match(path)
    }

    #[test]
    fn a_glob_of_letters_and_stars_is_plain() {
        assert!(is_plain("**/a-1_B/*.tf"));
        assert!(!is_plain("{a,b}") && !is_plain("a?") && !is_plain("[a]") && !is_plain("é"));
    }

    #[test]
    fn a_star_stops_at_a_slash_and_two_do_not() {
        assert!(matches("infra/*.tf", "infra/main.tf"));
        assert!(!matches("infra/*.tf", "infra/a/main.tf"));
        assert!(matches("infra/**", "infra/a/main.tf"));
        assert!(matches("**/*.tf", "main.tf"));
        assert!(matches("**/*.{yml,yaml}", "a/b/c.yaml"));
        assert!(!matches("*.tf", "infra/main.tf"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_passes_the_check_compiles(pattern in "[ab_./*?{},!\\[\\]-]{0,10}") {
            proptest::prop_assert_eq!(check(&pattern).is_ok(), compile(&pattern).is_ok(), "{}", pattern);
        }
    }

    #[test]
    fn a_glob_that_can_match_nothing_is_refused_with_the_way_out() {
        let refused = |pattern: &str| compile(pattern).unwrap_err();
        assert_eq!(refused("/infra/**"), "paths start at the top of the repository; write `infra/**`");
        assert_eq!(refused("src/"), "it matches no file; all files of the folder are `src/**`");
        assert_eq!(
            refused("!docs/**"),
            "there is no `!`; what is left out is named in `not-paths`, as `docs/**`"
        );
        assert_eq!(refused("a/../b"), "no path has an empty, `.` or `..` part");
        assert_eq!(refused(&"a".repeat(1001)), "it is longer than 1000 bytes");
        assert!(compile(&"a".repeat(1000)).is_ok());
        assert!(refused("src/[a").starts_with("unclosed character class"));
        assert!(compile(&"{".repeat(900)).is_err());
    }
}
