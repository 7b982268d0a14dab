//! The languages that comments can be told in, by path.

use bstr::ByteSlice;

use super::code::Code;
use super::markup::Markup;
use super::outline::Machine;
use super::plain::{self, Lines, Plain};
use super::shell::Shell;
use super::syntax::Syntax;
use super::tables;
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
    /// How a file must begin, if at all.
    pub beginning: &'static str,
    /// Whether a value may go on in indented lines, behind blank ones too: then no line of the file may be indented.
    pub is_flat: bool,
    /// What a file of the language must hold one of, where others have the same extension.
    pub proofs: &'static [&'static str],
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
    /// What an example must print.
    Go,
    /// Words on a whole module.
    GoModule,
    /// What a file imports.
    GraphQl,
    /// Characters by their number, which are read before comments are.
    Java,
    /// Texts that functions hold in comments.
    JavaScript,
    /// Orders to migration tools and code generators.
    Sql,
}

#[derive(Debug)]
enum Reader {
    Code(&'static Syntax),
    Lines(&'static Lines),
    Markup,
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

    /// Tells whether it is that of shells.
    pub fn is_shell(&self) -> bool {
        matches!(self.reader, Reader::Shell)
    }

    /// Tells whether it is one of elements.
    pub fn is_markup(&self) -> bool {
        matches!(self.reader, Reader::Markup)
    }

    /// Tells whether it is YAML.
    pub fn is_yaml(&self) -> bool {
        matches!(self.reader, Reader::Yaml)
    }

    /// Returns a reader for a file of this language.
    pub(super) fn machine(&self, is_readable: bool) -> Box<dyn Machine> {
        match self.reader {
            Reader::Code(syntax) => Box::new(Code::new(syntax, is_readable)),
            Reader::Lines(lines) => Box::new(Plain::new(lines, is_readable)),
            Reader::Markup => Box::new(Markup::new(is_readable)),
            Reader::Shell => Box::new(Shell::new(is_readable)),
            Reader::Yaml => Box::new(Yaml::new(is_readable)),
        }
    }
}

fn by_name(name: &str) -> Option<&'static Language> {
    Some(match name {
        // What the preprocessor of C reads first.
        "dockerfile.in" | "containerfile.in" => return None,
        "dockerfile" | "containerfile" => &DOCKERFILE,
        "makefile" | "gnumakefile" => &MAKEFILE,
        "jenkinsfile" => &GROOVY,
        "gemfile" | "rakefile" | "podfile" | "vagrantfile" | "brewfile" => &RUBY,
        "go.mod" | "go.work" => &GO_MODULE,
        "codeowners" | ".gitignore" | ".dockerignore" | ".helmignore" | ".npmignore" | ".gitattributes" => {
            &PATTERNS
        }
        ".editorconfig" | ".gitmodules" | ".npmrc" => &SETTINGS,
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
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "mm" => &C,
        "m" => &OBJECTIVE_C,
        "swift" => &SWIFT,
        "scala" | "sc" | "sbt" => &SCALA,
        "dart" => &DART,
        "lua" => &LUA,
        "groovy" | "gradle" | "jenkinsfile" => &GROOVY,
        "sh" | "bash" | "ksh" => &SHELL,
        "yaml" | "yml" => &YAML,
        "toml" => &TOML,
        "tf" | "tfvars" | "tofu" | "hcl" | "nomad" => &HCL,
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
        "ini" => &INI,
        "service" | "timer" | "socket" => &SETTINGS,
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
        beginning: "",
        is_flat: false,
        proofs: &[],
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
        beginning: "",
        is_flat: false,
        proofs: &[],
        unreadable: &[],
        dialect: Dialect::Plain,
    }
}

const HASH: Language = Language { markers: &["#"], block: None, ..free(&tables::TOML) };

static C: Language = free(&tables::C);
static CSHARP: Language = free(&tables::CSHARP);
// Above an encoding there may be nothing.
static CSS: Language = Language { unreadable: &["@charset"], ..free(&tables::CSS) };
static DART: Language = free(&tables::DART);
// A backtick that lines are joined with.
static DOCKERFILE: Language = Language { unreadable: &["=`", "= `"], ..lines(&plain::DOCKERFILE) };
static ENVIRONMENT: Language = lines(&plain::ENVIRONMENT);
static GO: Language = Language { unreadable: IMPORTS_OF_C, dialect: Dialect::Go, ..free(&tables::GO) };
static GO_MODULE: Language = Language { dialect: Dialect::GoModule, ..free(&tables::GO) };
static GRAPHQL: Language =
    Language { reader: Reader::Code(&tables::GRAPHQL), dialect: Dialect::GraphQl, ..HASH };
static GROOVY: Language = Language { unreadable: &["\\u"], ..free(&tables::GROOVY) };
static HCL: Language =
    Language { markers: &["#", "//", "/*", "*"], unreadable: &["$${", "%%{", "\r"], ..free(&tables::HCL) };
static INI: Language = Language { is_flat: true, ..SETTINGS_OF_LINES };
static JAVA: Language = Language { unreadable: ESCAPED_ASCII, dialect: Dialect::Java, ..free(&tables::JAVA) };
static JAVASCRIPT: Language = Language { dialect: Dialect::JavaScript, ..free(&tables::JAVASCRIPT) };
static JSON: Language = Language { markers: &[], block: None, ..free(&tables::JSON) };
static JSON_WITH_COMMENTS: Language = free(&tables::JSON_WITH_COMMENTS);
static KOTLIN: Language = free(&tables::KOTLIN);
static LUA: Language = Language { markers: &["--"], block: None, ..free(&tables::LUA) };
static MAKEFILE: Language = lines(&plain::MAKEFILE);
// To Mathematica, and `(*` begins its comments, `//` is an operator.
static OBJECTIVE_C: Language = Language {
    proofs: &["\n#import ", "\n#include ", "\n@import ", "\n@implementation ", "\n@interface "],
    unreadable: &["(* "],
    ..free(&tables::C)
};
static PATTERNS: Language = lines(&plain::PATTERNS);
static PHP: Language = Language {
    markers: &["//", "#", "/*", "*"],
    beginning: "<?php",
    unreadable: &["?>"],
    ..free(&tables::PHP)
};
// `#---` parts a file for Spring, unless another comment stands beside it.
static PROPERTIES: Language =
    Language { markers: &["#", "!"], unreadable: &["#---", "!---"], ..lines(&plain::PROPERTIES) };
static PROTO: Language = free(&tables::JSON_WITH_COMMENTS);
// Dependencies of a script may stand in its comments.
static PYTHON: Language =
    Language { reader: Reader::Code(&tables::PYTHON), is_free: false, unreadable: &["# /// "], ..HASH };
static REQUIREMENTS: Language = lines(&plain::REQUIREMENTS);
static RUBY: Language = Language { reader: Reader::Code(&tables::RUBY), is_free: false, ..HASH };
static RUST: Language = free(&tables::RUST);
// `/***` begins the build of a script.
static SCALA: Language = Language {
    is_free: false,
    unreadable: &["\\u000", "\\u002", "\\u005", "\\uu", "/***\n", "/***\r", "/*** \n"],
    dialect: Dialect::Java,
    ..free(&tables::SCALA)
};
static SCSS: Language = Language { unreadable: &["@charset"], ..free(&tables::SCSS) };
static SETTINGS: Language = SETTINGS_OF_LINES;
const SETTINGS_OF_LINES: Language = Language { markers: &["#", ";"], ..lines(&plain::SETTINGS) };
static SHELL: Language = Language { reader: Reader::Shell, is_free: false, unreadable: &["\r"], ..HASH };
static SQL: Language = Language {
    markers: &["--", "/*", "*"],
    unreadable: &["liquibase", "LIQUIBASE", "Liquibase"],
    dialect: Dialect::Sql,
    ..free(&tables::SQL)
};
static SWIFT: Language = free(&tables::SWIFT);
static THRIFT: Language = Language { markers: &["//", "#", "/*", "*"], ..free(&tables::THRIFT) };
static TOML: Language = HASH;
static TYPESCRIPT: Language = Language { dialect: Dialect::JavaScript, ..free(&tables::TYPESCRIPT) };
static XML: Language = Language {
    reader: Reader::Markup,
    is_free: false,
    trims: false,
    markers: &["<!--", "-->"],
    block: Some(("<!--", "-->")),
    unreadable: &["xml:space", "encoding=\"utf-7", "encoding=\"UTF-7"],
    ..HASH
};
static YAML: Language = Language { reader: Reader::Yaml, is_free: false, ..HASH };

/// Above an import of C a comment is C, however the import is written.
const IMPORTS_OF_C: &[&str] = &["\"C\"", "`C`", "\"\\x43\"", "\"\\103\"", "\"\\u0043\"", "\"\\U00000043\""];
/// Quotes, slashes, stars and line ends by their number.
const ESCAPED_ASCII: &[&str] = &["\\u000", "\\u002", "\\u005", "\\uu"];
