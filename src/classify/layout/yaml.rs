//! Cuts YAML into its values, as its reader found them, and what stands between them.
//!
//! Nearly everything between means something: only blanks within a line and next to
//! brackets do not.

use bstr::ByteSlice;

use super::tokens::{Builder, Kind, Token};
use crate::structure::Structure;

/// Cuts a file; `None` where anything is in doubt.
pub(super) fn read(text: &str, structure: &Structure) -> Option<Vec<Token>> {
    let bytes = text.as_bytes();
    let mut leaves = structure.leaves()?;
    leaves.retain(|leaf| !leaf.place.is_empty());
    leaves.sort_by_key(|leaf| leaf.place.start);
    let (mut tokens, mut at) = (Builder::default(), 0);
    for leaf in leaves {
        if leaf.place.start < at {
            return None;
        }
        between(bytes, at, leaf.place.start, &mut tokens)?;
        let written = bytes.get(leaf.place.clone())?;
        let is_odd = tokens
            .last_word()
            .is_some_and(|last| last.kind == Kind::Odd && bytes[last.place.clone()] != *b"---");
        let length = match written {
            // The text of a block may begin with anything.
            _ if is_odd => written.len(),
            [b'"' | b'\'', ..] => quoted(written)?,
            // Its blanks at the end are none of a value's.
            _ => written.trim_end_with(|c| c == ' ').len(),
        };
        let written = &written[..length];
        at = leaf.place.start + length;
        let kind = match written {
            // What is rendered before it is read, is merged, or stands elsewhere.
            _ if is_odd || written.contains_str("{{") => Kind::Opaque,
            [b'*', ..] | b"<<" => Kind::Opaque,
            [b'"' | b'\'', ..] => Kind::Text,
            _ => Kind::Word,
        };
        tokens.add(kind, leaf.place.start..at, leaf.depth);
    }
    between(bytes, at, bytes.len(), &mut tokens)?;
    tokens.finish()
}

/// Returns the length of a text in quotes; what follows it may be taken for a part of it.
fn quoted(written: &[u8]) -> Option<usize> {
    let quote = written[0];
    let mut at = 1;
    loop {
        match *written.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && written.get(at + 1) == Some(&b'\'') => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Cuts what stands between two values.
fn between(text: &[u8], mut at: usize, end: usize, tokens: &mut Builder) -> Option<()> {
    while at < end {
        let rest = &text[at..end];
        let is_first = at == 0 || text[at - 1] == b'\n';
        let (kind, length) = match rest[0] {
            b' ' | b'-' if is_first && indent(rest) > 0 => (Kind::Indent, indent(rest)),
            b' ' => {
                at += 1;
                continue;
            }
            b'\n' => (Kind::Line, 1),
            b'\r' if text[at..].starts_with(b"\r\n") => (Kind::Line, 2),
            b'[' | b'{' => {
                odd_template(text, at, tokens);
                tokens.open(at)?;
                at += 1;
                continue;
            }
            b']' | b'}' => {
                odd_template(text, at, tokens);
                if rest[0] == b'}' && tokens.holds_one_word() {
                    tokens.add(Kind::Odd, at..at + 1, 0);
                }
                tokens.close(text, at)?;
                at += 1;
                continue;
            }
            b',' => (Kind::Mark, 1),
            b':' => (Kind::Colon(is_blank(text, at.wrapping_sub(1)), is_blank(text, at + 1)), 1),
            b'#' if is_blank(text, at.wrapping_sub(1)) => {
                let line = rest.find_byte(b'\n').map_or(rest, |end| &rest[..end]);
                (Kind::Comment, line.trim_end().len())
            }
            b'#' => return None,
            _ => (
                Kind::Odd,
                rest.iter().take_while(|byte| !matches!(byte, b' ' | b'\r' | b'\n')).count().max(1),
            ),
        };
        tokens.add(kind, at..at + length, 0);
        at += length;
    }
    Some(())
}

/// Notes brackets that some take for a template's.
fn odd_template(text: &[u8], at: usize, tokens: &mut Builder) {
    let pair = &text[at..text.len().min(at + 2)];
    if matches!(pair, b"{{" | b"}}" | b"[[" | b"]]" | b"{#" | b"[#") {
        tokens.add(Kind::Odd, at..at + 1, 0);
    }
}

/// Tells whether a blank is there, the end of a line or of the file.
fn is_blank(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
}

/// Returns the length of the blanks and dashes that a line begins with.
fn indent(line: &[u8]) -> usize {
    let spaces = |from: usize| line[from..].iter().take_while(|&&byte| byte == b' ').count();
    let mut at = spaces(0);
    while line.get(at) == Some(&b'-') && is_blank(line, at + 1) {
        at += 1;
        at += spaces(at);
    }
    at
}
