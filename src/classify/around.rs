//! The lines around a changed line: what encloses it, going outwards by indentation.
//!
//! A line that begins with a closing bracket, or is an opening one alone, belongs
//! to the block of the line before it at the same depth: in `fn f(` … `) {` both
//! lines enclose the body. An annotation, decorator or attribute that stands on lines of its
//! own encloses what it stands over. A file is read once, however many of its lines are asked about.

use std::cell::{OnceCell, RefCell};

use bstr::ByteSlice;

use super::lines::{Facts, Patterns};
use crate::change::{FileChange, Line, Origin, Side};

/// What encloses the lines of a file on both sides of a change; read when it is asked for.
#[derive(Debug)]
pub struct Around<'a> {
    file: &'a FileChange,
    old: OnceCell<Outline<'a>>,
    new: OnceCell<Outline<'a>>,
}

/// The enclosing line of each line of a text.
#[derive(Debug, Default)]
struct Outline<'a> {
    lines: Vec<Enclosing<'a>>,
    /// Of each question that was asked, by number: whether the answer is yes for a line or one around it, as far as
    /// that is known.
    known: RefCell<Vec<Vec<Option<bool>>>>,
}

/// A line that may enclose others.
#[derive(Debug)]
pub struct Enclosing<'a> {
    text: &'a [u8],
    /// The innermost line around it, by number.
    by: Option<usize>,
    depth: usize,
    /// The next line outwards, by number: the annotation over it, or the innermost line around it.
    outwards: Option<usize>,
    facts: OnceCell<Box<Facts>>,
}

/// A tab is taken to be as wide as this many blanks.
const TAB: usize = 4;

impl<'a> Around<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange) -> Self {
        Self { file, old: OnceCell::new(), new: OnceCell::new() }
    }

    /// Tells whether `is_asked_for` is true of a line around this one.
    ///
    /// The question has a number, and the answer of each line is asked for once. Annotations are for questions whose
    /// yes asks for more: whoever writes the change writes them, too.
    pub fn any(
        &self,
        line: &Line,
        question: usize,
        sees_annotations: bool,
        is_asked_for: impl Fn(&Enclosing<'_>) -> bool,
    ) -> bool {
        let outline = match line.origin {
            Origin::Removed => self.old.get_or_init(|| Outline::of(self.file.old.as_ref())),
            Origin::Added | Origin::Context => self.new.get_or_init(|| Outline::of(self.file.new.as_ref())),
        };
        let at = (line.number as usize).checked_sub(1);
        let next = at.and_then(|at| outline.lines.get(at)?.next(sees_annotations));
        next.is_some_and(|at| outline.is_within(at, question, sees_annotations, is_asked_for))
    }
}

impl Enclosing<'_> {
    /// Returns the next line outwards, by number.
    fn next(&self, sees_annotations: bool) -> Option<usize> {
        if sees_annotations { self.outwards } else { self.by }
    }

    /// Tells whether a regex matches the line.
    pub fn is_match(&self, regex: usize, patterns: &Patterns) -> bool {
        let facts = self.facts.get_or_init(|| Box::new(patterns.facts(self.text)));
        patterns.is_match_of(regex, self.text, facts)
    }
}

impl<'a> Outline<'a> {
    fn of(side: Option<&'a Side>) -> Self {
        let content = side.and_then(|side| side.content.as_deref()).unwrap_or_default();
        let lines = Vec::with_capacity(content.find_iter(b"\n").count() + 1);
        let mut outline = Self { lines, ..Self::default() };
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (at, line) in content.lines().enumerate() {
            let text = trimmed(line);
            let depth = indent(line);
            let continues = is_bracket(text);
            if !text.is_empty() {
                let is_over = |&(other, _): &(usize, usize)| other > depth || other == depth && !continues;
                while open.last().is_some_and(is_over) {
                    open.pop();
                }
            }
            let by = open.last().map(|&(_, line)| line);
            let outwards = outline.annotation_over(depth).or(by);
            outline.lines.push(Enclosing { text, by, depth, outwards, facts: OnceCell::new() });
            if text.len() > 1 || !text.is_empty() && !continues {
                open.push((depth, at));
            }
        }
        outline
    }

    /// Returns the first line of the annotation that ends at the last line so far, at this depth.
    fn annotation_over(&self, depth: usize) -> Option<usize> {
        let last = self.lines.len().checked_sub(1)?;
        let line = &self.lines[last];
        if line.depth != depth {
            return None;
        }
        if is_annotation(line.text) {
            return Some(last);
        }
        // The end of one that goes over several lines.
        let first = line.by.filter(|_| matches!(line.text, b")" | b")]" | b"})" | b"])" | b"})]"))?;
        let opens = &self.lines[first];
        (opens.depth == depth && is_mark(opens.text)).then_some(first)
    }

    fn is_within(
        &self,
        at: usize,
        question: usize,
        sees_annotations: bool,
        is_asked_for: impl Fn(&Enclosing<'_>) -> bool,
    ) -> bool {
        let mut known = self.known.borrow_mut();
        if known.len() <= question {
            known.resize_with(question + 1, Vec::new);
        }
        let known = &mut known[question];
        known.resize(self.lines.len(), None);
        let (mut next, mut passed) = (Some(at), Vec::new());
        let answer = loop {
            let Some(at) = next else { break false };
            if let Some(answer) = known[at] {
                break answer;
            }
            passed.push(at);
            if is_asked_for(&self.lines[at]) {
                break true;
            }
            next = self.lines[at].next(sees_annotations);
        };
        passed.into_iter().for_each(|at| known[at] = Some(answer));
        answer
    }
}

/// Trims a line; nearly all begin and end with a byte that tells at once.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if is_plain(line.first()) && is_plain(line.last()) { line } else { line.trim() }
}

fn indent(line: &[u8]) -> usize {
    let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.map(|&byte| if byte == b'\t' { TAB } else { 1 }).sum()
}

/// Tells whether a line begins like an annotation, a decorator or an attribute.
fn is_mark(text: &[u8]) -> bool {
    match text {
        [b'@', next, ..] => next.is_ascii_alphabetic(),
        [b'#', b'[', ..] => true,
        [b'[', next, ..] => next.is_ascii_uppercase() || *next == b'<',
        _ => false,
    }
}

/// Tells whether a line is an annotation, or several, and nothing else.
fn is_annotation(text: &[u8]) -> bool {
    if !is_mark(text) {
        return false;
    }
    if text[0] != b'@' {
        return text.ends_with(b"]");
    }
    let mut depth = 0_usize;
    let mut is_after_blank = false;
    for &byte in text {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' => is_after_blank = true,
            // What stands behind it on the line is what it is about.
            _ if depth == 0 && is_after_blank && byte != b'@' => return false,
            _ => {}
        }
        is_after_blank &= matches!(byte, b' ' | b'\t');
    }
    depth == 0
}

/// Tells whether a line closes a bracket first, or does nothing but open one.
fn is_bracket(text: &[u8]) -> bool {
    matches!(text, [b')' | b']' | b'}' | b'>', ..] | b"{")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::change::testing::addition;

    /// Returns what encloses the line that holds `marked`, from the inside out.
    fn around(text: &str) -> Vec<String> {
        let file = addition("a", text);
        let around = Around::new(&file);
        let line = file.hunks[0].lines.iter().find(|line| file.text(line).contains_str("marked")).unwrap();
        let seen = RefCell::new(Vec::new());
        let found = around.any(line, 0, true, |enclosing| {
            seen.borrow_mut().push(enclosing.text.as_bstr().to_string());
            false
        });
        assert!(!found);
        seen.into_inner()
    }

    #[test]
    fn what_is_indented_less_encloses() {
        let text = "class A:\n    x: int\n\n    def f(self):\n        if x:\n            y\n        marked\n";
        assert_eq!(around(text), ["def f(self):", "class A:"]);
        assert_eq!(around("a:\n  b\nmarked\n"), [""; 0]);
    }

    #[test]
    fn head_of_several_lines_encloses_with_all_of_them() {
        assert_eq!(around("func f(\n\ta int,\n) error {\n\tmarked\n}\n"), [") error {", "func f("]);
        assert_eq!(around("class A\n{\n    marked\n}\n"), ["class A"]);
        assert_eq!(around("type A struct {\n\tx int\n}\n\nfunc g() {\n\tmarked\n}\n"), ["func g() {"]);
    }

    #[test]
    fn blanks_beyond_ascii_are_blanks_at_either_end() {
        for line in ["a b", " a b\t", "\u{a0}a b", "a b\u{2003}", "\u{3000} a b \u{a0}"] {
            assert_eq!(trimmed(line.as_bytes()), b"a b", "{line:?}");
        }
    }

    #[test]
    fn annotation_encloses_what_it_stands_over() {
        let text = "@Entity\n@Table(\n    name = \"a\"\n)\nclass A {\n    @Id\n    long x;\n    marked\n}\n";
        assert_eq!(around(text), ["class A {", "@Table(", "@Entity"]);
        assert_eq!(around("[Required]\n[Range(1, 2)]\nmarked\n"), ["[Range(1, 2)]", "[Required]"]);
        assert_eq!(around("#[derive(\n    A\n)]\nstruct B {\n    marked\n}\n"), ["struct B {", "#[derive("]);
        assert_eq!(around("f {\n    @A(b(1)) @C\n    marked\n"), ["@A(b(1)) @C", "f {"]);
    }

    #[test]
    fn line_is_an_annotation_where_nothing_else_stands_on_it() {
        for line in ["@A", "@A @B", "@A(x = 1, y)", "@A(b (c) d)", "@A[x y]", "#[a(b)]", "[Test]", "[<A>]"] {
            assert!(is_annotation(line.as_bytes()), "{line}");
        }
        for line in ["@A class B", "@A(x) b", "@A(x", "@1", "@", "#[a] fn b", "[test]", "a", ""] {
            assert!(!is_annotation(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn annotation_that_stands_elsewhere_encloses_nothing() {
        assert_eq!(around("@Id val x: Long,\nmarked\n"), [""; 0]);
        assert_eq!(around("@A\n\nmarked\n"), [""; 0]);
        assert_eq!(around("    @A\nmarked\n"), [""; 0]);
        assert_eq!(around("[1, 2]\nmarked\n"), [""; 0]);
        assert_eq!(around("f(\n    1\n)\nmarked\n"), [""; 0]);
    }

    #[test]
    fn many_annotations_are_quick() {
        let file = addition("a", &("@A\n".repeat(2000) + &"marked\n".repeat(2000)));
        let around = Around::new(&file);
        let asked = Cell::new(0);
        for line in &file.hunks[0].lines {
            around.any(line, 0, true, |_| {
                asked.set(asked.get() + 1);
                false
            });
        }
        assert_eq!(asked.get(), 2000);
    }

    #[test]
    fn many_lines_deep_inside_are_quick() {
        let mut text: String = (0..2000).map(|depth| format!("{}x\n", " ".repeat(depth))).collect();
        text.push_str(&" ".repeat(2000));
        text.push_str("marked\n");
        assert_eq!(around(&text).len(), 2000);
    }
}
