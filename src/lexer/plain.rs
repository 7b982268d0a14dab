//! Reads the files whose comments stand on lines of their own: settings, Dockerfiles, makefiles, lists of patterns.

use bstr::ByteSlice;

use super::outline::{Kind, Machine, blanks};

/// What makes comments in a format of lines, and what makes doubt.
#[derive(Debug)]
pub struct Lines {
    /// What begins a comment.
    pub marks: &'static [u8],
    /// Whether blanks may stand before it.
    pub indented: bool,
    /// Whether a backslash at the end joins a line to the next.
    pub joins: bool,
    /// Makefiles: lines that begin with a tab are a shell's.
    pub recipes: bool,
    /// Tells of a line whether the file can't be told from there on.
    pub doubt: fn(&[u8]) -> bool,
}

const LINES: Lines = Lines { marks: b"#", indented: false, joins: false, recipes: false, doubt: |_| false };

/// `.gitignore`, `.gitattributes`, `CODEOWNERS` and the like.
pub static PATTERNS: Lines = LINES;
/// `.ini`, `.editorconfig`, units of systemd and the like.
pub static SETTINGS: Lines = Lines { marks: b"#;", joins: true, doubt: |line| has_open_quote(line), ..LINES };
/// Java's properties.
pub static PROPERTIES: Lines = Lines { marks: b"#!", indented: true, joins: true, ..LINES };
/// `.env`.
pub static ENVIRONMENT: Lines = Lines { indented: true, doubt: |line| !is_setting(line), ..LINES };
/// Dockerfiles.
pub static DOCKERFILE: Lines =
    Lines { indented: true, joins: true, doubt: |line| line.contains_str("<<"), ..LINES };
/// Makefiles.
pub static MAKEFILE: Lines = Lines {
    indented: true,
    joins: true,
    recipes: true,
    doubt: |line| ["define", ".RECIPEPREFIX", "<<"].iter().any(|word| line.contains_str(word)),
    ..LINES
};
/// `requirements.txt`.
pub static REQUIREMENTS: Lines = Lines { indented: true, joins: true, ..LINES };

/// A reader of one file.
#[derive(Debug)]
pub struct Plain {
    format: &'static Lines,
    is_joined: bool,
    has_given_up: bool,
}

impl Plain {
    /// Starts reading a file.
    pub fn new(format: &'static Lines, is_readable: bool) -> Self {
        Self { format, is_joined: false, has_given_up: !is_readable }
    }
}

impl Machine for Plain {
    fn line(&mut self, line: &[u8], _rest: &[u8]) -> Kind {
        let start = blanks(line);
        let is_comment = line.get(start).is_some_and(|mark| self.format.marks.contains(mark))
            && (start == 0 || self.format.indented);
        let was_joined = std::mem::take(&mut self.is_joined);
        // To some readers a joined line goes on behind the comments and blank lines in it.
        self.is_joined = self.format.joins && line.trim_end().ends_with(b"\\")
            || was_joined && (is_comment || start == line.len());
        let is_code = was_joined || self.is_joined || !is_comment;
        self.has_given_up |= start < line.len() && is_code && (self.format.doubt)(line);
        if self.has_given_up || was_joined || self.is_joined || self.format.recipes && line.starts_with(b"\t")
        {
            return Kind::Code;
        }
        match is_comment {
            _ if start == line.len() => Kind::Blank,
            true => Kind::Comment,
            false => Kind::Code,
        }
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.is_joined {
            key.extend_from_slice(b"joined");
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.is_joined
    }
}

/// Tells whether a text may go on in the next line.
fn has_open_quote(line: &[u8]) -> bool {
    let count = |quote: &str| line.find_iter(quote).count();
    count("\"") % 2 == 1
        || count("'") % 2 == 1
        || line.contains_str("\"\"\"")
        || line.contains_str("'''")
        || line.contains_str("\\\"")
        || line.contains_str("<<")
}

/// Tells whether a line is a name and a value that ends on it, to every reader.
fn is_setting(line: &[u8]) -> bool {
    let value = line.find_byte(b'=').map_or(line, |equals| &line[equals + 1..]).trim();
    let Some(&quote) = value.first().filter(|quote| matches!(quote, b'"' | b'\'')) else {
        return value.find_byteset("\"'`\\").is_none();
    };
    let Some(end) = value[1..].find_byte(quote) else { return false };
    let inside = &value[1..=end];
    end + 2 == value.len() && inside.find_byteset("\"'`\\").is_none()
}
