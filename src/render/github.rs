//! Annotations of GitHub Actions: workflow commands, one a line.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest
//! without a word, so a hunk has one for all its findings, and the last notice tells how
//! many are not shown. The summary of the step is Markdown and another format's work.

use std::io::{self, Write};

use super::escape::{github_message, github_property, shorten};
use super::remark::{Gravity, Remark, extent, headline, is_red, remarks};
use crate::report::Report;

/// How many annotations of one kind GitHub shows of a step; one of each is kept for the verdict.
const SHOWN: usize = 9;
/// How long a message may be. GitHub takes 4 KB and people less.
const LENGTH: usize = 500;

/// Writes a command for the verdict and one for each remark that will be shown.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let level = if is_red(report) { "error" } else { "notice" };
    let title = github_property(&format!("gate: {}", headline(report)));
    writeln!(out, "::{level} title={title}::{}", extent(report))?;
    let mut remarks = remarks(report);
    // One for each hunk: places are few.
    remarks.dedup_by_key(|remark| {
        remark.finding.map_or_else(|| remark.fingerprint.clone(), |(id, _)| id.to_owned())
    });
    let mut left = 0;
    for gravity in [Gravity::Error, Gravity::Warning, Gravity::Note] {
        let (shown, hidden) = split(&remarks, gravity);
        shown.into_iter().try_for_each(|remark| annotate(remark, out))?;
        left += hidden;
    }
    if left > 0 {
        writeln!(
            out,
            "::notice title=gate::{left} more remarks are not shown here; the JSON report holds all"
        )?;
    }
    Ok(())
}

/// Takes the remarks of one gravity apart: those that GitHub will show, and how many it won't.
fn split<'a, 'b>(remarks: &'b [Remark<'a>], gravity: Gravity) -> (Vec<&'b Remark<'a>>, usize) {
    let most = if gravity == Gravity::Note { SHOWN - 1 } else { SHOWN };
    let all = remarks.iter().filter(|remark| remark.gravity == gravity);
    let count = all.clone().count();
    (all.take(most).collect(), count.saturating_sub(most))
}

fn annotate(remark: &Remark<'_>, out: &mut dyn Write) -> io::Result<()> {
    let level = match remark.gravity {
        Gravity::Error => "error",
        Gravity::Warning => "warning",
        Gravity::Note => "notice",
    };
    write!(out, "::{level} file={}", github_property(remark.path))?;
    if let Some((first, last)) = remark.lines {
        write!(out, ",line={first},endLine={last}")?;
    }
    let title = github_property(&format!("gate: {}", remark.rule));
    writeln!(out, ",title={title}::{}", github_message(&shorten(&remark.message, LENGTH)))
}

#[cfg(test)]
mod tests {
    use crate::render::{Format, fixture};
    use crate::report::HunkReport;

    #[test]
    fn a_blocked_change_is_annotated() {
        insta::assert_snapshot!(fixture::drawn(Format::Github, &fixture::blocked()), @r#"
        ::error title=gate%3A blocked::3 of 4 hunks are architectural: 14 of 120 lines to review.
        ::error file=gate.toml,title=gate%3A gate/objection::linus objects: not ::error::before <U+202E>Monday ##<U+005B>error]
        ::error file=docs/%250A%3A%3Aerror%3A%3A<img src=x onerror=alert(1)>|`x`@org/team](http%3A##<U+005B>error]'".md,title=gate%3A opaque::PgBouncer admits 20 connections in all: see <docs> & "ask" | @platform. Needs 2 of platform.
        ::error file=infra/main.tf,line=12,endLine=12,title=gate%3A terraform/resource::PgBouncer admits 20 connections in all: see <docs> & "ask" | @platform. Needs 2 of platform, and 1 of payments or ledger.
        ::warning file=gate.toml,title=gate%3A gate/notice::`release/1` is not protected; add it to `[gate] protected`
        "#);
    }

    #[test]
    fn an_advisory_run_has_no_errors() {
        insta::assert_snapshot!(fixture::drawn(Format::Github, &fixture::advisory()), @r#"
        ::notice title=gate%3A blocked (advisory%3A nothing is enforced)::3 of 4 hunks are architectural: 14 of 120 lines to review.
        ::warning file=gate.toml,title=gate%3A gate/objection::linus objects: not ::error::before <U+202E>Monday ##<U+005B>error]
        ::warning file=gate.toml,title=gate%3A gate/notice::`release/1` is not protected; add it to `[gate] protected`
        ::warning file=gate.toml,title=gate%3A gate/notice::nothing is enforced: this run passes although the change is blocked
        ::warning file=docs/%250A%3A%3Aerror%3A%3A<img src=x onerror=alert(1)>|`x`@org/team](http%3A##<U+005B>error]'".md,title=gate%3A opaque::PgBouncer admits 20 connections in all: see <docs> & "ask" | @platform. Needs 2 of platform.
        ::warning file=infra/main.tf,line=12,endLine=12,title=gate%3A terraform/resource::PgBouncer admits 20 connections in all: see <docs> & "ask" | @platform. Needs 2 of platform, and 1 of payments or ledger.
        "#);
    }

    #[test]
    fn an_override_is_a_warning() {
        insta::assert_snapshot!(fixture::drawn(Format::Github, &fixture::overridden()), @r#"
        ::notice title=gate%3A pass%2C by an override::3 of 4 hunks are architectural: 14 of 120 lines to review.
        ::warning file=gate.toml,title=gate%3A gate/override::override by grace: site is down
        ::warning file=gate.toml,title=gate%3A gate/notice::`release/1` is not protected; add it to `[gate] protected`
        ::warning file=docs/%250A%3A%3Aerror%3A%3A<img src=x onerror=alert(1)>|`x`@org/team](http%3A##<U+005B>error]'".md,title=gate%3A opaque::PgBouncer admits 20 connections in all: see <docs> & "ask" | @platform. Needs 2 of platform.
        ::warning file=infra/main.tf,line=12,endLine=12,title=gate%3A terraform/resource::PgBouncer admits 20 connections in all: see <docs> & "ask" | @platform. Needs 2 of platform, and 1 of payments or ledger.
        "#);
    }

    #[test]
    fn no_more_is_written_than_github_shows() {
        let mut report = fixture::blocked();
        let mut hunk = report.hunks[1].clone();
        hunk.findings.push(hunk.findings[0].clone());
        report.hunks = (0..40).map(|at| HunkReport { id: format!("{at:064}"), ..hunk.clone() }).collect();
        let text = fixture::drawn(Format::Github, &report);
        assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 10);
        assert!(text.ends_with(
            "::notice title=gate::32 more remarks are not shown here; the JSON report holds all\n"
        ));
    }
}
