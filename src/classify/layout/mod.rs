//! Tells hunks that change nothing but the layout of a structured file from those that change what it says.
//!
//! Both sides are read as a whole, by the readers that tell keys and by one that knows
//! words, texts and brackets alone; where the two differ nothing is layout. Then the
//! changed lines must hold the same words in the same order, within the same brackets.
//! What blanks and line ends mean differs by language, and only what means nothing to
//! every reader of one may change.

mod bracketed;
mod tokens;
mod yaml;

use std::cell::OnceCell;
use std::ops::Range;

use bstr::ByteSlice;

use self::tokens::Tokens;
use crate::change::{FileChange, Hunk, HunkKind, Origin, Side};
use crate::structure::{Format, Structure};

/// A file larger than this, in bytes, is not looked at.
const LARGEST: usize = 1 << 20;

/// The words of a file on both sides of a change; the file is read when a hunk may be one of layout.
#[derive(Debug)]
pub struct Layout<'a> {
    file: &'a FileChange,
    format: Option<Format>,
    sides: OnceCell<Option<[Tokens<'a>; 2]>>,
    /// Whether nothing else changes in the whole file.
    is_all: OnceCell<bool>,
}

impl<'a> Layout<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange) -> Self {
        let format = match (&file.old, &file.new) {
            (Some(old), Some(new)) if old.path == new.path && old.mode == new.mode && old.mode.is_file() => {
                Format::of(&old.path)
            }
            _ => None,
        };
        Self { file, format, sides: OnceCell::new(), is_all: OnceCell::new() }
    }

    /// Tells whether the hunk changes nothing but layout.
    ///
    /// Hunks of a file that says the same from end to end need not do so one by one: what git pairs up is chance.
    /// `structures` are the two sides as their readers read them; `None` where one can't be read.
    pub fn is_all_of<'s>(&self, hunk: &Hunk, structures: impl Fn() -> Option<[&'s Structure; 2]>) -> bool {
        let Some(format) = self.format.filter(|_| hunk.kind == HunkKind::Text) else { return false };
        let is_all = || {
            self.may_be(&self.file.hunks)
                && self.sides(format, &structures).is_some_and(|[old, new]| {
                    is_same([old, new], [0..old.line_count(), 0..new.line_count()], format)
                })
        };
        *self.is_all.get_or_init(is_all)
            || self.may_be(std::slice::from_ref(hunk))
                && self
                    .sides(format, &structures)
                    .is_some_and(|[old, new]| is_same([old, new], changed_lines(hunk), format))
    }

    /// Tells from the lines alone whether reading the file is worth while: whether as much of each byte comes as goes.
    fn may_be(&self, hunks: &[Hunk]) -> bool {
        let mut counts = [0_i64; 256];
        for line in hunks.iter().flat_map(|hunk| &hunk.lines) {
            let step = match line.origin {
                Origin::Removed => -1,
                Origin::Added => 1,
                Origin::Context => continue,
            };
            self.file.text(line).iter().for_each(|&byte| counts[usize::from(byte)] += step);
        }
        let mut bytes = (0_u8..=255).filter(|byte| !b" \t\r\n\"',".contains(byte));
        bytes.all(|byte| counts[usize::from(byte)] == 0)
    }

    fn sides<'s>(
        &self,
        format: Format,
        structures: &impl Fn() -> Option<[&'s Structure; 2]>,
    ) -> Option<&[Tokens<'a>; 2]> {
        let read = || {
            let texts = [text(self.file.old.as_ref()?)?, text(self.file.new.as_ref()?)?];
            let [old, new] = structures()?;
            let sides = [read(texts[0], old, format)?, read(texts[1], new, format)?];
            (sides[0].has_mark == sides[1].has_mark).then_some(sides)
        };
        self.sides.get_or_init(read).as_ref()
    }
}

/// Tells whether some lines of two files say the same.
fn is_same([old, new]: [&Tokens<'_>; 2], [old_lines, new_lines]: [Range<usize>; 2], format: Format) -> bool {
    let Some((old_region, new_region)) = old.region(old_lines).zip(new.region(new_lines)) else {
        return false;
    };
    let has_comment = old.has_comment(&old_region) || new.has_comment(&new_region);
    let old_words = old.words(&old_region, format, has_comment);
    is_same_ends(old.line_ends(&old_region), new.line_ends(&new_region), format)
        && old.stack(old_region.tokens.start) == new.stack(new_region.tokens.start)
        && old_words.is_some_and(|words| Some(words) == new.words(&new_region, format, has_comment))
}

/// Returns the text of a side of a file; `None` where it is too large, or none.
fn text(side: &Side) -> Option<&str> {
    side.content.as_deref().filter(|text| text.len() <= LARGEST)?.to_str().ok()
}

/// Cuts one side of a file; `None` where anything of it is in doubt.
fn read<'a>(text: &'a str, structure: &Structure, format: Format) -> Option<Tokens<'a>> {
    let (has_mark, body) = (text.starts_with('\u{feff}'), text.trim_start_matches('\u{feff}'));
    if text.len() - body.len() > '\u{feff}'.len_utf8() || body.chars().any(is_odd) {
        return None;
    }
    let start = text.len() - body.len();
    let tokens = match format {
        // Only some readers know such a mark.
        Format::Yaml if has_mark => return None,
        Format::Yaml => yaml::read(text, structure)?,
        Format::Json if structure.roots().len() != 1 => return None,
        Format::Json | Format::Hcl | Format::Toml => bracketed::read(text.as_bytes(), start, format)?,
    };
    let tokens = Tokens::new(text.as_bytes(), tokens, has_mark);
    (format == Format::Yaml || tokens.agree_with(structure)).then_some(tokens)
}

/// Tells of a character whether it ends a line, or is one of control, to some readers.
fn is_odd(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\r' | '\n')
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Tells whether lines end alike; in JSON a file's last one may have no end.
fn is_same_ends(old: [bool; 2], new: [bool; 2], format: Format) -> bool {
    old == new || format == Format::Json && (old == [false; 2] || new == [false; 2])
}

/// Returns the lines from the first changed one to the last, of the old file and of the new one, counted from 0.
fn changed_lines(hunk: &Hunk) -> [Range<usize>; 2] {
    let is_context = |line: &&crate::change::Line| line.origin == Origin::Context;
    let before = hunk.lines.iter().take_while(is_context).count();
    let after = hunk.lines.iter().rev().take_while(is_context).count();
    [hunk.old, hunk.new].map(|span| {
        let start = if span.lines == 0 { span.start } else { span.start.saturating_sub(1) } as usize;
        start + before..(start + span.lines as usize).saturating_sub(after)
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::change::testing::{addition, change, edit, renaming, side};
    use crate::change::{Mode, path};

    /// Tells of each hunk whether it is nothing but layout.
    fn hunks(path: &str, old: &str, new: &str) -> Vec<bool> {
        let file = edit(path, old, new);
        told(&file)
    }

    /// Tells of each hunk of a file whether it is nothing but layout.
    fn told(file: &FileChange) -> Vec<bool> {
        let read = |side: &Option<Side>| {
            let side = side.as_ref()?;
            Structure::read(&side.path, side.content.as_deref()?).ok()
        };
        let (layout, old, new) = (Layout::new(file), read(&file.old), read(&file.new));
        let structures = || old.as_ref().zip(new.as_ref()).map(|(old, new)| [old, new]);
        file.hunks.iter().map(|hunk| layout.is_all_of(hunk, structures)).collect()
    }

    /// Tells whether a change is nothing but layout.
    fn is_layout(path: &str, old: &str, new: &str) -> bool {
        let hunks = hunks(path, old, new);
        assert!(!hunks.is_empty(), "{old:?} is {new:?}");
        hunks.iter().all(|&hunk| hunk)
    }

    fn check(path: &str, expected: bool, rows: &[(&str, &str)]) {
        for (old, new) in rows {
            assert_eq!(is_layout(path, old, new), expected, "{path}\n{old}\n{new}");
            assert_eq!(is_layout(path, new, old), expected, "{path}, backwards\n{new}\n{old}");
        }
    }

    #[test]
    fn json_says_the_same_however_it_is_wrapped() {
        let rows = [
            ("{\"a\": [\"b\", 1], \"c\": {}}\n", "{\n  \"a\": [\n    \"b\",\n    1\n  ],\n\t\"c\" : { }\n}"),
            ("[1]\n", "[1]"),
            ("{\"a\": \"https://b // c\"}\n", "{\n\"a\": \"https://b // c\"}\n"),
            ("{\"a\": \"[{\\\"\"}\n", "{ \"a\": \"[{\\\"\" }\n"),
            ("{\"a\": \"{{ b }}\"}\n", "{ \"a\": \"{{ b }}\" }\n"),
        ];
        check("a/b.json", true, &rows);
        check("a/b.json", true, &[("[1,\r\n2]\r\n", "[ 1,\r\n2 ]\r\n")]);
        check("tsconfig.json", true, &[("{ // a\n\"b\": 1 }\n", "{   // a\n  \"b\":1 }\n")]);
    }

    #[test]
    fn json_that_says_something_else_is_no_layout() {
        let rows = [
            ("{\"a\": 1}\n", "{\"a\": \"1\"}\n"),
            ("{\"a\": \"b c\"}\n", "{\"a\": \"bc\"}\n"),
            ("{\"a\": \"b\"}\n", "{\"a\": \"\\u0062\"}\n"),
            ("{\"a\": 1, \"a\": 2}\n", "{\"a\": 2, \"a\": 1}\n"),
            ("[1, 2]\n", "[12]\n"),
            ("[1, 2]\n", "[1.2]\n"),
            ("[[1], 2]\n", "[[1, 2]]\n"),
            ("[1]\n", "[1,]\n"),
            ("{\"a\": [\"b\"], \"c\": 1}\n", "{\"a\": [\"b\", \"c\"]: 1}\n"),
            // What comments take in, or let go.
            ("[1 // a\n, 2]\n", "[1 // a, 2]\n]\n"),
            ("[1, // a\n 2]\n", "[1,\n// a\n 2]\n"),
            ("[ // a\n 1, 2]\n", "[ // a\n 1,\n 2]\n"),
            ("// a\n[1, 2]\n", "// a\n[1,\n2]\n"),
            ("[1 /* a */]\n", "[1 /*a*/]\n"),
            ("[1 /* {{ a }} */]\n", "[ 1 /* {{ a }} */]\n"),
            // Lines that tell one value from the next.
            ("{\"a\":1}\n{\"b\":2}\n", "{\"a\":1} {\"b\":2}\n"),
            // Whatever some readers take for a blank, a line's end or nothing.
            ("[1]\n", "[\u{a0}1]\n"),
            ("[1]\n", "[\u{2028}1]\n"),
            ("[1]\n", "[\u{85}1]\n"),
            ("[1]\n", "[\r1]\n"),
            ("[\r 1]\n", "[\r 1 ]\n"),
            ("[1]\n", "[\u{b}1]\n"),
            ("[1]\n", "[\u{c}1]\n"),
            ("[1]\n", "\u{feff}[1]\n"),
            ("[1,\n2]\n", "[1,\r\n2]\n"),
            ("[\n1]\n", "[1\n"),
            ("[\"{{/*\", \"*/}}\"]\n", "[\"{{/*\",\n\"*/}}\"]\n"),
        ];
        check("a/b.json", false, &rows);
    }

    #[test]
    fn terraform_says_the_same_with_other_blanks_and_lists() {
        let rows = [
            ("a = [b, c.d, ]\n", "a = [\n\tb,\n  c.d,\n]\n"),
            ("a = [b, c]\n", "a = [\n  b,\n  c,\n]\n"),
            ("a = 1\nbc = 2\n", "a  = 1\nbc = 2\n"),
            (
                "b \"c\" {\n\ta = \"${ f(\"x\") } # { \"\n}\n",
                "b \"c\"   {\n  a = \"${ f(\"x\") } # { \"\n}\n",
            ),
            ("a = merge(b, {\n  c = 1\n})\n", "a = merge(b,\n{\n  c = 1\n}\n)\n"),
            ("a=1 # b\n", "a = 1  # b\n"),
            ("a = <<E\n  x\nE\nb=[1]\n", "a = <<E\n  x\nE\nb = [1]\n"),
            ("a = <<E_F\nx\nE_F\nb=1\n", "a = <<E_F\nx\nE_F\nb = 1\n"),
            ("a_b = c < d\n", "a_b = c <  d\n"),
            ("a = b+c\n", "a = b + c\n"),
            ("a = \"b\\\"c\"\nd=1\n", "a = \"b\\\"c\"\nd = 1\n"),
            ("a = \"$${b\"\nc=1\n", "a = \"$${b\"\nc = 1\n"),
            ("a = \"b}\"\nc=1\n", "a = \"b}\"\nc = 1\n"),
        ];
        check("a/b.tf", true, &rows);
    }

    #[test]
    fn terraform_that_says_something_else_is_no_layout() {
        let rows = [
            ("a = b - c\n", "a = b-c\n"),
            ("a = [b, c]\n", "a = [b - c]\n"),
            ("a = [b]\n", "a = [[b]]\n"),
            ("a = \"b c\"\n", "a = \"bc\"\n"),
            ("a = \"${ \"b\" }\"\n", "a = \"${ \"b \" }\"\n"),
            ("a = \"${b}\"\n", "a = \"${ b}\"\n"),
            ("a = b\nc = d\n", "a = b c = d\n"),
            ("a = {\n  b = 1\n  c = 2\n}\n", "a = { b = 1, c = 2 }\n"),
            ("a = <<E\n  x\nE\n", "a = <<E\n x\nE\n"),
            ("a = <<-E\n  x\n  E\n", "a = <<-E\n x\n E\n"),
            ("a = <<E\nx\nE\n", "a =   <<E\nx\nE\n"),
            ("a = [ # b\n  c, d ]\n", "a = [ # b\n  c,\n  d ]\n"),
            ("a = [1, # b\n  2]\n", "a = [1, # b 2]\n]\n"),
            ("# tfsec:ignore:a\na = [\"b\", \"c\"]\n", "# tfsec:ignore:a\na = [\"b\",\n \"c\"]\n"),
            ("a = 1\n#\nb = 2\n", "a = 1 #\nb = 2\n"),
            ("a = 1 / 2\n", "a = 1 // 2\n"),
            ("a = 1 // b  c\n", "a = 1 // b c\n"),
            ("a = 1 # {{ b\n", "a =  1 # {{ b\n"),
            ("a = b.c\n", "a = b. c\n"),
            ("a = !!b\n", "a = ! !b\n"),
            ("a = <<E\n${b}\nE\nc=1\n", "a = <<E\n${b}\nE\nc = 1\n"),
            ("a = <<E-F\nx\nE-F\nb=1\n", "a = <<E-F\nx\nE-F\nb = 1\n"),
            ("a = \"${b /* } */}\"\nc=1\n", "a = \"${b /* } */}\"\nc = 1\n"),
            ("a = [1, 2]\n", "a = [1, 2\n"),
            ("a = [[1]]\n", "a = [[1],,]\n"),
            ("a = [for b in c : b]\n", "a = [for b in c : b,]\n"),
            ("a = b[*].c\n", "a = b[*,].c\n"),
            ("a = b.*[0]\n", "a = b.*[0,]\n"),
            ("a = [ # b\nfor c in d : c]\n", "a = [ # b\nfor c in d : c,]\n"),
            // The text goes on behind the marker within what is filled in.
            (
                "a = <<E\n# ${b.\nE\n}\nrm -rf /c\nd {\nE\n}\n",
                "a = <<E\n# ${b.\nE\n}\nrm -rf / c\nd {\nE\n}\n",
            ),
            ("a = b[0]\n", "a = b[\n0]\n"),
            ("a = \"{{ b\" \n", "a =  \"{{ b\"\n"),
            ("a = 1\n", "a =\u{a0}1\n"),
            ("a = 1", "a = 1\n"),
            ("a = 1\n", "a = 1\r\n"),
        ];
        check("a/b.tf", false, &rows);
    }

    #[test]
    fn yaml_says_the_same_with_blanks_by_brackets_and_other_quotes() {
        let rows = [
            ("a: {b: c}\n", "a: { b: c }\n"),
            ("a:\n  - [b,c]\n", "a:\n  - [ b, c ]\n"),
            ("a:\n- 'b/**'\n", "a:\n- \"b/**\"\n"),
            ("'a': ''\n", "\"a\": \"\"\n"),
            ("a:   b\n", "a: b\n"),
            ("a: 'b'  # c\n", "a: \"b\" # c\n"),
            ("a: ['b''c',d]\n", "a: [ 'b''c', d ]\n"),
            ("a: ['b\\',d]\n", "a: [ 'b\\', d ]\n"),
            ("a: [\"b\\\"c\",d]\n", "a: [ \"b\\\"c\", d ]\n"),
            ("a: [b]\r\n", "a: [ b ]\r\n"),
            ("a: {\n  b: [c]\n}\n", "a: {\n  b: [ c ]\n}\n"),
            ("a: |\n  x\nb: 'c'\nd: &e {}\n", "a: |\n  x\nb: \"c\"\nd: &e {}\n"),
        ];
        check("a/b.yaml", true, &rows);
    }

    #[test]
    fn yaml_that_may_say_something_else_is_no_layout() {
        let rows = [
            ("a: {b-c: 1}\n", "a: {b-c:1}\n"),
            ("a: {\"b\":1}\n", "a: {\"b\": 1}\n"),
            ("a: [b, c]\n", "a: [b c]\n"),
            ("a: [b, c]\n", "a: [b, c,]\n"),
            ("a: b #c\n", "a: b#c\n"),
            ("a: - 1\n", "a: -1\n"),
            ("a:\n- - 1\n", "a:\n- -1\n"),
            ("a:\n-   b: 1\n", "a:\n- b: 1\n"),
            ("a: b\n", "a:b\n"),
            ("a:\n  b: 1\n", "a:\nb: 1\n"),
            ("a:\n  b: 1\n", "a:\n   b: 1\n"),
            ("a:\n  b:\n    c: 1\n  d: 1\n", "a:\n  b:\n    c: 1\n    d: 1\n"),
            ("a: 'yes'\n", "a: yes\n"),
            ("a: '1'\n", "a: 1\n"),
            ("a: 'b\\n'\n", "a: \"b\\n\"\n"),
            ("a: 'b\"'\n", "a: \"b'\"\n"),
            ("a: '$b'\n", "a: \"$b\"\n"),
            ("a: '${{ b }}'\n", "a: \"${{ b }}\"\n"),
            ("a: '#'\n", "a: \"#\"\n"),
            ("a: [b]\n", "a: [\n  b]\n"),
            ("a: [[b]]\n", "a: [ [b] ]\n"),
            ("a: {b}\n", "a: { b }\n"),
            ("a: b c\n", "a: b  c\n"),
            ("a: b\n  c\n", "a: b\n   c\n"),
            ("a: |\n  'b'\n", "a: |\n  \"b\"\n"),
            ("a: | # b\n# c\n  'b'\n", "a: | # b\n# c\n  \"b\"\n"),
            ("a: >-\n\n  'b'\n  c\n", "a: >-\n\n  \"b\"\n  c\n"),
            ("- |\n 'b'\n", "- |\n \"b\"\n"),
            ("--- |\n'b'\n", "--- |\n\"b\"\n"),
            ("a: !b\n  'c'\n", "a: !b\n  \"c\"\n"),
            ("a: |\n  [b]\n", "a: |\n  [ b ]\n"),
            ("a: 'b\n  c'\n", "a: \"b\n  c\"\n"),
            ("a: &b 'c'\n", "a: &b \"c\"\n"),
            ("a: !b 'c'\n", "a: !b \"c\"\n"),
            ("a: !b [c]\n", "a: !b [ c ]\n"),
            ("a: &a {}\nb: {<<: *a}\n", "a: &a {}\nb: { <<: *a }\n"),
            ("? [a]\n: b\n", "? [ a ]\n: b\n"),
            ("--- 'a'\n", "--- \"a\"\n"),
            ("a: {b: c}\n", "a:\t{b: c}\n"),
            ("a: [b]\n", "a: [\tb]\n"),
            ("a: [b]\n", "a: [b]\n\n"),
            ("a: [b] # c\n", "a: [ b ] #  c\n"),
            ("a: [b]\n", "a: [\u{a0}b]\n"),
            ("a: [b]\n", "a: [ b ]\r\n"),
            ("a: [b]", "a: [ b ]\n"),
            ("a: [b]\n", "\u{feff}a: [ b ]\n"),
        ];
        check("a/b.yaml", false, &rows);
        check("chart/templates/b.yaml", false, &[("a: '{{ b }}'\nc: [d]\n", "a: '{{ b }}'\nc: [ d ]\n")]);
    }

    #[test]
    fn toml_says_the_same_with_other_blanks_on_a_line() {
        let rows = [("a=[1,2]\n", "a = [ 1, 2 ]\n"), ("[a.b]\nc={d=1}\n", "[ a.b ]\nc = { d = 1 }\n")];
        check("a/b.toml", true, &rows);
        for text in ["'b'", "'b\\'", "\"b\"", "\"\"\"b\"c\nd\"\"\"", "\"\"\"b\\\"\"\"\"", "'''b\\'''"] {
            let with = |rest: &str| format!("a = {text}\n{rest}\n");
            check("a/b.toml", true, &[(&with("c=1"), &with("c = 1"))]);
        }
        let rows = [
            ("a = [1, 2]\n", "a = [1,\n2]\n"),
            ("a = [1]\n", "a = [1,]\n"),
            ("a = 'b'\n", "a = \"b\"\n"),
            ("a = 'b c'\n", "a = 'b  c'\n"),
            ("a = \"\"\"\nb\n\"\"\"\n", "a = \"\"\"\n b\n\"\"\"\n"),
            ("a = \"\"\"\n[b]\n\"\"\"\n", "a = \"\"\"\n[ b ]\n\"\"\"\n"),
            ("[[a]]\n", "[a]\n"),
            ("a = 12\n", "a = 1 2\n"),
            ("a = 1 # b\n", "a = 1 #b\n"),
        ];
        check("a/b.toml", false, &rows);
    }

    #[test]
    fn other_files_and_other_ways_to_change_are_no_layout() {
        for path in ["a.rs", "a.py", "Dockerfile", "a.xml", "a.conf", "json"] {
            assert!(!is_layout(path, "[1]\n", "[ 1 ]\n"), "{path}");
        }
        let file = addition("a.json", "[1]\n");
        assert!(!told(&file)[0]);
        let file = renaming("a.json", "b.json");
        assert!(!told(&file)[0]);
        let of = |path, mode| {
            let file = change(Some(side("a.json", Mode::FILE, b"[1]\n")), Some(side(path, mode, b"[ 1 ]\n")));
            assert!(!file.hunks.is_empty(), "{}", path::quoted(file.path()));
            told(&file).contains(&true)
        };
        assert!(of("a.json", Mode::FILE));
        assert!(!of("b.json", Mode::FILE) && !of("a.json", Mode::EXECUTABLE));
    }

    #[test]
    fn each_hunk_is_told_by_itself() {
        let rest: String = (0..9).map(|at| format!("  \"k{at}\": {at},\n")).collect();
        let of = |first: &str, last: &str| format!("{{\n  {first},\n{rest}  {last}\n}}\n");
        let old = of("\"a\": [1]", "\"b\": [2]");
        assert_eq!(hunks("a.json", &old, &of("\"a\": [ 1 ]", "\"b\": [3]")), [true, false]);
        assert_eq!(hunks("a.json", &old, &of("\"a\": [3]", "\"b\": [ 2 ]")), [false, true]);
        assert_eq!(hunks("a.json", &old, &of("\"a\": [ 1 ]", "\"b\": [ 2 ]")), [true, true]);
        // What goes from one hunk to the next is still there.
        let told = hunks("a.json", "[1,\n1,\n1,\n1,\n1,\n1, 1]\n", "[1, 1,\n1,\n1,\n1,\n1,\n1]\n");
        assert_eq!(told, [true, true]);
        // Something else around it: what it says is not the same any more.
        let inner = old.replace("  \"k4\": 4,\n", "  \"k4\": 4, \"c\": {\n").replace("\n}\n", "\n}}\n");
        let hunks_of_three = hunks("a.json", &old, &inner.replace("[2]", "[ 2 ]"));
        assert!(!hunks_of_three.contains(&true), "{hunks_of_three:?}");
        let text = "a: |\n  x\n\n\nb:\n  - 'c'\n";
        assert_eq!(hunks("a.yaml", text, &text.replace("x", "x: |").replace("'c'", "\"c\"")), [false, true]);
        let deeper = text.replace("x\n", "x\nd:\n").replace("b:\n  - 'c'\n", "  b:\n  - \"c\"\n");
        assert!(!hunks("a.yaml", text, &deeper).contains(&true));
    }

    #[test]
    fn many_blank_lines_are_quick() {
        let blank = "\n".repeat(300_000);
        let old = format!("a = [{blank}1]\n");
        assert!(is_layout("a.tf", &old, &old.replace("1]", "1,]")));
        let lines = |line: &str| format!("[1,{}2]\n", "\n\n\n".repeat(3000).replace("\n\n\n", line));
        let hunks = hunks("a.json", &lines("\n\n\n"), &lines("\n\n \n").replace("2]", "3]"));
        assert!(!hunks.is_empty());
    }

    /// A value that any of the languages can hold.
    #[derive(Clone, Debug, PartialEq)]
    enum Node {
        Number(u8),
        Text(String),
        List(Vec<Node>),
        Map(Vec<(String, Node)>),
    }

    fn node() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            (0_u8..30).prop_map(Node::Number),
            "[ab ,:#/{\\[\\]-]{0,5}|a}b".prop_map(Node::Text),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Node::List),
                prop::collection::vec(("[ab]{1,2}", inner), 0..4).prop_map(Node::Map),
            ]
        })
    }

    /// Blanks as some bytes say.
    struct Blanks<'a>(std::slice::Iter<'a, u8>);

    impl Blanks<'_> {
        fn next(&mut self, may_wrap: bool) -> &'static str {
            match self.0.next().copied().unwrap_or(0) % 4 {
                0 => "",
                1 => " ",
                _ if may_wrap => "\n  ",
                _ => "   ",
            }
        }
    }

    /// Writes a value in brackets.
    fn write(node: &Node, path: &str, blanks: &mut Blanks<'_>, out: &mut String) {
        let wraps = !path.ends_with("yaml");
        let (open, close, count) = match node {
            Node::Number(number) => return write!(out, "{number}").unwrap(),
            Node::Text(text) => return write!(out, "\"{text}\"").unwrap(),
            Node::List(items) => ('[', ']', items.len()),
            Node::Map(entries) => ('{', '}', entries.len()),
        };
        let wraps = wraps && (open == '[' || path.ends_with("json"));
        write!(out, "{open}{}", blanks.next(wraps)).unwrap();
        for at in 0..count {
            let value = match node {
                Node::Map(entries) if path.ends_with("tf") => {
                    write!(out, "{}{}= ", entries[at].0, blanks.next(false)).unwrap();
                    &entries[at].1
                }
                Node::Map(entries) => {
                    write!(out, "\"{}\": ", entries[at].0).unwrap();
                    &entries[at].1
                }
                Node::List(items) => &items[at],
                Node::Number(_) | Node::Text(_) => continue,
            };
            write(value, path, blanks, out);
            if at + 1 < count {
                write!(out, "{},{}", blanks.next(wraps), blanks.next(wraps)).unwrap();
            }
        }
        // Two brackets side by side may be a template's.
        let gap = if path.ends_with("yaml") { " " } else { blanks.next(wraps) };
        write!(out, "{gap}{close}").unwrap();
    }

    fn written(node: &Node, path: &str, ways: &[u8]) -> String {
        let mut out = if path.ends_with("json") { String::new() } else { "x: ".to_owned() };
        if path.ends_with("tf") {
            out = "x = ".to_owned();
        }
        write(node, path, &mut Blanks(ways.iter()), &mut out);
        out + "\n"
    }

    /// Writes a value in YAML's own way, a key or an item a line; the bytes decide over quotes.
    fn outlined(node: &Node, depth: usize, ways: &mut std::slice::Iter<'_, u8>, out: &mut String) {
        let pad = "  ".repeat(depth);
        let mut quote = |text: &str| match ways.next().copied().unwrap_or(0) % 2 {
            0 => format!("'{text}'"),
            _ => format!("\"{text}\""),
        };
        match node {
            Node::Number(number) => writeln!(out, " {number}").unwrap(),
            Node::Text(text) => writeln!(out, " {}", quote(text)).unwrap(),
            Node::List(items) if items.is_empty() => out.push_str(" []\n"),
            Node::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
            Node::List(items) => {
                out.push('\n');
                for item in items {
                    write!(out, "{pad}-").unwrap();
                    outlined(item, depth + 1, ways, out);
                }
            }
            Node::Map(entries) => {
                out.push('\n');
                for (at, (key, value)) in entries.iter().enumerate() {
                    let key = match ways.next().copied().unwrap_or(0) % 2 {
                        0 => format!("'{key}{at}'"),
                        _ => format!("\"{key}{at}\""),
                    };
                    write!(out, "{pad}{key}:").unwrap();
                    outlined(value, depth + 1, ways, out);
                }
            }
        }
    }

    fn ways() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(any::<u8>(), 0..60)
    }

    /// Changes one number, text, key or place in a value, where it has one.
    fn changed(node: &Node, mut at: usize) -> Node {
        match node {
            Node::Number(number) => Node::Number(number + 1),
            Node::Text(text) => Node::Text(match at % 3 {
                0 => format!("{text} "),
                1 => format!(",{text}"),
                _ => text.replace(' ', "") + "a",
            }),
            Node::List(items) if items.is_empty() => Node::List(vec![Node::List(Vec::new())]),
            Node::Map(entries) if entries.is_empty() => Node::Map(vec![("a".to_owned(), Node::Number(0))]),
            Node::List(items) => {
                let mut items = items.clone();
                let place = at % items.len();
                at /= items.len();
                if at.is_multiple_of(2) && items.len() > 1 && items[0] != items[place] {
                    items.swap(0, place);
                } else {
                    items[place] = changed(&items[place], at / 2);
                }
                Node::List(items)
            }
            Node::Map(entries) => {
                let mut entries = entries.clone();
                let place = at % entries.len();
                at /= entries.len();
                match at % 2 {
                    0 => entries[place].0.push('a'),
                    _ => entries[place].1 = changed(&entries[place].1, at / 2),
                }
                Node::Map(entries)
            }
        }
    }

    const PATHS: [&str; 3] = ["a.json", "a.tf", "a.yaml"];

    proptest! {
        #[test]
        fn one_value_in_two_layouts_is_layout(node in node(), old in ways(), new in ways()) {
            for path in ["a.json", "a.yaml"] {
                let (old, new) = (written(&node, path, &old), written(&node, path, &new));
                if old != new && !old.contains("{{") && !old.contains("[[") && !new.contains("[[") {
                    prop_assert!(is_layout(path, &old, &new), "{}{}", old, new);
                }
            }
        }

        #[test]
        fn two_values_are_never_layout(node in node(), at in any::<usize>(), old in ways(), new in ways()) {
            let other = changed(&node, at);
            for path in PATHS {
                let (old, new) = (written(&node, path, &old), written(&other, path, &new));
                prop_assert!(!is_layout(path, &old, &new), "{} {} {}", path, old, new);
            }
            let (mut before, mut after) = ("x:".to_owned(), "x:".to_owned());
            outlined(&node, 1, &mut old.iter(), &mut before);
            outlined(&other, 1, &mut new.iter(), &mut after);
            prop_assert!(!is_layout("a.yaml", &before, &after), "{} {}", before, after);
        }

        #[test]
        fn one_byte_more_is_never_layout(node in node(), at in any::<prop::sample::Index>(), more in "[!-+\\--~]", ways in ways()) {
            for path in PATHS {
                let old = written(&node, path, &ways);
                let mut new = old.clone();
                new.insert_str(at.index(old.len()), &more);
                prop_assert!(!is_layout(path, &old, &new), "{} {} {}", path, old, new);
            }
        }

        #[test]
        fn what_is_layout_is_so_for_the_readers_themselves(
            old in "(a|b|'a'|\"a\"|: |:| |-|- |,|\\[|\\]|\\{|\\}|#| #|\n|\n  |=|//|\\.|/\\*|\\*/|1|&|!|<<|\\$\\{){0,14}",
            blanks in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![" ", "\n", "", ","])), 1..4),
        ) {
            let old = format!("{old}\n");
            let mut new = old.clone();
            for (at, blank) in blanks {
                let at = at.index(new.len().max(1));
                if blank.is_empty() && !new.is_empty() {
                    let removed = new.remove(at);
                    if !matches!(removed, ' ' | '\n') {
                        new.insert(at, if removed == '\'' { '"' } else { removed });
                    }
                } else {
                    new.insert_str(at, blank);
                }
            }
            for path in ["a.json", "a.toml", "a.yaml", "a.tf"] {
                if old != new && is_layout(path, &old, &new) {
                    prop_assert_eq!(said(path, &old), said(path, &new), "{}\n{}\n{}", path, old, new);
                }
            }
        }
    }

    /// Tells what a file says to gate's readers: its keys and values, without blanks outside texts.
    fn said(path: &str, text: &str) -> Option<Vec<(usize, String)>> {
        let structure = Structure::read(path.as_bytes(), text.as_bytes()).unwrap();
        let mut leaves = structure.leaves()?;
        leaves.sort_by_key(|leaf| leaf.place.start);
        let word = |place: Range<usize>| {
            let written = text.get(place).unwrap().trim().replace('\'', "\"");
            // What follows a text in quotes may be taken for a part of it.
            let end = written.strip_prefix('"').and_then(|inner| inner.find('"'));
            let end = end.map_or(written.len(), |end| end + 2);
            let written = written.get(..end).unwrap();
            // An expression is told as it is written.
            if path.ends_with("tf") { written.replace([' ', '\n', ','], "") } else { written.to_owned() }
        };
        Some(leaves.into_iter().map(|leaf| (leaf.depth, word(leaf.place))).collect())
    }
}
