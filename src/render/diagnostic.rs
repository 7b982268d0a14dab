//! Mistakes in a file, each drawn with its line underlined.
//!
//! The file may come from the change under review, so its text is escaped before
//! it is drawn, and the underlines are moved along with it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::escape;
use crate::diagnostic::{Diagnostic, Mistakes, Severity};

/// Mistakes after this many are counted and not drawn.
const MOST: usize = 50;

/// Draws all mistakes of a file, one after another.
pub fn render(mistakes: &Mistakes, colour: bool, width: usize) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    let file = escape::terminal(&mistakes.file);
    let drawn = mistakes
        .diagnostics
        .iter()
        .take(MOST)
        .map(|mistake| draw(&renderer, &file, &mistakes.source, mistake));
    let mut drawn: Vec<String> = drawn.collect();
    if let Some(more) = mistakes.diagnostics.len().checked_sub(MOST).filter(|more| *more > 0) {
        drawn.push(format!("… and {more} more"));
    }
    drawn.join("\n\n") + "\n"
}

fn draw(renderer: &Renderer, file: &str, source: &str, mistake: &Diagnostic) -> String {
    let level = match mistake.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(escape::terminal(&mistake.message));
    let group = match &mistake.span {
        Some(span) => title.element(snippet(file, source, span, mistake)),
        None => title.element(annotate_snippets::Origin::path(file)),
    };
    let group: Group<'_> = match &mistake.help {
        Some(help) => group.element(Level::HELP.message(escape::terminal(help))),
        None => group,
    };
    renderer.render(&[group])
}

fn snippet<'a>(
    file: &'a str,
    source: &str,
    span: &Range<usize>,
    mistake: &Diagnostic,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let related = mistake.related.as_ref();
    let window = Window::new(source, [Some(span), related.map(|(span, _)| span)]);
    let primary = AnnotationKind::Primary.span(window.place(span));
    let primary = match &mistake.label {
        Some(label) => primary.label(escape::terminal(label)),
        None => primary,
    };
    let context = related
        .map(|(span, label)| AnnotationKind::Context.span(window.place(span)).label(escape::terminal(label)));
    let line = window.line;
    Snippet::source(lines(window.text)).line_start(line).path(file).annotation(primary).annotations(context)
}

/// The lines of a file that a mistake is drawn with.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    /// Takes the whole lines that all the spans are in.
    fn new(source: &'a str, spans: [Option<&Range<usize>>; 2]) -> Self {
        let first = spans.iter().flatten().map(|span| span.start).min().unwrap_or(0).min(source.len());
        let last = spans.iter().flatten().map(|span| span.end).max().unwrap_or(0).min(source.len());
        let bytes = source.as_bytes();
        let is_end = |&byte: &u8| byte == b'\n';
        let start = bytes.iter().take(first).rposition(is_end).map_or(0, |newline| newline + 1);
        let end = bytes.iter().skip(last).position(is_end).map_or(source.len(), |length| last + length);
        let line = 1 + bytes.iter().take(start).filter(|byte| is_end(byte)).count();
        Self { text: source.get(start..end).unwrap_or_default(), start, line }
    }

    /// Returns where a span is in the lines as they are drawn.
    fn place(&self, span: &Range<usize>) -> Range<usize> {
        let drawn = |at: usize| {
            let at = self.text.floor_char_boundary(at.saturating_sub(self.start));
            lines(self.text.get(..at).unwrap_or_default()).len()
        };
        drawn(span.start)..drawn(span.end)
    }
}

/// Escapes text line by line.
fn lines(text: &str) -> String {
    let escaped: Vec<String> =
        text.split('\n').map(|line| escape::terminal(line.strip_suffix('\r').unwrap_or(line))).collect();
    escaped.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(source: &str, diagnostics: Vec<Diagnostic>) -> String {
        render(&Mistakes { file: "gate.toml".to_owned(), source: source.to_owned(), diagnostics }, false, 100)
    }

    #[test]
    fn the_place_is_underlined_and_the_way_out_follows() {
        let mistake = Diagnostic::error(8..9, "bad b").label("this one").help("take it out");
        insta::assert_snapshot!(drawn("a = 1\nb b = 2\nc = 3\n", vec![mistake]), @"
        error: bad b
         --> gate.toml:2:3
          |
        2 | b b = 2
          |   ^ this one
          |
          = help: take it out
        ");
    }

    #[test]
    fn two_places_are_drawn_together() {
        let mistake = Diagnostic::error(18..19, "twice").related(0..1, "first here");
        insta::assert_snapshot!(drawn("a = 1\nb = 2\nc = 3\na = 4\n", vec![mistake]), @"
        error: twice
         --> gate.toml:4:1
          |
        1 | a = 1
          | - first here
        ...
        4 | a = 4
          | ^
        ");
    }

    #[test]
    fn a_mistake_of_the_whole_file_names_the_file() {
        let mistake = Diagnostic { span: None, ..Diagnostic::error(0..0, "not a policy").help("write one") };
        insta::assert_snapshot!(drawn("", vec![mistake]), @"
        error: not a policy
        --> gate.toml
         = help: write one
        ");
    }

    #[test]
    fn text_that_a_terminal_would_obey_is_shown_and_the_underline_moves_along() {
        let source = "a = \"\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\" # é\r\nb = 1\r\n";
        let at = source.find('é').unwrap();
        let mistake = Diagnostic::error(at..at + 2, "bad \u{1b}]8 é").label("\u{202e}this").help("\u{7}bell");
        let drawn = drawn(source, vec![mistake]);
        assert!(!drawn.chars().any(|c| c != '\n' && escape::is_unseen(c)), "{drawn:?}");
        insta::assert_snapshot!(drawn, @r#"
        error: bad <U+001B>]8 é
         --> gate.toml:1:48
          |
        1 | a = "<U+001B>[2J<U+009B>31m<U+202E><U+200B>" # é
          |                                                ^ <U+202E>this
          |
          = help: <U+0007>bell
        "#);
    }

    #[test]
    fn places_outside_the_file_and_inside_a_character_do_no_harm() {
        for span in [0..0, 5..900, 800..900, 1..2, 6..6] {
            drawn("é = 1\n", vec![Diagnostic::error(span, "x").related(700..900, "y")]);
        }
        drawn("", vec![Diagnostic::error(0..0, "x")]);
    }

    #[test]
    fn a_long_list_is_cut() {
        let mistakes = vec![Diagnostic::error(0..1, "x"); 60];
        assert!(drawn("a = 1\n", mistakes).ends_with("\n\n… and 10 more\n"));
    }
}
