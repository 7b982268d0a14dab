//! The tables of the languages that are told by their brackets and quotes.

use bstr::ByteSlice;

use super::syntax::{Apostrophe, Block, Continues, Escape, Hole, Quote, Slash, Syntax};

const fn quote(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, prefixes: Some(&[""]), escape: Escape::Backslash, lines: false, holes: &[] }
}

const fn raw(open: &'static str, close: &'static str) -> Quote {
    Quote { escape: Escape::None, lines: true, ..quote(open, close) }
}

const fn long(open: &'static str, close: &'static str) -> Quote {
    Quote { lines: true, ..quote(open, close) }
}

const fn holed(quote: Quote, holes: &'static [Hole]) -> Quote {
    Quote { holes, ..quote }
}

const fn behind(quote: Quote, prefixes: &'static [&'static str]) -> Quote {
    Quote { prefixes: Some(prefixes), ..quote }
}

const fn anywhere(quote: Quote) -> Quote {
    Quote { prefixes: None, ..quote }
}

const fn unclear(quote: Quote) -> Quote {
    Quote { escape: Escape::Unclear, ..quote }
}

const fn brace(open: &'static str) -> Hole {
    Hole { open, opening: b'{', closing: b'}' }
}

const BRACE: &[Hole] = &[brace("{")];
const DOLLAR: &[Hole] = &[brace("${")];
const HASH: &[Hole] = &[brace("#{")];
const PARENTHESIS: &[Hole] = &[Hole { open: "\\(", opening: b'(', closing: b')' }];
const BLOCK: Block = Block { open: "/*", close: "*/", nests: false };
const NESTED: Option<Block> = Some(Block { nests: true, ..BLOCK });

/// What the tables below have in common with one another.
const C_LIKE: Syntax = Syntax {
    line: &["//"],
    code_marks: &[],
    marks_need_blanks: false,
    block: Some(BLOCK),
    quotes: &[quote("\"", "\""), quote("'", "'")],
    apostrophe: Apostrophe::Quote,
    continues: Continues::Never,
    slash: Slash::Nothing,
    heredocs: false,
    elements: false,
    puzzles: &[],
    doubt: |_| false,
};

const HASHED: Syntax = Syntax { line: &["#"], block: None, ..C_LIKE };

const C_PREFIXES: &[&str] = &["", "l", "u", "u8"];

pub static C: Syntax = Syntax {
    quotes: &[behind(quote("\"", "\""), C_PREFIXES), behind(quote("'", "'"), C_PREFIXES)],
    continues: Continues::Comments,
    // The name of a header may look like the beginning of a comment.
    doubt: |line| {
        let is_directive = ["#", "%:", "??="].iter().any(|mark| line.starts_with_str(mark));
        line.contains_str("??/") || is_directive && line.contains_str("/*")
    },
    ..C_LIKE
};

pub static CSHARP: Syntax = Syntax {
    quotes: &[
        holed(Quote { escape: Escape::Doubled, ..raw("$@\"", "\"") }, BRACE),
        holed(Quote { escape: Escape::Doubled, ..raw("@$\"", "\"") }, BRACE),
        Quote { escape: Escape::Doubled, ..raw("@\"", "\"") },
        holed(quote("$\"", "\""), BRACE),
        quote("\"", "\""),
        quote("'", "'"),
    ],
    puzzles: &["\"\"\"", "$\"\"\"", "$$"],
    // What is left out by a condition is no code, nor are the names of regions.
    doubt: |line| {
        let line = line.trim_start();
        let name = line.strip_prefix(b"#").map(ByteSlice::trim_start);
        let is_condition =
            name.is_some_and(|name| [&b"if"[..], b"el"].iter().any(|word| name.starts_with(word)));
        is_condition || name.is_some() && line.find_byteset("\"'@/").is_some()
    },
    ..C_LIKE
};

/// An address may hold what looks like a comment.
fn has_address(line: &[u8]) -> bool {
    let lower = line.to_ascii_lowercase();
    let address = lower.find("url(").map(|at| &lower[at + 4..]);
    address.is_some_and(|rest| rest.contains_str("/*") || !rest.contains(&b')')) || lower.contains_str("\\")
}

/// The value of a property that CSS doesn't know is taken as it is, to its end.
fn has_open_value(line: &[u8]) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || !byte.is_ascii();
    line.find_iter("--").any(|at| {
        let rest = &line[at..];
        let name = rest.iter().take_while(|&&byte| is_name(byte)).count();
        let Some(value) = rest[name..].trim_start().strip_prefix(b":") else { return false };
        let count = |wanted: &[u8]| value.iter().filter(|byte| wanted.contains(byte)).count();
        !matches!(value.trim_end().last(), Some(b';' | b'}')) || count(b"{([") > count(b"})]")
    })
}

pub static CSS: Syntax = Syntax { line: &[], doubt: has_address, ..C_LIKE };

pub static SCSS: Syntax = Syntax {
    quotes: &[holed(quote("\"", "\""), HASH), holed(quote("'", "'"), HASH)],
    puzzles: &["`"],
    doubt: |line| has_address(line) || has_open_value(line),
    ..C_LIKE
};

pub static DART: Syntax = Syntax {
    block: NESTED,
    quotes: &[
        raw("r\"\"\"", "\"\"\""),
        raw("r'''", "'''"),
        Quote { lines: false, ..raw("r\"", "\"") },
        Quote { lines: false, ..raw("r'", "'") },
        holed(long("\"\"\"", "\"\"\""), DOLLAR),
        holed(long("'''", "'''"), DOLLAR),
        holed(quote("\"", "\""), DOLLAR),
        holed(quote("'", "'"), DOLLAR),
    ],
    ..C_LIKE
};

pub static GO: Syntax = Syntax { quotes: &[quote("\"", "\""), quote("'", "'"), raw("`", "`")], ..C_LIKE };

// A backslash in a text of more lines means little, and ends nothing.
pub static GRAPHQL: Syntax = Syntax {
    quotes: &[unclear(long("\"\"\"", "\"\"\"")), quote("\"", "\"")],
    puzzles: &["\"\"\"\""],
    ..HASHED
};

pub static GROOVY: Syntax = Syntax {
    quotes: &[
        holed(long("\"\"\"", "\"\"\""), DOLLAR),
        long("'''", "'''"),
        holed(quote("\"", "\""), DOLLAR),
        quote("'", "'"),
    ],
    slash: Slash::Doubt,
    ..C_LIKE
};

pub static HCL: Syntax = Syntax {
    line: &["#", "//"],
    quotes: &[holed(quote("\"", "\""), &[brace("${"), brace("%{")])],
    heredocs: true,
    ..C_LIKE
};

// Code of other languages stands in comments of these.
pub static JAVA: Syntax = Syntax {
    quotes: &[long("\"\"\"", "\"\"\""), quote("\"", "\""), quote("'", "'")],
    puzzles: &["/*-{", "/*-[", "/*-HEADER["],
    ..C_LIKE
};

pub static JAVASCRIPT: Syntax = Syntax { elements: true, ..TYPESCRIPT_LIKE };

pub static TYPESCRIPT: Syntax = TYPESCRIPT_LIKE;

const TYPESCRIPT_LIKE: Syntax = Syntax {
    quotes: &[
        anywhere(holed(long("`", "`"), DOLLAR)),
        anywhere(quote("\"", "\"")),
        anywhere(quote("'", "'")),
    ],
    slash: Slash::Regex,
    puzzles: &["<!--", "-->"],
    ..C_LIKE
};

pub static JSON: Syntax = Syntax { line: &[], block: None, quotes: &[quote("\"", "\"")], ..C_LIKE };

pub static JSON_WITH_COMMENTS: Syntax = C_LIKE;

pub static KOTLIN: Syntax = Syntax {
    block: NESTED,
    quotes: &[
        holed(raw("\"\"\"", "\"\"\""), DOLLAR),
        holed(quote("\"", "\""), DOLLAR),
        quote("'", "'"),
        Quote { escape: Escape::None, ..quote("`", "`") },
    ],
    // More quotes than three end a text later than it seems; more dollars than one begin code later.
    puzzles: &["\"\"\"\"", "$"],
    ..C_LIKE
};

pub static LUA: Syntax = Syntax { line: &["--"], block: None, puzzles: &["[[", "[=", "--["], ..C_LIKE };

pub static PHP: Syntax = Syntax {
    line: &["//", "#"],
    code_marks: &["#["],
    quotes: &[holed(quote("\"", "\""), &[brace("{$"), brace("${")]), quote("'", "'")],
    puzzles: &["<<<", "`", "?>"],
    doubt: |line| {
        let lower = line.to_ascii_lowercase();
        lower.contains_str("__halt_compiler")
            || lower.contains_str("declare") && lower.contains_str("encoding")
    },
    ..C_LIKE
};

const PYTHON_PREFIXES: &[&str] = &["", "r", "b", "u", "br", "rb"];
const PYTHON_HOLED: &[&str] = &["f", "fr", "rf", "t", "tr", "rt"];

pub static PYTHON: Syntax = Syntax {
    quotes: &[
        behind(long("\"\"\"", "\"\"\""), PYTHON_PREFIXES),
        behind(holed(long("\"\"\"", "\"\"\""), BRACE), PYTHON_HOLED),
        behind(long("'''", "'''"), PYTHON_PREFIXES),
        behind(holed(long("'''", "'''"), BRACE), PYTHON_HOLED),
        behind(quote("\"", "\""), PYTHON_PREFIXES),
        behind(holed(quote("\"", "\""), BRACE), PYTHON_HOLED),
        behind(quote("'", "'"), PYTHON_PREFIXES),
        behind(holed(quote("'", "'"), BRACE), PYTHON_HOLED),
    ],
    continues: Continues::Code,
    ..HASHED
};

pub static RUBY: Syntax = Syntax {
    quotes: &[holed(quote("\"", "\""), HASH), quote("'", "'")],
    slash: Slash::Doubt,
    continues: Continues::Code,
    puzzles: &[
        "`", "%", "<<~", "<<-", "<<\"", "<<'", "<<`", "<<\0", "?\"", "?'", "?#", "?`", "?/", "?\\", "?%",
        "$\"", "$'", "$`", "$/", "$\\", "=begin", "__END__",
    ],
    ..HASHED
};

const RUST_PREFIXES: &[&str] = &["", "b", "c"];

pub static RUST: Syntax = Syntax {
    block: NESTED,
    quotes: &[
        behind(raw("r##\"", "\"##"), RUST_PREFIXES),
        behind(raw("r#\"", "\"#"), RUST_PREFIXES),
        behind(raw("r\"", "\""), RUST_PREFIXES),
        behind(long("\"", "\""), RUST_PREFIXES),
    ],
    apostrophe: Apostrophe::Lifetime,
    // Manifests of scripts.
    puzzles: &["r###", "---", "#\""],
    ..C_LIKE
};

pub static SCALA: Syntax = Syntax {
    block: NESTED,
    quotes: &[
        raw("\"\"\"", "\"\"\""),
        behind(unclear(holed(long("\"\"\"", "\"\"\""), DOLLAR)), &["s", "f"]),
        quote("\"", "\""),
        behind(unclear(holed(quote("\"", "\""), DOLLAR)), &["s", "f"]),
        Quote { escape: Escape::None, ..quote("`", "`") },
    ],
    apostrophe: Apostrophe::Lifetime,
    // Elements hold anything.
    puzzles: &["\"\"\"\"", "'{", "'[", "<\0", "</", "<!", "<?"],
    ..C_LIKE
};

const SQL_PREFIXES: &[&str] = &["", "e", "n", "b", "x"];

pub static SQL: Syntax = Syntax {
    line: &["--"],
    marks_need_blanks: true,
    block: Some(Block { nests: true, ..BLOCK }),
    quotes: &[
        behind(unclear(quote("'", "'")), SQL_PREFIXES),
        unclear(quote("\"", "\"")),
        unclear(quote("`", "`")),
    ],
    // A `#` is a comment to MySQL only; `\` are commands of psql.
    puzzles: &["$\0", "$$", "#", "\\", "/*!", "/*+", "/*\0"],
    doubt: |line| {
        let names = line.find_byte(b'[').map(|at| &line[at..]);
        names.is_some_and(|rest| rest.find_byteset("'\"`-/").is_some())
            || line.to_ascii_lowercase().contains_str("stdin")
    },
    ..C_LIKE
};

pub static SWIFT: Syntax = Syntax {
    block: NESTED,
    quotes: &[holed(long("\"\"\"", "\"\"\""), PARENTHESIS), holed(quote("\"", "\""), PARENTHESIS)],
    slash: Slash::Single,
    puzzles: &["#\"", "#/", "\"\"\"\""],
    ..C_LIKE
};

pub static THRIFT: Syntax = Syntax { line: &["//", "#"], ..C_LIKE };

pub static TOML: Syntax = Syntax {
    quotes: &[
        long("\"\"\"", "\"\"\""),
        raw("'''", "'''"),
        quote("\"", "\""),
        Quote { escape: Escape::None, ..quote("'", "'") },
    ],
    puzzles: &["\"\"\"\"", "''''"],
    ..HASHED
};
