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
    let mut in_flag = false;
    for (start, end, c) in line.char_indices() {
        let is_mark = start == 0 && starts_file && c == '\u{feff}';
        let after = line[end..].chars().next().unwrap_or('\n');
        in_flag = is_flag_part(c, in_flag, &line[end..]);
        let hides = !in_flag && (reorders(c) || (!is_prose && vanishes(c, before, after, line)));
        if hides && !is_mark {
            return Some((start, end));
        }
        before = c;
    }
    None
}

/// Tells whether the file holds text for people, by its extension.
pub fn is_prose(path: &[u8]) -> bool {
    // Not `txt`, which requirements and CMake's orders lie in, and not `mdx`, which is code in parts.
    const PROSE: [&str; 8] = ["md", "markdown", "rst", "adoc", "asciidoc", "po", "pot", "tex"];
    let extension = path.rfind_byte(b'.').map_or(&path[..0], |dot| &path[dot + 1..]);
    PROSE.iter().any(|prose| extension.eq_ignore_ascii_case(prose.as_bytes()))
}

/// Embedding, override and isolate controls, and tags.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

/// Tells whether a character is a part of a flag that is spelled out in tags: the black flag, the few letters of a
/// country's region, and the end.
fn is_flag_part(c: char, in_flag: bool, after: &[u8]) -> bool {
    const REGION: std::ops::RangeInclusive<usize> = 3..=6;
    let is_tag = |c: &char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    match c {
        '\u{1f3f4}' => {
            let letters = after.chars().take_while(is_tag).count();
            REGION.contains(&letters) && after.chars().nth(letters) == Some('\u{e007f}')
        }
        '\u{e007f}' => in_flag,
        c => in_flag && is_tag(&c),
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
        '\u{fe00}'..='\u{fe0f}' => before == '\u{fe0f}' || !has_variations(before),
        '\u{e0100}'..='\u{e01ef}' => !is_ideograph(before),
        '\u{115f}' | '\u{1160}' => !matches!(before, '\u{1100}'..='\u{11ff}'),
        '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => !is_joined_script(before),
        // The rest of what Unicode calls default-ignorable.
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' => true,
        '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' => true,
        '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// Tells whether a variation selector behind the character can choose between two looks of it.
fn has_variations(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*' | '\u{a9}' | '\u{ae}')
        || is_pictograph(c)
        || is_ideograph(c)
        || is_joined_script(c)
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
            '\u{ad}',
            '\u{34f}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180f}',
            '\u{2065}',
            '\u{fff0}',
            '\u{1bca0}',
            '\u{1d173}',
            '\u{e0080}',
            '\u{e01f0}',
            '\u{e0fff}',
        ] {
            assert!(is_hidden(&format!("user{c}name")), "{c:?}");
        }
    }

    #[test]
    fn characters_that_only_their_script_needs_are_found_anywhere_else() {
        for line in [
            "const { timeout,\u{1160}} = query;",
            "const { timeout,\u{115f}} = query;",
            "a\u{200e}b",
            "a\u{61c}b",
            "👩\u{200d}x",
            "x\u{200d}👩",
            "x\u{fe0f}",
            "🙂\u{e0100}",
            "葛\u{200b}x",
            "葛\u{180b}",
            "x\u{ffa0}",
            "x\u{180e}",
        ] {
            assert!(is_hidden(line), "{line:?}");
        }
        for line in
            ["ᄒ\u{1160}", "©\u{fe0f}", "#\u{fe0f}", "⚡\u{fe0f}", "葛\u{fe01}", "ဂ\u{fe00}", "ᠠ\u{180b}"]
        {
            assert!(!is_hidden(line), "{line:?}");
        }
    }

    #[test]
    fn what_is_spelled_out_behind_an_emoji_is_found() {
        let tags: String =
            "ignoreprevious".chars().filter_map(|c| char::from_u32(0xe0000 + c as u32)).collect();
        for line in [
            format!("🏴{tags}\u{e007f}"),
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}".to_owned(),
            "🏴\u{e0067}\u{e0062}\u{e0020}\u{e006e}\u{e0067}\u{e007f}".to_owned(),
            "🙂\u{fe0f}\u{fe0f}".to_owned(),
            "🙂\u{fe01}\u{fe02}".to_owned(),
        ] {
            assert!(is_hidden(&line), "{line:?}");
            assert!(find(line.as_bytes(), false, false).is_some());
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
        assert!(!is_prose(b"src/md") && !is_prose(b"requirements.txt"));
    }
}
