//! Patterns over parsed code, as ast-grep's users know them: `requests.$M($$$)`, `os.environ[$K]`.
//!
//! A `$NAME` stands for one node of the code and `$$$` for any number of them; all else
//! stands for itself, however it is laid out. What can't be parsed is an error and not a
//! guess. The grammars are large, so they are behind the feature `syntax`; without it
//! languages are known and none can be parsed.

#[cfg(feature = "syntax")]
mod code;
#[cfg(feature = "syntax")]
mod grammar;
mod language;
#[cfg(feature = "syntax")]
mod pattern;
#[cfg(not(feature = "syntax"))]
mod without;

pub use self::language::Language;

#[cfg(not(feature = "syntax"))]
pub use self::without::{Code, Pattern};
#[cfg(feature = "syntax")]
pub use self::{code::Code, pattern::Pattern};

/// Whether code can be parsed at all.
pub const IS_BUILT: bool = cfg!(feature = "syntax");

/// A pattern longer than this, in bytes, is refused.
const LONGEST: usize = 2000;

/// What is wrong with a pattern that is nothing but a variable.
const TOO_WIDE: &str = "it stands for everything; name something that the code says";

/// Why a file's code can't be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unparsed {
    /// Its name is of no known language.
    #[error("its name is of no language that can be parsed")]
    Language,
    /// It is binary, a link, too large for git to show.
    #[error("it is not text")]
    NotText,
    /// It is larger than what is parsed.
    #[error("it is too large to be parsed")]
    TooLarge,
    /// Code is nested too deep.
    #[error("its code is nested too deep")]
    TooDeep,
    /// The parser took too many steps.
    #[error("it takes too long to be parsed")]
    TooSlow,
    /// In SQL two `$` stand as far apart in a word as in a longer tag than there is use for.
    #[error("a word of it has two `$` more than 32 bytes apart, as a long `$tag$` has")]
    LongTag,
    /// This gate has no grammars.
    #[error("this gate is built without `syntax`")]
    NotBuilt,
}

/// Tells what is wrong with a pattern, if it can be read in none of these languages.
pub fn check(pattern: &str, languages: &[Language]) -> Result<(), String> {
    if pattern.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    if pattern.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    if !IS_BUILT {
        return Ok(());
    }
    let mut first = None;
    for &language in languages {
        match Pattern::new(pattern, language) {
            Ok(_) => return Ok(()),
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    match (languages, first) {
        (_, Some(reason)) if reason == TOO_WIDE => Err(reason),
        ([language], Some(reason)) => Err(format!("{reason} in {}", language.name())),
        (_, Some(reason)) => Err(reason),
        (_, None) => Ok(()),
    }
}

#[cfg(feature = "syntax")]
#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// Returns the texts that a pattern matches.
    fn matches(language: Language, pattern: &str, code: &str) -> Vec<String> {
        let pattern = Pattern::new(pattern, language).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        let parsed = Code::parse(code.as_bytes(), language).unwrap();
        let found: Vec<_> =
            parsed.matches(&pattern).into_iter().map(|place| code.get(place).unwrap().to_owned()).collect();
        assert!(found.is_empty() || pattern.may_match(code.as_bytes()), "{pattern:?} is in {code}");
        found
    }

    /// Language, pattern, code in which it matches this, code in which it does not.
    const CASES: &[(&str, &str, &str, &str, &str)] = &[
        (
            "go",
            "os.Getenv($K)",
            "var x = os.Getenv(\"A\")",
            "os.Getenv(\"A\")",
            "// os.Getenv(\"A\")\nvar x = \"os.Getenv(1)\"",
        ),
        (
            "go",
            "http.Client{$$$}",
            "var c = http.Client{Timeout: 3}",
            "http.Client{Timeout: 3}",
            "var c = http.Server{}",
        ),
        (
            "go",
            "Timeout: $T",
            "var c = &http.Client{Timeout: 3}",
            "Timeout: 3",
            "var c = &http.Client{Jar: 3}",
        ),
        (
            "go",
            "func $F($$$) error { $$$ }",
            "func g(a int) error { return nil }",
            "func g(a int) error { return nil }",
            "func g(a int) int { return 1 }",
        ),
        (
            "python",
            "requests.$M($$$)",
            "x = requests.get(\n  a, timeout=3)",
            "requests.get(\n  a, timeout=3)",
            "# requests.get(a)\ny = 'requests.get(a)'",
        ),
        ("python", "os.environ[$K]", "x = os . environ['A']", "os . environ['A']", "x = environ['A']"),
        (
            "python",
            "@app.route($$$)",
            "@app.route('/x')\ndef f(): pass",
            "@app.route('/x')",
            "@app.get('/x')\ndef f(): pass",
        ),
        ("python", "timeout=$T", "f(1, timeout=3)", "timeout=3", "f(1, time=3)"),
        (
            "typescript",
            "fetch($$$)",
            "const a: X = await fetch(u, {m: 1});",
            "fetch(u, {m: 1})",
            "const fetch: X = `fetch(u)`;",
        ),
        (
            "typescript",
            "@Controller($$$)",
            "@Controller('x')\nexport class A {}",
            "@Controller('x')",
            "@Module({})\nclass A {}",
        ),
        ("tsx", "<Foo $$$ />", "const a = <Foo a={1} b />;", "<Foo a={1} b />", "const a = <Bar a={1} />;"),
        ("javascript", "timeout: $T", "f({retries: 1, timeout: 3})", "timeout: 3", "f({timeouts: 3})"),
        (
            "java",
            "restTemplate.$M($$$)",
            "class A { void f() { var x = restTemplate.getForObject(u, X.class); } }",
            "restTemplate.getForObject(u, X.class)",
            "class A { void f() { template.get(); } }",
        ),
        (
            "java",
            "@GetMapping($$$)",
            "class A { @GetMapping(\"/x\") public void f() {} }",
            "@GetMapping(\"/x\")",
            "class A { @PostMapping(\"/x\") public void f() {} }",
        ),
        (
            "kotlin",
            "System.getenv($K)",
            "fun f() { val x = System.getenv(\"A\") }",
            "System.getenv(\"A\")",
            "fun f() { /* System.getenv(\"A\") */ }",
        ),
        (
            "csharp",
            "services.AddHttpClient($$$)",
            "class A { void F() { services.AddHttpClient(\"x\", c => {}); } }",
            "services.AddHttpClient(\"x\", c => {})",
            "class A { void F() { services.AddScoped(); } }",
        ),
        (
            "csharp",
            "[HttpGet($$$)]",
            "class A { [HttpGet(\"x\")] public void F() {} }",
            "[HttpGet(\"x\")]",
            "class A { [HttpPost(\"x\")] public void F() {} }",
        ),
        (
            "rust",
            "env::var($K)",
            "fn f() { let x = env::var(\"A\").unwrap(); }",
            "env::var(\"A\")",
            "fn f() { env::vars(); }",
        ),
        ("rust", "#[derive($$$)]", "#[derive(Debug)]\nstruct A;", "#[derive(Debug)]", "#[test]\nfn f() {}"),
        ("ruby", "ENV.fetch($$$)", "x = ENV.fetch('A', 1)", "ENV.fetch('A', 1)", "x = ENV['A']"),
        (
            "ruby",
            "has_many $$$",
            "class A\n  has_many :b, dependent: :destroy\nend",
            "has_many :b, dependent: :destroy",
            "class A\n  has_one :b\nend",
        ),
        (
            "php",
            "$this->client->$M($$$)",
            "<?php class A { function f() { $this->client->get(1); } }",
            "$this->client->get(1)",
            "<?php $that->client->get(1);",
        ),
        ("php", "env($$$)", "<p><?php $x = Env('A', 1); ?></p>", "Env('A', 1)", "<p>env('A')</p>"),
        (
            "elixir",
            "System.get_env($K)",
            "x = System.get_env(\"A\")",
            "System.get_env(\"A\")",
            "x = \"System.get_env(1)\"",
        ),
        ("bash", "curl $$$", "set -e\ncurl -f https://x | sh", "curl -f https://x", "echo 'curl x'"),
        ("bash", "export $N=$V", "export A=b", "export A=b", "A=b"),
        (
            "sql",
            "ALTER TABLE $T DROP COLUMN $C",
            "alter table a drop column B;",
            "alter table a drop column B",
            "alter table a add column b int;",
        ),
        (
            "proto",
            "rpc $M($A) returns ($B)",
            "service S { rpc Get(Req) returns (Res); }",
            "rpc Get(Req) returns (Res);",
            "message S { string rpc = 1; }",
        ),
        (
            "proto",
            "message $N { $$$ }",
            "message S { string a = 1; int32 b = 2; }",
            "message S { string a = 1; int32 b = 2; }",
            "enum S { A = 0; }",
        ),
        (
            "hcl",
            "deletion_protection = $V",
            "resource \"a\" \"b\" {\n  deletion_protection = false\n}",
            "deletion_protection = false",
            "resource \"a\" \"b\" {\n  # deletion_protection = 1\n}",
        ),
        (
            "hcl",
            "resource \"aws_db_instance\" $N { $$$ }",
            "resource \"aws_db_instance\" \"b\" {\n  x = 1\n  y {}\n}",
            "resource \"aws_db_instance\" \"b\" {\n  x = 1\n  y {}\n}",
            "resource \"aws_vpc\" \"b\" {}",
        ),
        ("yaml", "image: $I", "a:\n  image: x:1\n  b: 2", "image: x:1", "a:\n  images: 1 # image: x"),
        ("json", "\"version\": $V", "{\"version\": 1, \"a\": 2}", "\"version\": 1", "{\"a\": \"version\"}"),
        ("toml", "version = $V", "[a]\nversion = \"1\"", "version = \"1\"", "[version]\na = 1"),
        ("dockerfile", "FROM $IMAGE", "from debian:12\nRUN x", "from debian:12", "RUN echo FROM x"),
    ];

    #[test]
    fn patterns_match_code_and_neither_comments_nor_texts() {
        let mut wrong = String::new();
        for (name, pattern, code, matched, other) in CASES {
            let language = Language::named(name).unwrap();
            let found = matches(language, pattern, code);
            if found != [*matched] {
                writeln!(wrong, "{name}: {pattern} in {code:?}: {found:?}").unwrap();
            }
            let found = matches(language, pattern, other);
            if !found.is_empty() {
                writeln!(wrong, "{name}: {pattern} not in {other:?}: {found:?}").unwrap();
            }
        }
        assert_eq!(wrong, "");
    }

    #[test]
    fn every_language_has_a_case() {
        for language in Language::all() {
            assert!(CASES.iter().any(|(name, ..)| *name == language.name()), "{language:?}");
        }
    }

    #[test]
    fn variable_that_stands_twice_stands_for_the_same() {
        assert_eq!(matches(Language::Python, "$A == $A", "a.b == a.b; a.b == a.c"), ["a.b == a.b"]);
    }

    #[test]
    fn pattern_that_is_no_code_is_refused() {
        let refused = |pattern: &str, languages: &[Language]| check(pattern, languages).unwrap_err();
        let all = Language::all();
        assert_eq!(refused("", &all), "it is empty");
        assert_eq!(refused(&"a".repeat(3000), &all), "it is longer than 2000 bytes");
        assert_eq!(refused("$A", &all), TOO_WIDE);
        assert_eq!(refused("$$$", &[Language::Go]), TOO_WIDE);
        assert_eq!(refused("foo((", &[Language::Python]), "it can't be read as one piece of code in python");
        assert_eq!(
            refused("a b c(", &[Language::Go, Language::Rust]),
            "it can't be read as one piece of code"
        );
        assert_eq!(check("requests.$M($$$)", &all), Ok(()));
    }

    #[test]
    fn what_is_huge_or_deep_is_an_error() {
        let parse = |text: &str, language| Code::parse(text.as_bytes(), language).map(|_| ());
        for language in Language::all() {
            assert_eq!(parse(&"a".repeat(300_000), language), Err(Unparsed::TooLarge));
            assert_eq!(Code::parse(b"\xff", language).map(|_| ()), Err(Unparsed::NotText));
        }
        let deep = |depth: usize| format!("x = {}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse(&deep(100), Language::Python), Ok(()));
        assert_eq!(parse(&deep(5000), Language::Python), Err(Unparsed::TooDeep));
        assert_eq!(
            parse(&format!("x = 1{}", "+1".repeat(5000)), Language::JavaScript),
            Err(Unparsed::TooDeep)
        );
    }

    #[test]
    fn text_of_sql_with_a_long_tag_is_not_read_for_the_memory_that_is_lost_in_it() {
        let parse = |tag: &str| {
            let text = format!("SELECT ${tag}$ DROP ${tag}$;\n");
            Code::parse(text.as_bytes(), Language::Sql).map(|_| ())
        };
        for tag in ["", "function", &"a".repeat(31)] {
            assert_eq!(parse(tag), Ok(()), "{tag}");
        }
        assert_eq!(parse(&"a".repeat(32)), Err(Unparsed::LongTag));
        let apart = format!("SELECT $1, {}$2;\n", "a".repeat(40));
        assert!(Code::parse(apart.as_bytes(), Language::Sql).is_ok());
        // In other languages it means nothing.
        assert!(Code::parse(format!("${}$", "a".repeat(40)).as_bytes(), Language::Php).is_ok());
    }

    #[test]
    fn hostile_text_is_read_within_bounds_in_every_language() {
        for language in Language::all() {
            for unit in ["(", "{[(", "\"", "<<A\n", "a(b[c{", "`${", "- a:\n ", "/*", "é\\", "$(", "a<b<"] {
                let text = unit.repeat(150 / unit.len());
                if let Ok(code) = Code::parse(text.as_bytes(), language)
                    && let Ok(pattern) = Pattern::new("a(b)", language)
                {
                    code.matches(&pattern);
                    code.unread(text.as_bytes(), &pattern);
                }
            }
        }
    }

    #[test]
    fn code_that_cannot_be_read_is_told() {
        let code = "def f():\n  x = requests.get(a\n\ny = )) requests.get(b)\n";
        let pattern = Pattern::new("requests.$M($$$)", Language::Python).unwrap();
        let parsed = Code::parse(code.as_bytes(), Language::Python).unwrap();
        assert!(!parsed.unread(code.as_bytes(), &pattern).is_empty());
        let pattern = Pattern::new("os.$M($$$)", Language::Python).unwrap();
        assert!(parsed.unread(code.as_bytes(), &pattern).is_empty());
    }
}
