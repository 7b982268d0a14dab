//! Reads the files whose comments stand on lines of their own: settings, Dockerfiles, makefiles, lists of patterns.

use bstr::ByteSlice;

use super::outline::{Kind, Machine};

/// What makes comments in a format of lines.
#[derive(Debug)]
pub struct Lines {
    /// What begins a comment.
    pub marks: &'static [u8],
    /// Whether blanks may stand before it.
    pub indented: bool,
    /// Whether a backslash at the end joins a line to the next.
    pub joins: bool,
    /// What quotes do.
    pub quotes: Quotes,
    /// `<<TAG` begins a text down to a line with the tag.
    pub heredocs: bool,
    /// Makefiles: lines that begin with a tab are a shell's, and `define` begins a text.
    pub recipes: bool,
}

/// What quotes do in a format of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// Nothing.
    None,
    /// A value that begins with one goes on to its end.
    Values,
    /// They hold texts, which may go over lines.
    Texts,
}

const LINES: Lines = Lines {
    marks: b"#",
    indented: true,
    joins: false,
    quotes: Quotes::None,
    heredocs: false,
    recipes: false,
};

/// `.gitignore`, `CODEOWNERS` and the like.
pub static PATTERNS: Lines = Lines { indented: false, ..LINES };
/// `.gitattributes`, `.editorconfig`, `.ini` and the like.
pub static SETTINGS: Lines = Lines { marks: b"#;", joins: true, ..LINES };
/// `.conf` and `.cfg`.
pub static CONFIGURATION: Lines = Lines { joins: true, quotes: Quotes::Texts, ..LINES };
/// Java's properties.
pub static PROPERTIES: Lines = Lines { marks: b"#!", joins: true, ..LINES };
/// `.env`.
pub static ENVIRONMENT: Lines = Lines { joins: true, quotes: Quotes::Values, ..LINES };
/// Dockerfiles.
pub static DOCKERFILE: Lines = Lines { joins: true, heredocs: true, ..LINES };
/// Makefiles.
pub static MAKEFILE: Lines = Lines { joins: true, recipes: true, ..LINES };

/// A reader of one file.
#[derive(Debug)]
pub struct Plain {
    format: &'static Lines,
    is_joined: bool,
    /// The quote, or the word, that ends the open text; `define` may stand in itself.
    text: Option<Text>,
    has_given_up: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Quoted(u8),
    Heredocs(Vec<Vec<u8>>),
    Define(u32),
}

impl Plain {
    /// Starts reading a file.
    pub fn new(format: &'static Lines, is_readable: bool) -> Self {
        Self { format, is_joined: false, text: None, has_given_up: !is_readable }
    }

    fn in_text(&mut self, line: &[u8], text: Text) {
        self.text = match text {
            Text::Quoted(quote) => is_open(line, Some(quote)).map(Text::Quoted),
            Text::Heredocs(mut words) => {
                if words.first().is_some_and(|word| line.trim_start_with(|c| c == '\t') == word.as_slice()) {
                    words.remove(0);
                }
                (!words.is_empty()).then_some(Text::Heredocs(words))
            }
            Text::Define(open) => match define(line) {
                Some(true) => Some(Text::Define(open.saturating_add(1))),
                Some(false) if open == 1 => None,
                Some(false) => Some(Text::Define(open - 1)),
                None => Some(Text::Define(open)),
            },
        };
    }

    fn begin_text(&mut self, line: &[u8]) {
        if self.format.recipes && define(line) == Some(true) {
            self.text = Some(Text::Define(1));
        }
        let open = is_open(line, None);
        let value = line.find_byte(b'=').map_or(line, |equals| line[equals + 1..].trim_start());
        match self.format.quotes {
            Quotes::Values
                if value.starts_with(b"\"") || value.starts_with(b"'") || value.starts_with(b"`") =>
            {
                self.text = is_open(value, None).map(Text::Quoted);
            }
            Quotes::Values | Quotes::Texts => {
                self.has_given_up |= open.is_some() || line.contains_str("\"\"\"");
            }
            Quotes::None => {}
        }
        if self.format.heredocs && line.contains_str("<<") {
            match heredocs(line) {
                Some(words) if words.is_empty() => {}
                Some(words) => self.text = Some(Text::Heredocs(words)),
                None => self.has_given_up = true,
            }
        }
    }
}

impl Machine for Plain {
    fn line(&mut self, line: &[u8]) -> Kind {
        if self.has_given_up {
            return Kind::Code;
        }
        if let Some(text) = self.text.take() {
            self.in_text(line, text);
            return Kind::Code;
        }
        let was_joined = std::mem::take(&mut self.is_joined);
        self.is_joined = self.format.joins && line.ends_with(b"\\");
        let text = if self.format.indented { line.trim_start_with(|c| c == ' ' || c == '\t') } else { line };
        let is_recipe = self.format.recipes && line.starts_with(b"\t");
        if was_joined || self.is_joined || is_recipe {
            self.begin_text(line);
            return Kind::Code;
        }
        match text.first() {
            None => Kind::Blank,
            Some(_) if text.trim().is_empty() => Kind::Blank,
            Some(mark) if self.format.marks.contains(mark) => Kind::Comment,
            Some(_) => {
                self.begin_text(line);
                Kind::Code
            }
        }
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.is_joined || self.text.is_some() {
            key.extend_from_slice(format!("{:?} {}", self.text, self.is_joined).as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.is_joined || self.text.is_some()
    }
}

/// Returns the quote that is still open at the end of a line.
fn is_open(line: &[u8], mut open: Option<u8>) -> Option<u8> {
    let mut bytes = line.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, open) {
            (b'\\', _) => drop(bytes.next()),
            (b'"' | b'\'' | b'`', None) => open = Some(byte),
            (_, Some(quote)) if byte == quote => open = None,
            _ => {}
        }
    }
    open
}

/// Tells whether a line of a makefile begins or ends a text.
fn define(line: &[u8]) -> Option<bool> {
    let mut words = line.fields();
    let word = words.find(|word| !matches!(*word, b"override" | b"export" | b"private"))?;
    match word {
        b"define" => Some(true),
        b"endef" => Some(false),
        _ => None,
    }
}

/// Returns the words that end the texts which a line of a Dockerfile begins; `None` where they can't be told.
fn heredocs(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    for rest in line.find_iter("<<").map(|at| &line[at + 2..]) {
        let rest = rest.strip_prefix(b"-").unwrap_or(rest);
        let quote = rest.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let rest = &rest[usize::from(quote.is_some())..];
        let end =
            rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(rest.len());
        let is_closed = quote.is_none_or(|quote| rest.get(end) == Some(&quote));
        if end == 0 || end > 64 || words.len() == 16 || !is_closed || rest[0].is_ascii_digit() {
            return None;
        }
        words.push(rest[..end].to_vec());
    }
    Some(words)
}
