//! What comments begin with, for those who look at a line alone.

use super::language::Language;

/// What comments of a file begin with.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    line: &'static [&'static str],
    /// What begins and ends a comment of several lines.
    pub block: Option<(&'static str, &'static str)>,
}

/// Of files whose language is not known.
const COMMON: Marks =
    Marks { line: &["//", "# ", "## ", "--", ";", "*", "<!--", "%% "], block: Some(("/*", "*/")) };

/// Returns what comments begin with in a file, by its path.
pub fn marks_of(path: &[u8]) -> Marks {
    Language::of(path).map_or(COMMON, |language| Marks { line: language.markers, block: language.block })
}

impl Marks {
    /// Tells whether a line, trimmed, begins like a comment.
    pub fn is_comment(&self, text: &[u8]) -> bool {
        self.line.iter().any(|mark| {
            let Some(rest) = text.strip_prefix(mark.as_bytes()) else { return false };
            match *mark {
                // A line in the midst of a comment, and no pointer or generator.
                "*" => matches!(rest.first(), None | Some(b' ' | b'\t' | b'/' | b'*')),
                // An attribute.
                "#" => rest.first() != Some(&b'['),
                _ => true,
            }
        })
    }
}
