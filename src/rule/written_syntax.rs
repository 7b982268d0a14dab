//! The patterns over code of a rule, as they are written.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::SyntaxPattern;
use super::written::Author;
use crate::diagnostic::Diagnostic;
use crate::document::{self, Table};
use crate::syntax::{self, Language};

/// Reads `syntax`: each entry a pattern, or a table of a pattern and its language.
pub(super) fn read(
    table: &mut Table<'_>,
    paths: &[Spanned<String>],
    author: Author,
    found: &mut Vec<Diagnostic>,
) -> Vec<SyntaxPattern> {
    let Some(value) = table.value("syntax") else { return Vec::new() };
    let Some(entries) = value.get_ref().as_array() else {
        found.push(document::wrong_type("syntax", value, "a list of patterns"));
        return Vec::new();
    };
    found.extend(unbuilt(value.span(), author, syntax::IS_BUILT));
    let of_paths: Option<Vec<Language>> =
        paths.iter().map(|glob| Language::of(glob.get_ref().as_bytes())).collect();
    let languages = of_paths.filter(|languages| !languages.is_empty()).unwrap_or_else(Language::all);
    entries.iter().filter_map(|entry| pattern(entry, &languages, found)).collect()
}

/// Warns whoever writes a pattern for a build of gate that can't look for it; the packs' rules know.
fn unbuilt(place: Range<usize>, author: Author, is_built: bool) -> Option<Diagnostic> {
    let warning = || {
        Diagnostic::warning(place, "this gate is built without `syntax`")
            .label("met by every change of such files; a `[[local]]` with it never is")
            .help("build it with its default features")
    };
    (author == Author::User && !is_built).then(warning)
}

fn pattern(
    entry: &Spanned<DeValue<'_>>,
    languages: &[Language],
    found: &mut Vec<Diagnostic>,
) -> Option<SyntaxPattern> {
    if let Some(pattern) = document::string(entry) {
        check(&pattern, languages, found);
        return Some(SyntaxPattern { lang: None, pattern: pattern.into_inner() });
    }
    let Some(mut table) = document::table("`syntax`", entry) else {
        found.push(
            document::wrong_type("syntax", entry, "a list of patterns")
                .help("an entry is a string, or `{ lang = \"go\", pattern = \"…\" }`"),
        );
        return None;
    };
    let lang = table.string("lang", found);
    let pattern = table.string("pattern", found);
    if !table.has("pattern") {
        found.push(Diagnostic::error(table.span(), "this entry of `syntax` has no `pattern`"));
    }
    table.close(found);
    let language = lang.as_ref().map(|lang| (lang, Language::named(lang.get_ref())));
    match (&language, &pattern) {
        (Some((lang, None)), _) => {
            let names: Vec<_> = Language::all().into_iter().map(Language::name).collect();
            let message = format!("unknown language `{}`", lang.get_ref());
            found.push(document::unknown(lang.span(), message, lang.get_ref(), "languages", names));
        }
        (Some((_, Some(language))), Some(pattern)) => check(pattern, &[*language], found),
        (None, Some(pattern)) => check(pattern, languages, found),
        (_, None) => {}
    }
    Some(SyntaxPattern { lang: lang.map(Spanned::into_inner), pattern: pattern?.into_inner() })
}

fn check(pattern: &Spanned<String>, languages: &[Language], found: &mut Vec<Diagnostic>) {
    if let Err(reason) = syntax::check(pattern.get_ref(), languages) {
        found.push(Diagnostic::error(pattern.span(), "bad pattern in `syntax`").label(reason).help(
            "for example `requests.$M($$$)`: `$M` stands for one expression or name, `$$$` for any number",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_of_policies_are_told_of_a_build_without_patterns() {
        let is_told = |author, is_built| unbuilt(0..1, author, is_built).is_some();
        assert!(is_told(Author::User, false) && !is_told(Author::User, true));
        assert!(!is_told(Author::Gate, false) && !is_told(Author::Gate, true));
    }
}
