//! A mistake in a file that the user wrote: what is wrong, where, and the way out.
//!
//! Only values live here; `render::diagnostic` draws the underlines.

use std::ops::Range;

/// One mistake, with the place it was made at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the file can still be used.
    pub severity: Severity,
    /// What is wrong: a lower-case phrase without a full stop.
    pub message: String,
    /// Where it is, in bytes of the source; `None` where the whole file is meant.
    pub span: Option<Range<usize>>,
    /// What the underline says.
    pub label: Option<String>,
    /// A second place that belongs to the mistake, such as the first of two duplicates.
    pub related: Option<(Range<usize>, String)>,
    /// The way out.
    pub help: Option<String>,
}

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file works, but something in it does not do what it seems to.
    Warning,
    /// The file can't be used.
    Error,
}

impl Diagnostic {
    /// Makes an error at a place.
    pub fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span: Some(span),
            label: None,
            related: None,
            help: None,
        }
    }

    /// Makes a warning at a place.
    pub fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// Says something at the underline.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A file with mistakes in it: its name, its text, and all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    /// The name to show, such as `gate.toml at 0123abcd`.
    pub file: String,
    /// The text that the spans point into.
    pub source: String,
    /// At least one mistake, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}
