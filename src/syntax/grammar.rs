//! The grammars, and what each needs so that a pattern is code to it.
//!
//! `$` begins no name in most languages, so that a pattern's `$NAME` is written with
//! another letter before it is parsed. And what a pattern says may be code only within
//! something else: a field within a class, a call within a function.

use std::borrow::Cow;

use ast_grep_core::matcher::PatternBuilder;
use ast_grep_core::meta_var::MetaVariable;
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use ast_grep_core::{Pattern, PatternError};

use super::Language;

/// What stands before and behind a pattern.
pub(super) type Around = (&'static str, &'static str);

const ALONE: Around = ("", "");
const STATEMENT: Around = ("", ";");
const MEMBER: Around = ("class A {\n", "\n}");
const OF_CLASS: Around = ("", "\nclass A {}");

impl Language {
    /// Returns its grammar.
    pub(super) fn grammar(self) -> TSLanguage {
        match self {
            Self::Bash => tree_sitter_bash::LANGUAGE,
            Self::CSharp => tree_sitter_c_sharp::LANGUAGE,
            Self::Dockerfile => tree_sitter_containerfile::LANGUAGE,
            Self::Elixir => tree_sitter_elixir::LANGUAGE,
            Self::Go => tree_sitter_go::LANGUAGE,
            Self::Hcl => tree_sitter_hcl::LANGUAGE,
            Self::Java => tree_sitter_java::LANGUAGE,
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            Self::Json => tree_sitter_json::LANGUAGE,
            Self::Kotlin => tree_sitter_kotlin_ng::LANGUAGE,
            Self::Php => tree_sitter_php::LANGUAGE_PHP,
            Self::Proto => tree_sitter_proto::LANGUAGE,
            Self::Python => tree_sitter_python::LANGUAGE,
            Self::Ruby => tree_sitter_ruby::LANGUAGE,
            Self::Rust => tree_sitter_rust::LANGUAGE,
            Self::Sql => tree_sitter_sequel::LANGUAGE,
            Self::Toml => tree_sitter_toml_ng::LANGUAGE,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
            Self::Yaml => tree_sitter_yaml::LANGUAGE,
        }
        .into()
    }

    /// Returns the letter that stands for `$` in a pattern.
    pub(super) fn sigil(self) -> char {
        match self {
            Self::JavaScript
            | Self::TypeScript
            | Self::Tsx
            | Self::Java
            | Self::Json
            | Self::Yaml
            | Self::Toml => '$',
            Self::Bash | Self::Dockerfile | Self::Proto | Self::Sql => '_',
            Self::CSharp | Self::Elixir | Self::Go | Self::Hcl | Self::Kotlin => 'µ',
            Self::Php | Self::Python | Self::Ruby | Self::Rust => 'µ',
        }
    }

    /// Returns what stands for a `$$$` that is alone in braces, where the sigil is no code.
    fn filler(self) -> Option<&'static str> {
        let fillers = [(Self::Hcl, "µµµ = 0"), (Self::Proto, "___ ___ = 1;")];
        fillers.iter().find(|(language, _)| *language == self).map(|&(_, filler)| filler)
    }

    /// Tells whether a variable is code only within quotes.
    fn quotes_variables(self) -> bool {
        matches!(self, Self::Json | Self::Toml)
    }

    /// Tells whether words that differ in case are the same; then all code is looked at in lower case.
    pub(super) fn ignores_case(self) -> bool {
        matches!(self, Self::Dockerfile | Self::Php | Self::Sql)
    }

    /// Returns what a pattern may have to stand in to be code; all that work are taken.
    pub(super) fn arounds(self) -> &'static [Around] {
        match self {
            Self::Go => &[
                ALONE,
                ("package a\nfunc a() {\n", "\n}"),
                ("package a\ntype a struct {\n", "\n}"),
                ("package a\nvar a = A{", "}"),
            ],
            Self::Python => &[ALONE, ("", "\ndef a(): pass"), ("a(", ")")],
            Self::JavaScript => &[ALONE, MEMBER, ("(", ")"), ("({\n", "\n})")],
            Self::TypeScript | Self::Tsx => {
                &[ALONE, MEMBER, OF_CLASS, ("(", ")"), ("({\n", "\n})"), ("interface A {\n", "\n}")]
            }
            Self::Java => &[ALONE, STATEMENT, MEMBER, OF_CLASS, ("class A { void a() {\n", ";\n} }")],
            Self::Kotlin => &[ALONE, ("fun a() {\n", "\n}"), MEMBER, OF_CLASS],
            Self::CSharp => &[ALONE, STATEMENT, MEMBER, OF_CLASS, ("class A { void A() {\n", ";\n} }")],
            Self::Rust => {
                &[ALONE, STATEMENT, ("fn a() {\n", "\n}"), ("", "\nstruct A;"), ("struct A {\n", "\n}")]
            }
            Self::Php => &[("<?php ", ""), ("<?php ", ";"), ("<?php class A {\n", "\n}")],
            Self::Sql => &[ALONE, STATEMENT],
            Self::Json => &[ALONE, ("{", "}")],
            Self::Proto => &[ALONE, ("message A {\n", "\n}"), ("service A {\n", "\n}")],
            Self::Bash
            | Self::Dockerfile
            | Self::Elixir
            | Self::Hcl
            | Self::Ruby
            | Self::Toml
            | Self::Yaml => &[ALONE],
        }
    }
}

impl ast_grep_core::Language for Language {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        Cow::Owned(rewritten(query, *self))
    }

    fn expando_char(&self) -> char {
        self.sigil()
    }

    fn extract_meta_var(&self, source: &str) -> Option<MetaVariable> {
        if self.filler() == Some(source) {
            return Some(MetaVariable::Multiple);
        }
        let unquoted = source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let source = unquoted.filter(|_| self.quotes_variables()).unwrap_or(source);
        variable(source.strip_prefix(self.sigil())?, self.sigil())
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.grammar().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.grammar().field_id_for_name(field).map(std::num::NonZero::get)
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|source| StrDoc::try_new(source, *self))
    }
}

impl LanguageExt for Language {
    fn get_ts_language(&self) -> TSLanguage {
        self.grammar()
    }
}

/// Writes a pattern so that the language's grammar takes it for code.
fn rewritten(query: &str, language: Language) -> String {
    let sigil = language.sigil();
    let mut written = String::with_capacity(query.len() + 8);
    let mut rest = query;
    let mut is_quoted = false;
    while let Some(next) = rest.chars().next() {
        let (text, after) = rest.split_at(variable_at(rest));
        if text.is_empty() {
            is_quoted ^= next == '"';
            written.push(if language.ignores_case() { next.to_ascii_lowercase() } else { next });
            rest = rest.strip_prefix(next).unwrap_or_default();
            continue;
        }
        let is_body = written.trim_end().ends_with('{') && after.trim_start().starts_with('}');
        let code = text.replace('$', sigil.encode_utf8(&mut [0; 4]));
        match language.filler() {
            Some(filler) if is_body && text == "$$$" => written += filler,
            _ if language.quotes_variables() && !is_quoted => written.extend(["\"", &code, "\""]),
            _ => written += &code,
        }
        rest = after;
    }
    written
}

/// Returns how long the variable is that a text begins with: `$A`, `$$A`, `$$$`, `$$$A`; 0 where there is none.
fn variable_at(text: &str) -> usize {
    let name = text.trim_start_matches('$');
    let behind = name.trim_start_matches(is_of_name);
    let dollars = text.len() - name.len();
    // A longer word is no variable: `$Http` is PHP's.
    let is_word =
        behind.starts_with(char::is_alphanumeric) || name.starts_with(|first: char| first.is_ascii_digit());
    match (dollars, name.len() - behind.len()) {
        (3, 0) => dollars,
        (1..=3, length @ 1..) if !is_word => dollars + length,
        _ => 0,
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
}

/// Reads what stands behind the first sigil of a variable.
fn variable(name: &str, sigil: char) -> Option<MetaVariable> {
    let text = name.trim_start_matches(sigil);
    let sigils = 1 + (name.len() - text.len()) / sigil.len_utf8();
    // Where `_` is the sigil, a name may begin with more of them than were meant.
    if !text.chars().all(is_of_name) || text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let is_dropped = text.starts_with('_') || sigil == '_' && sigils == 2;
    match (sigils, text) {
        (3.., "") => Some(MetaVariable::Multiple),
        (2, "") if sigil == '_' => Some(MetaVariable::Dropped(true)),
        (_, "") => None,
        (3.., _) if is_dropped => Some(MetaVariable::Multiple),
        (3.., name) => Some(MetaVariable::MultiCapture(name.to_owned())),
        (count, _) if is_dropped => Some(MetaVariable::Dropped(count == 1 || sigil == '_')),
        (count, name) => Some(MetaVariable::Capture(name.to_owned(), count == 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_fits_the_parser() {
        for language in Language::all() {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&language.grammar()).unwrap_or_else(|error| panic!("{language:?}: {error}"));
        }
    }

    #[test]
    fn variables_are_written_as_code() {
        let go = |query: &str| rewritten(query, Language::Go);
        assert_eq!(go("a.$M($$$)"), "a.µM(µµµ)");
        assert_eq!(go("$$$ARGS, $x, $1 $_ $$A"), "µµµARGS, $x, $1 µ_ µµA");
        assert_eq!(go("$$$"), "µµµ");
        assert_eq!(go("a$ $Http $1"), "a$ $Http $1");
        assert_eq!(rewritten("\"a\": $V, \"$W\"", Language::Json), "\"a\": \"$V\", \"$W\"");
        assert_eq!(rewritten("DROP Table $T", Language::Sql), "drop table _T");
        assert_eq!(rewritten("a { $$$ }", Language::Hcl), "a { µµµ = 0 }");
    }
}
