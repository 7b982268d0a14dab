//! Colours with a meaning, and lines that fit.

use anstyle::{AnsiColor, Style};

/// Something is blocked or removed.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something passes.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Nobody may miss it.
pub const ALERT: Style = AnsiColor::Yellow.on_default().bold().invert();
/// Something is not as it should be.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// A place: a path with its line.
pub const PLACE: Style = Style::new().bold();
/// A command to copy.
pub const COMMAND: Style = AnsiColor::Cyan.on_default();
/// A removed line.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// An added line.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// What can be read later.
pub const DIM: Style = Style::new().dimmed();

/// Text in a style.
pub trait Painted {
    /// Wraps `text` in the style's escape sequences.
    fn paint(&self, text: &str) -> String;
}

impl Painted for Style {
    fn paint(&self, text: &str) -> String {
        format!("{self}{text}{self:#}")
    }
}

/// Breaks `text` at blanks into lines of at most `width` characters; a longer word stays whole.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let used = lines[last].chars().count();
        if used > 0 && used + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if used > 0 {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

/// Cuts `text` to `width` characters, with an ellipsis where something was cut.
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}
