//! Patterns over paths: GitHub's, which are nearly those of gitignore, GitLab's, which are those of Ruby's
//! `File.fnmatch`, and Gitea's regexes.
//!
//! A glob is matched name by name without going back further than to its last star, so
//! that no pattern takes more than the product of its length and the path's.

use std::ops::RangeInclusive;

use bstr::{BStr, ByteSlice as _};
use regex::bytes::{Regex, RegexBuilder};

use super::{Forge, Problem};
use crate::change::path;

/// The most that a compiled regex may take, in bytes.
const REGEX_SIZE: usize = 1_048_576;
/// How deeply a regex may be nested.
const REGEX_DEPTH: u32 = 50;

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub struct Pattern {
    exact: Matcher,
    folded: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    Glob { steps: Vec<Step>, and_below: bool },
    Regex { regex: Regex, is_negated: bool },
    Nothing,
}

/// What a part of a glob stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `**`: any number of folders, none too.
    Folders,
    /// One name.
    Name(Vec<Token>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(Vec<u8>),
    /// `?`
    One,
    /// `*`
    Any,
    /// `[a-z]`
    Of {
        is_negated: bool,
        ranges: Vec<RangeInclusive<char>>,
    },
}

/// Splits a path into its names.
pub fn parts(path: &BStr) -> Vec<&[u8]> {
    path.split_str("/").collect()
}

impl Pattern {
    /// Reads a pattern, without the `!` in front of it.
    pub fn parse(text: &str, forge: Forge, is_negated: bool) -> Result<Self, Problem> {
        let exact = match forge {
            Forge::GitHub => github(text)?,
            Forge::GitLab => gitlab(text)?,
            Forge::Gitea => {
                let regex = |ignores_case| {
                    let regex = RegexBuilder::new(&format!("^{text}$"))
                        .case_insensitive(ignores_case)
                        .size_limit(REGEX_SIZE)
                        .nest_limit(REGEX_DEPTH)
                        .build();
                    let regex = regex.map_err(|error| Problem::Regex(in_one_line(&error)))?;
                    Ok(Matcher::Regex { regex, is_negated })
                };
                return Ok(Self { exact: regex(false)?, folded: regex(true)? });
            }
        };
        Ok(Self { folded: folded(&exact), exact })
    }

    /// Returns the folded name that a path must begin with, where there is one.
    pub fn head(&self) -> Option<&[u8]> {
        let Matcher::Glob { steps, .. } = &self.folded else { return None };
        match steps.first()? {
            Step::Name(tokens) => match tokens.as_slice() {
                [Token::Text(text)] => Some(text),
                _ => None,
            },
            Step::Folders => None,
        }
    }

    /// Tells whether folding makes no difference to it.
    pub fn is_folded(&self) -> bool {
        match (&self.exact, &self.folded) {
            (Matcher::Glob { steps: exact, .. }, Matcher::Glob { steps: folded, .. }) => exact == folded,
            _ => false,
        }
    }

    /// Tells whether it matches a path, given with its [`parts`]; `is_folded` where the path is.
    pub fn matches(&self, path: &BStr, parts: &[&[u8]], is_folded: bool) -> bool {
        match if is_folded { &self.folded } else { &self.exact } {
            Matcher::Glob { steps, and_below } => walk(steps, *and_below, parts),
            Matcher::Regex { regex, is_negated } => regex.is_match(path) != *is_negated,
            Matcher::Nothing => false,
        }
    }
}

/// Returns the first line of what is wrong with a regex that says it.
fn in_one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Without a slash before its end a pattern is for every folder; what it names is meant with all below it.
fn github(text: &str) -> Result<Matcher, Problem> {
    let body = text.strip_prefix('/').unwrap_or(text);
    let (body, is_folder) = body.strip_suffix('/').map_or((body, false), |body| (body, true));
    if body.is_empty() {
        return Ok(Matcher::Nothing);
    }
    let is_anchored = text.starts_with('/') || body.contains('/');
    let mut steps = steps(body, false)?;
    if !is_anchored {
        steps.insert(0, Step::Folders);
    }
    let any = Step::Name(vec![Token::Any]);
    let mut and_below = true;
    if is_folder || steps.last() == Some(&Step::Folders) {
        while steps.last() == Some(&Step::Folders) {
            steps.pop();
        }
        steps.push(any);
    } else if is_anchored && steps.last() == Some(&any) {
        and_below = false;
    }
    Ok(Matcher::Glob { steps, and_below })
}

/// Without a slash at its beginning a pattern is for every folder; only one at its end means what is below.
fn gitlab(text: &str) -> Result<Matcher, Problem> {
    let (body, is_anchored) = text.strip_prefix('/').map_or((text, false), |body| (body, true));
    let (body, is_folder) = body.strip_suffix('/').map_or((body, body.is_empty()), |body| (body, true));
    let mut steps = if body.is_empty() { Vec::new() } else { steps(body, true)? };
    if !is_anchored {
        steps.insert(0, Step::Folders);
    }
    let any = Step::Name(vec![Token::Any]);
    if is_folder {
        steps.extend([Step::Folders, any]);
    } else if let Some(last) = steps.last_mut()
        && *last == Step::Folders
    {
        // For Ruby, `**` without a slash behind it is no more than `*`.
        *last = any;
    }
    Ok(Matcher::Glob { steps, and_below: false })
}

fn steps(body: &str, has_sets: bool) -> Result<Vec<Step>, Problem> {
    body.split('/')
        .map(|part| match part {
            "" => Err(Problem::EmptyName),
            "**" => Ok(Step::Folders),
            part if part.contains("***") => Err(Problem::Stars),
            part => tokens(part, has_sets).map(Step::Name),
        })
        .collect()
}

fn tokens(part: &str, has_sets: bool) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut chars = part.chars();
    let mut buffer = [0; 4];
    while let Some(c) = chars.next() {
        let literal = match c {
            '*' => {
                tokens.push(Token::Any);
                continue;
            }
            '?' => {
                tokens.push(Token::One);
                continue;
            }
            '[' if has_sets => {
                tokens.push(set(&mut chars)?);
                continue;
            }
            '\\' => chars.next().ok_or(Problem::Open('\\'))?,
            c => c,
        };
        let bytes = literal.encode_utf8(&mut buffer).as_bytes();
        match tokens.last_mut() {
            Some(Token::Text(text)) => text.extend_from_slice(bytes),
            _ => tokens.push(Token::Text(bytes.to_vec())),
        }
    }
    Ok(tokens)
}

/// Reads a set behind its `[`.
fn set(chars: &mut std::str::Chars<'_>) -> Result<Token, Problem> {
    let is_negated = chars.as_str().starts_with(['!', '^']);
    if is_negated {
        chars.next();
    }
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next().ok_or(Problem::Open('['))? {
            ']' if !ranges.is_empty() => return Ok(Token::Of { is_negated, ranges }),
            '\\' => chars.next().ok_or(Problem::Open('['))?,
            c => c,
        };
        let mut rest = chars.as_str().chars();
        let last = match (rest.next(), rest.next()) {
            (Some('-'), Some(last)) if last != ']' => {
                chars.nth(1);
                last
            }
            _ => first,
        };
        ranges.push(first..=last);
    }
}

/// Returns the same for folded paths.
fn folded(matcher: &Matcher) -> Matcher {
    let token = |token: &Token| match token {
        Token::Text(text) => Token::Text(path::fold_text(text)),
        Token::Of { is_negated, ranges } => {
            let upper = |range: &RangeInclusive<char>| {
                let fold = |c: char| c.to_lowercase().next().unwrap_or(c);
                fold(*range.start())..=fold(*range.end())
            };
            Token::Of { is_negated: *is_negated, ranges: ranges.iter().map(upper).collect() }
        }
        Token::One | Token::Any => token.clone(),
    };
    let step = |step: &Step| match step {
        Step::Folders => Step::Folders,
        Step::Name(tokens) => Step::Name(tokens.iter().map(token).collect()),
    };
    match matcher {
        Matcher::Glob { steps, and_below } => {
            Matcher::Glob { steps: steps.iter().map(step).collect(), and_below: *and_below }
        }
        Matcher::Regex { .. } | Matcher::Nothing => matcher.clone(),
    }
}

/// Matches the steps against the names of a path.
fn walk(steps: &[Step], and_below: bool, parts: &[&[u8]]) -> bool {
    let (mut step, mut part) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    loop {
        match steps.get(step) {
            Some(Step::Folders) => {
                step += 1;
                last = Some((step, part));
                continue;
            }
            Some(Step::Name(tokens)) if parts.get(part).is_some_and(|name| is_name(tokens, name)) => {
                (step, part) = (step + 1, part + 1);
                continue;
            }
            None if part == parts.len() || and_below => return true,
            Some(Step::Name(_)) | None => {}
        }
        // Let the last `**` take one folder more.
        match last.as_mut() {
            Some((behind, from)) if parts.get(*from).is_some() => {
                *from += 1;
                (step, part) = (*behind, *from);
            }
            _ => return false,
        }
    }
}

/// Matches the tokens against one name.
fn is_name(tokens: &[Token], name: &[u8]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    loop {
        let rest = &name[at..];
        let taken = match tokens.get(token) {
            Some(Token::Any) => {
                token += 1;
                last = Some((token, at));
                continue;
            }
            Some(Token::Text(text)) => rest.starts_with(text).then_some(text.len()),
            Some(Token::One) => first_of(rest).map(|(_, size)| size),
            Some(Token::Of { is_negated, ranges }) => first_of(rest)
                .filter(|(c, _)| ranges.iter().any(|range| range.contains(c)) != *is_negated)
                .map(|(_, size)| size),
            None if rest.is_empty() => return true,
            None => None,
        };
        match (taken, last.as_mut()) {
            (Some(taken), _) => (token, at) = (token + 1, at + taken),
            (None, Some((behind, from))) if *from < name.len() => {
                *from += first_of(&name[*from..]).map_or(1, |(_, size)| size);
                (token, at) = (*behind, *from);
            }
            (None, _) => return false,
        }
    }
}

/// Returns the first character and its size; a byte that is no text stands for itself.
fn first_of(text: &[u8]) -> Option<(char, usize)> {
    let (c, size) = bstr::decode_utf8(text);
    (size > 0).then(|| (c.unwrap_or(char::REPLACEMENT_CHARACTER), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pattern, paths that it matches and paths that it does not.
    type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

    const GITHUB: &[Row] = &[
        ("*", &["README", "src/main.rs", ".env", "a/b/c/d"], &[]),
        ("/*", &["README", ".env"], &["src/main.rs", "a/b/c"]),
        ("*.rs", &["main.rs", "src/main.rs", ".rs", "x.rs/inner"], &["main.rs.bak", "rs", "src/rs"]),
        ("/*.rs", &["main.rs"], &["src/main.rs", "main.c"]),
        ("src", &["src", "src/main.rs", "lib/src", "lib/src/a/b"], &["srcs", "src.rs", "lib/asrc/x"]),
        ("/src", &["src", "src/main.rs", "src/a/b"], &["lib/src", "lib/src/a", "source"]),
        ("src/", &["src/main.rs", "lib/src/a", "src/a/b"], &["src", "lib/src", "srcs/a"]),
        ("/src/", &["src/main.rs", "src/a/b"], &["src", "lib/src/a"]),
        ("/", &[], &["README", "src/main.rs"]),
        ("src/net", &["src/net", "src/net/tcp.rs"], &["lib/src/net", "src/network", "src/a/net"]),
        ("src/net/", &["src/net/tcp.rs", "src/net/a/b"], &["src/net", "lib/src/net/a"]),
        ("src/*", &["src/main.rs", "src/.env"], &["src", "src/net/tcp.rs", "lib/src/a"]),
        ("src/*/", &["src/net/tcp.rs", "src/net/a/b"], &["src/main.rs", "src"]),
        ("src/*/mod.rs", &["src/net/mod.rs", "src/net/mod.rs/x"], &["src/mod.rs", "src/a/b/mod.rs"]),
        ("src/n*", &["src/net", "src/net/tcp.rs", "src/n"], &["src/main.rs", "lib/src/net"]),
        ("docs/*.md", &["docs/a.md", "docs/.md"], &["docs/a/b.md", "a/docs/b.md", "docs/a.mdx"]),
        ("**", &["README", "src/main.rs", "a/b/c"], &[]),
        ("**/", &["src/main.rs", "a/b/c", "README"], &[]),
        ("**/*", &["README", "a/b/c"], &[]),
        ("**/net", &["net", "net/x", "src/net", "src/net/tcp.rs", "a/b/net"], &["network", "src/net2"]),
        ("**/src/net", &["src/net", "lib/src/net/a"], &["src/a/net", "net"]),
        ("**/*test*", &["test", "a/my_test.rs", "a/tests/b"], &["a/b", "tes"]),
        ("src/**", &["src/main.rs", "src/a/b/c"], &["src", "lib/src/a"]),
        ("src/**/", &["src/a/b", "src/main.rs"], &["src"]),
        ("src/**/mod.rs", &["src/mod.rs", "src/a/mod.rs", "src/a/b/mod.rs"], &["mod.rs", "lib/src/mod.rs"]),
        ("src/**/a/**/b", &["src/a/b", "src/x/a/y/z/b", "src/a/a/b/b"], &["src/b/a", "src/b", "a/b"]),
        ("/**/gen", &["gen", "a/gen", "a/b/gen/c"], &["agen", "a/gent"]),
        ("v?", &["v1", "a/v2/b", "vé"], &["v", "v10", "a/v"]),
        ("a*b*c", &["abc", "aXbYc", "abcbc"], &["ab", "acb", "abcd", "a/b/c"]),
        ("a**b", &["ab", "axxb"], &["a/b", "a/x/b"]),
        ("src/[id].ts", &["src/[id].ts"], &["src/i.ts", "src/d.ts"]),
        ("\\*.rs", &["*.rs", "src/*.rs"], &["main.rs"]),
        ("what\\?", &["what?"], &["what1"]),
        ("my\\ folder/", &["my folder/a", "x/my folder/a"], &["my/folder/a", "my\\ folder/a"]),
        ("{a,b}", &["{a,b}"], &["a", "b"]),
        ("a#b", &["a#b"], &["a"]),
        ("été", &["été", "x/été/y"], &["ete"]),
    ];

    const GITLAB: &[Row] = &[
        ("*", &["README", "a/b/c", ".env"], &[]),
        ("/*", &["README", ".env"], &["a/b"]),
        ("README.md", &["README.md", "docs/README.md"], &["README.md/x", "README.mdx"]),
        ("/README.md", &["README.md"], &["docs/README.md"]),
        ("docs", &["docs", "a/docs"], &["docs/a.md"]),
        ("docs/", &["docs/a.md", "docs/a/b.md", "a/docs/b.md"], &["docs"]),
        ("/docs/", &["docs/a.md", "docs/a/b.md"], &["docs", "a/docs/b.md"]),
        ("/docs/*", &["docs/a.md", "docs/.a"], &["docs/a/b.md"]),
        ("docs/*.md", &["docs/a.md", "x/docs/a.md"], &["docs/a/b.md"]),
        ("/docs/**", &["docs/a.md"], &["docs/a/b.md", "docs"]),
        ("/docs/**/*", &["docs/a.md", "docs/a/b.md"], &["docs", "x/docs/a"]),
        ("/docs/**/index.md", &["docs/index.md", "docs/a/b/index.md"], &["index.md", "docs/index.mdx"]),
        ("*.rb", &["a.rb", "lib/a.rb", ".rb"], &["a.rbs", "a.rb/x"]),
        ("lib/", &["lib/a", "x/lib/a/b"], &["lib"]),
        ("[a-c].txt", &["a.txt", "x/c.txt"], &["d.txt", "ab.txt", "-.txt"]),
        ("[!a-c].txt", &["d.txt", "é.txt"], &["a.txt", ".txt"]),
        ("[^a].txt", &["b.txt"], &["a.txt"]),
        ("[]a].txt", &["].txt", "a.txt"], &["b.txt"]),
        ("[a-].txt", &["-.txt", "a.txt"], &["b.txt"]),
        ("\\[a\\].txt", &["[a].txt"], &["a.txt"]),
        ("\\#notes", &["#notes", "a/#notes"], &["notes"]),
        ("a\\ b/", &["a b/c"], &["a/c"]),
        ("v?.md", &["v1.md", "x/v2.md"], &["v.md", "v10.md"]),
        ("/", &["README", "a/b"], &[]),
    ];

    const GITEA: &[Row] = &[
        (r".*\.go", &["main.go", "a/b.go"], &["main.go.bak", "go"]),
        (
            r"docs/(aws|azure)/[^/]*\.md",
            &["docs/aws/a.md"],
            &["docs/gcp/a.md", "docs/aws/b/c.md", "x/docs/aws/a.md"],
        ),
        ("src/.*", &["src/a", "src/a/b"], &["src", "lib/src/a"]),
    ];

    #[test]
    fn plain_first_name_is_the_head_of_a_pattern() {
        let head = |forge, text| {
            let pattern = Pattern::parse(text, forge, false).unwrap();
            pattern.head().map(|head| BStr::new(head).to_string())
        };
        assert_eq!(head(Forge::GitHub, "/Docs/*.md"), Some("docs".to_owned()));
        assert_eq!(head(Forge::GitHub, "a\\ b/c"), Some("a b".to_owned()));
        assert_eq!(head(Forge::GitHub, "docs"), None, "it is for every folder");
        assert_eq!(head(Forge::GitHub, "/d*/a"), None);
        assert_eq!(head(Forge::GitHub, "/"), None);
        assert_eq!(head(Forge::Gitea, "docs/a"), None);
    }

    #[test]
    fn folded_pattern_has_no_capitals() {
        let is_folded = |forge, text| Pattern::parse(text, forge, false).unwrap().is_folded();
        assert!(is_folded(Forge::GitHub, "/docs/*.md") && is_folded(Forge::GitLab, "[a-c]?"));
        assert!(!is_folded(Forge::GitHub, "/Docs/*.md") && !is_folded(Forge::GitLab, "[A-C]?"));
        assert!(!is_folded(Forge::Gitea, "docs/.*"));
    }

    fn check(forge: Forge, rows: &[Row]) -> usize {
        for (text, yes, no) in rows {
            let pattern = Pattern::parse(text, forge, false).unwrap();
            let matches = |path: &str| {
                let path = BStr::new(path);
                pattern.matches(path, &parts(path), false)
            };
            yes.iter().for_each(|path| assert!(matches(path), "`{text}` should match {path}"));
            no.iter().for_each(|path| assert!(!matches(path), "`{text}` should not match {path}"));
        }
        rows.iter().map(|(_, yes, no)| yes.len() + no.len()).sum()
    }

    #[test]
    fn each_dialect_matches_what_its_forge_does() {
        let checked =
            check(Forge::GitHub, GITHUB) + check(Forge::GitLab, GITLAB) + check(Forge::Gitea, GITEA);
        assert!(checked > 230, "{checked}");
    }

    #[test]
    fn negated_regex_is_for_all_other_paths() {
        let pattern = Pattern::parse("src/.*", Forge::Gitea, true).unwrap();
        let matches = |path: &str| pattern.matches(path.into(), &[], false);
        assert!(matches("docs/a"));
        assert!(!matches("src/a"));
    }

    #[test]
    fn folded_paths_meet_folded_patterns() {
        for (text, forge) in
            [("/Infra/", Forge::GitHub), ("/Infra/[A-Z]*", Forge::GitLab), ("Infra/.*", Forge::Gitea)]
        {
            let pattern = Pattern::parse(text, forge, false).unwrap();
            let path = BStr::new("infra/main.tf");
            assert!(pattern.matches(path, &parts(path), true), "{text}");
            assert!(!pattern.matches(path, &parts(path), false), "{text}");
        }
    }

    #[test]
    fn what_means_nothing_is_a_mistake() {
        let problem = |text: &str, forge| Pattern::parse(text, forge, false).unwrap_err();
        assert_eq!(problem("a/***/b", Forge::GitHub), Problem::Stars);
        assert_eq!(problem("a//b", Forge::GitHub), Problem::EmptyName);
        assert_eq!(problem("a\\", Forge::GitHub), Problem::Open('\\'));
        assert_eq!(problem("[a-", Forge::GitLab), Problem::Open('['));
        assert_eq!(problem("[a/b]", Forge::GitLab), Problem::Open('['));
        assert!(matches!(problem("a(", Forge::Gitea), Problem::Regex(_)));
        assert!(matches!(problem("(x{100}){100}{100}", Forge::Gitea), Problem::Regex(_)));
    }

    #[test]
    fn no_pattern_takes_long() {
        let name = "a".repeat(4_000);
        let stars = "*a".repeat(1_900) + "b";
        let pattern = Pattern::parse(&stars, Forge::GitHub, false).unwrap();
        assert!(!pattern.matches(BStr::new(&name), &[name.as_bytes()], false));
        let deep = "a/".repeat(2_000);
        let folders = "**/a/".repeat(500) + "b";
        let pattern = Pattern::parse(&folders, Forge::GitHub, false).unwrap();
        let path = BStr::new(&deep);
        assert!(!pattern.matches(path, &parts(path), false));
    }

    #[test]
    fn paths_need_not_be_text() {
        let pattern = Pattern::parse("docs/a?b", Forge::GitHub, false).unwrap();
        let path = BStr::new(b"docs/a\xffb");
        assert!(pattern.matches(path, &parts(path), false));
    }
}
