//! Makes text from the change safe to show.
//!
//! Paths, names, messages and lines of a change are written by whoever is under
//! review. Shown raw, they could move a cursor, forge a verdict, give a CI runner an
//! order or hide a word from the reader. [`terminal`] is for screens and logs; the
//! other functions are for the languages of the formats, and all build on it.

use std::borrow::Cow;
use std::fmt::{Arguments, Write};

use bstr::ByteSlice;

/// Characters, apart from control characters, that a reader can't see or that reorder what they see.
const UNSEEN: [(char, char); 20] = [
    ('\u{ad}', '\u{ad}'),       // soft hyphen
    ('\u{34f}', '\u{34f}'),     // combining grapheme joiner
    ('\u{61c}', '\u{61c}'),     // Arabic letter mark
    ('\u{115f}', '\u{1160}'),   // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),   // Mongolian variation selectors, vowel separator
    ('\u{200b}', '\u{200f}'),   // zero-width characters, direction marks
    ('\u{2028}', '\u{202e}'),   // line and paragraph separators, bidi embeddings and overrides
    ('\u{2060}', '\u{206f}'),   // word joiner, invisible operators, bidi isolates
    ('\u{2800}', '\u{2800}'),   // Braille blank
    ('\u{3164}', '\u{3164}'),   // Hangul filler
    ('\u{fe00}', '\u{fe0f}'),   // variation selectors
    ('\u{feff}', '\u{feff}'),   // byte order mark
    ('\u{ffa0}', '\u{ffa0}'),   // half-width Hangul filler
    ('\u{fff0}', '\u{fffb}'),   // interlinear annotation
    ('\u{fffe}', '\u{ffff}'),   // no characters at all, and forbidden in XML
    ('\u{13430}', '\u{1345f}'), // Egyptian format controls
    ('\u{1bca0}', '\u{1bca3}'), // shorthand format controls
    ('\u{1d173}', '\u{1d17a}'), // musical format controls
    ('\u{e0000}', '\u{e0fff}'), // tags, more variation selectors
];

/// Returns `text` as one line that neither a terminal nor a CI runner obeys.
///
/// What can't be seen is shown as `<U+202E>`, a byte that is not UTF-8 as `<0xFF>`; tabs stay. The
/// order marks of CI runners that count anywhere in a line (`##[`, `##vso[`, `##teamcity[`) are broken
/// up; the one that counts at its start (`::`) is for the caller: never begin a line with text from the change.
pub fn terminal(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let mut shown = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            match c {
                '\t' => shown.push(c),
                '[' if ends_as_order(chunk.valid().as_bytes(), at) => {
                    push(&mut shown, format_args!("<U+005B>"));
                }
                _ if is_unseen(c) => push(&mut shown, format_args!("<U+{:04X}>", u32::from(c))),
                _ => shown.push(c),
            }
        }
        for byte in chunk.invalid() {
            push(&mut shown, format_args!("<0x{byte:02X}>"));
        }
    }
    shown
}

/// Returns text for people with no line that begins as an order to a CI runner (`::add-mask::`).
///
/// Blanks and colours do not hide the beginning: runners trim the former, and the latter are taken out
/// of what is not a terminal.
pub fn inert(text: &str) -> Cow<'_, str> {
    if !text.contains("::") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let start = beginning(line);
        match line.split_at_checked(start) {
            Some((before, order)) if order.starts_with("::") => {
                shown.push_str(before);
                shown.push_str("<U+003A>");
                shown.push_str(order.strip_prefix(':').unwrap_or_default());
            }
            Some(_) | None => shown.push_str(line),
        }
    }
    Cow::Owned(shown)
}

/// Tells whether a reader can't see this character as itself: control, bidi and invisible characters.
pub fn is_unseen(c: char) -> bool {
    c.is_control() || (c >= '\u{ad}' && UNSEEN.iter().any(|&(first, last)| (first..=last).contains(&c)))
}

/// Cuts `text` to `most` characters, the last of them an ellipsis where something was left out.
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// Returns `text` as one line of Markdown that is nothing but text: no markup, HTML, link, reference or mention.
pub fn markdown(text: &str) -> String {
    entities(text, true)
}

/// Returns `text` as Markdown for code within a line, whatever it holds and even in a table.
///
/// Between backticks, a `|` or a `\` in a table can't be written so that every forge reads the same.
pub fn markdown_code(text: &str) -> String {
    format!("<code>{}</code>", entities(text, false))
}

/// Returns `text` as the message of a GitHub workflow command.
pub fn github_message(text: &str) -> String {
    terminal(text).replace('%', "%25")
}

/// Returns `text` as the value of a property of a GitHub workflow command.
pub fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Returns `text` as XML, in an attribute or between tags.
pub fn xml(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => push(&mut shown, format_args!("&#{};", u32::from(c))),
            '\t' => shown.push(' '),
            _ => shown.push(c),
        }
    }
    shown
}

/// Returns `text` as the text of a node in a Mermaid graph: everything that could be markup as a character's number.
pub fn mermaid(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        match c {
            ' ' | '-' | '_' | '.' | '/' => shown.push(c),
            _ if c.is_alphanumeric() => shown.push(c),
            _ => push(&mut shown, format_args!("#{};", u32::from(c))),
        }
    }
    shown
}

/// Where the text of a line begins, behind blanks and colours.
fn beginning(line: &str) -> usize {
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let coloured = trimmed.strip_prefix("\u{1b}[").and_then(|colour| colour.split_once('m'));
        match coloured {
            Some((_, after)) => rest = after,
            None => return line.len() - trimmed.len(),
        }
    }
}

/// Tells whether the bracket at `at` ends the mark of an order: two number signs and a word without a gap.
fn ends_as_order(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.trim_end_with(|c| c.is_ascii_alphabetic()).ends_with(b"##")
}

/// Writes punctuation as entities, which no step of a Markdown reader takes for markup.
///
/// Forges look for mentions, references and addresses after that, in the text that came out; a character
/// that nobody sees keeps them from finding any. In code they don't look.
fn entities(text: &str, part: bool) -> String {
    let text = terminal(text);
    let mut shown = String::with_capacity(text.len() + text.len() / 4);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if part && matches!(before, '@' | '#' | '!' | '$' | '%' | '~' | '^' | '&') && !c.is_whitespace() {
            shown.push_str("&#8203;");
        }
        match c {
            '\t' => shown.push(' '),
            // Safe everywhere but in front of a line or in an address.
            '/' | '-' | ',' | ';' | '(' | ')' | '?' | '+' | '=' => shown.push(c),
            ':' if chars.peek().is_none_or(|next| next.is_whitespace()) => shown.push(c),
            '.' if !before.eq_ignore_ascii_case(&'w') => shown.push(c),
            _ if c.is_ascii_punctuation() => push(&mut shown, format_args!("&#{};", u32::from(c))),
            _ => shown.push(c),
        }
        before = c;
    }
    shown
}

/// Appends to a string, which can't fail.
fn push(text: &mut String, arguments: Arguments<'_>) {
    text.write_fmt(arguments).expect("a string takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terminal_shows_what_would_be_obeyed() {
        insta::assert_snapshot!(terminal("a\u{1b}[2Jb\r\nc\u{9b}m"), @"a<U+001B>[2Jb<U+000D><U+000A>c<U+009B>m");
        insta::assert_snapshot!(terminal("x\u{202e}y\u{2066}\u{200b}\u{feff}\u{e0041}"), @"x<U+202E>y<U+2066><U+200B><U+FEFF><U+E0041>");
        insta::assert_snapshot!(terminal(b"caf\xe9/\xff"), @"caf<0xE9>/<0xFF>");
        insta::assert_snapshot!(terminal("\tnaïve 設定 #[cfg] ## [x]"), @"	naïve 設定 #[cfg] ## [x]");
    }

    #[test]
    fn terminal_breaks_up_orders_to_ci_runners() {
        insta::assert_snapshot!(
            terminal("a ##[error]b ##vso[task.setvariable] ###teamcity[x"),
            @"a ##<U+005B>error]b ##vso<U+005B>task.setvariable] ###teamcity<U+005B>x"
        );
    }

    #[test]
    fn no_line_for_people_begins_as_an_order() {
        for (text, shown) in [
            ("a ::b\n  ::c::d\n", "a ::b\n  <U+003A>:c::d\n"),
            ("\u{a0}::e", "\u{a0}<U+003A>:e"),
            ("\u{1b}[1m ::f\u{1b}[0m::\n", "\u{1b}[1m <U+003A>:f\u{1b}[0m::\n"),
            ("a: b\n :c\n::", "a: b\n :c\n<U+003A>:"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }

    #[test]
    fn shorten_counts_characters() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöüß", 3), "äö…");
        assert_eq!(shorten("ab", 0), "…");
    }

    #[test]
    fn github_values_hold_no_separator() {
        insta::assert_snapshot!(github_property("a:b,c%0A::error\n"), @"a%3Ab%2Cc%250A%3A%3Aerror<U+000A>");
        insta::assert_snapshot!(github_message("100% ::error::\r\n"), @"100%25 ::error::<U+000D><U+000A>");
    }

    #[test]
    fn markdown_is_only_text() {
        insta::assert_snapshot!(
            markdown("@org/team #1 [x](http://y) <img src=x> a|b\\|c `d` www.e.f *g* _h_ i@j.k"),
            @"&#64;&#8203;org/team &#35;&#8203;1 &#91;x&#93;(http&#58;//y) &#60;img src=x&#62; a&#124;b&#92;&#124;c &#96;d&#96; www&#46;e.f &#42;g&#42; &#95;h&#95; i&#64;&#8203;j.k"
        );
        insta::assert_snapshot!(markdown_code("a/b_c.tf|@x"), @"<code>a/b&#95;c.tf&#124;&#64;x</code>");
    }

    #[test]
    fn mermaid_is_only_text() {
        insta::assert_snapshot!(mermaid("pay \"x\"] --> `y`;\n@z é"), @"pay #34;x#34;#93; --#62; #96;y#96;#59;#60;U#43;000A#62;#64;z é");
    }

    #[test]
    fn xml_is_only_text() {
        insta::assert_snapshot!(xml("<a b='\"'>&\u{0}\u{ffff}"), @"&#60;a b=&#39;&#34;&#39;&#62;&#38;&#60;U+0000&#62;&#60;U+FFFF&#62;");
    }

    proptest! {
        #[test]
        fn nothing_unseen_gets_through(text in proptest::collection::vec(any::<u8>(), 0..64)) {
            let shown = terminal(&text);
            prop_assert!(!shown.chars().any(|c| c != '\t' && is_unseen(c)));
        }

        #[test]
        fn markup_never_gets_through(text in any::<String>()) {
            for shown in [markdown(&text), xml(&text)] {
                prop_assert!(!shown.contains(['<', '>', '"', '\'', '\n']));
            }
            prop_assert!(!markdown(&text).contains(['|', '`', '[', ']', '@', '*', '_', '\\']));
            prop_assert!(!markdown(&text).contains(":/"));
        }
    }
}
