//! Which lines of a file are comments or texts by their looks, where reading the whole file would cost too much.
//!
//! What looks so is in doubt: such a line lets nothing off, and hides nothing that stands around it. So it does no
//! harm to take a line of code for one of these but that somebody has to look at it. Texts of several lines are known
//! of the languages below; in Rust, Lua or C++ a line of one is taken for code.

use bstr::ByteSlice;

use crate::lexer::{Marks, marks_of};

/// The line that begins the text of a heredoc holds a tag of at most this many bytes.
const LONGEST_TAG: usize = 64;

/// Tells the lines of one file apart, from the top.
pub struct Looks {
    marks: Marks,
    /// What begins and ends a text of several lines.
    quotes: &'static [&'static str],
    has_heredocs: bool,
    within: Within,
}

enum Within {
    Code,
    /// A comment of several lines.
    Comment,
    /// A text down to one of these quotes.
    Text(&'static str),
    /// A text down to a line with this tag.
    Heredoc(Vec<u8>),
}

impl Looks {
    /// Prepares to read a file of this path, with this content.
    pub fn new(path: &[u8], content: &[u8]) -> Self {
        let name = path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..]);
        let extension = name.rfind_byte(b'.').map_or(&name[..0], |dot| &name[dot + 1..]).to_ascii_lowercase();
        let (quotes, has_heredocs): (&[&str], bool) = match extension.as_slice() {
            b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" | b"go" => (&["`"], false),
            b"py" | b"pyi" | b"toml" | b"dart" | b"groovy" | b"gradle" => (&["\"\"\"", "'''"], false),
            b"java" | b"kt" | b"kts" | b"scala" | b"swift" | b"cs" | b"ex" | b"exs" => (&["\"\"\""], false),
            b"rb" | b"php" | b"tf" | b"hcl" | b"sh" | b"bash" => (&[], true),
            _ => (&[], false),
        };
        // Most files have none of them: then no line has to be searched.
        let quotes = if quotes.iter().any(|quote| content.contains_str(quote)) { quotes } else { &[] };
        let has_heredocs = has_heredocs && content.contains_str("<<");
        Self { marks: marks_of(path), quotes, has_heredocs, within: Within::Code }
    }

    /// Tells whether the next line, trimmed, is a comment or begins within a text.
    pub fn is_in_doubt(&mut self, text: &[u8]) -> bool {
        match &self.within {
            Within::Code => {}
            Within::Comment => {
                if self.marks.block.is_none_or(|(_, close)| text.contains_str(close)) {
                    self.within = Within::Code;
                }
                return true;
            }
            Within::Text(quote) => {
                if is_odd(text, quote) {
                    self.within = Within::Code;
                }
                return true;
            }
            Within::Heredoc(tag) => {
                if text.starts_with(tag) {
                    self.within = Within::Code;
                }
                return true;
            }
        }
        // What nearly all lines of code begin with begins no comment.
        let may_be_comment =
            !text.first().is_none_or(|byte| byte.is_ascii_alphanumeric() || b"_}){(@\"".contains(byte));
        if may_be_comment
            && let Some((open, close)) = self.marks.block
            && let Some(inside) = text.strip_prefix(open.as_bytes())
        {
            if !inside.contains_str(close) {
                self.within = Within::Comment;
            }
            return true;
        }
        if may_be_comment && self.marks.is_comment(text) {
            return true;
        }
        if let Some(quote) = self.quotes.iter().find(|quote| is_odd(text, quote)) {
            self.within = Within::Text(quote);
        } else if let Some(tag) = self.has_heredocs.then(|| tag(text)).flatten() {
            self.within = Within::Heredoc(tag.to_vec());
        }
        false
    }
}

/// Tells whether a quote stands in a line an odd number of times.
fn is_odd(text: &[u8], quote: &str) -> bool {
    let first = text.find_byteset(quote.get(..1).unwrap_or_default());
    first.is_some_and(|first| text[first..].find_iter(quote).count() % 2 == 1)
}

/// Returns the tag of a heredoc that begins on a line: a word in capitals.
fn tag(text: &[u8]) -> Option<&[u8]> {
    let behind = text
        .rfind("<<")
        .map(|at| text[at + 2..].trim_start_with(|c| matches!(c, '-' | '~' | '<' | '"' | '\'')))?;
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let length = behind.iter().take_while(|byte| is_part(byte)).count();
    let is_tag = (2..=LONGEST_TAG).contains(&length) && behind[0].is_ascii_uppercase();
    is_tag.then(|| &behind[..length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::marks_of;

    /// Returns a letter for each line: a dot, or a question mark where it is in doubt.
    fn looks(path: &str, text: &str) -> String {
        let mut looks = Looks::new(path.as_bytes(), text.as_bytes());
        let letter = |line: &str| if looks.is_in_doubt(line.trim().as_bytes()) { '?' } else { '.' };
        text.lines().map(letter).collect()
    }

    #[test]
    fn comments_are_in_doubt() {
        assert_eq!(looks("a.py", "# a\nb # c\n"), "?.");
        assert_eq!(
            looks("a.ts", "// a\n/* b\nc\n*/ d\n/* e */\n * f\n*g()\n#h\n"),
            "???????.".replacen("???????", "??????.", 1)
        );
        assert_eq!(looks("a.php", "# a\n#[B]\n"), "?.");
        assert_eq!(looks("a.unknown", "# a\n// b\n-- c\n<!-- d\n#e\n#[f]\ng\n"), "????...");
        assert!(marks_of(b"a.go").is_comment(b"// a"));
    }

    #[test]
    fn lines_that_begin_within_a_text_are_in_doubt() {
        assert_eq!(looks("a.py", "class A:\n  b = \"\"\"\nc\n  d\n\"\"\"\n  e\nf\n"), "..???..");
        assert_eq!(looks("a.ts", "  a = `\nb\n`\n  c = `d`\ne\n"), ".??..");
        assert_eq!(looks("a.rb", "  a = <<~SQL\nb\n  SQL\nc\n"), ".??.");
        assert_eq!(looks("a.rb", "a = <<~A_1.b\nb\nA_1\nc\n"), ".??.");
        assert_eq!(looks("a.sh", "  a <<x\nb\na <<A\nb\na <<\nb\n"), "......");
    }
}
