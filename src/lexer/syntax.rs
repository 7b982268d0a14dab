//! The tables of the languages that are told by their brackets and quotes.

/// What makes comments and texts in a language.
#[derive(Debug)]
pub struct Syntax {
    /// What begins a comment to the end of the line.
    pub line: &'static [&'static str],
    /// Comments with an end.
    pub blocks: &'static [Block],
    /// Texts, longer openings before shorter ones that they begin with.
    pub quotes: &'static [Quote],
    /// What an apostrophe is.
    pub apostrophe: Apostrophe,
    /// What a backslash at the end of a line does.
    pub continues: Continues,
    /// A `/` may begin a regex.
    pub slashes: bool,
    /// `<<TAG` begins a text down to a line with the tag.
    pub heredocs: bool,
    /// Behind any of these the file can't be told any more. A NUL stands for a letter.
    pub puzzles: &'static [&'static str],
    /// What is no more than code, though it begins like something else.
    pub harmless: &'static [&'static str],
}

/// A comment with an end.
#[derive(Debug)]
pub struct Block {
    /// How it begins.
    pub open: &'static str,
    /// How it ends.
    pub close: &'static str,
    /// Whether comments in it are counted.
    pub nesting: Nesting,
}

/// Whether comments are counted in comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// The first end ends it.
    No,
    /// Each beginning needs its end.
    Yes,
    /// It depends on the reader.
    Unclear,
}

/// A text.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    /// How it begins.
    pub open: &'static str,
    /// How it ends.
    pub close: &'static str,
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
    /// A character, or a separator between digits.
    Digits,
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

const fn quote(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escape: Escape::Backslash, lines: false, holes: &[] }
}

const fn raw(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escape: Escape::None, lines: true, holes: &[] }
}

const fn long(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escape: Escape::Backslash, lines: true, holes: &[] }
}

const fn holed(quote: Quote, holes: &'static [Hole]) -> Quote {
    Quote { holes, ..quote }
}

const fn brace(open: &'static str) -> Hole {
    Hole { open, opening: b'{', closing: b'}' }
}

const BRACE: &[Hole] = &[brace("{")];
const DOLLAR: &[Hole] = &[brace("${")];
const HASH: &[Hole] = &[brace("#{")];
const PARENTHESIS: &[Hole] = &[Hole { open: "\\(", opening: b'(', closing: b')' }];
const C_BLOCK: Block = Block { open: "/*", close: "*/", nesting: Nesting::No };
const NESTED_BLOCK: Block = Block { open: "/*", close: "*/", nesting: Nesting::Yes };

/// What the tables below have in common with one another.
const C_LIKE: Syntax = Syntax {
    line: &["//"],
    blocks: &[C_BLOCK],
    quotes: &[quote("\"", "\""), quote("'", "'")],
    apostrophe: Apostrophe::Quote,
    continues: Continues::Never,
    slashes: false,
    heredocs: false,
    puzzles: &[],
    harmless: &[],
};

pub static C: Syntax = Syntax {
    apostrophe: Apostrophe::Digits,
    continues: Continues::Comments,
    // A raw text, told from a name that ends in `R` by nobody.
    puzzles: &["R\"", "??/"],
    ..C_LIKE
};

pub static CSHARP: Syntax = Syntax {
    quotes: &[
        raw("\"\"\"", "\"\"\""),
        holed(Quote { open: "$@\"", close: "\"", escape: Escape::Doubled, lines: true, holes: &[] }, BRACE),
        holed(Quote { open: "@$\"", close: "\"", escape: Escape::Doubled, lines: true, holes: &[] }, BRACE),
        Quote { open: "@\"", close: "\"", escape: Escape::Doubled, lines: true, holes: &[] },
        holed(quote("$\"", "\""), BRACE),
        quote("\"", "\""),
        quote("'", "'"),
    ],
    puzzles: &["\"\"\"\"", "$\"\"\""],
    ..C_LIKE
};

pub static CSS: Syntax = Syntax { line: &[], ..C_LIKE };

pub static DART: Syntax = Syntax {
    blocks: &[NESTED_BLOCK],
    quotes: &[
        raw("r\"\"\"", "\"\"\""),
        raw("r'''", "'''"),
        Quote { open: "r\"", close: "\"", escape: Escape::None, lines: false, holes: &[] },
        Quote { open: "r'", close: "'", escape: Escape::None, lines: false, holes: &[] },
        holed(long("\"\"\"", "\"\"\""), DOLLAR),
        holed(long("'''", "'''"), DOLLAR),
        holed(quote("\"", "\""), DOLLAR),
        holed(quote("'", "'"), DOLLAR),
    ],
    ..C_LIKE
};

pub static ELIXIR: Syntax = Syntax {
    line: &["#"],
    blocks: &[],
    quotes: &[
        holed(long("\"\"\"", "\"\"\""), HASH),
        holed(long("'''", "'''"), HASH),
        holed(long("\"", "\""), HASH),
        holed(long("'", "'"), HASH),
    ],
    puzzles: &["~\0", "?\"", "?'", "?#", "?\\"],
    harmless: &["=~"],
    ..C_LIKE
};

pub static GO: Syntax = Syntax { quotes: &[quote("\"", "\""), quote("'", "'"), raw("`", "`")], ..C_LIKE };

pub static GRAPHQL: Syntax =
    Syntax { line: &["#"], blocks: &[], quotes: &[long("\"\"\"", "\"\"\""), quote("\"", "\"")], ..C_LIKE };

pub static GROOVY: Syntax = Syntax {
    quotes: &[
        holed(long("\"\"\"", "\"\"\""), DOLLAR),
        long("'''", "'''"),
        holed(quote("\"", "\""), DOLLAR),
        quote("'", "'"),
    ],
    slashes: true,
    puzzles: &["$/"],
    ..C_LIKE
};

pub static HCL: Syntax = Syntax {
    line: &["#", "//"],
    quotes: &[holed(quote("\"", "\""), &[brace("${"), brace("%{")])],
    heredocs: true,
    ..C_LIKE
};

pub static JAVA: Syntax =
    Syntax { quotes: &[long("\"\"\"", "\"\"\""), quote("\"", "\""), quote("'", "'")], ..C_LIKE };

pub static JAVASCRIPT: Syntax = Syntax {
    quotes: &[holed(long("`", "`"), DOLLAR), quote("\"", "\""), quote("'", "'")],
    slashes: true,
    puzzles: &["<!--", "-->"],
    ..C_LIKE
};

pub static JSON: Syntax = Syntax { line: &[], blocks: &[], quotes: &[quote("\"", "\"")], ..C_LIKE };

pub static JSON_WITH_COMMENTS: Syntax = C_LIKE;

pub static KOTLIN: Syntax = Syntax {
    blocks: &[NESTED_BLOCK],
    quotes: &[holed(raw("\"\"\"", "\"\"\""), DOLLAR), holed(quote("\"", "\""), DOLLAR), quote("'", "'")],
    // Names in backticks may hold quotes; more quotes than three end a text later than it seems.
    puzzles: &["`", "\"\"\"\""],
    ..C_LIKE
};

pub static LUA: Syntax = Syntax {
    line: &["--"],
    blocks: &[Block { open: "--[[", close: "]]", nesting: Nesting::No }],
    quotes: &[raw("[[", "]]"), quote("\"", "\""), quote("'", "'")],
    puzzles: &["[=", "--[="],
    ..C_LIKE
};

pub static PHP: Syntax = Syntax {
    line: &["//", "#"],
    quotes: &[holed(long("\"", "\""), &[brace("{$"), brace("${")]), long("'", "'"), long("`", "`")],
    puzzles: &["<<<"],
    harmless: &["#["],
    ..C_LIKE
};

pub static RUBY: Syntax = Syntax {
    line: &["#"],
    blocks: &[],
    quotes: &[holed(long("\"", "\""), HASH), long("'", "'"), holed(long("`", "`"), HASH)],
    slashes: true,
    continues: Continues::Code,
    puzzles: &[
        "<<~", "<<-", "<<\"", "<<'", "<<\0", "%\0", "%(", "%[", "%{", "%<", "%|", "%!", "%/", "=begin",
        "__END__", "?\"", "?'", "?#", "?`", "?/", "?\\",
    ],
    ..C_LIKE
};

pub static RUST: Syntax = Syntax {
    blocks: &[NESTED_BLOCK],
    quotes: &[
        raw("r####\"", "\"####"),
        raw("r###\"", "\"###"),
        raw("r##\"", "\"##"),
        raw("r#\"", "\"#"),
        raw("r\"", "\""),
        long("\"", "\""),
    ],
    apostrophe: Apostrophe::Lifetime,
    puzzles: &["r#####"],
    ..C_LIKE
};

pub static SCALA: Syntax = Syntax {
    blocks: &[NESTED_BLOCK],
    quotes: &[raw("\"\"\"", "\"\"\""), quote("\"", "\"")],
    apostrophe: Apostrophe::Lifetime,
    // Texts with a word in front hold code; names in backticks and elements hold anything.
    puzzles: &["\0\"", "`", "</", "\"\"\"\""],
    ..C_LIKE
};

pub static SCSS: Syntax = C_LIKE;

pub static SQL: Syntax = Syntax {
    line: &["--"],
    blocks: &[Block { open: "/*", close: "*/", nesting: Nesting::Unclear }],
    quotes: &[
        Quote { open: "'", close: "'", escape: Escape::Unclear, lines: true, holes: &[] },
        Quote { open: "\"", close: "\"", escape: Escape::Unclear, lines: true, holes: &[] },
        Quote { open: "`", close: "`", escape: Escape::Unclear, lines: true, holes: &[] },
        raw("$$", "$$"),
    ],
    // Dollar quotes with a name; a `#` is a comment to MySQL only; `\` commands of psql.
    puzzles: &["$\0", "$_", "#", "\\"],
    ..C_LIKE
};

pub static SWIFT: Syntax = Syntax {
    blocks: &[NESTED_BLOCK],
    quotes: &[holed(long("\"\"\"", "\"\"\""), PARENTHESIS), holed(quote("\"", "\""), PARENTHESIS)],
    puzzles: &["#\"", "#/"],
    ..C_LIKE
};

pub static THRIFT: Syntax = Syntax { line: &["//", "#"], ..C_LIKE };

pub static TOML: Syntax = Syntax {
    line: &["#"],
    blocks: &[],
    quotes: &[
        long("\"\"\"", "\"\"\""),
        raw("'''", "'''"),
        quote("\"", "\""),
        Quote { open: "'", close: "'", escape: Escape::None, lines: false, holes: &[] },
    ],
    // A text of more quotes ends later than it seems.
    puzzles: &["\"\"\"\"", "''''"],
    ..C_LIKE
};
