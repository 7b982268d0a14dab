//! The lines around a changed line: what encloses it, going outwards by indentation.
//!
//! A line that begins with a closing bracket, or is an opening one alone, belongs
//! to the block of the line before it at the same depth: in `fn f(` … `) {` both
//! lines enclose the body. An annotation, decorator or attribute that stands on lines of its
//! own encloses what it stands over. A file is read once, however many of its lines are asked about.

use std::cell::{OnceCell, RefCell};

use bstr::ByteSlice;

use super::asked::{Known, Sets};
use super::lines::Patterns;
use super::looks::Looks;
use crate::change::{FileChange, Hunk, Line, Origin, Side, Span};

/// What encloses the lines of a file on both sides of a change; read when it is asked for.
#[derive(Debug)]
pub struct Around<'a> {
    file: &'a FileChange,
    old: OnceCell<Outline<'a>>,
    new: OnceCell<Outline<'a>>,
}

/// What a question sees of the lines around one. Whoever writes the change writes its comments and annotations, too:
/// they may only make it ask for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Whatever may enclose the line, for questions whose yes asks for more.
    All,
    /// What surely encloses it and is no annotation, for questions whose yes lets off.
    Certain,
    /// Annotations too, but none of the line itself, and none that the change adds to a file.
    Annotated,
}

/// The enclosing line of each line of a text.
#[derive(Debug, Default)]
struct Outline<'a> {
    content: &'a [u8],
    lines: Vec<Enclosing>,
    sets: RefCell<Sets>,
    known: RefCell<Known>,
}

/// A line that may enclose others; lines are known by their numbers from 0. There may be a million of them.
#[derive(Debug)]
struct Enclosing {
    /// Where its text begins and ends, without blanks.
    text: (u32, u32),
    /// The innermost line around it.
    by: u32,
    /// The innermost one, were lines in doubt no lines: such a line stands around it as well, and ends nothing.
    by_all: u32,
    /// The annotation over it.
    over: u32,
    /// It may be no code.
    is_in_doubt: bool,
    /// It is an annotation that the change adds to a file.
    is_added: bool,
}

/// Where no line is.
const NONE: u32 = u32::MAX;

/// A tab is taken to be as wide as this many blanks.
const TAB: usize = 4;

impl<'a> Around<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange) -> Self {
        Self { file, old: OnceCell::new(), new: OnceCell::new() }
    }

    /// Tells whether one of these regexes matches a line around this one.
    ///
    /// The question has a number, and the answer of each line is asked for once.
    pub fn any(
        &self,
        line: &Line,
        question: usize,
        sight: Sight,
        regexes: &[usize],
        patterns: &Patterns,
    ) -> bool {
        let outline = match line.origin {
            Origin::Removed => self.old.get_or_init(|| {
                Outline::of(self.file.old.as_ref(), &[], last(&self.file.hunks, |hunk| hunk.old))
            }),
            Origin::Added | Origin::Context => self.new.get_or_init(|| {
                // In a file that is new as a whole its author says what it is.
                let added = if self.file.old.is_some() { self.file.hunks.as_slice() } else { &[] };
                Outline::of(self.file.new.as_ref(), added, last(&self.file.hunks, |hunk| hunk.new))
            }),
        };
        outline.is_within(line.number, question, sight, |at| outline.is_match(at, regexes, patterns))
    }
}

impl<'a> Outline<'a> {
    /// Reads a side down to its last line that is asked about, with the hunks of which the additions are told.
    fn of(side: Option<&'a Side>, added: &[Hunk], last: usize) -> Self {
        let content = side.and_then(|side| side.content.as_deref()).unwrap_or_default();
        // A file is far smaller than that; of one that is not, nothing is known.
        let content = if u32::try_from(content.len()).is_ok() { content } else { &[] };
        let lines = Vec::with_capacity(last.min(content.len() + 1));
        let mut outline = Self { content, lines, ..Self::default() };
        let mut looks = Looks::new(side.map_or(b"", |side| side.path.as_slice()), content);
        let mut open = Vec::new();
        // The same, were lines in doubt no lines; there are none until the first of them.
        let mut open_to_all: Option<Vec<(usize, u32)>> = None;
        // The annotation that the next line of code stands under, and how deep it is.
        let mut over: Option<(u32, usize)> = None;
        for (at, line) in (0_u32..).zip(content.lines().take(last)) {
            let text = trimmed(line);
            let depth = indent(line);
            let continues = is_bracket(text);
            let is_in_doubt = !text.is_empty() && looks.is_in_doubt(text);
            if is_in_doubt && open_to_all.is_none() {
                open_to_all = Some(open.clone());
            }
            if !text.is_empty() {
                close(&mut open, depth, continues);
                if let Some(open) = open_to_all.as_mut().filter(|_| !is_in_doubt) {
                    close(open, depth, continues);
                }
            }
            let innermost = |open: &Vec<(usize, u32)>| open.last().map_or(NONE, |&(_, line)| line);
            let start = offset_in(content, text);
            outline.lines.push(Enclosing {
                text: (start, start + u32::try_from(text.len()).unwrap_or(0)),
                by: innermost(&open),
                by_all: innermost(open_to_all.as_ref().unwrap_or(&open)),
                over: over.filter(|over| over.1 == depth).map_or(NONE, |over| over.0),
                is_in_doubt,
                is_added: false,
            });
            if !text.is_empty() && !is_in_doubt {
                over = outline.annotation(at, text, depth);
            }
            if text.len() > 1 || !text.is_empty() && !continues {
                open.push((depth, at));
                if let Some(open) = &mut open_to_all {
                    let outermost = open.last().filter(|_| is_in_doubt).map_or(0, |&(depth, _)| depth);
                    open.push((depth.max(outermost), at));
                }
            }
        }
        outline.note_added(added);
        outline
    }

    /// Returns the first line of the annotation that ends on this line, and how deep it is.
    fn annotation(&self, at: u32, text: &[u8], depth: usize) -> Option<(u32, usize)> {
        if is_annotation(text) {
            return Some((at, depth));
        }
        // The end of one that goes over several lines.
        if !matches!(text.first(), Some(b')' | b']' | b'}')) {
            return None;
        }
        let end = without_comment(text);
        let first = self.lines.last().map(|line| line.by_all).filter(|&by| by != NONE)?;
        let is_end = matches!(end, b")" | b")]" | b"})" | b"])" | b"})]");
        let opens = (is_end && self.depth(first) == depth).then(|| self.text(first))?;
        is_mark(opens).then_some((first, depth))
    }

    /// Notes which annotations the change adds.
    fn note_added(&mut self, hunks: &[Hunk]) {
        let added = hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.origin == Origin::Added);
        for line in added {
            let at = (line.number as usize).wrapping_sub(1);
            if let Some(enclosing) = self.lines.get_mut(at) {
                let (start, end) = enclosing.text;
                enclosing.is_added = is_mark(&self.content[start as usize..end as usize]);
            }
        }
    }

    fn text(&self, at: u32) -> &'a [u8] {
        self.lines
            .get(at as usize)
            .map_or(&[], |line| &self.content[line.text.0 as usize..line.text.1 as usize])
    }

    fn depth(&self, at: u32) -> usize {
        let end = self.lines.get(at as usize).map_or(0, |line| line.text.0 as usize);
        let start = self.content[..end].rfind_byte(b'\n').map_or(0, |at| at + 1);
        indent(&self.content[start..end])
    }

    /// Tells whether one of these regexes matches a line.
    fn is_match(&self, at: u32, regexes: &[usize], patterns: &Patterns) -> bool {
        let text = self.text(at);
        let mut sets = self.sets.borrow_mut();
        let set = sets.of(at, self.lines.len(), || patterns.chances_around(text));
        let has_chance =
            |regex: &usize| u32::try_from(*regex).is_ok_and(|regex| set.binary_search(&regex).is_ok());
        regexes.iter().any(|regex| has_chance(regex) && patterns.is_match_of_chance(*regex, text))
    }

    /// Tells whether the answer is yes for a line around that with this number, counted from 1.
    fn is_within(
        &self,
        number: u32,
        question: usize,
        sight: Sight,
        is_asked_for: impl Fn(u32) -> bool,
    ) -> bool {
        let Some(line) = number.checked_sub(1).and_then(|at| self.lines.get(at as usize)) else {
            return false;
        };
        let mut known = self.known.borrow_mut();
        let known = known.of(question, self.lines.len());
        // An annotation of one line would let off just that.
        let first = if sight == Sight::Annotated { line.next(Sight::Certain) } else { line.next(sight) };
        let mut next = first;
        let answer = loop {
            let Some(enclosing) = self.lines.get(next as usize) else { break false };
            if let Some(answer) = known.of(next) {
                break answer;
            }
            if enclosing.is_seen(sight) && is_asked_for(next) {
                known.note(next, true);
                break true;
            }
            next = enclosing.next(sight);
        };
        let end = next;
        next = first;
        while next != end {
            known.note(next, answer);
            next = self.lines[next as usize].next(sight);
        }
        answer
    }
}

impl Enclosing {
    /// Returns the next line outwards.
    fn next(&self, sight: Sight) -> u32 {
        match sight {
            Sight::Certain => self.by,
            Sight::All | Sight::Annotated if self.over != NONE => self.over,
            Sight::All => self.by_all,
            Sight::Annotated => self.by,
        }
    }

    fn is_seen(&self, sight: Sight) -> bool {
        sight == Sight::All || !(self.is_in_doubt || self.is_added && sight == Sight::Annotated)
    }
}

/// Returns the last line of hunks on one side, counted from 1.
fn last(hunks: &[Hunk], side: impl Fn(&Hunk) -> Span) -> usize {
    let ends = hunks.iter().map(side).map(|span| u64::from(span.start) + u64::from(span.lines));
    ends.max().map_or(0, |end| usize::try_from(end).unwrap_or(usize::MAX))
}

/// Takes the lines away that a line of this depth doesn't belong to.
fn close(open: &mut Vec<(usize, u32)>, depth: usize, continues: bool) {
    let is_over = |&(other, _): &(usize, u32)| other > depth || other == depth && !continues;
    while open.last().is_some_and(is_over) {
        open.pop();
    }
}

/// Returns where a part of a text begins.
fn offset_in(content: &[u8], part: &[u8]) -> u32 {
    let offset = (part.as_ptr() as usize).wrapping_sub(content.as_ptr() as usize);
    u32::try_from(offset.min(content.len())).unwrap_or(0)
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

/// Tells whether a line is an annotation, or several, and nothing else but a comment behind them.
fn is_annotation(text: &[u8]) -> bool {
    if !is_mark(text) {
        return false;
    }
    if text[0] != b'@' {
        let end = text.rfind_byte(b']').map(|end| text[end + 1..].trim_ascii_start());
        return end.is_some_and(|rest| rest.is_empty() || begins_comment(rest));
    }
    let mut depth = 0_usize;
    let mut is_after_blank = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' => is_after_blank = true,
            _ if depth == 0 && is_after_blank && begins_comment(&text[at..]) => return true,
            // What stands behind it on the line is what it is about.
            _ if depth == 0 && is_after_blank && byte != b'@' => return false,
            _ => {}
        }
        is_after_blank &= matches!(byte, b' ' | b'\t');
    }
    depth == 0
}

fn begins_comment(text: &[u8]) -> bool {
    text.starts_with(b"//") || text.starts_with(b"/*") || text.starts_with(b"# ")
}

/// Returns a line of brackets without the comment behind them.
fn without_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| !matches!(byte, b')' | b']' | b'}')).unwrap_or(text.len());
    if begins_comment(text[end..].trim_ascii_start()) { &text[..end] } else { text }
}

/// Tells whether a line closes a bracket first, or does nothing but open one.
fn is_bracket(text: &[u8]) -> bool {
    matches!(text, [b')' | b']' | b'}' | b'>', ..] | b"{")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::change::testing::{addition, edit};

    /// Returns what encloses the line that holds `marked`, from the inside out.
    fn around(text: &str) -> Vec<String> {
        seen("a", text, Sight::All)
    }

    fn seen(path: &str, text: &str, sight: Sight) -> Vec<String> {
        seen_in(&addition(path, text), sight)
    }

    fn seen_in(file: &FileChange, sight: Sight) -> Vec<String> {
        let hunks = if file.old.is_some() { file.hunks.as_slice() } else { &[] };
        let outline = Outline::of(file.new.as_ref(), hunks, usize::MAX);
        let mut lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
        let line = lines.find(|line| file.text(line).contains_str("marked")).unwrap();
        let seen = RefCell::new(Vec::new());
        let found = outline.is_within(line.number, 0, sight, |at| {
            seen.borrow_mut().push(outline.text(at).as_bstr().to_string());
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
        assert_eq!(around("f {\n  @A(\n    1\n  )\n  marked\n"), ["@A(", "f {"]);
    }

    #[test]
    fn line_is_an_annotation_where_nothing_else_stands_on_it() {
        for line in ["@A", "@A @B", "@A(x = 1, y)", "@A(b (c) d)", "@A[x y]", "#[a(b)]", "[Test]", "[<A>]"] {
            assert!(is_annotation(line.as_bytes()), "{line}");
        }
        for line in ["@A // b", "@A /* b */", "@A # b", "[Test] // b", "[Test] /* b */", "[Test] # b"] {
            assert!(is_annotation(line.as_bytes()), "{line}");
        }
        for line in
            ["@A class B", "@A(x) b", "@A(x", "@A(\"x //b\") c", "@1", "@", "#[a] fn b", "[test]", "a", ""]
        {
            assert!(!is_annotation(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn annotation_that_stands_elsewhere_encloses_nothing() {
        assert_eq!(around("@Id val x: Long,\nmarked\n"), [""; 0]);
        assert_eq!(around("    @A\nmarked\n"), [""; 0]);
        assert_eq!(around("[1, 2]\nmarked\n"), [""; 0]);
        assert_eq!(around("f(\n    1\n)\nmarked\n"), [""; 0]);
        assert_eq!(around("@A(\n    1\n) class B\nmarked\n"), [""; 0]);
    }

    #[test]
    fn comment_hides_nothing_and_lets_nothing_off() {
        let text = "class A {\n// fun b\n  /* c\nd\n*/\n  marked\n";
        assert_eq!(seen("a.kt", text, Sight::All), ["// fun b", "class A {"]);
        assert_eq!(seen("a.kt", text, Sight::Certain), [""; 0]);
        let text = "class A {\n  f() {\n// b\n  }\n  g() {\n    marked\n";
        assert_eq!(seen("a.kt", text, Sight::All), ["g() {", "class A {"]);
        let text = "class A:\n  b = QQQ\nc\nQQQ\n  marked\n".replace("QQQ", "\"\"\"");
        assert_eq!(seen("a.py", &text, Sight::All), ["class A:"]);
        // A line of a text that stands deeper lets nothing off either.
        let text = "x = `\n  describe(\n    `\n      marked\n";
        assert_eq!(seen("a.ts", text, Sight::Certain), ["x = `"]);
    }

    #[test]
    fn annotation_is_seen_behind_comments_and_blank_lines() {
        let text = "@A // b\n\n// c\nclass D {\n  marked\n";
        assert_eq!(seen("a.java", text, Sight::All), ["class D {", "@A // b"]);
        assert_eq!(seen("a.java", "@A(\n  1\n) // b\nmarked\n", Sight::All), ["@A("]);
        assert_eq!(seen("a.rs", "#[a] // b\nmarked\n", Sight::All), ["#[a] // b"]);
    }

    #[test]
    fn annotation_of_the_line_itself_and_one_that_is_added_let_nothing_off() {
        let text = "@A\nclass B {\n  @C\n  marked\n";
        assert_eq!(seen("a.java", text, Sight::Annotated), ["class B {", "@A"]);
        assert_eq!(seen("a.java", text, Sight::All), ["@C", "class B {", "@A"]);
        let file = edit("a.java", "class B {\n}\n", &format!("{text}}}\n"));
        assert_eq!(seen_in(&file, Sight::Annotated), ["class B {"]);
    }

    #[test]
    fn many_annotations_are_quick() {
        let file = addition("a", &("@A\n".repeat(2000) + &"marked\n".repeat(2000)));
        let outline = Outline::of(file.new.as_ref(), &[], usize::MAX);
        let asked = Cell::new(0);
        for line in &file.hunks[0].lines {
            outline.is_within(line.number, 0, Sight::All, |_| {
                asked.set(asked.get() + 1);
                false
            });
        }
        assert_eq!(asked.get(), 2000);
    }

    #[test]
    fn lines_that_look_alike_share_what_is_known_of_them() {
        let file = addition("a", &("@A\n".repeat(2000) + "marked\n"));
        let mut patterns = Patterns::default();
        let regex = patterns.add(&"^@B".into());
        patterns.note_around(regex);
        let around = Around::new(&file);
        let line = file.hunks[0].lines.last().unwrap();
        assert!(!around.any(line, 0, Sight::All, &[regex], &patterns));
        assert_eq!(around.new.get().unwrap().sets.borrow().all.len(), 1);
    }

    #[test]
    fn file_is_read_no_further_than_its_last_hunk() {
        let text = |changed: &str| format!("{}{changed}\n{}", "a\n".repeat(9), "a\n".repeat(90));
        let file = edit("a", &text("b"), &text("c"));
        assert_eq!(last(&file.hunks, |hunk| hunk.new), 12);
    }

    #[test]
    fn many_lines_deep_inside_are_quick() {
        let mut text: String = (0..2000).map(|depth| format!("{}x\n", " ".repeat(depth))).collect();
        text.push_str(&" ".repeat(2000));
        text.push_str("marked\n");
        assert_eq!(around(&text).len(), 2000);
    }
}
