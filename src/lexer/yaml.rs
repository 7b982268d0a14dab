//! Reads YAML, with the templates that are often in it.

use bstr::ByteSlice;

use super::outline::{Kind, Machine};

/// A reader of one file.
#[derive(Debug)]
pub struct Yaml {
    within: Within,
    /// The brackets of flow collections that are open.
    flow: u32,
    /// What the blank lines before the line just read turned out to be.
    settled: Kind,
    has_given_up: bool,
}

/// What the reader is in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Within {
    /// Nothing that goes on.
    Nodes,
    /// A plain scalar, which goes on in lines that are indented further than this.
    Plain(usize),
    /// A quoted scalar.
    Quoted(u8),
    /// A block scalar.
    Block(Block),
    /// A template, down to this end.
    Template(&'static str),
}

/// A block scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    /// The least indentation that its text may have.
    least: usize,
    /// The indentation of its text, once it is known.
    indent: Option<usize>,
    /// Whether the blank lines at its end belong to it.
    keeps_end: bool,
}

impl Yaml {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { within: Within::Nodes, flow: 0, settled: Kind::Blank, has_given_up: !is_readable }
    }

    fn give_up(&mut self) -> usize {
        self.has_given_up = true;
        usize::MAX
    }

    /// Reads a line behind a block scalar's beginning.
    fn in_block(&mut self, line: &[u8], mut block: Block) -> Kind {
        let own = indentation(line);
        if line.trim().is_empty() {
            // Blanks beyond the indentation are text; an empty line depends on what follows.
            return if own > block.indent.unwrap_or(0) { Kind::Code } else { Kind::Open };
        }
        // The lines of a template are gone before YAML is read, wherever they begin.
        let is_template = line.trim_start().starts_with(b"{{") || line.trim_start().starts_with(b"{%");
        let is_marker = own == 0 && (line.starts_with(b"---") || line.starts_with(b"..."));
        if is_template && !line.contains_str("}}") && !line.contains_str("%}") {
            self.give_up();
        }
        if is_template || !is_marker && own >= block.indent.unwrap_or(block.least) {
            if !is_template {
                block.indent = Some(block.indent.unwrap_or(own));
                self.within = Within::Block(block);
            }
            self.settled = Kind::Code;
            return Kind::Code;
        }
        self.settled = if block.keeps_end { Kind::Code } else { Kind::Blank };
        // A comment ends the scalar, and only a line of code may follow; so it is as well to wait for that.
        if is_comment(line) {
            return Kind::Comment;
        }
        self.within = Within::Nodes;
        self.code(line, None);
        Kind::Code
    }

    /// Reads a line of code; `parent` is the indentation that the plain scalar it goes on with must exceed.
    fn code(&mut self, line: &[u8], parent: Option<usize>) {
        let mut at = indentation(line);
        let mut may_begin = parent.is_none();
        while at < line.len() && !self.has_given_up {
            at = match self.within {
                Within::Quoted(quote) => self.in_quotes(line, at, quote),
                Within::Template(end) => self.in_template(line, at, end),
                Within::Nodes | Within::Plain(_) | Within::Block(_) => match line[at] {
                    b'#' if at == 0 || is_blank(line[at - 1]) => break,
                    b' ' | b'\t' => at + 1,
                    b'"' | b'\'' if may_begin => {
                        may_begin = false;
                        self.within = Within::Quoted(line[at]);
                        at + 1
                    }
                    b'{' if matches!(line.get(at + 1), Some(b'{' | b'%' | b'#')) => {
                        may_begin = false;
                        self.within = Within::Template(closing(line[at + 1]));
                        at + 2
                    }
                    byte => {
                        self.bracket(byte, may_begin);
                        may_begin = self.may_begin_behind(line, at, may_begin);
                        at + 1
                    }
                },
            };
        }
        if !matches!(self.within, Within::Quoted(_) | Within::Template(_)) {
            self.within =
                if self.flow > 0 { Within::Nodes } else { behind(&line[..at.min(line.len())], parent) };
        }
    }

    fn bracket(&mut self, byte: u8, may_begin: bool) {
        match byte {
            b'[' | b'{' if may_begin || self.flow > 0 => self.flow = self.flow.saturating_add(1),
            b']' | b'}' => self.flow = self.flow.saturating_sub(1),
            _ => {}
        }
    }

    /// Tells whether a value may begin behind this byte.
    fn may_begin_behind(&self, line: &[u8], at: usize, may_begin: bool) -> bool {
        let is_last = line.get(at + 1).is_none_or(|&byte| is_blank(byte));
        match line[at] {
            b'[' | b'{' => may_begin || self.flow > 0,
            b',' => self.flow > 0,
            b'-' | b'?' if is_last => may_begin,
            b':' if is_last => true,
            // `{"key":"value"}`
            b':' => self.flow > 0,
            // Behind a tag or an anchor.
            _ => may_begin && is_property(line, at),
        }
    }

    fn in_quotes(&mut self, line: &[u8], at: usize, quote: u8) -> usize {
        let rest = &line[at..];
        // Quotes in a template mean nothing to YAML.
        if rest.starts_with(b"{{") || rest.starts_with(b"{%") {
            return rest.find(closing(rest[1])).map_or_else(|| self.give_up(), |end| at + end + 2);
        }
        if quote == b'"' && rest[0] == b'\\' || quote == b'\'' && rest.starts_with(b"''") {
            return at + 2;
        }
        if rest[0] == quote {
            self.within = Within::Nodes;
        }
        at + 1
    }

    fn in_template(&mut self, line: &[u8], at: usize, end: &str) -> usize {
        match line[at..].find(end) {
            Some(found) => {
                self.within = Within::Nodes;
                at + found + end.len()
            }
            None => line.len(),
        }
    }
}

impl Machine for Yaml {
    fn line(&mut self, line: &[u8]) -> Kind {
        self.settled = Kind::Blank;
        if self.has_given_up {
            return Kind::Code;
        }
        let is_empty = line.trim().is_empty();
        match self.within.clone() {
            Within::Block(block) => return self.in_block(line, block),
            Within::Quoted(_) | Within::Template(_) => self.code(line, None),
            Within::Plain(_) if is_empty => return Kind::Open,
            Within::Nodes if is_empty => return Kind::Blank,
            Within::Nodes | Within::Plain(_) if is_comment(line) => return Kind::Comment,
            Within::Plain(parent) if indentation(line) > parent && !is_mapping(line) => {
                self.settled = Kind::Code;
                self.code(line, Some(parent));
            }
            Within::Nodes | Within::Plain(_) => self.code(line, None),
        }
        Kind::Code
    }

    fn state(&self, key: &mut Vec<u8>) {
        if self.has_given_up {
            key.extend_from_slice(b"given up");
        } else if self.within != Within::Nodes || self.flow > 0 {
            key.extend_from_slice(format!("{:?} {}", self.within, self.flow).as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || matches!(self.within, Within::Quoted(_) | Within::Block(_) | Within::Template(_))
    }

    fn settled(&self) -> Kind {
        match &self.within {
            Within::Block(block) if block.keeps_end => Kind::Code,
            Within::Block(_) | Within::Nodes | Within::Plain(_) | Within::Quoted(_) | Within::Template(_) => {
                self.settled
            }
        }
    }
}

/// Returns what goes on behind a line of code, given without its comment.
fn behind(line: &[u8], parent: Option<usize>) -> Within {
    let text = line.trim_end();
    let start = indentation(text);
    let last = text.rsplit(|&byte| is_blank(byte)).next().unwrap_or_default();
    if let Some(indicators) = block_scalar(last) {
        // On a line of its own, or behind `---`, its text may be indented like anything.
        let is_alone = matches!(text.get(start), Some(b'|' | b'>' | b'!' | b'&')) || text.starts_with(b"---");
        let least = if is_alone { 0 } else { start + 1 };
        let indent = indicators.iter().any(u8::is_ascii_digit).then_some(least);
        return Within::Block(Block { least, indent, keeps_end: indicators.contains(&b'+') });
    }
    match text.last() {
        None | Some(b':' | b'-' | b',' | b'[' | b'{') if parent.is_none() => Within::Nodes,
        None | Some(_) => Within::Plain(parent.unwrap_or_else(|| node(text))),
    }
}

/// Returns the indentation of the node that a line ends in: items of lists stand within the line.
fn node(line: &[u8]) -> usize {
    let mut at = indentation(line);
    loop {
        let is_item = line.get(at) == Some(&b'-') && line.get(at + 1).is_some_and(|&byte| is_blank(byte));
        let next =
            at + 1 + line[(at + 1).min(line.len())..].iter().take_while(|&&byte| is_blank(byte)).count();
        if !is_item || !is_mapping(&line[next.min(line.len())..]) && line.get(next) != Some(&b'-') {
            return at;
        }
        at = next;
    }
}

/// Returns the indicators of a block scalar, if that is what a word is.
fn block_scalar(word: &[u8]) -> Option<&[u8]> {
    let indicators = word.strip_prefix(b"|").or_else(|| word.strip_prefix(b">"))?;
    let is_indicator = |byte: &u8| matches!(byte, b'+' | b'-') || byte.is_ascii_digit();
    (indicators.len() <= 2 && indicators.iter().all(is_indicator)).then_some(indicators)
}

fn closing(opening: u8) -> &'static str {
    match opening {
        b'%' => "%}",
        b'#' => "#}",
        _ => "}}",
    }
}

/// Tells whether a byte is in a tag or an anchor.
fn is_property(line: &[u8], at: usize) -> bool {
    let start = line[..at].iter().rposition(|&byte| is_blank(byte)).map_or(0, |at| at + 1);
    matches!(line.get(start), Some(b'!' | b'&'))
}

fn is_mapping(line: &[u8]) -> bool {
    line.contains_str(": ") || line.contains_str(":\t") || line.trim_end().ends_with(b":")
}

fn is_comment(line: &[u8]) -> bool {
    line[indentation(line)..].starts_with(b"#")
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}
