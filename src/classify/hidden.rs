//! Characters in code that a reader can't see, or that reorder what they see.
//!
//! Controls that embed, override or isolate a direction and tag characters are
//! never needed in code. Zero-width characters are part of some scripts and of
//! emoji: there they are at home, anywhere else they hide something.

use bstr::ByteSlice;

/// Returns where in a line the first hidden character is.
///
/// `starts_file` allows a byte order mark in front; `is_prose` allows the zero-width characters that word
/// processors leave behind.
pub fn find(line: &[u8], starts_file: bool, is_prose: bool) -> Option<(usize, usize)> {
    if line.is_ascii() {
        return None;
    }
    let mut before = '\n';
    for (start, end, c) in line.char_indices() {
        let is_mark = start == 0 && starts_file && c == '\u{feff}';
        let after = line[end..].chars().next().unwrap_or('\n');
        let hides = reorders(c, before) || (!is_prose && vanishes(c, before, after, line));
        if hides && !is_mark {
            return Some((start, end));
        }
        before = c;
    }
    None
}

/// Tells whether the file holds text for people, by its extension.
pub fn is_prose(path: &[u8]) -> bool {
    const PROSE: [&str; 10] = ["md", "mdx", "markdown", "rst", "txt", "adoc", "asciidoc", "po", "pot", "tex"];
    let extension = path.rfind_byte(b'.').map_or(&path[..0], |dot| &path[dot + 1..]);
    PROSE.iter().any(|prose| extension.eq_ignore_ascii_case(prose.as_bytes()))
}

/// Embedding, override and isolate controls, and tags outside a flag.
fn reorders(c: char, before: char) -> bool {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{e0000}'..='\u{e007f}' => !matches!(before, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'),
        _ => false,
    }
}

fn vanishes(c: char, before: char, after: char, line: &[u8]) -> bool {
    match c {
        // Joiners shape the letters of many scripts from Hebrew to Mongolian, and compose emoji.
        '\u{200c}' | '\u{200d}' => {
            !(is_joined_script(before) || is_pictograph(before) && is_pictograph(after))
        }
        '\u{200e}' | '\u{200f}' | '\u{61c}' => !line.chars().any(is_right_to_left),
        // Thai, Khmer and others write no blanks between words and mark the breaks.
        '\u{200b}' => !is_joined_script(before),
        '\u{fe00}'..='\u{fe0f}' => before.is_ascii() && !matches!(before, '0'..='9' | '#' | '*'),
        '\u{e0100}'..='\u{e01ef}' => !is_ideograph(before),
        '\u{115f}' | '\u{1160}' => !matches!(before, '\u{1100}'..='\u{11ff}'),
        '\u{180e}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' => true,
        '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' => true,
        _ => false,
    }
}

fn is_joined_script(c: char) -> bool {
    is_right_to_left(c)
        || matches!(c, '\u{900}'..='\u{1cff}' | '\u{a800}'..='\u{aaff}' | '\u{11000}'..='\u{11fff}')
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{203c}'..='\u{3299}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hidden(line: &str) -> bool {
        find(line.as_bytes(), false, false).is_some()
    }

    #[test]
    fn controls_that_reorder_are_found() {
        for c in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{e0041}'] {
            assert!(is_hidden(&format!("if access {c} level")), "{c:?}");
            assert!(find(format!("a{c}").as_bytes(), false, true).is_some(), "{c:?} in prose");
        }
        assert_eq!(find("ab\u{202e}c".as_bytes(), false, false), Some((2, 5)));
    }

    #[test]
    fn zero_width_characters_in_code_are_found() {
        for c in [
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{3164}',
            '\u{fe01}',
            '\u{e0105}',
            '\u{200f}',
        ] {
            assert!(is_hidden(&format!("user{c}name")), "{c:?}");
        }
    }

    #[test]
    fn scripts_and_emoji_that_use_them_are_left_alone() {
        for line in [
            "title: \"می\u{200c}خواهم\"",
            "क\u{94d}\u{200d}ष",
            "👩\u{200d}💻 👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥 3\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "\"שלום\u{200f}!\"",
            "ภาษา\u{200b}ไทย",
            "葛\u{e0100}",
            "naïve café – “quoted”",
        ] {
            assert!(!is_hidden(line), "{line:?}");
        }
    }

    #[test]
    fn byte_order_mark_is_at_home_at_the_start_of_a_file() {
        assert_eq!(find("\u{feff}using System;".as_bytes(), true, false), None);
        assert!(find("\u{feff}using System;".as_bytes(), false, false).is_some());
        assert!(find("x\u{feff}".as_bytes(), true, false).is_some());
    }

    #[test]
    fn prose_may_hold_what_word_processors_leave() {
        assert_eq!(find("a\u{200b}b\u{feff}".as_bytes(), false, is_prose(b"docs/a.MD")), None);
        assert!(!is_prose(b"src/md"));
    }
}
