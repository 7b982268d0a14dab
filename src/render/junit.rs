//! JUnit's XML, for test reports: one case for the verdict, one for each row.
//!
//! The shape is one that both Jenkins' xUnit schema and Ant's allow. Where nothing is blocked,
//! what is missing is a skipped case and not a failed one.

use std::io::{self, Write};

use super::escape::{shorten, xml};
use super::remark::{extent, headline, is_red, shouts};
use crate::report::{Report, RequirementReport};

/// How long a case's name may be.
const LENGTH: usize = 200;

/// What Ant's schema demands and a report does not have: the same change gives the same report, whenever and
/// wherever it is checked.
const NOWHEN: &str = r#"package="gate" id="0" hostname="localhost" timestamp="1970-01-01T00:00:00" time="0""#;

/// Writes one suite.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let red = is_red(report);
    let missing = report.requirements.iter().filter(|row| row.missing > 0).count();
    let cases = report.requirements.len() + 1;
    let (failures, skipped) = if red { (missing + 1, 0) } else { (0, missing) };
    let counts = format!(r#"tests="{cases}" failures="{failures}" errors="0""#);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, "<testsuites>")?;
    writeln!(out, r#"  <testsuite name="gate" {NOWHEN} {counts} skipped="{skipped}">"#)?;
    writeln!(out, "    <properties/>")?;
    verdict(report, red, out)?;
    report.requirements.iter().try_for_each(|row| case(row, red, out))?;
    writeln!(out, "    <system-out>{}", xml(&headline(report)))?;
    writeln!(out, "{}", xml(&extent(report)))?;
    shouts(report).iter().try_for_each(|shout| writeln!(out, "{}", said(shout.rule, &shout.message)))?;
    writeln!(out, "</system-out>\n    <system-err/>\n  </testsuite>\n</testsuites>")
}

/// The case that fails whenever the change is blocked, whatever blocks it.
fn verdict(report: &Report, red: bool, out: &mut dyn Write) -> io::Result<()> {
    if !red {
        return writeln!(out, r#"    <testcase classname="gate" name="verdict" time="0"/>"#);
    }
    writeln!(out, r#"    <testcase classname="gate" name="verdict" time="0">"#)?;
    writeln!(out, r#"      <failure type="blocked" message="{}">"#, xml(&headline(report)))?;
    writeln!(out, "{}", xml(&extent(report)))?;
    shouts(report).iter().try_for_each(|shout| writeln!(out, "{}", said(shout.rule, &shout.message)))?;
    writeln!(out, "</failure>\n    </testcase>")
}

fn case(row: &RequirementReport, red: bool, out: &mut dyn Write) -> io::Result<()> {
    let name = format!("{} of {}: {}", row.count, row.who(), row.rules.join(", "));
    write!(
        out,
        r#"    <testcase classname="gate.requirement" name="{}" time="0""#,
        xml(&shorten(&name, LENGTH))
    )?;
    if row.missing == 0 {
        return writeln!(out, "/>");
    }
    let hunks = row.hunks.len();
    let message = format!(
        "{} more of {} must sign {hunks} hunk{}",
        row.missing,
        row.who(),
        if hunks == 1 { "" } else { "s" }
    );
    writeln!(out, ">")?;
    if red {
        writeln!(out, r#"      <failure type="missing" message="{}">"#, xml(&message))?;
        let may =
            if row.candidates.is_empty() { "nobody is left".to_owned() } else { row.candidates.join(", ") };
        writeln!(out, "may sign: {}", xml(&may))?;
        row.hunks.iter().try_for_each(|id| writeln!(out, "hunk {}", xml(id)))?;
        writeln!(out, "</failure>")?;
    } else {
        writeln!(out, r#"      <skipped message="{}"/>"#, xml(&message))?;
    }
    writeln!(out, "    </testcase>")
}

/// A line of text that begins with gate's own words.
fn said(rule: &str, message: &str) -> String {
    format!("{}: {}", rule.trim_start_matches("gate/"), xml(message))
}

#[cfg(test)]
mod tests {
    use crate::render::{Format, fixture};

    #[test]
    fn a_blocked_change_fails() {
        insta::assert_snapshot!(fixture::drawn(Format::Junit, &fixture::blocked()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="gate" package="gate" id="0" hostname="localhost" timestamp="1970-01-01T00:00:00" time="0" tests="4" failures="3" errors="0" skipped="0">
            <properties/>
            <testcase classname="gate" name="verdict" time="0">
              <failure type="blocked" message="blocked">
        3 of 4 hunks are architectural: 14 of 120 lines to review.
        objection: linus objects: not ::error::before &#60;U+202E&#62;Monday ##&#60;U+005B&#62;error]
        notice: `release/1` is not protected; add it to `[gate] protected`
        </failure>
            </testcase>
            <testcase classname="gate.requirement" name="2 of platform: opaque, terraform/resource" time="0">
              <failure type="missing" message="1 more of platform must sign 2 hunks">
        may sign: grace, heidi
        hunk aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        hunk bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
        </failure>
            </testcase>
            <testcase classname="gate.requirement" name="1 of payments or ledger: opaque, terraform/resource" time="0">
              <failure type="missing" message="1 more of payments or ledger must sign 1 hunk">
        may sign: nobody is left
        hunk bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
        </failure>
            </testcase>
            <testcase classname="gate.requirement" name="1 of platform: pool-size" time="0"/>
            <system-out>blocked
        3 of 4 hunks are architectural: 14 of 120 lines to review.
        objection: linus objects: not ::error::before &#60;U+202E&#62;Monday ##&#60;U+005B&#62;error]
        notice: `release/1` is not protected; add it to `[gate] protected`
        </system-out>
            <system-err/>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn an_advisory_run_skips() {
        insta::assert_snapshot!(fixture::drawn(Format::Junit, &fixture::advisory()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="gate" package="gate" id="0" hostname="localhost" timestamp="1970-01-01T00:00:00" time="0" tests="4" failures="0" errors="0" skipped="2">
            <properties/>
            <testcase classname="gate" name="verdict" time="0"/>
            <testcase classname="gate.requirement" name="2 of platform: opaque, terraform/resource" time="0">
              <skipped message="1 more of platform must sign 2 hunks"/>
            </testcase>
            <testcase classname="gate.requirement" name="1 of payments or ledger: opaque, terraform/resource" time="0">
              <skipped message="1 more of payments or ledger must sign 1 hunk"/>
            </testcase>
            <testcase classname="gate.requirement" name="1 of platform: pool-size" time="0"/>
            <system-out>blocked (advisory: nothing is enforced)
        3 of 4 hunks are architectural: 14 of 120 lines to review.
        objection: linus objects: not ::error::before &#60;U+202E&#62;Monday ##&#60;U+005B&#62;error]
        notice: `release/1` is not protected; add it to `[gate] protected`
        notice: nothing is enforced: this run passes although the change is blocked
        </system-out>
            <system-err/>
          </testsuite>
        </testsuites>
        "#);
    }
}
