//! Finds the end of a text, and of code within it, on one line.

use bstr::ByteSlice;

use super::syntax::{Escape, Hole, Quote};

/// Where a text ends.
pub enum End {
    /// Before this byte of the line.
    At(usize),
    /// On a later line.
    Open,
    /// It can't be told.
    Unclear,
}

/// Finds the end of a text that is open at `at`.
pub fn end(line: &[u8], mut at: usize, quote: &Quote) -> End {
    while at < line.len() {
        let rest = &line[at..];
        if rest.starts_with_str(quote.close) {
            let behind = &rest[quote.close.len()..];
            let is_doubled = quote.escape == Escape::Doubled && behind.starts_with_str(quote.close);
            // A run of more quotes than the text needs ends it later to some.
            if quote.close.len() > 1 && behind.first() == quote.close.as_bytes().last() {
                return End::Unclear;
            }
            if !is_doubled {
                return End::At(at + quote.close.len());
            }
            at += 2;
        } else if let Some(hole) = quote.holes.iter().find(|hole| rest.starts_with_str(hole.open)) {
            if hole.open.len() == 1 && rest.starts_with(&[hole.opening, hole.opening]) {
                at += 2;
                continue;
            }
            let Some(next) = in_hole(line, at, hole) else { return End::Unclear };
            at = next;
        } else if rest[0] == b'\\' && quote.escape != Escape::None && quote.escape != Escape::Doubled {
            let is_brace = rest.get(1) == Some(&b'{') && quote.holes.iter().any(|hole| hole.open == "{");
            if quote.escape == Escape::Unclear || is_brace {
                return End::Unclear;
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    if quote.lines { End::Open } else { End::Unclear }
}

fn in_hole(line: &[u8], at: usize, hole: &Hole) -> Option<usize> {
    hole_end(line, at + hole.open.len(), hole.opening, hole.closing)
}

/// Finds the end of code in a text that is open at `at`; `None` where it is no simple expression, or goes on.
pub fn hole_end(line: &[u8], mut at: usize, opening: u8, closing: u8) -> Option<usize> {
    let mut open = 1_u32;
    while let Some(&byte) = line.get(at) {
        match byte {
            b'"' | b'\'' => {
                let text = &line[at + 1..];
                let end = text.find_byte(byte)?;
                let is_plain = |byte: &u8| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'.' | b',' | b'-' | b':')
                };
                if !text[..end].iter().all(is_plain) {
                    return None;
                }
                at += end + 1;
            }
            b'\\' | b'`' | b'#' | b'/' => return None,
            _ if byte == opening => open += 1,
            _ if byte == closing => {
                open -= 1;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Returns the word that ends before `at`, as far as that is short; a longer one is cut.
pub fn word_before(line: &[u8], at: usize) -> &[u8] {
    let near = &line[at.saturating_sub(8)..at];
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let start = near.iter().rposition(|&byte| !is_word(byte)).map_or(0, |at| at + 1);
    &near[start..]
}
