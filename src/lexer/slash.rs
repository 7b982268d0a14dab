//! Tells a division from a regex and a comparison from an element, where one line decides it.

use bstr::ByteSlice;

/// Words behind which a value may begin.
const BEFORE_VALUES: [&[u8]; 24] = [
    b"as",
    b"async",
    b"await",
    b"case",
    b"default",
    b"delete",
    b"do",
    b"else",
    b"export",
    b"extends",
    b"finally",
    b"in",
    b"instanceof",
    b"is",
    b"keyof",
    b"new",
    b"of",
    b"return",
    b"satisfies",
    b"throw",
    b"try",
    b"typeof",
    b"void",
    b"yield",
];

/// What is asked of a line more than once.
pub struct Line {
    /// Behind it, whether a slash is a division makes no difference to what goes on behind the line.
    harmless_from: usize,
}

impl Line {
    /// Looks for the last quote or beginning of a comment in a line.
    pub fn new(line: &[u8]) -> Self {
        let quote = line.rfind_byteset("'\"`").map_or(0, |at| at + 1);
        let comment = line.rfind("/*").map_or(0, |at| at + 1);
        let element = line.rfind_byte(b'<').map_or(0, |at| at + 1);
        Self { harmless_from: quote.max(comment).max(element) }
    }

    /// Returns where to go on behind a slash; `None` where it can't be told and matters.
    pub fn skip(&self, line: &[u8], at: usize) -> Option<usize> {
        if at >= self.harmless_from {
            return Some(at + 1);
        }
        let before = line[..at].trim_end_with(|c| c == ' ' || c == '\t');
        match before.last()? {
            b'(' | b',' | b'=' | b':' | b'[' | b'&' | b'|' | b'?' | b'{' | b';' => {
                regex(&line[at + 1..]).map(|end| at + 1 + end)
            }
            b']' => Some(at + 1),
            _ => ends_with_operand(before).then_some(at + 1),
        }
    }
}

/// Tells whether `<` may begin an element: the text of that may look like a comment and hold code.
pub fn may_begin_element(line: &[u8], at: usize) -> bool {
    if line[at] != b'<' {
        return false;
    }
    let before = line[..at].trim_end_with(|c| c == ' ' || c == '\t');
    let next = line.get(at + 1).copied();
    let is_apart = before.len() < at;
    let is_compared = matches!(next, Some(b' ' | b'='));
    let is_shift = line[..at].ends_with(b"<") || next == Some(b'<');
    // `Array<string>`, `a < b`, `a <= b`.
    let is_fine = !is_apart && next.is_some_and(|next| next != b'/') || is_compared || is_shift;
    !is_fine || !ends_with_operand(before.trim_end_with(|c| c == '<' || c == ' '))
}

/// Tells whether code ends in a name or a number, and not in a word behind which a value may begin.
fn ends_with_operand(code: &[u8]) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    let start = code.iter().rposition(|&byte| !is_word(byte)).map_or(0, |at| at + 1);
    let word = &code[start..];
    !word.is_empty() && !BEFORE_VALUES.contains(&word)
}

/// Returns the length of a regex up to and with its closing slash.
fn regex(text: &[u8]) -> Option<usize> {
    let (mut at, mut is_class) = (0, false);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            // With some flags, classes stand in classes.
            b'[' if is_class => return None,
            b'[' => is_class = true,
            b']' => is_class = false,
            b'/' if !is_class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}
