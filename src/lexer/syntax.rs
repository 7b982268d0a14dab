//! What the tables of the languages say, for those that are told by their brackets and quotes.

/// What makes comments and texts in a language, and what makes doubt.
#[derive(Debug)]
pub struct Syntax {
    /// What begins a comment to the end of the line.
    pub line: &'static [&'static str],
    /// What begins code, though it begins like a comment.
    pub code_marks: &'static [&'static str],
    /// To some readers, a mark that no blank follows begins no comment.
    pub marks_need_blanks: bool,
    /// The comment with an end.
    pub block: Option<Block>,
    /// Texts, longer openings before shorter ones that they begin with.
    pub quotes: &'static [Quote],
    /// What an apostrophe is.
    pub apostrophe: Apostrophe,
    /// What a backslash at the end of a line does.
    pub continues: Continues,
    /// What a `/` may begin.
    pub slash: Slash,
    /// `<<TAG` begins a text down to a line with the tag.
    pub heredocs: bool,
    /// `<` may begin an element.
    pub elements: bool,
    /// Behind any of these in code the file can't be told any more. A NUL stands for a letter.
    pub puzzles: &'static [&'static str],
    /// Tells of a line of code whether the file can't be told any more.
    pub doubt: fn(&[u8]) -> bool,
}

/// A comment with an end.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// How it begins.
    pub open: &'static str,
    /// How it ends.
    pub close: &'static str,
    /// To some readers, comments in it are counted.
    pub nests: bool,
}

/// A text.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    /// How it begins.
    pub open: &'static str,
    /// How it ends.
    pub close: &'static str,
    /// The words that may stand right before it, in small letters; `None` where any may.
    pub prefixes: Option<&'static [&'static str]>,
    /// How its end is written in it.
    pub escape: Escape,
    /// Whether it may go over lines.
    pub lines: bool,
    /// What begins code within it.
    pub holes: &'static [Hole],
}

/// What begins code within a text, and the brackets to count until it ends.
#[derive(Debug)]
pub struct Hole {
    /// How it begins; with an opening bracket at the end.
    pub open: &'static str,
    /// The bracket that opens.
    pub opening: u8,
    /// The bracket that closes.
    pub closing: u8,
}

/// How a text holds its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Behind a backslash.
    Backslash,
    /// Twice.
    Doubled,
    /// Not at all.
    None,
    /// It depends on the reader.
    Unclear,
}

/// What an apostrophe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apostrophe {
    /// What the quotes say.
    Quote,
    /// A character, or the name of a lifetime.
    Lifetime,
}

/// What a backslash at the end of a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continues {
    /// Nothing.
    Never,
    /// It joins lines of code.
    Code,
    /// It joins lines of comment too.
    Comments,
}

/// What a `/` may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slash {
    /// Nothing.
    Nothing,
    /// A regex, told by what stands before it.
    Regex,
    /// A regex, where another one follows on the line.
    Single,
    /// Anything.
    Doubt,
}

impl Quote {
    /// Tells whether the text may stand right behind a word.
    pub fn may_follow(&self, word: &[u8]) -> bool {
        self.prefixes.is_none_or(|all| all.iter().any(|prefix| word.eq_ignore_ascii_case(prefix.as_bytes())))
    }
}

impl Syntax {
    /// Tells whether a byte begins a text.
    pub fn opens(&self, byte: u8) -> bool {
        self.quotes.iter().any(|quote| quote.open.as_bytes().first() == Some(&byte))
    }
}
