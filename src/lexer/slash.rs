//! Tells a division from a regex, as far as one line can.

use bstr::ByteSlice;

/// Words behind which a value begins, and with it perhaps a regex.
const BEFORE_VALUES: [&[u8]; 15] = [
    b"await",
    b"case",
    b"default",
    b"delete",
    b"do",
    b"else",
    b"extends",
    b"in",
    b"instanceof",
    b"new",
    b"of",
    b"return",
    b"throw",
    b"typeof",
    b"void",
];

/// Returns where to go on behind a slash, `last` being the last byte of code before it; `None` where it can't be
/// told and matters.
pub fn skip(line: &[u8], at: usize, last: Option<usize>, is_nested: bool) -> Option<usize> {
    let rest = &line[at + 1..];
    // Whatever it is, nothing in it may begin what goes on behind the line.
    let is_harmless = !rest.contains(&b'`')
        && !rest.contains_str("/*")
        && !rest.contains_str("\"\"\"")
        && !rest.contains_str("'''")
        && !(is_nested && (rest.contains(&b'{') || rest.contains(&b'}')));
    match before(line, last) {
        Before::Value => end(rest).map(|end| at + 1 + end).or(is_harmless.then_some(at + 1)),
        Before::Operand => Some(at + 1),
        Before::Unclear => is_harmless.then_some(at + 1),
    }
}

enum Before {
    /// A value must follow: it is a regex.
    Value,
    /// A value stands before it: it is a division.
    Operand,
    /// Either.
    Unclear,
}

fn before(line: &[u8], last: Option<usize>) -> Before {
    let Some(last) = last else { return Before::Unclear };
    match line[last] {
        b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b';' | b'~' | b'^' => {
            Before::Value
        }
        b']' | b'"' | b'\'' => Before::Operand,
        byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' => {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
            let start = line[..last].iter().rposition(|&byte| !is_word(byte)).map_or(0, |at| at + 1);
            let is_member = start > 0 && line[start - 1] == b'.';
            let is_keyword = BEFORE_VALUES.contains(&&line[start..=last]) || &line[start..=last] == b"yield";
            if is_keyword && !is_member { Before::Value } else { Before::Operand }
        }
        _ => Before::Unclear,
    }
}

/// Returns the length of a regex up to and with its closing slash.
fn end(regex: &[u8]) -> Option<usize> {
    let (mut at, mut is_class) = (0, false);
    while let Some(&byte) = regex.get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => is_class = true,
            b']' => is_class = false,
            b'/' if !is_class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}
