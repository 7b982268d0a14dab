//! HCL, the language of Terraform, as far as its shape goes.
//!
//! A block is a key (its type) with a key in it for each label, so that
//! `resource "aws_db_instance" "main" { … }` and its JSON are alike. Nobody knows what an
//! expression comes to who does not run it: what is known of it are the objects and lists that
//! stand in it. Calls go no deeper than values may be nested.

mod scan;
mod text;

use std::ops::Range;

use super::{Entry, Format, Structure, Unreadable, Value, blocks};

const MALFORMED: Unreadable = Unreadable::Malformed(Format::Hcl);
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Structure, Unreadable> {
    // A line ends there for some, but not for git.
    if text.replace("\r\n", "").contains('\r') {
        return Err(MALFORMED);
    }
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut reader = Reader { text, at: start, depth: 0, templates: 0, structure: Structure::default() };
    let root = reader.body(start, false)?;
    reader.structure.roots.push(root);
    blocks::unfold(&mut reader.structure);
    Ok(reader.structure)
}

/// Goes through a file once, from its top to its end.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// How many values are open.
    depth: usize,
    /// How many templates are open.
    templates: usize,
    structure: Structure,
}

/// What an expression is made of.
#[derive(Debug)]
enum Part {
    Word(String),
    Number,
    /// A text without templates.
    Text(String),
    Node(usize),
    /// An operator, a call, a template.
    Other,
}

/// An expression up to where it ends, the end not included.
struct Expression {
    place: Range<usize>,
    parts: usize,
    last: Part,
    /// The objects and lists in it.
    inner: Vec<usize>,
}

impl Reader<'_> {
    /// Reads attributes and blocks, each on a line of its own.
    fn body(&mut self, start: usize, is_block: bool) -> Result<usize, Unreadable> {
        let mut entries = Vec::new();
        loop {
            self.skip_lines()?;
            match self.peek() {
                None if !is_block => break,
                Some(b'}') if is_block => {
                    self.at += 1;
                    break;
                }
                _ => self.entry(&mut entries)?,
            }
            self.skip_blanks()?;
            if !self.is_at_line_end() {
                return Err(MALFORMED);
            }
        }
        self.structure.add(start..self.at, Value::Map(entries))
    }

    fn entry(&mut self, entries: &mut Vec<Entry>) -> Result<(), Unreadable> {
        let start = self.at;
        let name = self.word()?;
        let place = start..self.at;
        self.skip_blanks()?;
        if self.take_equals() {
            let value = self.value(true)?;
            entries.push(Entry { key: Some(name), place, value });
            return Ok(());
        }
        let labels = self.labels()?;
        // Each is a map with the next one in it.
        self.depth += labels.len();
        let body = self.nested(Self::block)?;
        self.depth -= labels.len();
        let mut value = body;
        for (label, place) in labels.into_iter().rev() {
            let whole = place.start..self.at;
            value = self.structure.add(whole, Value::Map(vec![Entry { key: Some(label), place, value }]))?;
        }
        entries.push(Entry { key: Some(name), place, value });
        Ok(())
    }

    fn labels(&mut self) -> Result<Vec<(String, Range<usize>)>, Unreadable> {
        let mut labels = Vec::new();
        loop {
            self.skip_blanks()?;
            let start = self.at;
            let label = match self.peek() {
                Some(b'{') => return Ok(labels),
                Some(b'"') => match self.quoted(&mut Vec::new())? {
                    Part::Text(text) => text,
                    Part::Word(_) | Part::Number | Part::Node(_) | Part::Other => return Err(MALFORMED),
                },
                _ => self.word()?,
            };
            labels.push((label, start..self.at));
        }
    }

    /// Reads a block from its brace on: lines, or a single attribute on the same line.
    fn block(&mut self) -> Result<usize, Unreadable> {
        let start = self.at;
        self.at += 1;
        self.skip_blanks()?;
        if self.is_at_line_end() {
            return self.body(start, true);
        }
        let mut entries = Vec::new();
        if !self.take(b'}') {
            let key = self.at;
            let name = self.word()?;
            let place = key..self.at;
            self.skip_blanks()?;
            if !self.take_equals() {
                return Err(MALFORMED);
            }
            let value = self.value(true)?;
            entries.push(Entry { key: Some(name), place, value });
            self.skip_blanks()?;
            if !self.take(b'}') {
                return Err(MALFORMED);
            }
        }
        self.structure.add(start..self.at, Value::Map(entries))
    }

    /// Reads an expression for the value that it is, as far as that is known.
    fn value(&mut self, ends_at_line: bool) -> Result<usize, Unreadable> {
        let Expression { place, parts, last, inner } = self.expression(ends_at_line)?;
        match (parts, last) {
            (0, _) => Err(MALFORMED),
            (1, Part::Node(node)) => Ok(node),
            (1, Part::Number | Part::Text(_)) => self.structure.add(place, Value::Scalar),
            (1, Part::Word(word)) if matches!(word.as_str(), "true" | "false" | "null") => {
                self.structure.add(place, Value::Scalar)
            }
            _ => self.structure.add(place, Value::Expression(inner)),
        }
    }

    /// Reads up to a comma, a closing bracket, or what else can't go on an expression.
    fn expression(&mut self, ends_at_line: bool) -> Result<Expression, Unreadable> {
        let mut read = Expression { place: self.at..self.at, parts: 0, last: Part::Other, inner: Vec::new() };
        let mut choices = 0_usize;
        loop {
            if ends_at_line {
                self.skip_blanks()?;
            } else {
                self.skip_lines()?;
            }
            let start = self.at;
            let Some(byte) = self.peek() else { break };
            let part = match byte {
                b',' | b'}' | b']' | b')' | b'~' => break,
                _ if self.is_at_line_end() => break,
                b'=' if self.second() != Some(b'=') => break,
                // A function of a provider.
                b':' if self.second() == Some(b':') => self.operator(2),
                b':' if choices == 0 => break,
                b':' => {
                    choices -= 1;
                    self.operator(1)
                }
                b'?' => {
                    choices += 1;
                    self.operator(1)
                }
                b'"' => self.quoted(&mut read.inner)?,
                b'<' if self.second() == Some(b'<') => self.heredoc(&mut read.inner)?,
                b'{' => self.nested(|reader| reader.object(&mut read.inner))?,
                b'[' => self.nested(|reader| reader.list(&mut read.inner))?,
                b'(' => self.nested(|reader| reader.arguments(&mut read.inner))?,
                b'=' | b'!' | b'<' | b'>' if self.second() == Some(b'=') => self.operator(2),
                b'&' | b'|' if self.second() == Some(byte) => self.operator(2),
                b'!' | b'<' | b'>' | b'.' | b'+' | b'-' | b'*' | b'/' | b'%' => self.operator(1),
                b'0'..=b'9' => self.number(),
                _ => Part::Word(self.word()?),
            };
            if read.parts == 0 {
                read.place.start = start;
            }
            read.place.end = self.at;
            read.parts += 1;
            read.last = part;
        }
        Ok(read)
    }

    fn operator(&mut self, length: usize) -> Part {
        self.at += length;
        Part::Other
    }

    fn number(&mut self) -> Part {
        let rest = &self.text.as_bytes()[self.at..];
        let is_of_number = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
        self.at += rest.iter().take_while(|byte| is_of_number(byte)).count();
        Part::Number
    }

    fn object(&mut self, inner: &mut Vec<usize>) -> Result<Part, Unreadable> {
        let start = self.at;
        self.at += 1;
        self.skip_lines()?;
        if self.is_at_for() {
            return self.comprehension(b'}', inner);
        }
        let mut entries = Vec::new();
        loop {
            self.skip_lines()?;
            if self.take(b'}') {
                break;
            }
            let key = self.expression(true)?;
            if key.parts == 0 || !(self.take(b':') || self.take_equals()) {
                return Err(MALFORMED);
            }
            let value = self.value(true)?;
            let (place, key) = (key.place.clone(), key.into_key());
            entries.push(Entry { key, place, value });
            if !self.take(b',') && !self.is_at_line_end() && self.peek() != Some(b'}') {
                return Err(MALFORMED);
            }
        }
        let node = self.structure.add(start..self.at, Value::Map(entries))?;
        inner.push(node);
        Ok(Part::Node(node))
    }

    fn list(&mut self, inner: &mut Vec<usize>) -> Result<Part, Unreadable> {
        let start = self.at;
        self.at += 1;
        self.skip_lines()?;
        if self.is_at_for() {
            return self.comprehension(b']', inner);
        }
        let mut items = Vec::new();
        loop {
            self.skip_lines()?;
            if self.take(b']') {
                break;
            }
            items.push(self.value(false)?);
            if !self.take(b',') && self.peek() != Some(b']') {
                return Err(MALFORMED);
            }
        }
        let node = self.structure.add(start..self.at, Value::List(items))?;
        inner.push(node);
        Ok(Part::Node(node))
    }

    /// Reads `for … in … : …`, of whose values nobody knows how many there are.
    fn comprehension(&mut self, end: u8, inner: &mut Vec<usize>) -> Result<Part, Unreadable> {
        loop {
            inner.extend(self.expression(false)?.inner);
            if self.take(end) {
                return Ok(Part::Other);
            }
            match (self.peek(), self.second()) {
                (Some(b'='), Some(b'>')) => self.at += 2,
                (Some(b':' | b','), _) => self.at += 1,
                _ => return Err(MALFORMED),
            }
        }
    }

    /// Reads what stands in round brackets.
    fn arguments(&mut self, inner: &mut Vec<usize>) -> Result<Part, Unreadable> {
        self.at += 1;
        loop {
            self.skip_lines()?;
            if self.take(b')') {
                return Ok(Part::Other);
            }
            let read = self.expression(false)?;
            if read.parts == 0 || !self.take(b',') && self.peek() != Some(b')') {
                return Err(MALFORMED);
            }
            inner.extend(read.inner);
        }
    }
}

impl Expression {
    /// Returns the key that it is in an object; `None` where it may be any.
    fn into_key(self) -> Option<String> {
        match self.last {
            Part::Word(text) | Part::Text(text) if self.parts == 1 => Some(text),
            Part::Word(_) | Part::Text(_) | Part::Number | Part::Node(_) | Part::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::tests::drawn;
    use super::*;

    #[test]
    fn blocks_attributes_and_labels_are_keys() {
        let text = "# top\nresource \"aws_db_instance\" main { // one\n  deletion_protection = true /* on\n */ # still\n  timeouts { create = \"1h\" }\n  empty {}\n}\nlocals {\n}\nx=1";
        assert_snapshot!(drawn("a.tf", text), @r#"
        resource = "resource"
          aws_db_instance = "\"aws_db_instance\""
            main = "main"
              deletion_protection = "deletion_protection"
                "true"
              timeouts = "timeouts"
                create = "create"
                  "\"1h\""
              empty = "empty"
        locals = "locals"
        x = "x"
          "1"
        "#);
        assert_eq!(drawn("a.tf", ""), "");
        assert_eq!(drawn("a.tf", "\u{feff}a = 1 // x"), "a = \"a\"\n  \"1\"\n");
    }

    #[test]
    fn objects_and_lists_are_read_and_expressions_are_not() {
        let text = "a = {\n  b : 1, \"c d\" = [true, { e = \"x\" },\n  ]\n  (var.k) = null\n  f.g = 2\n}\nh = merge(var.a, { i = [-1] })\nj = a ? { k = 1 } : {}\nl = [for x in y : { m = x }]\nn = { for k, v in o : k => v... if v != 0 }\np = \"${jsonencode({ q = 1 })}\"\nr = var.s[0].t[*] ? provider::a::b(1) : c\nu = (\n  1 >= 2 && !v # w\n)\n";
        assert_snapshot!(drawn("a.tfvars", text), @r##"
        a = "a"
          b = "b"
            "1"
          c d = "\"c d\""
            list
              "true"
              e = "e"
                "\"x\""
          ? = "(var.k)"
            "null"
          ? = "f.g"
            "2"
        h = "h"
          from "merge(var.a, { i = [-1] })"
            i = "i"
              list
                from "-1"
        j = "j"
          from "a ? { k = 1 } : {}"
            k = "k"
              "1"
        l = "l"
          from "[for x in y : { m = x }]"
            m = "m"
              from "x"
        n = "n"
          from "{ for k, v in o : k => v... if v != 0 }"
        p = "p"
          from "\"${jsonencode({ q = 1 })}\""
            q = "q"
              "1"
        r = "r"
          from "var.s[0].t[*] ? provider::a::b(1) : c"
            list
              "0"
            list
              from "*"
        u = "u"
          from "(\n  1 >= 2 && !v # w\n)"
        "##);
    }

    #[test]
    fn texts_and_heredocs_end_where_terraform_says() {
        let text = "a = \"$${b} }%%{ \\\" $ % # \\u0041\"\nc = \"${d[\"}\"]}${~ e ~}\"\nf = <<-EOT\n  ${g} EOT.\n  \" } # ${\nh}\n  EOT\ni = [<<X\n$x %\nX\n, 1]\nj \"\\u0061b\" {}\n";
        assert_snapshot!(drawn("a.hcl", text), @r##"
        a = "a"
          "\"$${b} }%%{ \\\" $ % # \\u0041\""
        c = "c"
          from "\"${d[\"}\"]}${~ e ~}\""
            list
              "\"}\""
        f = "f"
          from "<<-EOT\n  ${g} EOT.\n  \" } # ${\nh}\n  EOT"
        i = "i"
          list
            from "<<X\n$x %\nX"
            "1"
        j = "j"
          ab = "\"\\u0061b\""
        "##);
    }

    #[test]
    fn what_is_no_hcl_or_not_for_sure_is_told() {
        for text in [
            "a",
            "a =",
            "a = \n1",
            "a = 1 b = 2",
            "a = 1, b = 2",
            "\"a\" = 1",
            "a {",
            "a }",
            "}",
            "a { b = 1",
            "a { b = 1\n}",
            "a { b {} }",
            "a {\n b = 1 }",
            "a \"b\"\n{\n}",
            "a \"${b}\" {}",
            "a \"b\" = 1",
            "a = [",
            "a = [1 2",
            "a = {b}",
            "a = {b = 1 c = 2}x",
            "a = {b\n= 1}",
            "a = {b =\n1}",
            "a = (1",
            "a = f(,)",
            "a = [,]",
            "a = )",
            "a = \"",
            "a = \"\n\"",
            "a = \"\\x\"",
            "a = \"\\u12\"",
            "a = \"\\uD800\"",
            "a = \"${b\"",
            "a = \"${b\n",
            "a = \"$$${b}\"",
            "a = \"%${b}\"",
            "a = <<E\n",
            "a = <<E\nE",
            "a = << E\nE\n",
            "a = <<\"E\"\nE\n",
            "a = <<E x\nE\n",
            "a = \"${<<E\nE\n}\"",
            "a = <<E\n${b}E\nE\n",
            "a = 'b'",
            "a = b;",
            "a = b \\\n",
            "a = 1\rb = 2",
            "a = 1 ^ 2",
            "a = ~b",
            "a = 1 & 2",
            "/*",
            "a = 1 /*\n",
            "\u{e4} = 1",
            "a\u{e4} = 1",
            "a = b\u{e4}",
            "a = \u{a0}1",
            "a = <<\u{c9}\n\u{c9}\n",
            "a = b = c",
            "a = b => c",
            "a = b : c",
            "1a = 2",
            "a.b = 1",
            "{}",
            "a = { for = 1 }",
            "a = [for x in y",
            "\u{1}a = 1",
            "a = 1 \u{b}",
        ] {
            assert_eq!(drawn("a.tf", text), "it is not well-formed HCL", "{text:?}");
        }
    }

    #[test]
    fn what_is_deep_is_told_and_not_followed() {
        for (open, close) in
            [("[", "]"), ("(", ")"), ("{a=", "}"), ("\"${", "}\""), ("f([", "])"), ("[for x in ", ": x]")]
        {
            let deep = |depth: usize| {
                drawn("a.tf", &format!("a = {}b{}\n", open.repeat(depth), close.repeat(depth)))
            };
            assert!(deep(45).starts_with('a'), "{open}");
            for depth in [101, 5_000, 100_000] {
                assert_eq!(deep(depth), "its values are nested too deep", "{open} {depth}");
            }
        }
        let blocks =
            |depth: usize| drawn("a.tf", &format!("{}{}", "a {\n".repeat(depth), "}\n".repeat(depth)));
        assert!(blocks(90).starts_with('a'));
        assert_eq!(blocks(100_000), "its values are nested too deep");
        let long = format!("a {}{{}}\n", "b ".repeat(400_000));
        assert_eq!(drawn("a.tf", &long), "its values are nested too deep");
        let dollars = format!("a = \"{}\"\n", "$".repeat(1 << 20));
        assert!(drawn("a.tf", &dollars).starts_with('a'));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read_or_refused(text in "([ab=:,{}()\\[\\]\"$%<~#/* \n.?1\\\\-]|<<E\n|\nE\n|for |\\$\\{|dynamic \"a\" |\u{e4}){0,40}") {
            drop(Structure::read(b"a.tf", text.as_bytes()));
        }

        #[test]
        fn line_ends_of_either_kind_are_one(text in "(a = |b |\\{\n|\n|\\}\n|1\n|\"x\"|\\[1,\n2\\]\n|\\{ c = 1\n d = 2 \\}|<<E\nx\nE\n|#e\n|/\\*\n\\*/|f\\(\n\\)){0,12}") {
            let shape = |text: &str| drawn("a.tf", text).replace("\\r", "");
            prop_assert_eq!(shape(&text), shape(&text.replace('\n', "\r\n")));
        }
    }
}
