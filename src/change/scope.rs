//! The enclosing lines of a place in a text: which block it is in.
//!
//! A line encloses those below it that are indented further, as far as the next
//! line that is not. The chain of enclosing lines, from the margin inwards, tells
//! `replicas: 1` under `dev:` from the same line under `prod:` however far away
//! those are. Where blocks are not indented there is something else above the
//! margin: a YAML document that is not the first, a section of an INI or TOML file.

use bstr::ByteSlice;
use sha2::{Digest, Sha256};

use super::lines::Lines;

/// What encloses a place: a digest over the chain of enclosing lines.
///
/// The digest of a line is taken over the line and the digest of what encloses it,
/// so that each line is hashed once, however deep and however often it encloses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope([u8; 32]);

impl Scope {
    /// Nothing encloses the place.
    pub const MARGIN: Self = Self([0; 32]);

    /// Returns the digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the scope of what `line` encloses, when this is the scope of `line`.
    #[must_use]
    pub fn within(self, line: &[u8]) -> Self {
        let line = line.trim_end_with(|c| matches!(c, '\n' | '\r'));
        Self(Sha256::new().chain_update(self.0).chain_update(line).finalize().into())
    }
}

/// How many lines tell a YAML document from the others of its file: those that name its kind and itself.
const DOCUMENT_LINES: usize = 4;

/// What lies above the margin in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Margin {
    /// Nothing does.
    Nothing,
    /// `---` begins a document of its own.
    Documents,
    /// `[name]` begins a section.
    Sections,
}

impl Margin {
    /// Tells by the name of a file.
    pub fn of(path: &[u8]) -> Self {
        let name = path.rsplit_str("/").next().unwrap_or(path).to_ascii_lowercase();
        let extension = |name: &[u8]| name.rfind_byte(b'.').map(|dot| name[dot + 1..].to_owned());
        let plain = name.strip_suffix(b".tmpl").or_else(|| name.strip_suffix(b".j2")).unwrap_or(&name);
        match extension(plain).as_deref() {
            Some(b"yaml" | b"yml" | b"tpl" | b"gotmpl") => Self::Documents,
            Some(
                b"toml" | b"ini" | b"cfg" | b"conf" | b"cnf" | b"config" | b"service" | b"socket" | b"timer"
                | b"editorconfig",
            ) => Self::Sections,
            _ => Self::Nothing,
        }
    }
}

/// Reads a text from the top and knows what encloses the place that it has come to.
pub(super) struct Outline<'a> {
    lines: &'a Lines<'a>,
    margin: Margin,
    /// The next line to read.
    next: usize,
    /// What lies above the margin here.
    root: Scope,
    /// Whether a line that says something has been read: a first `---` parts nothing.
    begun: bool,
    /// The lines that may enclose what comes next, each indented further than the one before it.
    open: Vec<Open>,
}

/// A line that may enclose others.
struct Open {
    indent: usize,
    line: usize,
    /// The scope of what it encloses, once somebody asked.
    inside: Option<Scope>,
}

impl<'a> Outline<'a> {
    pub fn new(lines: &'a Lines<'a>, margin: Margin) -> Self {
        Self { lines, margin, next: 0, root: Scope::MARGIN, begun: false, open: Vec::new() }
    }

    /// Reads on to a line, which itself is not read.
    pub fn advance(&mut self, to: usize) {
        while self.next < to {
            let Some(line) = self.lines.line(self.next) else { return };
            if let Some(indent) = indent(line) {
                self.read(line, indent);
            }
            self.next += 1;
        }
    }

    /// Returns what encloses a line that is indented by `indent` here; a blank line is taken to be
    /// inside of everything that is open.
    pub fn scope(&mut self, indent: Option<usize>) -> Scope {
        let depth = match indent {
            Some(indent) => self.open.partition_point(|open| open.indent < indent),
            None => self.open.len(),
        };
        let known = self.open[..depth].iter().rposition(|open| open.inside.is_some());
        let mut scope = known.and_then(|at| self.open[at].inside).unwrap_or(self.root);
        for open in &mut self.open[known.map_or(0, |at| at + 1)..depth] {
            scope = scope.within(self.lines.line(open.line).unwrap_or_default());
            open.inside = Some(scope);
        }
        scope
    }

    fn read(&mut self, line: &[u8], indent: usize) {
        if indent == 0 && self.parts(line) {
            self.open.clear();
            self.root = self.part(line);
        } else {
            while self.open.last().is_some_and(|open| open.indent >= indent) {
                self.open.pop();
            }
            self.open.push(Open { indent, line: self.next, inside: None });
        }
        self.begun |= !line.starts_with(b"#");
    }

    /// Tells whether a line at the margin begins a part of the file.
    fn parts(&self, line: &[u8]) -> bool {
        match self.margin {
            Margin::Nothing => false,
            Margin::Documents => {
                self.begun && line.strip_prefix(b"---").is_some_and(|rest| rest.trim().is_empty())
            }
            Margin::Sections => line.starts_with(b"[") && line.contains(&b']'),
        }
    }

    /// Returns the scope of everything in a part of the file that begins with `line`.
    fn part(&self, line: &[u8]) -> Scope {
        let part = Scope::MARGIN.within(line);
        if self.margin != Margin::Documents {
            return part;
        }
        (self.next + 1..)
            .map_while(|line| self.lines.line(line))
            .take_while(|line| !line.starts_with(b"---"))
            .filter(|line| indent(line).is_some() && !line.trim_start().starts_with(b"#"))
            .take(DOCUMENT_LINES)
            .fold(part, Scope::within)
    }
}

/// Returns the column that a line begins at, with a tab stop every eight columns; `None` where it is blank.
pub(super) fn indent(line: &[u8]) -> Option<usize> {
    let mut column = 0;
    for byte in line {
        match byte {
            b' ' => column += 1,
            b'\t' => column = (column / 8 + 1) * 8,
            b'\r' | b'\n' | b'\x0c' => {}
            _ => return Some(column),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_begins_with_a_name_in_brackets() {
        let lines = Lines::new(b"x\n");
        let parts = |line: &[u8]| Outline::new(&lines, Margin::Sections).parts(line);
        assert!(parts(b"[a]") && !parts(b"a]") && !parts(b"[a") && !parts(b"a = [1]"));
    }

    #[test]
    fn comments_and_blanks_do_not_tell_documents_apart() {
        let scope = |text: &str| {
            let lines = Lines::new(text.as_bytes());
            let mut outline = Outline::new(&lines, Margin::Documents);
            outline.advance(lines.len());
            outline.scope(Some(0))
        };
        let plain = scope("a: 1\n---\nkind: A\nname: b\nx: 1\ny: 2\nz: 3\n");
        assert_eq!(scope("a: 1\n---\n# c\n\nkind: A\nname: b\nx: 1\ny: 2\nz: 4\n"), plain);
        assert_ne!(scope("a: 1\n---\nkind: A\nname: c\nx: 1\ny: 2\nz: 3\n"), plain);
    }

    #[test]
    fn a_line_begins_at_its_column_and_a_blank_one_nowhere() {
        let columns = [
            ("x", 0),
            ("  x", 2),
            ("\tx", 8),
            ("   \tx", 8),
            ("\t x", 9),
            ("\t\tx", 16),
            ("         \tx", 16),
            ("\t\t\tx", 24),
        ];
        for (line, column) in columns {
            assert_eq!(indent(line.as_bytes()), Some(column), "{line:?}");
        }
        for blank in ["", "\n", " \t\r\n", "\x0c\n"] {
            assert_eq!(indent(blank.as_bytes()), None, "{blank:?}");
        }
    }
}
