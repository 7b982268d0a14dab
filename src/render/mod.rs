//! A report, drawn in one of the formats.
//!
//! One file a format, all of one shape. What the formats for machines have in common,
//! which remarks there are and how grave they are, is told once, in `remark`.
//! Text from the change goes through [`escape`] on its way out.

pub mod diagnostic;
pub mod escape;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod rdjson;
mod remark;
mod sarif;
pub mod services;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod schema;

use std::io::{self, Write};

use anstream::adapter::strip_bytes;

pub use self::human::{
    Explained, Older, draft as render_draft, explain as render_explained, log as render_log,
    render as render_human, rule as render_rule, rules as render_rules, status as render_status,
};
use crate::report::Report;

/// The width of the report for people where no terminal tells.
const PLAIN_WIDTH: usize = 80;

/// A way to draw a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person; without colours.
    Human,
    /// The report itself, with a published schema.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports.
    Junit,
    /// A comment on a pull request, or a step's summary.
    Markdown,
    /// The diagnostics of reviewdog.
    Rdjson,
}

impl Format {
    /// Every format, with the name that `--format` takes.
    pub const ALL: [(&'static str, Self); 8] = [
        ("human", Self::Human),
        ("json", Self::Json),
        ("github", Self::Github),
        ("gitlab", Self::Gitlab),
        ("sarif", Self::Sarif),
        ("junit", Self::Junit),
        ("markdown", Self::Markdown),
        ("rdjson", Self::Rdjson),
    ];

    /// Returns the format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, format)| format)
    }
}

/// Writes the report in the format. Whatever comes of it, the verdict is the report's.
pub fn render(format: Format, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => plain(report, out),
        Format::Json => json::render(report, out),
        Format::Github => github::render(report, out),
        Format::Gitlab => gitlab::render(report, out),
        Format::Sarif => sarif::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Markdown => markdown::render(report, out),
        Format::Rdjson => rdjson::render(report, out),
    }
}

/// Draws the report for people without colours.
fn plain(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut coloured = Vec::new();
    human::render(report, PLAIN_WIDTH, &mut coloured)?;
    let text = escape::inert(&String::from_utf8_lossy(&coloured)).into_owned();
    strip_bytes(text.as_bytes()).try_for_each(|piece| out.write_all(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_name_of_its_own() {
        for (name, format) in Format::ALL {
            assert_eq!(Format::parse(name), Some(format));
        }
        assert_eq!(Format::parse("yaml"), None);
    }

    #[test]
    fn no_format_lets_text_from_the_change_give_orders() {
        for (name, format) in Format::ALL {
            for report in [fixture::blocked(), fixture::overridden(), fixture::advisory()] {
                let text = fixture::drawn(format, &report);
                let obeyed = |c: char| c != '\n' && escape::is_unseen(c);
                assert!(!text.chars().any(obeyed), "{name} shows a character that is not seen");
                assert!(!text.contains("##["), "{name} gives a runner an order");
                for line in text.lines() {
                    let order = line.trim_start().starts_with("::");
                    assert!(!order || format == Format::Github, "{name} begins a line with an order: {line}");
                }
            }
        }
    }

    #[test]
    fn every_format_shouts_what_nobody_may_miss() {
        for (name, format) in Format::ALL {
            let blocked = fixture::drawn(format, &fixture::blocked());
            assert!(blocked.contains("linus"), "{name} hides an objection");
            assert!(blocked.contains("not protected"), "{name} hides a notice");
            let overridden = fixture::drawn(format, &fixture::overridden());
            assert!(overridden.contains("grace"), "{name} hides an override");
            let advisory = fixture::drawn(format, &fixture::advisory());
            assert!(advisory.contains("enforced"), "{name} hides that nothing is enforced");
        }
    }

    /// The report with this text wherever a change, a signer or a policy has a say.
    fn filled(text: &str) -> Report {
        let mut report = fixture::blocked();
        let fill = || text.to_owned();
        for hunk in &mut report.hunks {
            hunk.path = fill();
            hunk.findings.iter_mut().for_each(|finding| (finding.why, finding.category) = (fill(), fill()));
        }
        for one in &mut report.sign_offs {
            (one.by, one.detail, one.text) = (fill(), fill(), Some(fill()));
        }
        for row in &mut report.requirements {
            (row.rules, row.candidates) = (vec![fill()], vec![fill()]);
        }
        report.notices.iter_mut().for_each(|notice| (notice.message, notice.help) = (fill(), Some(fill())));
        report.services.iter_mut().for_each(|share| share.name = fill());
        report
    }

    /// Counts the characters that a format's own language is made of.
    fn marks(format: Format, report: &Report) -> Vec<usize> {
        let text = fixture::drawn(format, report);
        let marks = match format {
            Format::Human => "",
            Format::Json | Format::Gitlab | Format::Sarif | Format::Rdjson => "\n",
            Format::Github => "\n",
            Format::Junit => "\n<>\"'",
            Format::Markdown => "\n<>|`@[]*\\",
        };
        marks.chars().map(|mark| text.chars().filter(|c| *c == mark).count()).collect()
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_becomes_a_part_of_the_format(text in "[a-z]([ -~\n\r\t\u{1b}\u{202e}\u{e9}]|::|##\\[|%0A|<!--|\\|){0,40}[a-z]") {
            for (name, format) in Format::ALL {
                let (plain, hostile) = (filled("xyz"), filled(&text));
                proptest::prop_assert_eq!(marks(format, &plain), marks(format, &hostile), "{}", name);
            }
        }

        #[test]
        fn json_stays_json(text in ".{0,40}") {
            for format in [Format::Json, Format::Gitlab, Format::Sarif, Format::Rdjson] {
                let drawn = fixture::drawn(format, &filled(&text));
                proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(&drawn).is_ok());
            }
        }
    }

    #[test]
    fn a_failed_write_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("full"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for (name, format) in Format::ALL {
            assert!(render(format, &fixture::blocked(), &mut Full).is_err(), "{name} lost an error");
        }
    }
}
