//! Reads XML.

use bstr::ByteSlice;

use super::outline::{Kind, Machine};

/// A reader of one file.
#[derive(Debug)]
pub struct Markup {
    within: Within,
    /// The last byte of code that was no blank.
    last: u8,
    /// What the blank lines before the line just read turned out to be.
    settled: Kind,
    has_given_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Text,
    Comment,
    /// `<![CDATA[`
    Data,
    Tag,
    Quoted(u8),
    /// `<?…?>`
    Instruction,
}

impl Markup {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { within: Within::Text, last: b'>', settled: Kind::Blank, has_given_up: !is_readable }
    }

    fn step(&mut self, line: &[u8], at: usize) -> usize {
        let rest = &line[at..];
        let until =
            |end: &str| rest.find(end).map_or((false, line.len()), |found| (true, at + found + end.len()));
        let (is_end, next) = match self.within {
            Within::Comment => until("-->"),
            Within::Data => until("]]>"),
            Within::Instruction => until("?>"),
            Within::Quoted(quote) => {
                let found = rest.find_byte(quote);
                if found.is_some() {
                    self.within = Within::Tag;
                }
                return found.map_or(line.len(), |found| at + found + 1);
            }
            Within::Tag => (rest[0] == b'>', at + 1),
            Within::Text => return self.begin(rest, at),
        };
        if is_end {
            self.within = Within::Text;
        } else if self.within == Within::Tag && matches!(rest[0], b'"' | b'\'') {
            self.within = Within::Quoted(rest[0]);
        }
        next
    }

    fn begin(&mut self, rest: &[u8], at: usize) -> usize {
        let (within, length) = match rest {
            _ if rest.starts_with(b"<!--") => (Within::Comment, 4),
            _ if rest.starts_with(b"<![CDATA[") => (Within::Data, 9),
            _ if rest.starts_with(b"<?") => (Within::Instruction, 2),
            // A document type may declare anything.
            _ if rest.starts_with(b"<!") => {
                self.has_given_up = true;
                (Within::Text, rest.len())
            }
            _ if rest.starts_with(b"<") => (Within::Tag, 1),
            _ => (Within::Text, 1),
        };
        self.within = within;
        at + length
    }
}

impl Machine for Markup {
    fn line(&mut self, line: &[u8]) -> Kind {
        self.settled = Kind::Blank;
        if self.has_given_up {
            return Kind::Code;
        }
        let mut is_comment = self.within == Within::Comment;
        if line.trim().is_empty() {
            return match self.within {
                Within::Comment => Kind::Blank,
                Within::Text => Kind::Open,
                Within::Data | Within::Tag | Within::Quoted(_) | Within::Instruction => Kind::Code,
            };
        }
        let before = self.last;
        let mut first = None;
        let mut at = 0;
        while at < line.len() && !self.has_given_up {
            let was = self.within;
            let next = self.step(line, at);
            is_comment |= self.within == Within::Comment;
            let is_code = was != Within::Comment && self.within != Within::Comment;
            if is_code && !line[at].is_ascii_whitespace() {
                first = first.or(Some(line[at]));
                self.last = line[next.min(line.len()) - 1];
            }
            at = next;
        }
        // Blanks between two tags are no text.
        if before != b'>' || first.is_some_and(|first| first != b'<') {
            self.settled = Kind::Code;
        }
        match (first.is_some() || self.has_given_up, is_comment) {
            (true, _) => Kind::Code,
            (false, true) => Kind::Comment,
            (false, false) => Kind::Blank,
        }
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.within != Within::Text || self.last != b'>' {
            key.extend_from_slice(format!("{:?} {}", self.within, self.last == b'>').as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.within != Within::Text || self.last != b'>'
    }

    fn settled(&self) -> Kind {
        self.settled
    }
}
