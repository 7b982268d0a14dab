//! Reads YAML whose nodes each begin and end on one line, but for block scalars and plain ones.
//!
//! A line of any other shape, be it a quoted scalar over lines or a template, ends the certainty.

use bstr::ByteSlice;

use super::outline::{Kind, Machine, is_blank, is_empty};

/// A reader of one file.
#[derive(Debug)]
pub struct Yaml {
    within: Within,
    has_given_up: bool,
}

/// What goes on from one line to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Nothing.
    Nodes,
    /// A flow collection, and how many brackets are open.
    Flow(u32),
    /// A plain scalar, the lines of which are indented further than this.
    Plain(usize),
    /// A block scalar, the text of which is indented by at least the first number, and by the second once known.
    Block(usize, Option<usize>),
}

/// The reader is not certain any more.
struct Doubt;

impl Yaml {
    /// Starts reading a file.
    pub fn new(is_readable: bool) -> Self {
        Self { within: Within::Nodes, has_given_up: !is_readable }
    }

    fn read(&mut self, line: &[u8], rest: &[u8]) -> Result<Kind, Doubt> {
        match self.within {
            Within::Nodes if is_empty(line) => return Ok(Kind::Blank),
            Within::Nodes if line[spaces(line)] == b'#' => return Ok(Kind::Comment),
            Within::Nodes => self.within = node(line, rest)?,
            Within::Flow(open) => self.within = in_flow(line, open)?,
            // To some readers a tab ends what is indented.
            Within::Plain(_) | Within::Block(..) if is_empty(line) && line.contains(&b'\t') => {
                return Err(Doubt);
            }
            Within::Plain(_) | Within::Block(..) if is_empty(line) => {}
            Within::Plain(column) => self.within = continued(line, column, rest)?,
            Within::Block(..) if has_template(line) => return Err(Doubt),
            Within::Block(least, indent) => {
                let indent = indent.unwrap_or(spaces(line));
                self.within = match next_line(rest, false).map(|(next, _)| spaces(next)) {
                    Some(next) if next >= indent => Within::Block(least, Some(indent)),
                    // Too far out for its text and too far in for what follows.
                    Some(next) if next >= least => return Err(Doubt),
                    _ => Within::Nodes,
                };
            }
        }
        Ok(Kind::Code)
    }
}

impl Machine for Yaml {
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
        } else if self.within != Within::Nodes {
            key.extend_from_slice(format!("{:?}", self.within).as_bytes());
        }
    }

    fn is_in_text(&self) -> bool {
        self.has_given_up || self.within != Within::Nodes
    }
}

/// Reads a line of items, a key and a value, and returns what goes on behind it.
fn node(line: &[u8], rest: &[u8]) -> Result<Within, Doubt> {
    if has_template(line) {
        return Err(Doubt);
    }
    if let Some(tail) = line.strip_prefix(b"---").or_else(|| line.strip_prefix(b"...")) {
        return is_end(tail).then_some(Within::Nodes).ok_or(Doubt);
    }
    let mut at = spaces(line);
    let mut parent = None;
    while line.get(at) == Some(&b'-') && line.get(at + 1).is_none_or(|&byte| is_blank(byte)) {
        parent = Some(at);
        at = (at + 1 + spaces(&line[at + 1..])).min(line.len());
    }
    if let Some(length) = key(&line[at..]) {
        parent = Some(at);
        at += length + spaces(&line[at + length..]);
    }
    value(line, at, parent, rest)
}

/// Returns the length of a key, with its colon.
fn key(text: &[u8]) -> Option<usize> {
    let end = match text.first()? {
        b'"' | b'\'' => quoted(text)?,
        _ if !begins_plain(text) => return None,
        _ => {
            let is_end = |at: usize| text.get(at + 1).is_none_or(|&byte| is_blank(byte));
            let colon = text.find_iter(":").find(|&at| is_end(at))?;
            if comment(text).is_some_and(|comment| comment < colon) {
                return None;
            }
            colon
        }
    };
    let is_key = text.get(end) == Some(&b':') && text.get(end + 1).is_none_or(|&byte| is_blank(byte));
    is_key.then_some(end + 1)
}

/// Reads a value; `parent` is the column of the key or the item that it belongs to.
fn value(line: &[u8], mut at: usize, parent: Option<usize>, rest: &[u8]) -> Result<Within, Doubt> {
    loop {
        let text = &line[at..];
        if is_end(text) || text.starts_with(b"#") {
            return Ok(Within::Nodes);
        }
        let tail = match text[0] {
            b'"' | b'\'' => &text[quoted(text).ok_or(Doubt)?..],
            b'[' | b'{' => match flow(text, 0).ok_or(Doubt)? {
                (length, 0) => &text[length..],
                (_, open) => return Ok(Within::Flow(open)),
            },
            b'|' | b'>' => return block(text, parent.ok_or(Doubt)?, rest),
            b'*' => &text[word(text)..],
            b'&' | b'!' => {
                let length = word(text);
                if text.get(length).is_some_and(|&byte| !is_blank(byte)) {
                    return Err(Doubt);
                }
                at += length + spaces(&text[length..]);
                continue;
            }
            _ if begins_plain(text) => return plain(text, parent, rest),
            _ => return Err(Doubt),
        };
        return is_end(tail).then_some(Within::Nodes).ok_or(Doubt);
    }
}

/// Reads the header of a block scalar. Its text is looked for, as it may have none.
fn block(header: &[u8], parent: usize, rest: &[u8]) -> Result<Within, Doubt> {
    let header = header[1..].strip_prefix(b"-").unwrap_or(&header[1..]);
    if !is_end(header) {
        return Err(Doubt);
    }
    let has_text = next_line(rest, false).is_some_and(|(next, _)| spaces(next) > parent);
    Ok(if has_text { Within::Block(parent + 1, None) } else { Within::Nodes })
}

/// Reads a plain scalar; it goes on where the next line of code is indented further than what it belongs to.
fn plain(text: &[u8], parent: Option<usize>, rest: &[u8]) -> Result<Within, Doubt> {
    let own = &text[..comment(text).unwrap_or(text.len())];
    if own.contains_str(": ") || own.contains_str(":\t") || own.trim_end().ends_with(b":") {
        return Err(Doubt);
    }
    match (next_line(rest, true), parent) {
        // How far in it must be for the next line to go on with it stands further up.
        (Some(_), None) => Err(Doubt),
        (Some((next, has_comment)), Some(parent)) if spaces(next) > parent => {
            // A comment cuts the scalar.
            if has_comment || own.len() < text.len() { Err(Doubt) } else { Ok(Within::Plain(parent)) }
        }
        _ => Ok(Within::Nodes),
    }
}

/// Reads a further line of a plain scalar.
fn continued(line: &[u8], parent: usize, rest: &[u8]) -> Result<Within, Doubt> {
    let text = &line[spaces(line)..];
    if !begins_plain(text) || has_template(line) { Err(Doubt) } else { plain(text, Some(parent), rest) }
}

/// Returns the length of a quoted scalar that ends on its line.
fn quoted(text: &[u8]) -> Option<usize> {
    let quote = *text.first()?;
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            _ if byte == quote && quote == b'\'' && text.get(at + 1) == Some(&quote) => at += 1,
            _ if byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Reads a further line of a flow collection.
fn in_flow(line: &[u8], open: u32) -> Result<Within, Doubt> {
    if has_template(line) || line.starts_with(b"---") || line.starts_with(b"...") {
        return Err(Doubt);
    }
    let text = &line[spaces(line)..];
    match flow(text, open).ok_or(Doubt)? {
        (length, 0) => is_end(&text[length..]).then_some(Within::Nodes).ok_or(Doubt),
        (_, open) => Ok(Within::Flow(open)),
    }
}

/// Reads brackets, `open` of which are open, and returns how far they go on the line, and how many are still open.
fn flow(text: &[u8], mut open: u32) -> Option<(usize, u32)> {
    let (mut at, mut may_begin) = (0, true);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some((at + 1, 0));
                }
            }
            b'#' if at == 0 || is_blank(text[at - 1]) => break,
            b'"' | b'\'' if may_begin => at += quoted(&text[at..])? - 1,
            b'"' | b'\'' | b'#' | b'!' | b'&' | b'|' | b'>' | b'%' | b'@' | b'`' => return None,
            _ => {}
        }
        may_begin = matches!(byte, b'[' | b'{' | b',' | b':') || may_begin && is_blank(byte);
        at += 1;
    }
    Some((text.len(), open))
}

/// Returns the length of an anchor, an alias or a tag.
fn word(text: &[u8]) -> usize {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b'!');
    1 + text[1..].iter().take_while(|byte| is_part(byte)).count()
}

/// Tells whether a line is filled in before YAML is read. `${{` is filled in later.
fn has_template(line: &[u8]) -> bool {
    let is_later = |at: usize| at > 0 && line[at - 1] == b'$';
    ["{{", "{%", "{#"].iter().any(|open| line.find_iter(open).any(|at| !is_later(at)))
}

/// Returns the next line that is no blank, and no comment if these are passed over, and whether one was.
fn next_line(rest: &[u8], passes_comments: bool) -> Option<(&[u8], bool)> {
    let mut has_comment = false;
    for line in rest.lines().filter(|line| !is_empty(line)) {
        if !passes_comments || line[spaces(line)] != b'#' {
            return Some((line, has_comment));
        }
        has_comment = true;
    }
    None
}

/// Returns where the comment behind a value begins.
fn comment(text: &[u8]) -> Option<usize> {
    text.find_iter("#").find(|&at| at > 0 && is_blank(text[at - 1]))
}

/// Tells whether nothing but blanks or a comment follows.
fn is_end(tail: &[u8]) -> bool {
    is_empty(tail) || is_blank(tail[0]) && tail.trim_start_with(|c| c == ' ' || c == '\t').starts_with(b"#")
}

/// Tells whether text may begin a plain scalar.
fn begins_plain(text: &[u8]) -> bool {
    match text.first() {
        Some(b'-' | b'?' | b':') => text.get(1).is_some_and(|&byte| !is_blank(byte)),
        Some(&byte) => !b",[]{}#&*!|>'\"%@`\t".contains(&byte),
        None => false,
    }
}

fn spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}
