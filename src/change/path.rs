//! Paths as rules and people see them.
//!
//! Git's paths are bytes, and one file can be spelled in more than one way: file
//! systems ignore case, composition, dots and blanks at the end of a name. Rules
//! also see the [`folded`] path, so that no spelling is a way around them;
//! [`suspicion`] tells the paths that a reader may take for another.

use std::fmt::Write as _;

use bstr::{BStr, BString, ByteSlice};
use unicode_normalization::UnicodeNormalization;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

/// Returns the path as git writes it: as it is, or quoted with escapes where it holds a control
/// character, a quote, a backslash, or bytes that are not UTF-8.
pub fn quoted(path: &BStr) -> String {
    match path.to_str() {
        Ok(text) if !text.chars().any(needs_quotes) => text.to_owned(),
        _ => in_quotes(path),
    }
}

/// Returns the path as the most forgiving file system sees it.
///
/// Case, composition (NFC), invisible characters, dots and blanks at the end of a name, `\` as `/`,
/// `.` and `..`, and a `:stream` behind a name make no difference to it.
pub fn folded(path: &BStr) -> BString {
    if is_plain(path) {
        return BString::from(path.to_ascii_lowercase());
    }
    let text = fold_text(path);
    let mut names: Vec<&[u8]> = Vec::new();
    for name in text.split(|&byte| byte == b'/' || byte == b'\\') {
        match fold_name(name) {
            b"" | b"." => {}
            b".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    BString::from(names.join(&b'/'))
}

/// Returns the text in one case and composition, bytes that are not UTF-8 as they are.
pub fn fold_text(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        let visible = chunk.valid().nfc().filter(|&c| !is_ignored_by_file_systems(c));
        // Through upper case, as `ſ` and `ß` have no lower case that says what they stand for.
        let lower = visible.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        folded.extend_from_slice(lower.nfc().collect::<String>().as_bytes());
        folded.extend_from_slice(chunk.invalid());
    }
    folded
}

/// Why a path is suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suspicion {
    /// It is not UTF-8, so nobody can tell what it will be shown as.
    NotUtf8,
    /// It holds a control character, or one that is invisible or reorders text.
    Hidden,
    /// It holds a character that looks like a separator of paths.
    Separator,
    /// A name in it mixes scripts, or uses letters that are not for names.
    Script,
    /// A name in it is what Windows calls a file or folder of another, longer name.
    ShortName,
}

impl Suspicion {
    /// Returns the reason as a phrase.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotUtf8 => "the path is not UTF-8",
            Self::Hidden => "the path holds an invisible character",
            Self::Separator => "the path holds a character that looks like a path separator",
            Self::Script => "a name in the path mixes scripts or uses letters that look like others",
            Self::ShortName => {
                "a name in the path is of the short kind that leads to a longer one on Windows"
            }
        }
    }
}

/// Tells why a reader may take this path for another, if they may.
///
/// A name must be "highly restrictive" by UTS 39; only its letters and digits are held to that, as
/// punctuation and emoji are common in the names of documents.
pub fn suspicion(path: &BStr) -> Option<Suspicion> {
    if path.is_ascii() {
        let is_hidden = path.iter().any(u8::is_ascii_control).then_some(Suspicion::Hidden);
        return is_hidden.or_else(|| has_short_name(path).then_some(Suspicion::ShortName));
    }
    let Ok(text) = path.to_str() else { return Some(Suspicion::NotUtf8) };
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Some(Suspicion::Hidden);
    }
    if text.chars().any(looks_like_separator) {
        return Some(Suspicion::Separator);
    }
    let is_odd = |name: &str| {
        let letters: String = name.chars().filter(|&c| is_letter(c)).collect();
        !letters.check_restriction_level(RestrictionLevel::HighlyRestrictive)
    };
    // An extension is Latin whatever the name before it is.
    if text.split(['/', '.', ' ']).any(is_odd) {
        return Some(Suspicion::Script);
    }
    has_short_name(path).then_some(Suspicion::ShortName)
}

/// Tells whether a reader may take the path for `name`: another spelling of it, or look-alike letters.
pub fn looks_like(path: &BStr, name: &str) -> bool {
    let folded = folded(path);
    if folded == name {
        return true;
    }
    folded.to_str().is_ok_and(|text| may_look_like(text, name) && skeleton(text).eq(skeleton(name)))
}

/// Tells whether it is worth the time to compare the look-alikes of all letters: none is longer than three others.
fn may_look_like(text: &str, name: &str) -> bool {
    let length = text.chars().count();
    (name.len().div_ceil(3)..=name.len() * 3).contains(&length) && !text.contains('/')
}

/// Tells whether folding this path is nothing but lower case.
fn is_plain(path: &[u8]) -> bool {
    let is_simple = |byte: &u8| byte.is_ascii() && !matches!(byte, b'\\' | b':');
    path.iter().all(is_simple)
        && path.split(|&byte| byte == b'/').all(|name| !matches!(name.last(), None | Some(b'.' | b' ')))
}

/// Drops what Windows drops: a stream behind a colon, dots and blanks at the end.
fn fold_name(name: &[u8]) -> &[u8] {
    let stream = name.find_byte(b':').filter(|&at| at > 0);
    let name = &name[..stream.unwrap_or(name.len())];
    if name == b"." || name == b".." {
        return name;
    }
    name.trim_end_with(|c| c == '.' || c == ' ')
}

/// Tells whether a name is one of those that Windows gives to long names, as `LONGNA~1.TXT`.
fn has_short_name(path: &[u8]) -> bool {
    path.contains(&b'~') && path.split(|byte| matches!(byte, b'/' | b'\\')).map(fold_name).any(is_short_name)
}

fn is_short_name(name: &[u8]) -> bool {
    let (stem, extension) = name.split_once_str(".").unwrap_or((name, b""));
    let Some((start, number)) = stem.split_once_str("~") else { return false };
    let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    is_number
        && (1..=8).contains(&start.chars().count())
        && extension.chars().count() <= 3
        && !extension.contains(&b'.')
}

/// The characters that HFS+ drops from names.
fn is_ignored_by_file_systems(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Characters that leave no trace in a name. Variation selectors behind emoji are seen by their effect.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that stand for `/`, `\`, `:` or `.` to the eye.
fn looks_like_separator(c: char) -> bool {
    !c.is_ascii()
        && matches!(
            c,
            '\u{1735}'
                | '\u{2024}'
                | '\u{2041}'
                | '\u{2044}'
                | '\u{2215}'
                | '\u{2216}'
                | '\u{2236}'
                | '\u{2571}'
                | '\u{27cb}'
                | '\u{27cd}'
                | '\u{29f5}'
                | '\u{29f8}'
                | '\u{29f9}'
                | '\u{a4f8}'
                | '\u{a789}'
                | '\u{fe55}'
                | '\u{fe52}'
                | '\u{fe68}'
                | '\u{ff0e}'
                | '\u{ff0f}'
                | '\u{ff1a}'
                | '\u{ff3c}'
        )
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
        || unicode_normalization::char::is_combining_mark(c)
            && !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{20e3}')
}

fn needs_quotes(c: char) -> bool {
    c.is_control() || matches!(c, '"' | '\\')
}

fn in_quotes(path: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for chunk in path.utf8_chunks() {
        for c in chunk.valid().chars() {
            let escape = match c {
                '\x07' => "\\a",
                '\x08' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\x0b' => "\\v",
                '\x0c' => "\\f",
                '\r' => "\\r",
                '"' => "\\\"",
                '\\' => "\\\\",
                c if c.is_control() => {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| octal(&mut quoted, byte));
                    continue;
                }
                c => {
                    quoted.push(c);
                    continue;
                }
            };
            quoted.push_str(escape);
        }
        chunk.invalid().iter().for_each(|&byte| octal(&mut quoted, byte));
    }
    quoted.push('"');
    quoted
}

fn octal(text: &mut String, byte: u8) {
    write!(text, "\\{byte:03o}").expect("writing to a string never fails");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(path: &str) -> String {
        folded(path.into()).to_string()
    }

    fn suspect(path: &str) -> Option<Suspicion> {
        suspicion(path.into())
    }

    #[test]
    fn plain_path_is_written_as_it_is() {
        assert_eq!(quoted("src/a b.rs".into()), "src/a b.rs");
        assert_eq!(quoted("docs/é.md".into()), "docs/é.md");
    }

    #[test]
    fn letters_are_compared_in_names_that_are_about_as_long() {
        let may = |text: &str| may_look_like(text, "gate.toml");
        assert!(may("gаte.toml") && may("gat") && may(&"é".repeat(27)));
        assert!(!may("ga") && !may(&"é".repeat(28)) && !may("gate/toml"));
    }

    #[test]
    fn path_that_folds_to_lower_case_is_plain() {
        for path in ["a", "A/b.TF", "a b/.c", "..a/-", "a.b/c d"] {
            assert!(is_plain(path.as_bytes()), "{path}");
            assert_eq!(fold(path), path.to_ascii_lowercase());
        }
        for path in ["", "a//b", "/a", "a/", "a./b", "a /b", "a.", "a ", "a\\b", "a:b", "..", "./a", "é"] {
            assert!(!is_plain(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn marks_on_letters_are_held_to_the_letters_rules_and_signs_of_emoji_are_not() {
        for path in ["e\u{301}te\u{301}.md", "\u{2764}\u{fe0f}.md", "1\u{fe0f}\u{20e3}.md", "a\u{fe0e}b"] {
            assert_eq!(suspect(path), None, "{path:?}");
        }
        for path in ["a\u{20dd}.md", "main\u{489}.tf", "a\u{36f}\u{1ab0}"] {
            assert_eq!(suspect(path), Some(Suspicion::Script), "{path:?}");
        }
    }

    #[test]
    fn odd_path_is_quoted_as_git_quotes_it() {
        assert_eq!(quoted("a\tb\"c\\\x1b\x7f".into()), r#""a\tb\"c\\\033\177""#);
        assert_eq!(quoted(BStr::new(b"bad\xff.tf")), r#""bad\377.tf""#);
        assert_eq!(quoted("é\n".into()), "\"é\\n\"");
        assert_eq!(
            quoted("\x07\x08\t\n\x0b\x0c\r\"\\\x01\u{85}".into()),
            r#""\a\b\t\n\v\f\r\"\\\001\302\205""#
        );
    }

    #[test]
    fn folding_sees_through_case_and_composition() {
        assert_eq!(fold("Infra/Main.TF"), "infra/main.tf");
        assert_eq!(fold("svc/cafe\u{301}/x"), "svc/café/x");
        assert_eq!(fold("svc/CAFÉ/x"), "svc/café/x");
        assert_eq!(fold("ſtraße"), "strasse");
        assert_eq!(fold("\u{212a}8s/a"), "k8s/a");
    }

    #[test]
    fn folding_sees_through_what_windows_and_hfs_drop() {
        assert_eq!(fold("infra\\main.tf"), "infra/main.tf");
        assert_eq!(fold("gate.toml::$DATA"), "gate.toml");
        assert_eq!(fold("infra. /main.tf. ."), "infra/main.tf");
        assert_eq!(fold("docs\\..\\infra/main.tf"), "infra/main.tf");
        assert_eq!(fold(".git\u{200c}attributes"), ".gitattributes");
        assert_eq!(fold("::error file=x::docs/a"), "::error file=x::docs/a");
    }

    #[test]
    fn folding_keeps_bytes_that_are_not_text() {
        assert_eq!(folded(BStr::new(b"Infra/bad\xff.TF")), BString::from(b"infra/bad\xff.tf"));
    }

    #[test]
    fn ordinary_names_of_the_world_are_not_suspicious() {
        for path in [
            "src/main.rs",
            "docs/été (2).md",
            "docs/Änderung.txt",
            "docs/日本語/読み方.md",
            "docs/русский.md",
            "i18n/한국어.json",
            "img/Screen Shot 2024\u{202f}AM.png",
            "docs/🚀 launch – plan.md",
            "a/cafe\u{301}.txt",
            "docs/日本語guide.md",
        ] {
            assert_eq!(suspect(path), None, "{path}");
        }
    }

    #[test]
    fn mixed_scripts_are_suspicious() {
        assert_eq!(suspect("\u{456}nfra/main.cfg"), Some(Suspicion::Script));
        assert_eq!(suspect("src/аpi/x.go"), Some(Suspicion::Script));
        assert_eq!(suspect("ｉnfra/x"), Some(Suspicion::Script));
    }

    #[test]
    fn hidden_characters_and_fake_separators_are_suspicious() {
        assert_eq!(suspect("src/a\u{202e}b.go"), Some(Suspicion::Hidden));
        assert_eq!(suspect("src/a\u{200b}b.go"), Some(Suspicion::Hidden));
        assert_eq!(suspect("src/a\nb.go"), Some(Suspicion::Hidden));
        assert_eq!(suspect("docs\u{2215}x"), Some(Suspicion::Separator));
        assert_eq!(suspicion(BStr::new(b"bad\xff")), Some(Suspicion::NotUtf8));
    }

    #[test]
    fn short_names_of_windows_are_suspicious_and_copies_of_editors_are_not() {
        for path in [
            "TERRAF~1/main.tf",
            "GITHUB~1/WORKFL~1/ci.yml",
            "GATE~1.TOM",
            "a/gi7eba~1",
            "abcde~10.x",
            "TERRAF~1. /main.tf",
            "TERRAF~1::$INDEX_ALLOCATION/main.tf",
            "a\\TERRAF~1",
            "DÉPLOI~1/x",
        ] {
            assert_eq!(suspect(path), Some(Suspicion::ShortName), "{path}");
        }
        for path in [
            "file.txt~",
            "~name",
            "~1",
            "a~b",
            "a~",
            "main.tf.~1~",
            "v1.2~3",
            "pkg_1.0~1.orig.tar",
            "longer-than-eight~1",
            "a~1.yaml",
        ] {
            assert_eq!(suspect(path), None, "{path}");
        }
    }

    #[test]
    fn look_alike_may_be_longer_or_shorter_than_the_name() {
        assert!(looks_like("rnrnrnrn".into(), "mmmm") && looks_like("mmmm".into(), "rnrnrnrn"));
        assert!(!looks_like("mmm".into(), "rnrnrnrn"));
    }

    #[test]
    fn each_suspicion_has_its_reason() {
        let all = [
            Suspicion::NotUtf8,
            Suspicion::Hidden,
            Suspicion::Separator,
            Suspicion::Script,
            Suspicion::ShortName,
        ];
        let reasons: std::collections::BTreeSet<_> = all.iter().map(|one| one.reason()).collect();
        assert!(reasons.len() == 5 && reasons.iter().all(|reason| reason.contains("path")));
    }

    #[test]
    fn look_alikes_of_a_name_are_seen() {
        for path in
            ["gate.toml", "Gate.TOML", "gate.toml.", "g\u{430}te.toml", "gate.tornl", "gate\u{2024}toml"]
        {
            assert!(looks_like(path.into(), "gate.toml"), "{path}");
        }
        for path in ["gates.toml", "agate.toml", "x/gate.toml", "gate.tom", "Cargo.toml"] {
            assert!(!looks_like(path.into(), "gate.toml"), "{path}");
        }
    }
}
