//! Tells comments from code, for the whole file and line by line.
//!
//! A hunk is nothing but comments when its changed lines are, in the old and in the
//! new file, *and* a reader of the language is in the same state before and behind
//! them in both: two hunks `+/*` and `+*/` each look like comments and take out the
//! code between them. A reader is certain or silent: from the first line on that it
//! doesn't understand, everything is code.

mod code;
mod directive;
#[cfg(test)]
mod disguised;
mod function_text;
#[cfg(test)]
mod hostile;
mod language;
mod marks;
mod markup;
mod outline;
mod plain;
mod shell;
mod slash;
mod syntax;
mod tables;
mod text;
mod words;
mod yaml;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;

use bstr::ByteSlice;

use self::language::Language;
pub use self::marks::{Marks, marks_of};
use self::outline::{Kind, Outline, State, States};
use crate::change::{FileChange, Hunk, HunkKind, Line, Origin, Side};

/// The comments of a file on both sides of a change; the file is read when they are asked for.
#[derive(Debug)]
pub struct Comments<'a> {
    file: &'a FileChange,
    language: Option<&'static Language>,
    states: RefCell<States>,
    old: Read,
    new: Read,
}

/// What has been read of one side of a file.
#[derive(Debug, Default)]
struct Read {
    outline: OnceCell<Outline>,
    /// Up to where a comment's beginning was looked for, and whether one was open there.
    looked: Cell<(usize, bool)>,
    /// How often it was looked for from the top again.
    looks: Cell<u32>,
}

/// How often a file is looked through for the beginning of a comment before it is read as a whole.
const MOST_LOOKS: u32 = 20;

/// A changed line of a hunk.
struct Changed<'a> {
    text: &'a [u8],
    kind: Kind,
    before: State,
    after: State,
}

impl<'a> Comments<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange) -> Self {
        let language = |side: &Side| Language::of(&side.path);
        let languages = (file.old.as_ref().map(language), file.new.as_ref().map(language));
        let language = match languages {
            (Some(old), Some(new)) => old.filter(|old| new.is_some_and(|new| std::ptr::eq(*old, new))),
            (old, new) => old.or(new).flatten(),
        };
        Self { file, language, states: RefCell::default(), old: Read::default(), new: Read::default() }
    }

    /// Tells whether a line of a hunk is nothing but comment.
    pub fn is_comment(&self, line: &Line) -> bool {
        let Some(language) = self.language else { return false };
        if !self.may_be_comment(line, language) {
            return false;
        }
        let outline = self.outline(line.origin, language);
        matches!(outline.line(line.number).kind, Kind::Comment | Kind::Blank)
    }

    /// Tells whether the hunk changes nothing but comments, blank lines and blanks at line ends (and indentation,
    /// where it means nothing).
    ///
    /// A file that is added or deleted is more than its comments.
    pub fn are_all_of(&self, hunk: &Hunk) -> bool {
        let (Some(language), Some(_), Some(_)) = (self.language, &self.file.old, &self.file.new) else {
            return false;
        };
        if hunk.kind != HunkKind::Text || !self.may_be_comments(hunk, language) {
            return false;
        }
        let [old, new] = [Origin::Removed, Origin::Added].map(|origin| self.outline(origin, language));
        let mut numbers =
            [first_line(hunk.old.start, hunk.old.lines), first_line(hunk.new.start, hunk.new.lines)];
        let mut lines = hunk.lines.as_slice();
        while let Some(first) = lines.first() {
            if first.origin == Origin::Context {
                numbers = numbers.map(|number| number + 1);
                lines = &lines[1..];
                continue;
            }
            let count = lines.iter().take_while(|line| line.origin != Origin::Context).count();
            let (block, rest) = lines.split_at(count);
            let of = |origin: Origin| block.iter().filter(move |line| line.origin == origin);
            let removed: Vec<Changed<'_>> = of(Origin::Removed).map(|line| self.changed(line, old)).collect();
            let added: Vec<Changed<'_>> = of(Origin::Added).map(|line| self.changed(line, new)).collect();
            let starts = [old.before(numbers[0]), new.before(numbers[1])];
            if !are_alike(&removed, &added, starts, language) {
                return false;
            }
            numbers[0] += u32::try_from(removed.len()).unwrap_or(u32::MAX);
            numbers[1] += u32::try_from(added.len()).unwrap_or(u32::MAX);
            lines = rest;
        }
        true
    }

    fn changed(&self, line: &Line, outline: &Outline) -> Changed<'a> {
        let facts = outline.line(line.number);
        Changed {
            text: self.file.text(line),
            kind: facts.kind,
            before: outline.before(line.number),
            after: facts.after,
        }
    }

    fn outline(&self, origin: Origin, language: &Language) -> &Outline {
        let (read, content) = self.side(origin);
        read.outline.get_or_init(|| Outline::new(content, language, &mut self.states.borrow_mut()))
    }

    fn side(&self, origin: Origin) -> (&Read, &'a [u8]) {
        let (read, side) = match origin {
            Origin::Removed => (&self.old, &self.file.old),
            Origin::Added | Origin::Context => (&self.new, &self.file.new),
        };
        (read, side.as_ref().and_then(|side| side.content.as_deref()).unwrap_or_default())
    }

    /// Tells from the lines alone whether reading the file is worth while: what is no comment by its looks must be
    /// there on both sides.
    ///
    /// What looks like a comment depends on what has been read so far, and the answer must not: so a line of code is
    /// looked for among all lines of the other side.
    fn may_be_comments(&self, hunk: &Hunk, language: &Language) -> bool {
        let of = |origin: Origin| hunk.lines.iter().filter(move |line| line.origin == origin);
        let is_there = |origin: Origin, other: Origin| {
            let others: HashSet<&[u8]> = of(other).map(|line| self.file.text(line).trim()).collect();
            of(origin).all(|line| {
                others.contains(self.file.text(line).trim()) || self.may_be_comment(line, language)
            })
        };
        is_there(Origin::Added, Origin::Removed) && is_there(Origin::Removed, Origin::Added)
    }

    fn may_be_comment(&self, line: &Line, language: &Language) -> bool {
        // A byte order mark is a blank where a reader sees it alone.
        let text = self.file.text(line).trim_with(|c| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() || language.markers.iter().any(|marker| text.starts_with_str(marker)) {
            return true;
        }
        let Some(block) = language.block else { return false };
        let (read, content) = self.side(line.origin);
        read.outline.get().is_some() || read.may_be_open(content, line.bytes.start, block)
    }
}

impl Read {
    /// Tells whether a comment that began further up may still be open at `at`, by its beginnings and ends alone.
    fn may_be_open(&self, content: &[u8], at: usize, (open, close): (&str, &str)) -> bool {
        let (mut from, mut was_open) = self.looked.get();
        if at < from {
            // Reading the file costs no more than looking through it many times.
            if self.looks.replace(self.looks.get() + 1) > MOST_LOOKS {
                return true;
            }
            (from, was_open) = (0, false);
        }
        let passed = content.get(from..at).unwrap_or_default();
        // Mostly there is none, which is found out sooner from the front.
        let last = |marker: &str| passed.find_iter(marker).last();
        let is_open = match (last(open), last(close)) {
            (Some(opened), Some(closed)) => closed < opened + open.len(),
            (None, None) => was_open,
            (opened, None) => opened.is_some(),
            (None, Some(_)) => false,
        };
        self.looked.set((at, is_open));
        is_open
    }
}

/// Tells whether two runs of lines in the same place are the same but for comments and blanks.
fn are_alike(
    removed: &[Changed<'_>],
    added: &[Changed<'_>],
    starts: [State; 2],
    language: &Language,
) -> bool {
    let end = |lines: &[Changed<'_>], start: State| lines.last().map_or(start, |line| line.after);
    if starts[0] != starts[1] || end(removed, starts[0]) != end(added, starts[1]) {
        return false;
    }
    let is_code = |line: &&Changed<'_>| !matches!(line.kind, Kind::Blank | Kind::Comment);
    let mut removed = removed.iter().filter(is_code);
    let mut added = added.iter().filter(is_code);
    loop {
        match (removed.next(), added.next()) {
            (None, None) => return true,
            (Some(old), Some(new)) if is_same(old, new, language) => {}
            _ => return false,
        }
    }
}

/// Tells whether two lines of code differ at most by blanks that mean nothing.
fn is_same(old: &Changed<'_>, new: &Changed<'_>, language: &Language) -> bool {
    if old.before != new.before || old.after != new.after {
        return false;
    }
    let is_joined = |line: &Changed<'_>| line.text.trim_end().ends_with(b"\\");
    if old.text == new.text || is_joined(old) || is_joined(new) {
        return old.text == new.text;
    }
    without_blanks(old, language) == without_blanks(new, language)
}

/// Returns a line without the blanks that mean nothing where it stands.
fn without_blanks<'a>(line: &Changed<'a>, language: &Language) -> &'a [u8] {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let mut text = line.text;
    // In a text even the end of the file's last line may count.
    if line.before.is_text || line.after.is_text {
        return text;
    }
    text = text.strip_suffix(b"\n").unwrap_or(text);
    if language.is_free {
        text = text.trim_start_with(is_blank);
    }
    if language.trims { text.trim_end_with(is_blank) } else { text }
}

/// Returns the first line that a span is about: the one behind the gap, where it has none.
fn first_line(start: u32, lines: u32) -> u32 {
    if lines == 0 { start + 1 } else { start }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::change::testing::{addition, edit, renaming};

    /// Tells of each hunk whether it is nothing but comments.
    fn hunks(path: &str, old: &str, new: &str) -> Vec<bool> {
        let file = edit(path, old, new);
        let comments = Comments::new(&file);
        file.hunks.iter().map(|hunk| comments.are_all_of(hunk)).collect()
    }

    /// Tells whether a change is nothing but comments.
    fn is_comment(path: &str, old: &str, new: &str) -> bool {
        let hunks = hunks(path, old, new);
        assert!(!hunks.is_empty(), "{old:?} is {new:?}");
        hunks.iter().all(|&hunk| hunk)
    }

    /// Returns how the lines of a file are told apart: a letter for blank, comment, `x` for code.
    fn kinds(path: &str, text: &str) -> String {
        let language = Language::of(path.as_bytes()).unwrap();
        let outline = Outline::new(text.as_bytes(), language, &mut States::default());
        let letter = |number| match outline.line(number).kind {
            Kind::Blank => 'b',
            Kind::Comment => 'c',
            Kind::Code => 'x',
        };
        (1..=u32::try_from(text.lines().count()).unwrap()).map(letter).collect()
    }

    #[test]
    fn reworded_comment_is_a_comment_in_every_language() {
        for (path, mark) in [
            ("a.go", "//"),
            ("a.py", "#"),
            ("a.js", "//"),
            ("a.ts", "//"),
            ("a.tsx", "//"),
            ("A.java", "//"),
            ("a.kt", "//"),
            ("a.cs", "//"),
            ("a.rs", "//"),
            ("a.rb", "#"),
            ("a.c", "//"),
            ("a.swift", "//"),
            ("a.scala", "//"),
            ("a.sh", "#"),
            ("a.toml", "#"),
            ("a.tf", "#"),
            ("a.hcl", "//"),
            ("Dockerfile", "#"),
            ("Makefile", "#"),
            ("a.proto", "//"),
            ("a.sql", "--"),
            ("a.graphql", "#"),
            ("tsconfig.json", "//"),
            ("a.ini", ";"),
            ("a.properties", "!"),
            (".env", "#"),
            (".gitattributes", "#"),
            ("CODEOWNERS", "#"),
            ("go.mod", "//"),
            ("a.dart", "//"),
            ("a.lua", "--"),
            ("build.gradle", "//"),
            ("requirements.txt", "#"),
            ("a.scss", "//"),
            ("a.thrift", "#"),
        ] {
            let old = format!("x\n{mark} how it was\ny\n");
            let new = format!("x\n{mark} how it is\n\n  \ny\n");
            assert!(is_comment(path, &old, &new), "{path}");
            assert!(!is_comment(path, &old, &old.replace('x', "z")), "{path}");
            assert!(!is_comment(path, &old, &old.replace(mark, "")), "{path}");
        }
        assert!(is_comment("a.yaml", "x: 1\n# a\ny: 2\n", "x: 1\n# b\n\n  \ny: 2\n"));
        for path in ["a.go", "a.ts", "A.java", "a.cs", "a.rs", "a.c", "a.tf", "a.css", "a.sql", "a.proto"] {
            assert!(is_comment(path, "/*\n one\n */\nx\n", "/*\n two\n three */\nx\n"), "{path}");
        }
        assert!(is_comment(
            "a.xml",
            "<a>\n<!-- one\n two -->\n</a>\n",
            "<a>\n<!-- three\n four -->\n\n</a>\n"
        ));
        assert!(is_comment("a.php", "<?php\n# one\n$x = 1;\n", "<?php\n// two\n$x = 1;\n"));
    }

    #[test]
    fn file_without_a_lexer_has_no_comments() {
        for path in ["a.unknown", "README", "a.hs", "index.html", "a.json", "nginx.conf", "a.ex", "a.vue"] {
            assert!(!is_comment(path, "# a\nx\n", "# b\nx\n"), "{path}");
        }
    }

    #[test]
    fn added_deleted_and_renamed_files_are_more_than_comments() {
        let file = addition("a.py", "# a\n");
        assert!(!Comments::new(&file).are_all_of(&file.hunks[0]));
        let file = renaming("a.py", "b.py");
        assert!(!Comments::new(&file).are_all_of(&file.hunks[0]));
    }

    #[test]
    fn split_comment_takes_out_the_code_between() {
        let code: String = (0..9).map(|at| format!("line{at}\n")).collect();
        let old = format!("a\n{code}b\n");
        for path in ["a.go", "a.ts", "a.tf", "A.java", "a.rs", "a.c", "a.css", "a.sql"] {
            assert_eq!(hunks(path, &old, &format!("/*\na\n{code}*/\nb\n")), [false, false], "{path}");
            assert_eq!(hunks(path, &format!("/*\na\n{code}*/\nb\n"), &old), [false, false], "{path}");
        }
        assert_eq!(hunks("a.xml", &old, &format!("<!--\na\n{code}-->\nb\n")), [false, false]);
        assert_eq!(hunks("a.lua", &old, &format!("--[[\na\n{code}]]\nb\n")), [false, false]);
    }

    #[test]
    fn moving_the_end_of_a_comment_is_no_comment() {
        assert!(!is_comment("a.go", "/* a\n*/\nx()\n", "/* a\nx()\n*/\n"));
        assert!(!is_comment("a.c", "// a\nx();\n", "// a \\\nx();\n"));
        assert!(!is_comment("Makefile", "# a\nx = 1\n", "# a \\\nx = 1\n"));
    }

    #[test]
    fn setting_that_is_commented_in_or_out_is_a_change() {
        assert!(!is_comment("a.yaml", "# replicas: 3\n", "replicas: 3\n"));
        assert!(!is_comment("a.yaml", "replicas: 3\n", "# replicas: 3\n"));
        assert!(!is_comment("a.go", "x()\n// y()\n", "x()\ny()\n"));
    }

    #[test]
    fn text_that_looks_like_a_comment_is_code() {
        for &(path, text) in hostile::TEXTS {
            assert!(!is_comment(path, text, &text.replace("here", "there")), "{path}: {text}");
        }
    }

    #[test]
    fn order_or_text_in_a_comment_is_code() {
        for &(path, text) in disguised::TEXTS_OF_FUNCTIONS.iter().chain(disguised::ORDERS) {
            let [old, new] = ["good", "  evil"].map(|word| text.replace("@@@", word));
            assert!(!is_comment(path, &old, &new), "{path}: {text}");
        }
        for &(path, text) in disguised::REMARKS {
            assert!(
                is_comment(path, &text.replace("@@@", "good"), &text.replace("@@@", "better")),
                "{path}: {text}"
            );
        }
    }

    #[test]
    fn blanks_in_a_text_or_an_order_count() {
        for (path, old, new) in [
            ("a.js", "x(() => {/*\na:\n  b: 1\n*/})\n", "x(() => {/*\na:\nb: 1\n*/})\n"),
            ("a.js", "x(() => {/*\na\n\nb\n*/})\n", "x(() => {/*\na\nb\n*/})\n"),
            ("a.js", "/**\n@openapi\n/u:\n    s: 1\n*/\nx()\n", "/**\n@openapi\n/u:\n  s: 1\n*/\nx()\n"),
        ] {
            assert!(!is_comment(path, old, new), "{path}: {new}");
        }
    }

    #[test]
    fn change_that_only_looks_like_one_of_comments_is_none() {
        for &(path, old, new) in hostile::HOSTILE {
            assert!(!is_comment(path, old, new), "{path}: {new}");
            assert!(!is_comment(path, new, old), "{path}: {old}");
        }
    }

    #[test]
    #[expect(clippy::literal_string_with_formatting_args, reason = "it is code of another language")]
    fn quotes_do_not_lead_astray() {
        for (path, text) in [
            ("a.py", "x = 'a\"b' + \"c'd\" # it's\n# here\n"),
            ("a.py", "x = r'\\\\' + '''a''' \n# here\n"),
            ("a.go", "x := '\"' + \"`\" + `\"`\n// here\n"),
            ("a.go", "x := \"/*\"\n// here\n"),
            ("a.rs", "fn a<'a>(x: &'a str) { '\"'; '\\''; b'\"'; r\"\\\" }\n// here\n"),
            ("a.c", "char c = '\"'; char *s = L\"'\"; // '\n#define A(x) \\\n  f(x)\n// here\n"),
            ("a.ts", "x = a.replace(/[\"'`/*]/g, '')\n// here\n"),
            ("a.ts", "x = a / b / c; y = \"/*\"\n// here\n"),
            ("a.cs", "var x = $\"{a[\"b\"]} {{\" + @\"\\\" + '\"';\n// here\n"),
            ("a.kt", "val x = \"${m[\"a\"]} $y\"; val c = '\"'\n// here\n"),
            ("a.swift", "let x = \"\\(m[\"a\"])\"\n// here\n"),
            ("a.sh", "x=\"$(a \"b\" 'c')\" z=${#x} w=${x#y} $#\n# here\n"),
            ("a.sh", "a <<<\"$x\"\ncase $x in a) b ;; esac\n# here\n"),
            ("a.yaml", "a: it's\nb: don't # \"\nc: x - \"y\nd: x, 'y\n# here\n"),
            ("a.yaml", "a: 'x: #'\nb: \"\\\"\"\nc: [\"a\", 'b']\nd: {\"e\":\"f\"}\n# here\n"),
            ("a.yaml", "a: |\n  x\nb: 1\n# here\n"),
            ("a.yaml", "a: |\n  x\n# here\nb: 1\n"),
            ("a.yaml", "a: foo#bar\nb: http://x\n# here\n"),
            ("a.yaml", "- name: \"${{ a }}\"\n  if: ${{ b }}\n  # here\n"),
            ("a.tf", "x = \"${var.a[\"b\"]}#\"\n# here\n"),
            ("a.toml", "x = \"a#'\" # it's\ny = 'C:\\'\n# here\n"),
            ("a.sql", "SELECT 'it''s' FROM \"a\"\n-- over here\n"),
            ("a.rb", "x = \"#{a[\"b\"]}\" + 'c'\n# here\n"),
            ("a.dart", "x = '${a['b']}';\n// here\n"),
            ("A.java", "char c = '\"'; String s = \"\\\"\";\n// here\n"),
            ("a.tsx", "x = useState<string>(a < b)\n/* c */\n// here\n"),
            ("a.ts", "import a from 'b';\n/** @param a b */\n// here\nx = `\n  ${a} \n`;\n"),
            ("a.yaml", "a: &b\n  c: !Ref d\n  e: !Sub \"f\"\n  <<: *g\n  h: -1\n  'i j': {}\n# here\n"),
            ("a.yaml", "a:\n- b\n-  c: d\n   e: f\n  # here\n---\ng: h\n"),
            ("a.yaml", "a: [\n  # b\n  \"c]\", {d: e},\n\n  'f'\n]\n# here\n"),
            ("a.yaml", "on:\n  push:\n    branches: [main, 'v*']\n# here\n"),
            ("a.sh", "set -euo pipefail\nif [[ -n \"${A:-}\" ]]; then\n  B=$((B + 1))\nfi # it's\n# here\n"),
            ("a.sh", "for ((i = 0; i > 3; i++)); do echo \"$i\"; done\n# here\n"),
            ("a.sh", "cat <<'EOF' > x\n\"\nEOF\n# here\n"),
            ("a.py", "\"\"\"Doc's.\"\"\"\nx = f\"{a['b']} {c!r:>{d}}\"\n# here\n"),
            ("a.tf", "x = <<-EOT\n  ${a.b} \"\n  EOT\n# here\n"),
            ("a.sql", "-- One two.\nSELECT 'a' -- it's\n-----------\n-- over here\n"),
            ("Dockerfile", "RUN a \\\n  && b\n# here\n"),
            ("Makefile", "A := $(shell b)\nall: \\\n  c\n\td\n# here\n"),
            (".env", "A=b\nC=\"d e\"\nexport F=1\n# here\n"),
            ("a.scala", "val c = '\"'; val s = 'sym; val t = \"a\"\n// here\n"),
        ] {
            assert!(is_comment(path, text, &text.replace("here", "there")), "{path}: {text}");
        }
    }

    #[test]
    fn what_only_some_readers_take_for_a_comment_is_code() {
        for (path, old, new) in [
            // Lone carriage returns and other line ends of Unicode.
            ("a.ts", "// a\nx\n", "// a\revil()\nx\n"),
            ("a.py", "# a\nx\n", "# a\revil()\nx\n"),
            ("a.ts", "// a\nx\n", "// a\u{2028}evil()\nx\n"),
            ("a.cs", "// a\nx\n", "// a\u{85}evil();\nx\n"),
            // Java reads escapes before comments.
            ("A.java", "// a\nx\n", "// a \\u000a evil();\nx\n"),
            ("A.java", "x = \"\\u0022 + /* \"\n// a\n", "x = \"\\u0022 + /* \"\n// b\n"),
            // C in Go.
            ("a.go", "// a\nimport \"C\"\n", "// int b;\nimport \"C\"\n"),
            // Text of elements.
            ("a.tsx", "<p>\n// a\n</p>\n", "<p>\n// {evil()}\n</p>\n"),
            // A quote within braces of a text.
            ("a.py", "x = f\"{a[\"#\"]}\" + '''\n# a\n'''\n", "x = f\"{a[\"#\"]}\" + '''\n# b\n'''\n"),
            // MySQL runs this; Postgres counts comments.
            ("a.sql", "/* a */\nx\n", "/*! DROP */\nx\n"),
            ("a.sql", "/* /* a */\nx\n", "/* /* b */\nx\n"),
            ("a.sql", "SELECT '\\'\n-- a\n'\n", "SELECT '\\'\n-- b\n'\n"),
            ("a.php", "<?php\n// a\n", "<?php\n// a ?> <script>\n"),
            ("a.php", "<p>\n# a\n", "<p>\n# <?php evil(); ?>\n"),
        ] {
            assert!(!is_comment(path, old, new), "{path}: {new}");
        }
    }

    #[test]
    fn templates_are_filled_in_before_comments_are_read() {
        for text in [
            "# {{ include \"a\" . }}",
            "# <%= a %>",
            "# ${a}",
            "# {% if a %}",
            "# %{ if a }",
            "# <?php a(); ?>",
        ] {
            for path in ["a.yaml", "a.toml", "a.sh", "Dockerfile", ".env", "a.tf", "a.py"] {
                assert!(!is_comment(path, "# a\nx\n", &format!("{text}\nx\n")), "{path}: {text}");
                assert!(!is_comment(path, &format!("{text}\nx\n"), "x\n"), "{path}: {text}");
            }
        }
    }

    #[test]
    fn orders_to_tools_are_no_comments() {
        for (path, order) in [
            ("Dockerfile", "# syntax=docker/dockerfile:1"),
            ("Dockerfile", "# escape=`"),
            ("Dockerfile", "# check=skip=all"),
            ("Dockerfile", "# hadolint ignore=DL3008"),
            ("a.yaml", "#cloud-config"),
            ("a.yaml", "# renovate: datasource=a"),
            ("a.yaml", "# checkov:skip=CKV_1: no"),
            ("a.yaml", "# yaml-language-server: $schema=a"),
            ("a.yaml", "# kics-scan ignore"),
            ("a.tf", "# tfsec:ignore:a"),
            ("a.tf", "#trivy:ignore:a"),
            ("a.tf", "// nosemgrep"),
            ("a.py", "#!/usr/bin/python"),
            ("a.py", "# -*- coding: utf-8 -*-"),
            ("a.py", "# coding: utf-8"),
            ("a.py", "# nosec"),
            ("a.py", "# cython: language_level=3"),
            ("a.rb", "# frozen_string_literal: true"),
            ("a.rb", "# encoding: utf-8"),
            ("a.go", "//go:build linux"),
            ("a.go", "// +build linux"),
            ("a.go", "//go:embed a"),
            ("a.go", "//export a"),
            ("a.go", "// +kubebuilder:a"),
            ("a.go", "// @Router /a [get]"),
            ("a.ts", "// @ts-ignore"),
            ("a.ts", "/// <reference path=\"a\"/>"),
            ("a.ts", "/** @jsx h */"),
            ("a.js", "/*! keep */"),
            ("a.ts", "/** @openapi a */"),
            ("a.sql", "-- +goose Up"),
            ("a.sql", "-- name: A :one"),
            ("a.sql", "--> statement-breakpoint"),
            ("a.sql", "/*+ INDEX(a) */"),
            ("a.sql", "--liquibase formatted sql"),
            ("a.c", "#pragma once"),
            ("go.mod", "// Deprecated: a"),
            ("a.sh", "#!/bin/sh"),
        ] {
            assert!(!is_comment(path, "a\n\nx\n", &format!("a\n\n{order}\nx\n")), "{path}: {order}");
            assert!(!is_comment(path, &format!("a\n\n{order}\nx\n"), "a\n\nx\n"), "{path}: {order}");
        }
        // Those of linters are looks, too.
        for (path, order) in [
            ("a.py", "# noqa"),
            ("a.py", "# @TODO: b"),
            ("a.go", "//nolint:a"),
            ("a.ts", "// eslint-disable a"),
            ("a.py", "# type: ignore"),
        ] {
            assert!(is_comment(path, "x\n", &format!("{order}\nx\n")), "{path}: {order}");
        }
    }

    #[test]
    fn words_that_begin_like_orders_are_comments() {
        for (path, comment) in [
            ("a.ts", "/* eslint-disable @typescript-eslint/no-explicit-any */"),
            ("a.ts", "/**\n * @returns {string} the {@link A} of ann@example.com\n * @throws if none\n */"),
            ("a.ts", "// the webpack config of @ann"),
            ("a.ts", "/* NOTE */"),
            ("a.ts", "// see [#123]"),
            ("a.cs", "/// <summary>"),
            ("a.rs", "//! ```rust"),
            ("A.java", "/*-\n * One.\n */"),
            ("a.sql", "-- Sets x = 1 for all."),
            ("a.toml", "# a [x] and [#1]"),
        ] {
            assert!(is_comment(path, "x;\n", &format!("{comment}\nx;\n")), "{path}: {comment}");
        }
        assert!(is_comment("a.php", "<?php\nx();\n", "<?php\n/** @inheritDoc */\nx();\n"));
        assert!(is_comment("a.m", "\n#import \"a.h\"\n// one\nx();\n", "\n#import \"a.h\"\n// two\nx();\n"));
    }

    #[test]
    fn order_by_its_place_is_not_moved_from_it() {
        for (path, order) in [
            ("a.sh", "#!/bin/sh"),
            ("a.py", "# coding: utf-8"),
            ("Dockerfile", "# syntax=a"),
            ("a.yaml", "#cloud-config"),
            ("a.go", "//go:build a"),
            ("a.js", "#!/usr/bin/env node"),
        ] {
            let mark = if path.ends_with(".go") || path.ends_with(".js") { "//" } else { "#" };
            let file = format!("{order}\n\nx\n\n");
            assert!(!is_comment(path, &file, &format!("{mark} a\n{file}")), "{path}");
            assert!(!is_comment(path, &format!("{mark} a\n{file}"), &file), "{path}");
            assert!(!is_comment(path, &file, &format!("\n{file}")), "{path}");
            assert!(is_comment(path, &file, &format!("{file}{mark} a\n")), "{path}");
        }
        assert!(!is_comment("a.go", "//go:build a\n\npackage x\n", "//go:build a\npackage x\n"));
        assert!(is_comment("a.go", "// a\npackage x\n", "// Copyright\n\n// a\npackage x\n"));
    }

    #[test]
    fn blanks_at_line_ends_and_indentation_count_where_they_mean_something() {
        assert!(is_comment("a.go", "\tx()\n", "    x()  \n"));
        assert!(!is_comment("a.go", "x()\r\n", "x()\n"));
        assert!(is_comment("a.json", "{\"a\": 1}\n", "  {\"a\": 1} \n"));
        assert!(is_comment("a.yaml", "a: 1  \n", "a: 1\n"));
        assert!(is_comment("a.py", "x = 1\n", "x = 1 \n"));
        for (path, old, new) in [
            ("a.yaml", "a:\n  b: 1\n", "a:\n    b: 1\n"),
            ("a.yaml", "a: 1\n", "a: 1\r\n"),
            ("a.py", "x()\n", "  x()\n"),
            ("a.sh", "x \\\ny\n", "x \\ \ny\n"),
            ("a.sh", "x\n", "x\r\n"),
            ("Makefile", "\tx\n", "    x\n"),
            ("Makefile", "A = b\n", "A = b \n"),
            ("a.properties", "a=b\n", "a=b \n"),
            (".env", "A=b\n", "A=b \n"),
            ("a.go", "x := `\n  a\n`\n", "x := `\n    a\n`\n"),
            ("a.go", "x := `\na \n`\n", "x := `\na\n`\n"),
            ("a.yaml", "a: |\n  x\n", "a: |\n  x \n"),
            ("a.yaml", "a: |\n  x\n", "a: |\n  x"),
            ("a.yaml", "a: |\n  x\n\n  y\n", "a: |\n  x\n  y\n"),
            ("a.yaml", "a: |+\n  x\n\nb: 1\n", "a: |+\n  x\nb: 1\n"),
            ("a.yaml", "a: x\n\n  y\n", "a: x\n  y\n"),
            ("a.xml", "<a>b\n</a>\n", "<a>b\n\n</a>\n"),
            ("a.unknown", "x\n", "x \n"),
            ("a.ini", "[x]\nk = a\n  b\n  c\n", "[x]\nk = a\n  b\n\n  c\n"),
        ] {
            assert!(!is_comment(path, old, new), "{path}: {new}");
        }
        assert!(is_comment("a.yaml", "a: |\n  x\n\nb: 1\n", "a: |\n  x\nb: 1\n"));
        assert!(is_comment("a.yaml", "- a: 1\n  b: 2\n- c: 3\n", "- a: 1\n\n  b: 2\n\n- c: 3\n"));
        assert!(is_comment("a.xml", "<a>\n</a>\n", "<a>\n\n</a>\n"));
    }

    #[test]
    fn comment_behind_a_block_scalar_may_come_and_go() {
        assert!(is_comment("a.yaml", "a: |\n  x\nb: 1\n", "a: |\n  x\n# c\nb: 1\n"));
        assert!(!is_comment("a.yaml", "a: |\n  x\nb: 1\n", "a: |\n  x\n  # c\nb: 1\n"));
    }

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(kinds("a.go", "// a\n\nx() // b\n/* c\n\nd */\n/* e */ y()\n"), "cbxcbcx");
        assert_eq!(kinds("a.yaml", "# a\nb: |\n  c\n\n  # d\n# e\nf: 1\n"), "cxxxxcx");
        assert_eq!(kinds("a.py", "# a\nx = '''\n# b\n'''  # c\n  # d\n"), "cxxxc");
    }

    #[test]
    fn hostile_files_take_no_time_by_their_square() {
        let deep = "`${".repeat(1600);
        let files = [
            ("a.ts", format!("{deep}\n")),
            ("a.ts", format!("{}\n", "=/[".repeat(1600)).repeat(9)),
            ("a.c", format!("{}\n", "1'".repeat(2400)).repeat(9)),
            ("a.sh", format!("{}\n", "<<a ".repeat(1200)).repeat(9)),
            ("a.sh", format!("{}\n", "\"$(".repeat(1600)).repeat(9)),
            ("a.yaml", format!("{}\n", "- ".repeat(2400)).repeat(9)),
            ("a.yaml", format!("a: {}\n", "[".repeat(4000)).repeat(9)),
            ("a.rs", format!("{}\n", "/*".repeat(2400)).repeat(9)),
            ("a.xml", format!("{}\n", "<!--".repeat(1200)).repeat(9)),
            ("a.go", "x".repeat(1 << 20)),
        ];
        for (path, text) in files {
            assert!(!is_comment(path, &text, &format!("y\n{text}")), "{path}");
        }
    }

    /// Strips comments from code of a language like C, character by character: what the readers must agree with.
    fn stripped(text: &str) -> String {
        let bytes = text.as_bytes();
        let (mut at, mut code) = (0, Vec::new());
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest.starts_with(b"//") {
                at += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let end = rest[2..].windows(2).position(|end| end == b"*/");
                at += end.map_or(rest.len(), |end| end + 4);
                code.push(b' ');
            } else if matches!(rest[0], b'"' | b'`') {
                let mut end = 1;
                while end < rest.len() && rest[end] != rest[0] && (rest[0] == b'`' || rest[end] != b'\n') {
                    end += if rest[0] == b'"' && rest[end] == b'\\' { 2 } else { 1 };
                }
                end = (end + 1).min(rest.len());
                code.extend_from_slice(&rest[..end]);
                at += end;
            } else {
                code.push(rest[0]);
                at += 1;
            }
        }
        // Blank lines, indentation and blanks at line ends mean nothing outside texts; in texts nothing is changed.
        let code = String::from_utf8(code).unwrap();
        code.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn file_of(lines: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(lines), 0..14)
    }

    /// A file and another one, a few lines of which differ.
    fn pair(lines: &'static [&'static str]) -> impl Strategy<Value = (String, String)> {
        let edits =
            prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, prop::sample::select(lines)), 1..5);
        (file_of(lines), edits).prop_map(|(old, edits)| {
            let mut new = old.clone();
            for (at, kind, line) in edits {
                let at = at.index(new.len() + 1);
                match kind {
                    0 if at < new.len() => drop(new.remove(at)),
                    1 if at < new.len() => new[at] = line,
                    _ => new.insert(at, line),
                }
            }
            let text = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            (text(&old), text(&new))
        })
    }

    const GO_LINES: &[&str] = &[
        "x()",
        "y() // a",
        "// b",
        "/*",
        "*/",
        "/* c */",
        " d */ z()",
        "w() /*",
        "",
        "  ",
        "s := `",
        "`",
        "t := \"/*\"",
        "\"",
        "  x()",
        "// */",
        "// /*",
        "`// e",
        "f(\"`\") // g",
    ];
    const YAML_LINES: &[&str] = &[
        "a: 1", "# b", "  # c", "d: |", "  e", "", "f: \"", "  \"", "g: it's", "- h", "  i: >+", "    j",
        "    # k", "l: [", "  m,", "]", "'n'",
    ];
    const SHELL_LINES: &[&str] = &[
        "a", "# b", "c <<E", "E", "d \"", "\"", "'", "e \\", "", "f $(", ")", "  # g", "h=${i#j}", "`k`",
        "$'", "l # \"m",
    ];
    const PYTHON_LINES: &[&str] = &[
        "a",
        "# b",
        "c = \"\"\"",
        "\"\"\"",
        "'''",
        "d = '",
        "e \\",
        "",
        "  # f",
        "f\"{g}\"",
        "h # '''",
        "  ",
        "\"i\" # j",
    ];

    /// Returns the lines that are more than comments, by the readers themselves.
    fn code_of(path: &str, text: &str) -> Vec<String> {
        let language = Language::of(path.as_bytes()).unwrap();
        let outline = Outline::new(text.as_bytes(), language, &mut States::default());
        let is_code = |number: usize| outline.line(u32::try_from(number).unwrap()).kind == Kind::Code;
        let lines = text.lines().enumerate().filter(|(at, _)| is_code(at + 1));
        lines
            .map(|(_, line)| if language.is_free { line.trim() } else { line.trim_end() }.to_owned())
            .collect()
    }

    #[test]
    fn what_was_asked_before_makes_no_difference() {
        for (path, old, new) in [
            ("a.rs", "use std::env;\n\n", "    use std::env;\n\n"),
            ("a.ts", "  res.render({\n\n", "res.render({\n\n"),
            ("a.rs", "a();\n\n\n\nb();\n", "/*\na();\n*/\n\n\n  b();\n"),
        ] {
            let file = edit(path, old, new);
            let comments = Comments::new(&file);
            for line in file.hunks.iter().flat_map(|hunk| &hunk.lines) {
                comments.is_comment(line);
            }
            for hunk in &file.hunks {
                assert_eq!(comments.are_all_of(hunk), Comments::new(&file).are_all_of(hunk), "{new}");
            }
        }
    }

    proptest! {
        #[test]
        fn comments_never_change_code_of_a_language_like_c((old, new) in pair(GO_LINES)) {
            if old != new && hunks("a.go", &old, &new).iter().all(|&hunk| hunk) {
                prop_assert_eq!(stripped(&old), stripped(&new), "{}\n---\n{}", old, new);
            }
        }

        #[test]
        fn comments_never_change_code_by_the_readers_themselves(
            (yaml, shell, python) in (pair(YAML_LINES), pair(SHELL_LINES), pair(PYTHON_LINES)),
        ) {
            for (path, (old, new)) in [("a.yaml", yaml), ("a.sh", shell), ("a.py", python)] {
                if old != new && hunks(path, &old, &new).iter().all(|&hunk| hunk) {
                    prop_assert_eq!(code_of(path, &old), code_of(path, &new), "{}\n---\n{}", old, new);
                }
            }
        }

        #[test]
        fn comment_amid_hostile_text_makes_no_reader_fail(
            (first, second) in (prop::sample::select(hostile::TEXTS), prop::sample::select(hostile::TEXTS)),
            (at, line) in (0..12_usize, prop::sample::select(&["# a", "// a", "/* a", "*/", "<!-- a -->", "-- a", ""][..])),
        ) {
            let text = format!("{}{}", first.1, second.1);
            let mut lines: Vec<&str> = text.lines().collect();
            lines.insert(at.min(lines.len()), line);
            let changed = lines.join("\n") + "\n";
            for (path, _) in [first, second] {
                if text != changed && Language::of(path.as_bytes()).is_some()
                    && hunks(path, &text, &changed).iter().all(|&hunk| hunk)
                {
                    prop_assert_eq!(code_of(path, &text), code_of(path, &changed), "{}", changed);
                }
            }
        }

        #[test]
        fn no_file_makes_a_reader_fail(text in "[-#/*'\"`<>{}\\[\\]()|!:\\\\ \n\tEa$%=~?r;]{0,80}", other in "[#/*'\"`\n a]{0,40}") {
            for path in [
                "a.go", "a.py", "a.tsx", "A.java", "a.kt", "a.cs", "a.rs", "a.rb", "a.php", "a.ex", "a.c", "a.swift", "a.scala",
                "a.sh", "a.yaml", "a.toml", "a.tf", "Dockerfile", "Makefile", "a.sql", "a.xml", ".env", "a.conf", "a.lua", "a.dart",
                "a.gradle",
            ] {
                if text != other {
                    hunks(path, &text, &other);
                }
            }
        }
    }
}
