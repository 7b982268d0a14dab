//! Reads XML.
//!
//! A comment counts where it is all that stands between two tags: anywhere else it splits a text, or it is text.

use bstr::ByteSlice;

use super::outline::{Kind, Machine, blanks, is_empty};

/// A reader of one file.
#[derive(Debug)]
pub struct Markup {
    within: Within,
    has_given_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Above the first tag: a declaration must be the first.
    Start,
    /// Right behind a tag.
    Content,
    /// Behind text.
    Text,
    Comment,
    /// `<![CDATA[`
    Data,
    Tag,
    Quoted(u8),
    /// `<?…?>`
    Instruction,
}

/// The reader is not certain any more.
struct Doubt;

impl Markup {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { within: Within::Start, has_given_up: !is_readable }
    }

    fn read(&mut self, line: &[u8], rest: &[u8]) -> Result<Kind, Doubt> {
        let text = &line[blanks(line)..];
        if self.within == Within::Comment {
            return self.comment(line, rest);
        }
        if self.within == Within::Content && text.is_empty() {
            return Ok(if is_followed_by_tag(rest) { Kind::Blank } else { Kind::Code });
        }
        if self.within == Within::Content && text.starts_with(b"<!--") {
            let ends_early = text.starts_with(b"<!-->") || text.starts_with(b"<!--->");
            return if ends_early { Err(Doubt) } else { self.comment(&text[4..], rest) };
        }
        let mut at = 0;
        while at < line.len() {
            at = self.step(line, at)?;
        }
        Ok(Kind::Code)
    }

    /// Reads a comment that is open at the beginning of a line.
    fn comment(&mut self, line: &[u8], rest: &[u8]) -> Result<Kind, Doubt> {
        self.within = Within::Comment;
        let Some(end) = line.find("--") else {
            return Ok(if is_empty(line) { Kind::Blank } else { Kind::Comment });
        };
        // Two dashes end a comment, to some readers with more in between.
        let tail = line[end + 2..].strip_prefix(b">").ok_or(Doubt)?;
        self.within = Within::Content;
        if is_empty(tail) && is_followed_by_tag(rest) { Ok(Kind::Comment) } else { Err(Doubt) }
    }

    fn step(&mut self, line: &[u8], at: usize) -> Result<usize, Doubt> {
        let rest = &line[at..];
        let until =
            |end: &str| rest.find(end).map_or((false, line.len()), |found| (true, at + found + end.len()));
        let (is_end, next) = match self.within {
            Within::Data => until("]]>"),
            Within::Instruction => until("?>"),
            Within::Quoted(quote) => {
                let found = rest.find_byte(quote);
                self.within = if found.is_some() { Within::Tag } else { self.within };
                return Ok(found.map_or(line.len(), |found| at + found + 1));
            }
            Within::Tag => (rest[0] == b'>', at + 1),
            Within::Start | Within::Content | Within::Text | Within::Comment => return self.begin(rest, at),
        };
        if is_end {
            self.within = if self.within == Within::Data { Within::Text } else { Within::Content };
        } else if self.within == Within::Tag && matches!(rest[0], b'"' | b'\'') {
            self.within = Within::Quoted(rest[0]);
        }
        Ok(next)
    }

    fn begin(&mut self, rest: &[u8], at: usize) -> Result<usize, Doubt> {
        let (within, length) = match rest {
            _ if rest.starts_with(b"<!--") => {
                let inside =
                    rest[4..].find("--").filter(|&end| end > 0 && rest[4 + end..].starts_with(b"-->"));
                (self.within, inside.ok_or(Doubt)? + 7)
            }
            _ if rest.starts_with(b"<![CDATA[") => (Within::Data, 9),
            _ if rest.starts_with(b"<?") => (Within::Instruction, 2),
            // A document type may declare anything.
            _ if rest.starts_with(b"<!") => return Err(Doubt),
            _ if rest.starts_with(b"<") => (Within::Tag, 1),
            _ if rest[0].is_ascii_whitespace() => (self.within, 1),
            _ => (Within::Text, 1),
        };
        self.within = within;
        Ok(at + length)
    }
}

impl Machine for Markup {
    fn line(&mut self, line: &[u8], rest: &[u8]) -> Kind {
        if self.has_given_up {
            return Kind::Code;
        }
        self.read(line, rest).unwrap_or_else(|Doubt| {
            self.has_given_up = true;
            Kind::Code
        })
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.within != Within::Content {
            key.extend_from_slice(format!("{:?}", self.within).as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.within != Within::Content
    }
}

/// Tells whether nothing but blanks stand before the next tag, or the end.
fn is_followed_by_tag(rest: &[u8]) -> bool {
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    next.is_none_or(|&byte| byte == b'<')
}
