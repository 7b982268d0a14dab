//! Comments that are more than comments: orders to a tool, and templates that are filled in before anybody reads
//! the file.
//!
//! In doubt a comment is an order: then the hunk is judged like code, which is never wrong, only slower.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use bstr::ByteSlice;

use super::language::{Dialect, Language};
use super::outline::is_empty;
use super::words::{BEGINNINGS, PLACED, PROSE, SQL, TAGS, TEMPLATES, TIGHT, WORDS};

/// A line longer than this, in bytes, and the file is not read: such lines were not written by a person.
const LONGEST_LINE: usize = 5000;

/// The declaration of a file of XML that goes over more lines than this is not looked at.
const LONGEST_DECLARATION: usize = 20;

/// The brackets of templates that may go over lines.
const BRACKETS: [(&str, &str); 10] = [
    ("{{", "}}"),
    ("{%", "%}"),
    ("{#", "#}"),
    ("<%", "%>"),
    ("<?", "?>"),
    ("${", "}"),
    ("[[", "]]"),
    ("<#", ">"),
    ("<@", ">"),
    ("[#", "]"),
];

/// The characters that a file seems to be in.
const ENCODINGS: [&str; 5] = ["utf-8", "utf8", "utf_8", "ascii", "us-ascii"];

/// Templates and words, searched for together: a file may hold as many comments as code.
static ANYWHERE: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // The kind that is made soonest: most runs see a handful of comments.
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::NoncontiguousNFA));
    let all = builder.build(TEMPLATES.iter().chain(WORDS));
    all.expect("a few short words are no more than can be searched for")
});

/// Tells whether a line of nothing but comment may be more than that, or `is_within` one that began further up.
pub fn is_more_than_comment(line: &[u8], dialect: Dialect, is_within: bool) -> bool {
    if ANYWHERE.is_match(line) || is_directive_of_template(line) || is_magic(line) {
        return true;
    }
    let lower = line.trim().to_ascii_lowercase();
    let text = body(&lower);
    let begins = |list: &[&str]| list.iter().any(|beginning| begins_with(text, beginning));
    let is_order = match dialect {
        Dialect::Sql => is_sql_order(line.trim(), text),
        Dialect::Java => lower.contains_str("\\u"),
        Dialect::Go => begins(&["output:", "unordered output:"]),
        Dialect::GoModule => begins(&["deprecated:"]),
        Dialect::GraphQl => begins(&["import"]),
        Dialect::JavaScript | Dialect::Plain => false,
    };
    let is_tight = TIGHT.iter().any(|order| lower.starts_with_str(order))
        || is_reference(&lower)
        || is_path(&lower)
        || is_condition(&lower);
    let is_bang = lower.contains_str("/*!") || text.starts_with(b"=") && !text.starts_with(b"==");
    let is_tag = text.starts_with(b"@")
        && (lower.starts_with(b"*")
            || lower.starts_with(b"/**")
            || text.starts_with(b"@todo")
            || text.starts_with(b"@fixme"));
    let has_annotation = (is_within || lower.starts_with(b"/*")) && has_annotation(line);
    let begins_with_order = has_annotation || !is_tag && begins(BEGINNINGS);
    let is_word =
        is_named(text) || is_capital(line.trim()) || is_manifest(text) || is_list_of_dependencies(line);
    is_order || is_tight || is_bang || begins_with_order || is_word
}

/// Tells whether a template begins in a comment and ends further down: what stands between is no comment.
pub fn begins_template(line: &[u8]) -> bool {
    let is_open = |(open, close): &(&str, &str)| {
        line.rfind(open).is_some_and(|at| !line[at + open.len()..].contains_str(close))
    };
    BRACKETS.iter().any(is_open)
}

/// Tells whether a line holds `[#if` or `[@name`; `[#1]` is a link.
fn is_directive_of_template(line: &[u8]) -> bool {
    ["[#", "[@"].iter().any(|open| {
        line.find_iter(open)
            .any(|at| line.get(at + 2).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'-'))
    })
}

/// Tells whether a line holds `webpackIgnore:` or the like, in front of which anything may stand.
fn is_magic(line: &[u8]) -> bool {
    line.find_iter("webpack").any(|at| {
        let name = &line[at + 7..];
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        length > 0 && name[0].is_ascii_uppercase() && name.get(length) == Some(&b':')
    })
}

/// Tells whether a comment names a file that TypeScript is to read, or a module.
fn is_reference(line: &[u8]) -> bool {
    let element = line.strip_prefix(b"///").and_then(|rest| rest.trim_start().strip_prefix(b"<"));
    element.is_some_and(|name| name.starts_with(b"reference") || name.starts_with(b"amd"))
}

/// Tells whether a comment is a program to a shell, which takes `//usr/bin/env` for a path.
fn is_path(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"//") else { return line.starts_with(b"/*/") };
    let path = rest.trim_start_with(|c| c == '/');
    let word = path.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let is_begin =
        word.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    is_begin && word.contains(&b'/') && !word.contains_str("://")
}

/// Tells whether a comment is `#if` or the like, which some build steps leave code out by.
fn is_condition(line: &[u8]) -> bool {
    const WORDS: [&str; 8] = ["if", "ifdef", "ifndef", "else", "elif", "elseif", "elsif", "endif"];
    let text = line.trim_start_with(|c| matches!(c, '/' | '*' | ' ' | '\t'));
    let Some(rest) = text.strip_prefix(b"#").filter(|_| text.len() < line.len()) else { return false };
    let rest = rest.strip_prefix(b"!").unwrap_or(rest).trim_start();
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    WORDS.iter().any(|word| rest[..length] == *word.as_bytes())
}

/// Tells whether the manifest of a script begins, as a block of code that is called `cargo`.
fn is_manifest(text: &[u8]) -> bool {
    let text = text.trim_start_with(|c| matches!(c, '!' | '*' | ' ' | '\t'));
    let is_block = text.starts_with(b"```") || text.starts_with(b"~~~");
    is_block && text.trim_start_with(|c| matches!(c, '`' | '~' | ' ' | '\t')).starts_with(b"cargo")
}

/// Tells whether a script's list of what it depends on begins; Python's readers take any blanks for one.
fn is_list_of_dependencies(line: &[u8]) -> bool {
    let text = line.to_str_lossy();
    let mut words = text.split(|c: char| c.is_whitespace() || c == '#').filter(|word| !word.is_empty());
    let mut next_is = |wanted: &str| words.next().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    next_is("script") && next_is("dependencies:")
}

/// Tells whether a line holds a tag that is not for readers, wherever it stands: annotations are such.
fn has_annotation(line: &[u8]) -> bool {
    let is_begin = |at: usize| at == 0 || matches!(line[at - 1], b' ' | b'\t' | b'*');
    line.find_iter("@").filter(|&at| is_begin(at)).any(|at| !is_documentation(&line[at + 1..]))
}

/// Tells whether a tag is for readers, or no tag at all but the scope of a package. Annotations begin with a capital.
fn is_documentation(tag: &[u8]) -> bool {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'_' | b'-' | b'\\' | b':' | b'.')
    };
    let length = tag.iter().take_while(|byte| is_part(byte)).count();
    let name = tag[..length].trim_end_with(|c| matches!(c, ':' | '.' | '-'));
    let is_scope = tag.get(length) == Some(&b'/') && !name.iter().any(u8::is_ascii_uppercase);
    let is_known = TAGS.iter().any(|known| name == known.as_bytes());
    let is_reminder = name.eq_ignore_ascii_case(b"todo") || name.eq_ignore_ascii_case(b"fixme");
    // What has arguments is called.
    let is_called = tag.get(length) == Some(&b'(');
    length == 0 || is_scope || is_reminder || is_known && !is_called
}

/// Tells whether a comment begins like `go:build`: a name, a colon, and what it is about with no blank between.
fn is_named(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+');
    let length = text.iter().take_while(|byte| is_part(byte)).count();
    let behind = text[length..].strip_prefix(b":").and_then(|rest| rest.first());
    let is_order = behind.is_some_and(|byte| !matches!(byte, b' ' | b'\t' | b':' | b'/'));
    length > 1 && is_order && text[0].is_ascii_alphabetic() && !is_prose(&text[..length])
}

/// Tells whether a comment begins like `//DEPS`, `#SBATCH` or `#DEBHELPER#`: a word in capitals, right behind the
/// mark. In `/* IFDEBUG */` it is all there is.
fn is_capital(line: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-');
    if let Some(block) = line.strip_prefix(b"/*").and_then(|rest| rest.strip_suffix(b"*/")) {
        let word = block.trim();
        let is_word = word.iter().all(is_part) && word.first().is_some_and(u8::is_ascii_uppercase);
        return is_word && word.len() > 1 && !is_prose(&word.to_ascii_lowercase());
    }
    let Some(text) = line.strip_prefix(b"//").or_else(|| line.strip_prefix(b"#")) else { return false };
    let length = text.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_').count();
    let is_word = matches!(text.get(length), None | Some(b' ' | b'\t' | b':' | b'#'));
    length > 1 && is_word && !is_prose(&text[..length].to_ascii_lowercase())
}

/// Tells whether a word is one of prose, or one of several with hyphens that begin with it.
fn is_prose(word: &[u8]) -> bool {
    let is_end = |rest: &[u8]| rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    PROSE.iter().any(|prose| {
        word.strip_prefix(prose.as_bytes())
            .is_some_and(|rest| is_end(rest.strip_prefix(b"s").unwrap_or(rest)))
    })
}

/// In a file of SQL a comment is one if it begins like a sentence: with two words or more, or with a capital.
fn is_sql_order(line: &[u8], text: &[u8]) -> bool {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return false };
    let is_sentence =
        line.trim_start_with(|c| c == '-' || c == ' ').first().is_some_and(u8::is_ascii_uppercase);
    let is_single = words.next().is_none() && line.starts_with(b"--") && !is_sentence;
    let is_known = SQL.iter().any(|word| first.trim_end_with(|c| c == ':') == word.as_bytes());
    let is_prefix = first.contains_str("migrat") || first.starts_with(b"precondition");
    let is_section = ["[", "{", "=="].iter().any(|mark| text.starts_with_str(mark));
    // `word = …`
    let is_setting = text.find_byte(b'=').is_some_and(|at| text[..at].trim().find_byteset(" \t").is_none());
    let is_label = first.ends_with(b":") && !is_prose(first);
    is_single
        || is_known
        || is_prefix
        || is_section
        || is_setting
        || is_label
        || line.starts_with(b"---")
        || line.starts_with(b"!")
        || line.ends_with(b"-")
        || line.contains_str("/*+")
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
    let is_indented = |line: &[u8]| line.starts_with_str(" ") || line.starts_with_str("\t");
    let looked_at = if language.is_markup() { LONGEST_DECLARATION } else { 2 };
    let goes_on = || content.lines().any(|line| is_indented(line) && !is_empty(line));
    let is_text = || !content.contains(&0) && content.to_str().is_ok();
    content.starts_with_str(language.beginning)
        && (language.proofs.is_empty() || language.proofs.iter().any(has))
        && !has_lone_return
        && !is_long()
        && is_text()
        && !(language.is_flat && goes_on())
        && !content.lines().take(looked_at).any(|line| is_foreign(line, language))
        && !(language.is_shell() && content.lines().any(reads_itself))
        && !OTHER_LINE_ENDS.iter().any(has)
        && !language.unreadable.iter().any(has)
}

/// Tells whether a line says that the file is to be read in other characters than it seems, or as another language.
fn is_foreign(line: &[u8], language: &Language) -> bool {
    const SHELLS: [&[u8]; 6] = [b"sh", b"bash", b"dash", b"ksh", b"zsh", b"ash"];
    let lower = line.to_ascii_lowercase();
    let has_other_encoding = lower.find_iter("coding").any(|at| {
        let name = lower[at + 6..].strip_prefix(b":").or_else(|| lower[at + 6..].strip_prefix(b"="));
        let name = name.map(|name| name.trim_start_with(|c| matches!(c, ' ' | '\t' | '"' | '\'')));
        let is_known = |name: &[u8]| ENCODINGS.iter().any(|known| name.starts_with_str(known));
        name.is_some_and(|name| !is_known(name))
    });
    let mut words = line.split(|byte| matches!(byte, b'/' | b' ' | b'\t'));
    let is_shell = words.any(|word| SHELLS.contains(&word));
    // `#!py`, but for `#!jinja|yaml`: it names no program, but how the file is to be read.
    let is_reader = language.is_yaml()
        && line.strip_prefix(b"#!").is_some_and(|rest| !rest.trim_start().starts_with(b"/"))
        && !line.trim_end().ends_with(b"yaml");
    has_other_encoding || line.starts_with(b"#!") && is_shell != language.is_shell() || is_reader
}

/// Tells whether a line of a shell's script reads the script itself, and with it the comments. Where it only asks what
/// folder the script is in, it does not.
fn reads_itself(line: &[u8]) -> bool {
    const READERS: [&str; 14] = [
        "sed", "grep", "egrep", "fgrep", "rg", "awk", "gawk", "tail", "head", "cat", "cut", "perl", "tac",
        "tr",
    ];
    const MOST_NAMES: usize = 16;
    const NAMES: [&str; 4] = ["$0", "${0}", "$BASH_SOURCE", "${BASH_SOURCE"];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_name = |at: usize| {
        // `'{ print $0 }'` is a field of `awk`.
        let before = line[..at].trim_end_with(|c| c == '"');
        let opened = before.find_iter("'").count() % 2 == 1;
        let is_assigned = before.ends_with(b"=");
        let is_read = || before.ends_with(b"<") || before.trim_end().ends_with(b"<");
        let mut words = line[..at].split(|byte| !is_word(byte));
        let has_reader = words.any(|word| READERS.iter().any(|reader| word == reader.as_bytes()));
        !opened && (is_assigned || is_read() || has_reader)
    };
    // A line that says it as often as this was not written to be understood.
    NAMES
        .iter()
        .any(|name| line.find_iter(name).nth(MOST_NAMES).is_some() || line.find_iter(name).any(is_name))
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
