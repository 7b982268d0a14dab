//! The two streams: what a command says, and what went wrong.
//!
//! The verdict alone decides between 0 and 1. A reader that closed the pipe changes
//! nothing; any other write that fails is exit 2, since nobody has seen the answer.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::AutoStream;
use clap::ColorChoice;

use super::exit::ExitStatus;
use crate::render::{Format, diagnostic, escape, render, render_human};
use crate::report::Report;
use crate::session::Error;

/// The width to draw for where the terminal does not tell.
const WIDTH: usize = 80;
/// Lines longer than this are hard to read however wide the terminal.
const WIDEST: usize = 120;

/// A report in a format, for the screen or for a file.
pub struct Drawing {
    /// The format.
    pub format: Format,
    /// The file; `None` for the screen.
    pub file: Option<PathBuf>,
}

/// Where a command writes.
pub struct Screen {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    /// How many columns a line may have.
    pub width: usize,
    failed: Option<io::Error>,
}

impl Screen {
    /// Opens both streams with the colours that the user, the terminal and the environment allow.
    pub fn new(color: ColorChoice) -> Self {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        Self {
            out: AutoStream::new(io::stdout(), choice),
            err: AutoStream::new(io::stderr(), choice),
            width: width(),
            failed: None,
        }
    }

    /// Lets `draw` write text for people to standard output: no line of it is an order to a CI runner.
    pub fn draw(&mut self, draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut text = Vec::new();
        let result = draw(&mut text).and_then(|()| {
            self.out.write_all(escape::inert(&String::from_utf8_lossy(&text)).as_bytes())?;
            self.out.flush()
        });
        self.note(result);
    }

    /// Lets `write` write text for programs to standard output, as it is.
    pub fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut buffer = Vec::new();
        let result = write(&mut buffer).and_then(|()| {
            let mut out = io::stdout().lock();
            out.write_all(&buffer)?;
            out.flush()
        });
        self.note(result);
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.failed.get_or_insert(error);
        }
    }

    /// Writes a line to standard output.
    pub fn line(&mut self, text: &str) {
        self.draw(|out| writeln!(out, "{text}"));
    }

    /// Draws a report where it is wanted.
    pub fn report(&mut self, drawing: &Drawing, report: &Report) -> Result<(), Error> {
        let width = self.width;
        match (&drawing.file, drawing.format) {
            (None, Format::Human) => self.draw(|out| render_human(report, width, out)),
            (None, format) => self.write(|out| render(format, report, out)),
            (Some(file), format) => {
                let mut text = Vec::new();
                render(format, report, &mut text).and_then(|()| std::fs::write(file, text)).map_err(
                    |error| {
                        let file = file.display();
                        Error::asked(
                            format!("can't write `{file}`: {error}"),
                            "check the path after --output",
                        )
                    },
                )?;
            }
        }
        Ok(())
    }

    /// Writes a line to standard error; nothing hangs on it, so a failure is not one.
    pub fn aside(&mut self, text: &str) {
        drop(writeln!(self.err, "{}", escape::inert(text)));
    }

    /// Ends a command that came to an answer.
    pub fn finish(mut self, status: ExitStatus) -> ExitStatus {
        match self.failed.take() {
            None => status,
            Some(error) => {
                self.aside(&format!("error: can't write the answer: {error}"));
                ExitStatus::Error
            }
        }
    }

    /// Ends a command that could not do what it was asked.
    pub fn fail(mut self, failure: &Error) -> ExitStatus {
        let text = match failure {
            Error::Mistakes(mistakes) => mistakes
                .iter()
                .map(|each| diagnostic::render(each, true, self.width))
                .collect::<Vec<_>>()
                .join("\n"),
            other @ (Error::Git(_) | Error::Asked { .. }) => said(other),
        };
        self.aside(text.trim_end());
        ExitStatus::Error
    }
}

/// Adds the report to the file that a CI system shows as the job's summary.
pub fn append_summary(file: &Path, report: &Report) -> Result<(), Error> {
    let mut text = Vec::new();
    let added = render(Format::Markdown, report, &mut text)
        .and_then(|()| OpenOptions::new().append(true).create(true).open(file))
        .and_then(|mut file| file.write_all(&text));
    added.map_err(|error| {
        let message = format!("can't add to the job's summary `{}`: {error}", file.display());
        Error::asked(message, "name a format with --format, and no summary is written")
    })
}

/// `error: what` with each cause and the way out on lines of their own.
fn said(failure: &Error) -> String {
    let error = clap::builder::styling::AnsiColor::Red.on_default().bold();
    let mut text = format!("{error}error{error:#}: {}", escape::terminal(failure.to_string()));
    let mut cause = std::error::Error::source(failure);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        // The numbers of libgit2's own error classes help nobody.
        let plain = inner_text.split("; class=").next().unwrap_or_default();
        text.push_str(&format!("\n  because: {}", escape::terminal(plain)));
        cause = inner.source();
    }
    if let Some(help) = failure.help() {
        text.push_str(&format!("\n  help: {}", escape::terminal(help)));
    }
    text
}

fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.or_else(terminal).map_or(WIDTH, |width: usize| width.clamp(40, WIDEST))
}
