//! Comments that are more than comments: orders to a tool, and templates that are filled in before anybody reads
//! the file.
//!
//! In doubt a comment is an order: then the hunk is judged like code, which is never wrong, only slower.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use bstr::ByteSlice;

use super::language::{Dialect, Language};

/// A line longer than this, in bytes, and the file is not read: such lines were not written by a person.
const LONGEST_LINE: usize = 5000;

/// The beginnings and ends of templates.
const TEMPLATES: [&str; 13] = ["{{", "}}", "{%", "%}", "{#", "#}", "<%", "%>", "<?", "?>", "${", "%{", "@@"];

/// Words that make a comment an order wherever they stand in it: scanners, updaters, code generators.
const WORDS: &[&str] = &[
    "$imagepolicy",
    "@jsx",
    "@openapi",
    "@swagger",
    "cfn-lint",
    "cfn_nag",
    "checkov",
    "codeql",
    "cython:",
    "datree",
    "dependabot",
    "distutils:",
    "gate:",
    "gitleaks",
    "hadolint",
    "kics-scan",
    "kics_scan",
    "kube-linter",
    "kubesec",
    "lgtm[",
    "nosec",
    "nosemgrep",
    "nosonar",
    "pragma",
    "release-please",
    "renovate",
    "semgrep",
    "snyk",
    "sourcemappingurl",
    "terrascan",
    "tfsec",
    "tflint",
    "trivy",
    "trufflehog",
    "yaml-language-server",
    "zizmor",
];

/// Words that make a comment an order at its beginning.
const BEGINNINGS: &[&str] = &[
    "!",
    "+",
    "-*-",
    "@",
    "[if",
    "check=",
    "cloud-boothook",
    "cloud-config",
    "coding:",
    "coding=",
    "compdef",
    "encoding:",
    "escape=",
    "frozen_string_literal",
    "frozen-string-literal",
    "go:",
    "jinja2:",
    "nuitka",
    "part-handler",
    "shareable_constant_value",
    "swagger:",
    "syntax=",
    "template:",
    "ts-",
    "upstart-job",
    "warn_indent",
];

/// Beginnings that are orders to a tool that runs SQL files.
const SQL: &[&str] = &[
    ">",
    ":",
    "changeset",
    "delimiter",
    "dialect",
    "down",
    "end",
    "liquibase",
    "migrat",
    "name:",
    "nontransactional",
    "precondition",
    "property",
    "rollback",
    "rambler",
    "split",
    "sqlc",
    "statement",
    "transaction",
    "up",
];

/// Orders whose words are common in prose: these only count right behind the comment's mark.
const TIGHT: &[&str] = &[
    "//export ",
    "//extern ",
    "//line ",
    "#include",
    "#pragma",
    "# /// script",
    "/// <reference",
    "/// <amd",
];

/// Beginnings that are orders only by their place at the top of a file.
const PLACED: &[&str] = &[
    "!",
    "+build",
    "-*-",
    "check=",
    "cloud-",
    "coding:",
    "coding=",
    "compdef",
    "escape=",
    "frozen",
    "encoding:",
    "go:build",
    "jinja2:",
    "syntax=",
    "template:",
    "upstart-job",
    "part-handler",
    "warn_indent",
    "yaml-language-server",
];

/// Templates and words, searched for together: a file may hold as many comments as code.
static ANYWHERE: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // The kind that is made soonest: most runs see a handful of comments.
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::NoncontiguousNFA));
    let all = builder.build(TEMPLATES.iter().chain(WORDS));
    all.expect("a few short words are no more than can be searched for")
});

/// Tells whether a line of nothing but comment may be more than that.
pub fn is_more_than_comment(line: &[u8], dialect: Dialect) -> bool {
    if ANYWHERE.is_match(line) {
        return true;
    }
    let lower = line.trim().to_ascii_lowercase();
    let text = body(&lower);
    let begins = |list: &[&str]| list.iter().any(|beginning| begins_with(text, beginning));
    let is_order = match dialect {
        Dialect::Sql => begins(SQL) || lower.contains_str("/*!") || lower.contains_str("/*+"),
        Dialect::Java => lower.contains_str("\\u"),
        Dialect::C => lower.contains_str("??/"),
        Dialect::GoModule => begins(&["deprecated:"]),
        Dialect::Plain => false,
        Dialect::Jsx => line.contains(&b'{') || line.contains(&b'}'),
    };
    // In a block comment every line may begin with a tag of the documentation.
    let is_documentation = lower.starts_with(b"*") || lower.starts_with(b"/**");
    let begins_with_order = if is_documentation { begins(&["@ts-"]) } else { begins(BEGINNINGS) };
    let is_tight = TIGHT.iter().any(|order| lower.starts_with_str(order));
    is_order || begins_with_order || is_tight || lower.contains_str("/*!")
}

/// Returns the dialect that the comments of a file are to be read in: without elements there is no JSX in it.
pub fn dialect(content: &[u8], language: &Language) -> Dialect {
    let has_elements = || content.contains_str("</") || content.contains_str("/>");
    if language.dialect == Dialect::Jsx && !has_elements() { Dialect::Plain } else { language.dialect }
}

/// Returns how many lines at the top hold orders by their place, so that no line may be added above them.
pub fn head(content: &[u8], language: &Language) -> usize {
    let mut head = 0;
    for (at, line) in content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).lines().enumerate() {
        let line = line.trim();
        let is_comment = language.markers.iter().any(|marker| line.starts_with_str(marker));
        let lower = line.to_ascii_lowercase();
        if line.starts_with(b"#!")
            || PLACED.iter().any(|beginning| is_comment && begins_with(body(&lower), beginning))
        {
            // Build constraints of Go need a blank line behind them.
            head = if lower.starts_with(b"//") { at + 2 } else { at + 1 };
        } else if !is_comment && !line.is_empty() {
            break;
        }
    }
    head
}

/// Tells whether a file can be read at all: whether its lines are what the language takes for lines, and no comment
/// of it holds code.
pub fn is_readable(content: &[u8], language: &Language) -> bool {
    const OTHER_LINE_ENDS: [&str; 5] = ["\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"];
    let has = |text: &&str| content.contains_str(text);
    let has_lone_return =
        content.find_iter("\r").any(|at| !matches!(content.get(at + 1), None | Some(b'\n')));
    // Some readers look ahead to the end of a line.
    let is_long = || content.split(|&byte| byte == b'\n').any(|line| line.len() > LONGEST_LINE);
    !has_lone_return && !is_long() && !OTHER_LINE_ENDS.iter().any(has) && !language.unreadable.iter().any(has)
}

/// Returns what a comment says, without the characters that make it one.
fn body(line: &[u8]) -> &[u8] {
    let line = line.trim();
    let start =
        line.iter().position(|byte| !matches!(byte, b'/' | b'*' | b'#' | b';' | b'-' | b'<' | b' ' | b'\t'));
    let text = &line[start.unwrap_or(line.len())..];
    // `<!--`, `#!` and `/*!`.
    match line {
        _ if line.starts_with(b"<!--") => line[4..].trim_start(),
        _ if line.starts_with(b"#!") => &line[1..],
        _ if line.starts_with(b"//!") || line.starts_with(b"!") => text.trim_start_with(|c| c == '!'),
        _ if line.contains_str("-*-") => b"-*-",
        _ if line.starts_with(b"-->") => b">",
        _ => text,
    }
}

/// Tells whether text begins as an order does; ` =` and `=` are the same.
fn begins_with(text: &[u8], beginning: &str) -> bool {
    match beginning.strip_suffix('=') {
        Some(name) => {
            let rest = text.strip_prefix(name.as_bytes()).map(ByteSlice::trim_start);
            rest.is_some_and(|rest| rest.starts_with(b"="))
        }
        None => text.starts_with_str(beginning),
    }
}
