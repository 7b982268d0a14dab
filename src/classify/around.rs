//! The lines around a changed line: what encloses it, going outwards by indentation.
//!
//! A line that begins with a closing bracket, or is an opening one alone, belongs
//! to the block of the line before it at the same depth: in `fn f(` … `) {` both
//! lines enclose the body. An annotation, decorator or attribute that stands on lines of its
//! own encloses what it stands over. A file is read once, however many of its lines are asked about.

use std::cell::{OnceCell, RefCell};

use bstr::ByteSlice;

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
    lines: Vec<Enclosed<'a>>,
    /// Of each regex that was asked about, whether it matches a line, as far as that is known.
    known: RefCell<Vec<(usize, Vec<Option<bool>>)>>,
}

#[derive(Debug)]
struct Enclosed<'a> {
    text: &'a [u8],
    /// The innermost line around it, by number.
    by: Option<usize>,
    /// The line of an annotation right above it, by number.
    under: Option<usize>,
    depth: usize,
}

/// A tab is taken to be as wide as this many blanks.
const TAB: usize = 4;

/// How many annotations are looked at over one line.
const ANNOTATIONS: usize = 50;

impl<'a> Around<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange) -> Self {
        Self { file, old: OnceCell::new(), new: OnceCell::new() }
    }

    /// Tells whether a line around this one is matched by one of the regexes, by number.
    ///
    /// `None` where more annotations stand over a line than are looked at.
    pub fn any(
        &self,
        line: &Line,
        regexes: &[usize],
        is_match: impl Fn(usize, &[u8]) -> bool,
    ) -> Option<bool> {
        let outline = match line.origin {
            Origin::Removed => self.old.get_or_init(|| Outline::of(self.file.old.as_ref())),
            Origin::Added | Origin::Context => self.new.get_or_init(|| Outline::of(self.file.new.as_ref())),
        };
        let asked = |at| regexes.iter().any(|&regex| outline.is_match(regex, at, &is_match));
        let mut next = (line.number as usize).checked_sub(1).filter(|&at| at < outline.lines.len());
        let mut is_first = true;
        let mut is_told = true;
        while let Some(at) = next {
            if !is_first && asked(at) || outline.annotations(at).take(ANNOTATIONS).any(asked) {
                return Some(true);
            }
            is_told &= outline.annotations(at).nth(ANNOTATIONS).is_none();
            is_first = false;
            next = outline.lines[at].by;
        }
        is_told.then_some(false)
    }
}

impl<'a> Outline<'a> {
    fn of(side: Option<&'a Side>) -> Self {
        let content = side.and_then(|side| side.content.as_deref()).unwrap_or_default();
        let mut outline = Self::default();
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
            let under = outline.annotation_over(depth);
            outline.lines.push(Enclosed { text, by, under, depth });
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

    /// Returns the lines of the annotations over a line.
    fn annotations(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.lines[at].under, |&over| self.lines[over].under)
    }

    fn is_match(&self, regex: usize, at: usize, is_match: impl Fn(usize, &[u8]) -> bool) -> bool {
        let mut known = self.known.borrow_mut();
        let place = known.iter().position(|(other, _)| *other == regex).unwrap_or_else(|| {
            known.push((regex, vec![None; self.lines.len()]));
            known.len() - 1
        });
        *known[place].1[at].get_or_insert_with(|| is_match(regex, self.lines[at].text))
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
    use super::*;
    use crate::change::testing::addition;

    /// Returns what encloses the line that holds `marked`, from the inside out.
    fn around(text: &str) -> Vec<String> {
        let file = addition("a", text);
        let around = Around::new(&file);
        let line = file.hunks[0].lines.iter().find(|line| file.text(line).contains_str("marked")).unwrap();
        let seen = RefCell::new(Vec::new());
        let found = around.any(line, &[0], |_, text| {
            seen.borrow_mut().push(text.as_bstr().to_string());
            false
        });
        assert_eq!(found, Some(false));
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
    fn annotation_that_stands_elsewhere_encloses_nothing() {
        assert_eq!(around("@Id val x: Long,\nmarked\n"), [""; 0]);
        assert_eq!(around("@A\n\nmarked\n"), [""; 0]);
        assert_eq!(around("    @A\nmarked\n"), [""; 0]);
        assert_eq!(around("[1, 2]\nmarked\n"), [""; 0]);
        assert_eq!(around("f(\n    1\n)\nmarked\n"), [""; 0]);
    }

    #[test]
    fn more_annotations_than_are_looked_at_tell_nothing() {
        let file = addition("a", &("@A\n".repeat(ANNOTATIONS + 1) + "marked\n"));
        let line = file.hunks[0].lines.last().unwrap();
        assert_eq!(Around::new(&file).any(line, &[0], |_, _| false), None);
        assert_eq!(Around::new(&file).any(line, &[0], |_, text| text == b"@A"), Some(true));
    }

    #[test]
    fn many_lines_deep_inside_are_quick() {
        let mut text: String = (0..2000).map(|depth| format!("{}x\n", " ".repeat(depth))).collect();
        text.push_str(&" ".repeat(2000));
        text.push_str("marked\n");
        assert_eq!(around(&text).len(), 2000);
    }
}
