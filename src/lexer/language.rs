//! The languages that comments can be told in, by path.

use bstr::ByteSlice;

use super::code::Code;
use super::markup::Markup;
use super::outline::Machine;
use super::plain::{self, Lines, Plain};
use super::python::Python;
use super::shell::Shell;
use super::syntax::{self, Syntax};
use super::yaml::Yaml;

/// How the comments of a language are read.
#[derive(Debug)]
pub struct Language {
    reader: Reader,
    /// Whether indentation and line ends are nothing but looks, outside texts.
    pub is_free: bool,
    /// Whether blanks at the end of a line are nothing, outside texts.
    pub trims: bool,
    /// What a line of comment may begin with.
    pub markers: &'static [&'static str],
    /// What begins and ends a comment of several lines, whose lines may begin with anything.
    pub block: Option<(&'static str, &'static str)>,
    /// What makes a file unreadable as a whole.
    pub unreadable: &'static [&'static str],
    /// What orders its comments may hold.
    pub dialect: Dialect,
}

/// What orders comments may hold beyond the common ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// None.
    Plain,
    /// Words on a whole module.
    GoModule,
    /// Trigraphs.
    C,
    /// Characters by their number, which are read before comments are.
    Java,
    /// Text of elements that looks like a comment and may hold code.
    Jsx,
    /// Orders to migration tools and code generators.
    Sql,
}

#[derive(Debug)]
enum Reader {
    Code(&'static Syntax),
    Lines(&'static Lines),
    Markup,
    Python,
    Shell,
    Yaml,
}

impl Language {
    /// Returns the language of a file, told by its path alone.
    pub fn of(path: &[u8]) -> Option<&'static Self> {
        let name = path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..]).to_ascii_lowercase();
        let name = name.to_str().ok()?;
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        by_name(name).or_else(|| by_extension(name, extension))
    }

    /// Returns a reader for a file of this language.
    pub(super) fn machine(&self, is_readable: bool, has_elements: bool) -> Box<dyn Machine> {
        match self.reader {
            Reader::Code(syntax) => Box::new(Code::new(syntax, is_readable, has_elements)),
            Reader::Lines(lines) => Box::new(Plain::new(lines, is_readable)),
            Reader::Markup => Box::new(Markup::new(is_readable)),
            Reader::Python => Box::new(Python::new(is_readable)),
            Reader::Shell => Box::new(Shell::new(is_readable)),
            Reader::Yaml => Box::new(Yaml::new(is_readable)),
        }
    }
}

fn by_name(name: &str) -> Option<&'static Language> {
    Some(match name {
        "dockerfile" | "containerfile" => &DOCKERFILE,
        "makefile" | "gnumakefile" => &MAKEFILE,
        "jenkinsfile" => &GROOVY,
        "gemfile" | "rakefile" | "podfile" | "vagrantfile" | "brewfile" => &RUBY,
        "go.mod" | "go.work" => &GO_MODULE,
        "codeowners" | ".gitignore" | ".dockerignore" | ".helmignore" | ".npmignore" => &PATTERNS,
        ".gitattributes" | ".editorconfig" | ".gitmodules" | ".npmrc" => &SETTINGS,
        ".env" => &ENVIRONMENT,
        "cargo.lock" | "pipfile" | "poetry.lock" | "uv.lock" => &TOML,
        ".bashrc" | ".profile" | ".zshrc" => &SHELL,
        "devcontainer.json" | "jsconfig.json" | ".eslintrc" | ".eslintrc.json" | "deno.json" => {
            &JSON_WITH_COMMENTS
        }
        _ if name.starts_with("dockerfile.") || name.starts_with("containerfile.") => &DOCKERFILE,
        _ if name.starts_with("jenkinsfile.") => &GROOVY,
        _ if name.starts_with(".env.") => &ENVIRONMENT,
        _ if name.starts_with("tsconfig") && name.ends_with(".json") => &JSON_WITH_COMMENTS,
        _ if name.starts_with("requirements") && name.ends_with(".txt") => &REQUIREMENTS,
        _ => return None,
    })
}

fn by_extension(name: &str, extension: &str) -> Option<&'static Language> {
    if name.len() == extension.len() {
        return None;
    }
    Some(match extension {
        "go" => &GO,
        "py" | "pyi" => &PYTHON,
        "js" | "jsx" | "mjs" | "cjs" | "tsx" => &JAVASCRIPT,
        "ts" | "mts" | "cts" => &TYPESCRIPT,
        "java" => &JAVA,
        "kt" | "kts" => &KOTLIN,
        "cs" => &CSHARP,
        "rs" => &RUST,
        "rb" | "rake" | "gemspec" | "ru" => &RUBY,
        "php" => &PHP,
        "ex" | "exs" => &ELIXIR,
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "m" | "mm" => &C,
        "swift" => &SWIFT,
        "scala" | "sc" | "sbt" => &SCALA,
        "dart" => &DART,
        "lua" => &LUA,
        "groovy" | "gradle" | "jenkinsfile" => &GROOVY,
        "sh" | "bash" | "ksh" => &SHELL,
        "yaml" | "yml" => &YAML,
        "toml" => &TOML,
        "tf" | "tfvars" | "hcl" | "nomad" => &HCL,
        "dockerfile" => &DOCKERFILE,
        "mk" => &MAKEFILE,
        "proto" => &PROTO,
        "thrift" => &THRIFT,
        "sql" => &SQL,
        "graphql" | "graphqls" | "gql" => &GRAPHQL,
        "json" => &JSON,
        "json5" | "jsonc" => &JSON_WITH_COMMENTS,
        "xml" | "xsd" | "wsdl" | "csproj" | "fsproj" | "vbproj" | "props" | "targets" | "config" | "resx"
        | "nuspec" | "plist" => &XML,
        "css" => &CSS,
        "scss" | "less" => &SCSS,
        "ini" | "service" | "timer" | "socket" => &SETTINGS,
        "conf" | "cfg" => &CONFIGURATION,
        "properties" => &PROPERTIES,
        "env" => &ENVIRONMENT,
        _ => return None,
    })
}

const fn free(syntax: &'static Syntax) -> Language {
    Language {
        reader: Reader::Code(syntax),
        is_free: true,
        trims: true,
        markers: &["//", "/*", "*"],
        block: Some(("/*", "*/")),
        unreadable: &[],
        dialect: Dialect::Plain,
    }
}

const fn lines(lines: &'static Lines) -> Language {
    Language {
        reader: Reader::Lines(lines),
        is_free: false,
        trims: false,
        markers: &["#"],
        block: None,
        unreadable: &[],
        dialect: Dialect::Plain,
    }
}

const HASH: Language = Language { markers: &["#"], block: None, ..free(&syntax::TOML) };

static C: Language = Language { dialect: Dialect::C, ..free(&syntax::C) };
static CONFIGURATION: Language = lines(&plain::CONFIGURATION);
static CSHARP: Language = free(&syntax::CSHARP);
static CSS: Language = free(&syntax::CSS);
static DART: Language = free(&syntax::DART);
static DOCKERFILE: Language = lines(&plain::DOCKERFILE);
static ELIXIR: Language = Language { reader: Reader::Code(&syntax::ELIXIR), is_free: false, ..HASH };
static ENVIRONMENT: Language = lines(&plain::ENVIRONMENT);
// Above `import "C"` a comment is C.
static GO: Language = Language { unreadable: &["\"C\""], ..free(&syntax::GO) };
static GO_MODULE: Language = Language { dialect: Dialect::GoModule, ..free(&syntax::GO) };
static GRAPHQL: Language = Language { reader: Reader::Code(&syntax::GRAPHQL), ..HASH };
static GROOVY: Language = free(&syntax::GROOVY);
static HCL: Language =
    Language { markers: &["#", "//", "/*", "*"], unreadable: &["$${", "%%{"], ..free(&syntax::HCL) };
static JAVA: Language = Language { unreadable: ESCAPED_ASCII, dialect: Dialect::Java, ..free(&syntax::JAVA) };
static JAVASCRIPT: Language = Language { dialect: Dialect::Jsx, ..TYPESCRIPT_LIKE };
static JSON: Language = Language { markers: &[], block: None, ..free(&syntax::JSON) };
static JSON_WITH_COMMENTS: Language = free(&syntax::JSON_WITH_COMMENTS);
static KOTLIN: Language = free(&syntax::KOTLIN);
static LUA: Language = Language { markers: &["--"], block: Some(("--[[", "]]")), ..free(&syntax::LUA) };
static MAKEFILE: Language = lines(&plain::MAKEFILE);
static PATTERNS: Language = lines(&plain::PATTERNS);
static PHP: Language =
    Language { markers: &["//", "#", "/*", "*"], unreadable: &["?>"], ..free(&syntax::PHP) };
static PROPERTIES: Language = Language { markers: &["#", "!"], ..lines(&plain::PROPERTIES) };
static PROTO: Language = free(&syntax::JSON_WITH_COMMENTS);
// Dependencies of a script may stand in its comments.
static PYTHON: Language =
    Language { reader: Reader::Python, is_free: false, unreadable: &["# /// "], ..HASH };
static REQUIREMENTS: Language = lines(&plain::DOCKERFILE);
static RUBY: Language = Language { reader: Reader::Code(&syntax::RUBY), is_free: false, ..HASH };
static RUST: Language = free(&syntax::RUST);
static SCALA: Language =
    Language { is_free: false, unreadable: ESCAPED_ASCII, dialect: Dialect::Java, ..free(&syntax::SCALA) };
static SCSS: Language = free(&syntax::SCSS);
static SETTINGS: Language = Language { markers: &["#", ";"], ..lines(&plain::SETTINGS) };
static SHELL: Language = Language { reader: Reader::Shell, is_free: false, ..HASH };
static SQL: Language = Language {
    markers: &["--", "/*", "*"],
    // The lines behind it are data.
    unreadable: &["FROM stdin", "from stdin", "FROM STDIN"],
    dialect: Dialect::Sql,
    ..free(&syntax::SQL)
};
static SWIFT: Language = free(&syntax::SWIFT);
static THRIFT: Language = Language { markers: &["//", "#", "/*", "*"], ..free(&syntax::THRIFT) };
static TOML: Language = HASH;
static TYPESCRIPT: Language = TYPESCRIPT_LIKE;
static XML: Language = Language {
    reader: Reader::Markup,
    is_free: false,
    trims: false,
    markers: &["<!--", "-->"],
    block: Some(("<!--", "-->")),
    ..HASH
};
static YAML: Language = Language { reader: Reader::Yaml, is_free: false, ..HASH };

const TYPESCRIPT_LIKE: Language = free(&syntax::JAVASCRIPT);
/// Quotes, slashes, stars and line ends by their number.
const ESCAPED_ASCII: &[&str] = &["\\u000", "\\u002", "\\u005", "\\uu"];
