//! Comments that functions of JavaScript may be there for: `toString` has them, and some code reads texts from there.
//!
//! Nothing tells such a text from a remark but its place and its looks. What stands alone in brackets, or goes over
//! lines without the stars of a remark, is taken for text: it is judged like code.

use std::ops::Range;

use bstr::ByteSlice;

/// How often each byte may be looked at, on average: in a file that takes more all is text.
const MOST_LOOKS: usize = 16;

/// A comment, by its bytes.
struct Comment {
    at: Range<usize>,
    is_block: bool,
}

/// Returns which bytes of a file are comments that may be there for their text by their place, in order; they may
/// overlap.
///
/// They stand right behind a bracket, be that one in a comment or a text: one too much costs somebody a look.
pub fn find(content: &[u8]) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    let all = 0..content.len();
    let mut looks = content.len().saturating_mul(MOST_LOOKS);
    let mut line = 0..0;
    for open in content.find_iter("{").chain(content.find_iter("(")) {
        let (comments, end) = comments_behind(content, open + 1);
        let Some(left) = looks.checked_sub(end - open) else { return vec![all] };
        looks = left;
        let (Some(first), Some(last)) = (comments.first(), comments.last()) else { continue };
        if matches!(content.get(end), None | Some(b'}' | b')')) {
            texts.push(first.at.start..last.at.end);
            continue;
        }
        if !line.contains(&open) {
            line = open..content[open..].find_byte(b'\n').map_or(content.len(), |end| open + end);
        }
        let blocks = comments.into_iter().filter(|comment| comment.is_block).map(|comment| comment.at);
        texts.extend(blocks.filter(|at| at.start < line.end && is_special(&content[at.start + 2..])));
    }
    texts.sort_unstable_by_key(|text| (text.start, text.end));
    texts
}

/// Tells whether a line of a comment may be one of a text by its looks: it does not begin with the star of a remark.
pub fn is_without_star(line: &[u8]) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with(b"*")
}

/// Tells whether a line may be one of a function: above the first of these stand the words of the licence.
pub fn may_be_function(line: &[u8]) -> bool {
    ["{", "(", "=>"].iter().any(|sign| line.contains_str(sign))
}

/// Returns the comments that follow with nothing but blanks between, and where something else does.
fn comments_behind(content: &[u8], mut at: usize) -> (Vec<Comment>, usize) {
    let mut comments = Vec::new();
    loop {
        at += blanks(&content[at..]);
        let rest = &content[at..];
        let (end, is_block) = match rest {
            [b'/', b'/', ..] => (at + rest.find_byte(b'\n').unwrap_or(rest.len()), false),
            [b'/', b'*', ..] => (end_of_block(content, at), true),
            _ => return (comments, at),
        };
        comments.push(Comment { at: at..end, is_block });
        at = end;
    }
}

/// Tells whether a comment begins as those do that are kept, or with a line end.
fn is_special(inside: &[u8]) -> bool {
    let text = inside.trim_start_with(|c| matches!(c, ' ' | '\t' | '\r'));
    inside.starts_with(b"!") || inside.starts_with(b"@") || text.starts_with(b"\n")
}

fn end_of_block(content: &[u8], at: usize) -> usize {
    content[at + 2..].find("*/").map_or(content.len(), |end| at + 2 + end + 2)
}

/// Returns how many bytes of blanks a text begins with, whatever characters they are.
fn blanks(text: &[u8]) -> usize {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    text.len() - text.trim_start_with(is_blank).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the lines that hold a text, as stars, and the others, as dots.
    fn texts(file: &str) -> String {
        let texts = find(file.as_bytes());
        let mut at = 0;
        let mut lines = String::new();
        for line in file.split_inclusive('\n') {
            let is_in = |text: &Range<usize>| text.start < at + line.len() && text.end > at;
            lines.push(if texts.iter().any(is_in) { '*' } else { '.' });
            at += line.len();
        }
        lines
    }

    #[test]
    fn comment_that_is_all_of_a_body_is_text() {
        for file in [
            "function f(){/*\na\n*/}\n",
            "function f() { // b\n/* a\n*/ }\n",
            "function f() // b\n{ /* c */ // d\n/* a\n*/ }\n",
            "const f = (): A<{}> => {\u{a0}/* a\n*/\n}\n",
            "class A {\n/* a\n*/}\n",
            "f(function(){ // }\n// a\n})\n",
        ] {
            assert!(texts(file).contains("**"), "{file}");
        }
        assert_eq!(texts("f(\n/* a */\n) {}\n"), ".*.");
        assert_eq!(texts("f(() => {\n  // a\n\n  /* b */\n})\n"), ".***.");
    }

    #[test]
    fn comment_above_the_code_of_a_body_is_text_where_it_begins_as_no_remark_does() {
        for file in ["f(() => { /*\n * a\n */\nx })\n", "f(() => { /*! a\n */\nx })\n"] {
            assert!(texts(file).contains('*'), "{file}");
        }
        for file in [
            "f(() => {\n  // a\n  x\n})\n",
            "f(() => {\n  /* a */\n  x\n})\n",
            "f(() => {\n  /*\n   * a\n   */\n  x\n})\n",
            "class A {\n  /** a\n   * b */\n  f() {}\n}\n",
        ] {
            assert!(!texts(file).contains('*'), "{file}");
        }
    }

    #[test]
    fn hostile_file_takes_no_time_by_its_square() {
        let file = "//{\n".repeat(20_000);
        let all = 0..file.len();
        assert_eq!(find(file.as_bytes()), [all]);
        // One line of many brackets, each with a comment behind it.
        assert!(find("{/**/x".repeat(200_000).as_bytes()).is_empty());
    }
}
