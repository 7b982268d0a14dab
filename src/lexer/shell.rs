//! Reads shell scripts line by line: each line must close what it opens, but for a plain here-document.

use bstr::ByteSlice;

use super::outline::{Kind, Machine, blanks, is_blank};

/// The tag of a here-document longer than this, in bytes, and the reader gives up.
const LONGEST_TAG: usize = 64;
/// Texts in commands in texts: deeper than this, the reader gives up.
const DEEPEST: usize = 8;

/// A reader of one file.
#[derive(Debug)]
pub struct Shell {
    document: Option<Document>,
    is_joined: bool,
    has_given_up: bool,
}

/// A text down to a line with a tag.
#[derive(Clone, Debug)]
struct Document {
    tag: Vec<u8>,
    /// Tabs before the tag are passed over.
    is_indented: bool,
    is_quoted: bool,
}

/// What is open within a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// `"…"`
    Text,
    /// `$(…)`
    Command,
}

/// The reader is not certain any more.
struct Doubt;

impl Shell {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { document: None, is_joined: false, has_given_up: !is_readable }
    }

    fn read(&mut self, line: &[u8]) -> Result<Kind, Doubt> {
        if let Some(document) = self.document.take() {
            return self.in_document(line, document);
        }
        let was_joined = std::mem::take(&mut self.is_joined);
        let text = &line[blanks(line)..];
        let kind = match text.first() {
            None => Kind::Blank,
            Some(b'#') => Kind::Comment,
            Some(_) => {
                self.code(text)?;
                Kind::Code
            }
        };
        // Behind the end of a script may stand anything.
        // Behind another name may stand anything, too.
        let ends = line.contains_str("alias") && kind == Kind::Code
            || line == b"exit"
            || line.starts_with(b"exit ")
            || line.starts_with(b"exec ");
        if ends {
            return Err(Doubt);
        }
        Ok(if was_joined { Kind::Code } else { kind })
    }

    fn in_document(&mut self, line: &[u8], document: Document) -> Result<Kind, Doubt> {
        let tag = if document.is_indented { line.trim_start_with(|c| c == '\t') } else { line };
        if tag != document.tag.as_slice() {
            // It joins the lines of the text, and with them perhaps the tag.
            if !document.is_quoted && line.ends_with(b"\\") {
                return Err(Doubt);
            }
            self.document = Some(document);
        }
        Ok(Kind::Code)
    }

    fn code(&mut self, line: &[u8]) -> Result<(), Doubt> {
        let mut frames: Vec<Frame> = Vec::new();
        let (mut at, mut in_word) = (0, false);
        while let Some(&byte) = line.get(at) {
            let rest = &line[at..];
            let is_text = frames.last() == Some(&Frame::Text);
            at += match byte {
                b'\\' if rest.len() == 1 => {
                    self.is_joined = true;
                    // A word may go on in the next line.
                    if !frames.is_empty() || in_word { Err(Doubt)? } else { 1 }
                }
                b'\\' => 2,
                b'"' if is_text => {
                    frames.pop();
                    1
                }
                b'"' => open(&mut frames, Frame::Text)?,
                b'$' if rest.starts_with(b"$((") => 3 + arithmetic(&rest[3..]).ok_or(Doubt)?,
                b'$' if rest.starts_with(b"$[") => Err(Doubt)?,
                b'$' if rest.starts_with(b"$(") => open(&mut frames, Frame::Command)? + 1,
                b'$' if rest.starts_with(b"${") => parameter(rest).ok_or(Doubt)?,
                b'$' if rest.starts_with(b"$'") && !is_text => Err(Doubt)?,
                b'$' if rest.len() > 1 && matches!(rest[1], b'#' | b'$' | b'?' | b'!') => 2,
                b'`' => Err(Doubt)?,
                _ if is_text => 1,
                b'\'' => 2 + rest[1..].find_byte(b'\'').ok_or(Doubt)?,
                b'(' if rest.starts_with(b"((") => 2 + arithmetic(&rest[2..]).ok_or(Doubt)?,
                b'(' if !frames.is_empty() => Err(Doubt)?,
                b')' => {
                    frames.pop();
                    1
                }
                b'<' if rest.starts_with(b"<<<") => 3,
                b'<' if rest.starts_with(b"<<") => {
                    self.document = Some(document(line, at, &frames).ok_or(Doubt)?);
                    rest.len()
                }
                b'#' if !in_word => return end(&frames, line, at),
                _ => 1,
            };
            let begins_command = rest.starts_with(b"$(") && frames.last() == Some(&Frame::Command);
            in_word = !begins_command && !is_blank(byte) && !b";|&<>()".contains(&byte);
        }
        if frames.is_empty() { Ok(()) } else { Err(Doubt) }
    }
}

impl Machine for Shell {
    fn line(&mut self, line: &[u8], _rest: &[u8]) -> Kind {
        if self.has_given_up {
            return Kind::Code;
        }
        self.read(line).unwrap_or_else(|Doubt| {
            self.has_given_up = true;
            Kind::Code
        })
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.is_joined || self.document.is_some() {
            key.extend_from_slice(format!("{:?} {}", self.document, self.is_joined).as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.document.is_some()
    }
}

fn open(frames: &mut Vec<Frame>, frame: Frame) -> Result<usize, Doubt> {
    if frames.len() == DEEPEST {
        return Err(Doubt);
    }
    frames.push(frame);
    Ok(1)
}

/// Ends a line of code with a comment. A `#` that some readers take for part of a word may hide no quote from them.
fn end(frames: &[Frame], line: &[u8], at: usize) -> Result<(), Doubt> {
    let is_clear = at > 0 && is_blank(line[at - 1]) && !line.contains_str("[[") && !line.contains_str("((");
    let is_harmless = line[at..].find_byteset("\"'`\\<$(").is_none();
    if frames.is_empty() && (is_clear || is_harmless) { Ok(()) } else { Err(Doubt) }
}

/// Returns the length of an expression with its `))`, if it is a plain one.
fn arithmetic(rest: &[u8]) -> Option<usize> {
    let end = rest.find("))")?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _+-*/%=!>&|?:,;$(".contains(byte);
    rest[..end].iter().all(is_plain).then_some(end + 2)
}

/// Returns the length of `${…}` that holds no text and no code.
fn parameter(rest: &[u8]) -> Option<usize> {
    let end = rest.find_byte(b'}')?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _:#%/.*@!?+=,^~-[]".contains(byte);
    rest[2..end].iter().all(is_plain).then_some(end + 1)
}

/// Reads the beginning of a here-document, behind which nothing but a plain redirection or pipe may stand.
fn document(line: &[u8], at: usize, frames: &[Frame]) -> Option<Document> {
    let rest = &line[at + 2..];
    let is_indented = rest.starts_with(b"-");
    let rest = rest[usize::from(is_indented)..].trim_start_with(|c| c == ' ');
    let quote = rest.first().copied().filter(|quote| matches!(quote, b'"' | b'\''));
    let word = &rest[usize::from(quote.is_some())..];
    let length = word.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let tail = match quote {
        Some(quote) => word[length..].strip_prefix(&[quote])?,
        None => &word[length..],
    };
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" >|/._-".contains(byte);
    let is_end = tail.is_empty() || matches!(tail[0], b' ') && tail.iter().all(is_plain);
    let is_word = word.first().is_some_and(u8::is_ascii_alphabetic) && length <= LONGEST_TAG;
    let is_shift = line.contains_str("((") || line.contains_str("let ") || line.contains_str("$[");
    let is_known = is_word && is_end && !is_shift && frames.is_empty();
    is_known.then(|| Document { tag: word[..length].to_vec(), is_indented, is_quoted: quote.is_some() })
}
