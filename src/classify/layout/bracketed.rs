//! Cuts JSON, HCL and TOML into words, texts, brackets and comments.

use bstr::ByteSlice;

use super::tokens::{Builder, Kind, Token};
use crate::structure::Format;

/// Templates in texts deeper than this are not read.
const DEEPEST: usize = 50;

/// Cuts a file from `at` on; `None` where anything is in doubt.
pub(super) fn read(text: &[u8], mut at: usize, format: Format) -> Option<Vec<Token>> {
    let mut tokens = Builder::default();
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let (kind, length) = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'\n' => (Kind::Line, 1),
            b'\r' if rest.starts_with(b"\r\n") => (Kind::Line, 2),
            _ if begins_comment(rest, format) => (Kind::Comment, comment(rest)?),
            b'"' | b'\'' => (Kind::Text, quoted(rest, format)?),
            b'<' if format == Format::Hcl && rest.starts_with(b"<<") => (Kind::Text, heredoc(rest)?),
            b'[' | b'{' | b'(' => {
                tokens.open(at)?;
                at += 1;
                continue;
            }
            b']' | b'}' | b')' => {
                tokens.close(text, at)?;
                at += 1;
                continue;
            }
            _ if is_word(byte, format) => {
                (Kind::Word, rest.iter().take_while(|&&byte| is_word(byte, format)).count())
            }
            b',' | b'.' => (Kind::Mark, 1),
            _ if is_sign(byte) => (Kind::Mark, signs(rest, format)),
            _ => return None,
        };
        if is_template(kind, &rest[..length]) {
            return None;
        }
        tokens.add(kind, at..at + length, 0);
        at += length;
    }
    tokens.finish()
}

/// Tells of a byte whether a word may hold it. What stands next to a dot or a dash without a blank is one with it.
fn is_word(byte: u8, format: Format) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-')
        || byte == b'.' && format != Format::Toml
        || byte == b'+' && format != Format::Hcl
        || byte == b':' && format == Format::Toml
}

fn is_sign(byte: u8) -> bool {
    b"=:!<>&|+*/%?~^".contains(&byte)
}

/// Returns the length of the signs that stand together.
fn signs(rest: &[u8], format: Format) -> usize {
    let is_end = |at: &usize| !is_sign(rest[*at]) || begins_comment(&rest[*at..], format);
    (1..rest.len()).find(is_end).unwrap_or(rest.len())
}

fn begins_comment(rest: &[u8], format: Format) -> bool {
    match format {
        Format::Json => rest.starts_with(b"//") || rest.starts_with(b"/*"),
        Format::Hcl => rest.starts_with(b"#") || rest.starts_with(b"//") || rest.starts_with(b"/*"),
        Format::Toml | Format::Yaml => rest.starts_with(b"#"),
    }
}

/// Returns the length of a comment, without blanks at its end.
fn comment(rest: &[u8]) -> Option<usize> {
    if rest.starts_with(b"/*") {
        return rest[2..].find("*/").map(|end| end + 4);
    }
    let line = rest.find_byte(b'\n').map_or(rest, |end| &rest[..end]);
    Some(line.trim_end().len())
}

/// Returns the length of a text in quotes.
fn quoted(rest: &[u8], format: Format) -> Option<usize> {
    let quote = rest[0];
    match format {
        Format::Hcl if quote == b'"' => quoted_hcl(rest),
        Format::Json if quote == b'"' => on_line(rest, true),
        Format::Toml if rest.starts_with(&[quote; 3]) => over_lines(rest),
        Format::Toml => on_line(rest, quote == b'"'),
        Format::Hcl | Format::Json | Format::Yaml => None,
    }
}

/// Returns the length of a text that ends on its line.
fn on_line(rest: &[u8], has_escapes: bool) -> Option<usize> {
    let mut at = 1;
    loop {
        match *rest.get(at)? {
            b'\n' | b'\r' => return None,
            b'\\' if has_escapes && rest.get(at + 1).is_some_and(|&byte| !matches!(byte, b'\n' | b'\r')) => {
                at += 2;
            }
            b'\\' if has_escapes => return None,
            byte if byte == rest[0] => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Returns the length of a text in three quotes.
fn over_lines(rest: &[u8]) -> Option<usize> {
    let quote = rest[0];
    let mut at = 3;
    loop {
        match *rest.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote && rest[at..].starts_with(&[quote; 3]) => {
                // A fourth one may be part of the text.
                return (rest.get(at + 3) != Some(&quote)).then_some(at + 3);
            }
            _ => at += 1,
        }
    }
}

/// Returns the length of a text with templates, which must end on its line.
fn quoted_hcl(rest: &[u8]) -> Option<usize> {
    // Whether each that is open is a text or code.
    let mut open = vec![true];
    let mut at = 1;
    while let Some(&is_text) = open.last() {
        let here = rest.get(at..).filter(|here| !here.is_empty() && open.len() <= DEEPEST)?;
        at += match here {
            [b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..] | [b'\\'] => return None,
            [b'"', ..] => {
                if is_text {
                    open.truncate(open.len() - 1);
                } else {
                    open.push(true);
                }
                1
            }
            [b'\\', ..] if is_text => 2,
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] if is_text => 3,
            [b'$' | b'%', b'{', ..] if is_text => {
                open.push(false);
                2
            }
            [b'#', ..] | [b'/', b'/' | b'*', ..] | [b'<', b'<', ..] if !is_text => return None,
            [b'{', ..] if !is_text => {
                open.push(false);
                1
            }
            [b'}', ..] if !is_text => {
                open.pop();
                1
            }
            _ => 1,
        };
    }
    Some(at)
}

/// Returns the length of a text down to the line with its marker.
fn heredoc(rest: &[u8]) -> Option<usize> {
    let head = rest.strip_prefix(b"<<-").or_else(|| rest.strip_prefix(b"<<"))?;
    let first = head.find_byte(b'\n')?;
    let marker = head[..first].strip_suffix(b"\r").unwrap_or(&head[..first]);
    if marker.is_empty() || !marker.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let mut at = rest.len() - head.len() + first + 1;
    for line in rest[at..].lines_with_terminator() {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.contains_str("${") || text.contains_str("%{") {
            // Where what is filled in holds the marker, the text goes on behind it.
            return None;
        }
        if text.trim() == marker {
            return Some(at + text.len());
        }
        at += line.len();
    }
    None
}

/// Tells whether a text or a comment may be filled in, and more with it than itself.
fn is_template(kind: Kind, text: &[u8]) -> bool {
    const SIGNS: [(&str, &str); 4] = [("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("[[", "]]")];
    let count = |sign: &str| text.find_iter(sign).count();
    if kind == Kind::Comment {
        return SIGNS.iter().any(|(open, close)| count(open) + count(close) > 0);
    }
    kind == Kind::Text && SIGNS[..3].iter().any(|(open, close)| count(open) != count(close))
}
