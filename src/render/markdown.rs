//! A comment on a pull request, or the summary of a step: short, and nothing in it but
//! gate's own words is Markdown.
//!
//! The first line is a mark that nobody sees, by which a later run finds the comment and
//! writes it anew. Everything has a limit: GitHub takes 65,536 characters of a comment.

use std::io::{self, Write};

use super::escape::{markdown, markdown_code, mermaid, shorten, terminal};
use super::remark::{Gravity, extent, headline, one_line, remarks, shouts};
use crate::report::{FindingReport, Report, RequirementReport};

/// How many rows, findings and sign-offs are told one by one.
const TOLD: usize = 15;
/// How many services, and how many arrows between them, are drawn.
const DRAWN: usize = 25;
/// How many places of one rule are told.
const PLACES: usize = 4;
/// How long a text may be.
const LENGTH: usize = 200;

/// Writes the comment.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<!-- gate:report -->\n### gate: {}\n", headline(report))?;
    for shout in shouts(report).iter().take(TOLD) {
        let word = if shout.gravity == Gravity::Note { "Note" } else { "**Attention**" };
        writeln!(out, "> {word}: {}\n", text(&shout.message))?;
    }
    writeln!(out, "{}", extent(report))?;
    if let Some(said) = report.ai_sentence() {
        writeln!(
            out,
            "\nMarked as {}. Nobody signs such marks, and work without one may be AI's too.",
            text(&said)
        )?;
    }
    let missing: Vec<_> = report.requirements.iter().filter(|row| row.missing > 0).collect();
    if !missing.is_empty() {
        rows(&missing, out)?;
        findings(report, out)?;
        command(report, out)?;
    }
    graph(report, out)?;
    standing(report, out)?;
    footer(report, out)
}

/// Who must sign, as a table.
fn rows(missing: &[&RequirementReport], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n| who | missing | hunks | may sign |\n|---|---|---|---|")?;
    for row in missing.iter().take(TOLD) {
        let names =
            if row.candidates.is_empty() { "nobody is left".to_owned() } else { row.candidates.join(", ") };
        let (who, hunks) = (text(&row.who()), row.hunks.len());
        writeln!(out, "| {who} | {} of {} | {hunks} | {} |", row.missing, row.count, text(&names))?;
    }
    more(missing.len(), out)
}

/// What is to be signed, and why: each rule once, with the places where it matched.
fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<(&FindingReport, Vec<String>)> = Vec::new();
    for remark in &remarks(report) {
        let Some((_, finding)) = remark.finding else { continue };
        let line = remark.lines.map(|(first, _)| format!(":{first}")).unwrap_or_default();
        let place = format!("{}{line}", remark.path);
        match rules.iter_mut().find(|(known, _)| known.rule == finding.rule && known.why == finding.why) {
            Some((_, places)) => places.push(place),
            None => rules.push((finding, vec![place])),
        }
    }
    writeln!(out)?;
    for (finding, places) in rules.iter().take(TOLD) {
        let shown: Vec<_> =
            places.iter().take(PLACES).map(|place| markdown_code(&shorten(place, LENGTH))).collect();
        let rest = match places.len().saturating_sub(PLACES) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        writeln!(out, "- {}: {}", markdown_code(&finding.rule), text(&finding.why))?;
        writeln!(out, "  {}{rest}", shown.join(" "))?;
    }
    more(rules.len(), out)
}

/// What a person who may sign types.
fn command(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let change = &report.change;
    writeln!(out, "\nTo look at it and sign:\n\n```sh")?;
    match change.target.as_deref().and_then(|target| target.strip_prefix("refs/heads/")) {
        Some(branch) => {
            writeln!(out, "git fetch origin {} {}", shell(branch), shell(&change.head))?;
            writeln!(out, "gate sign --push {}", shell(&format!("origin/{branch}..{}", change.head)))?;
        }
        None => writeln!(out, "gate sign --push {}", shell(&format!("{}..{}", change.base, change.head)))?,
    }
    writeln!(out, "```")
}

/// The services that the change touches and who of them reaches whom, where there is more than one to see.
fn graph(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let reached = report.edges.iter().take(DRAWN).flat_map(|edge| [&edge.from, &edge.to]);
    let mut names: Vec<_> =
        report.services.iter().take(DRAWN).map(|share| &share.name).chain(reached).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return Ok(());
    }
    writeln!(out, "\n```mermaid\nflowchart LR")?;
    for (at, name) in names.iter().enumerate() {
        let share = report.services.iter().find(|share| share.name == **name);
        let found = share.map_or(0, |share| share.architectural);
        let note = if found > 0 { format!(" - {found} architectural") } else { String::new() };
        writeln!(out, "  s{at}[\"{}{note}\"]", mermaid(&shorten(name, LENGTH)))?;
    }
    for edge in report.edges.iter().take(DRAWN) {
        if let (Ok(from), Ok(to)) = (names.binary_search(&&edge.from), names.binary_search(&&edge.to)) {
            writeln!(out, "  s{from} --> s{to}")?;
        }
    }
    writeln!(out, "```")
}

/// Every recorded statement, folded away.
fn standing(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.sign_offs.is_empty() {
        return Ok(());
    }
    let counted = report.sign_offs.iter().filter(|one| one.counted).count();
    let all = report.sign_offs.len();
    writeln!(out, "\n<details><summary>{counted} of {all} recorded statements count</summary>\n")?;
    for one in report.sign_offs.iter().take(TOLD) {
        let by = if one.by.is_empty() { "somebody" } else { &one.by };
        let (by, kind) = (text(by), one.kind.name());
        match &one.reason {
            None => writeln!(out, "- {by}: {kind}")?,
            Some(reason) => {
                let why = if one.detail.is_empty() { reason } else { &one.detail };
                writeln!(out, "- {by}: {kind}, does not count: {}", text(why))?;
            }
        }
    }
    more(all, out)?;
    writeln!(out, "\n</details>")
}

/// What was judged, and by what.
fn footer(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let change = &report.change;
    let short = |id: &str| markdown_code(id.get(..12).unwrap_or(id));
    let policy = match &report.policy.commit {
        Some(commit) => format!("{} at {}", markdown_code(&report.policy.source), short(commit)),
        None => format!("{}, given by hand", markdown_code(&report.policy.source)),
    };
    writeln!(out, "\n<sub>{} to {}, by {policy}</sub>", short(&change.merge_base), short(&change.head))
}

fn more(all: usize, out: &mut dyn Write) -> io::Result<()> {
    if all > TOLD { writeln!(out, "\n… and {} more.", all - TOLD) } else { Ok(()) }
}

fn text(text: &str) -> String {
    markdown(&shorten(&one_line(text), LENGTH))
}

/// Quotes a word for a shell, where it needs that.
fn shell(word: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ':' | '@' | '=');
    let word = terminal(word);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, fixture};
    use crate::service::Edge;

    #[test]
    fn a_blocked_change_says_who_signs_what() {
        insta::assert_snapshot!(fixture::drawn(Format::Markdown, &fixture::blocked()), @r#"
        <!-- gate:report -->
        ### gate: blocked

        > **Attention**: linus objects: not &#58;&#58;error&#58;&#58;before &#60;U+202E&#62;Monday &#35;&#8203;&#35;&#8203;&#60;U+005B&#62;error&#93;

        > **Attention**: &#96;release/1&#96; is not protected; add it to &#96;&#91;gate&#93; protected&#96;

        3 of 4 hunks are architectural: 14 of 120 lines to review.

        Marked as written by AI: 1 of 3 commits, 1 of 4 hunks (Claude Code). Nobody signs such marks, and work without one may be AI's too.

        | who | missing | hunks | may sign |
        |---|---|---|---|
        | platform | 1 of 2 | 2 | grace, heidi |
        | payments or ledger | 1 of 1 | 1 | nobody is left |

        - <code>opaque</code>: PgBouncer admits 20 connections in all: see &#60;docs&#62; &#38; &#34;ask&#34; &#124; &#64;&#8203;platform.
          <code>docs/&#37;0A&#58;&#58;error&#58;&#58;&#60;img src=x onerror=alert(1)&#62;&#124;&#96;x&#96;&#64;org/team&#93;(http&#58;&#35;&#35;&#60;U+005B&#62;error&#93;&#39;&#34;.md</code>
        - <code>terraform/resource</code>: PgBouncer admits 20 connections in all: see &#60;docs&#62; &#38; &#34;ask&#34; &#124; &#64;&#8203;platform.
          <code>infra/main.tf&#58;12</code>

        To look at it and sign:

        ```sh
        git fetch origin main 3333333333333333333333333333333333333333
        gate sign --push origin/main..3333333333333333333333333333333333333333
        ```

        ```mermaid
        flowchart LR
          s0["api - 1 architectural"]
          s1["payments"]
          s0 --> s1
        ```

        <details><summary>2 of 3 recorded statements count</summary>

        - ada: sign-off
        - mallory: sign-off, does not count: mallory wrote this hunk &#60;U+001B&#62;&#91;2J&#124; &#60;b&#62;
        - linus: objection

        </details>

        <sub><code>222222222222</code> to <code>333333333333</code>, by <code>gate.toml</code> at <code>111111111111</code></sub>
        "#);
    }

    #[test]
    fn an_override_is_shouted() {
        insta::assert_snapshot!(fixture::drawn(Format::Markdown, &fixture::overridden()), @r#"
        <!-- gate:report -->
        ### gate: pass, by an override

        > **Attention**: override by grace: site is down

        > **Attention**: &#96;release/1&#96; is not protected; add it to &#96;&#91;gate&#93; protected&#96;

        3 of 4 hunks are architectural: 14 of 120 lines to review.

        Marked as written by AI: 1 of 3 commits, 1 of 4 hunks (Claude Code). Nobody signs such marks, and work without one may be AI's too.

        | who | missing | hunks | may sign |
        |---|---|---|---|
        | platform | 1 of 2 | 2 | grace, heidi |
        | payments or ledger | 1 of 1 | 1 | nobody is left |

        - <code>opaque</code>: PgBouncer admits 20 connections in all: see &#60;docs&#62; &#38; &#34;ask&#34; &#124; &#64;&#8203;platform.
          <code>docs/&#37;0A&#58;&#58;error&#58;&#58;&#60;img src=x onerror=alert(1)&#62;&#124;&#96;x&#96;&#64;org/team&#93;(http&#58;&#35;&#35;&#60;U+005B&#62;error&#93;&#39;&#34;.md</code>
        - <code>terraform/resource</code>: PgBouncer admits 20 connections in all: see &#60;docs&#62; &#38; &#34;ask&#34; &#124; &#64;&#8203;platform.
          <code>infra/main.tf&#58;12</code>

        To look at it and sign:

        ```sh
        git fetch origin main 3333333333333333333333333333333333333333
        gate sign --push origin/main..3333333333333333333333333333333333333333
        ```

        ```mermaid
        flowchart LR
          s0["api - 1 architectural"]
          s1["payments"]
          s0 --> s1
        ```

        <details><summary>2 of 3 recorded statements count</summary>

        - ada: sign-off
        - mallory: sign-off, does not count: mallory wrote this hunk &#60;U+001B&#62;&#91;2J&#124; &#60;b&#62;
        - grace: override

        </details>

        <sub><code>222222222222</code> to <code>333333333333</code>, by <code>gate.toml</code> at <code>111111111111</code></sub>
        "#);
    }

    #[test]
    fn a_local_change_is_said_in_two_lines() {
        insta::assert_snapshot!(fixture::drawn(Format::Markdown, &fixture::local()), @"
        <!-- gate:report -->
        ### gate: pass

        None of 1 hunk is architectural.

        <sub><code>222222222222</code> to <code>333333333333</code>, by <code>gate.toml</code> at <code>111111111111</code></sub>
        ");
    }

    #[test]
    fn a_comment_stays_within_what_github_takes() {
        let mut report = fixture::blocked();
        let (mut hunk, row, one) =
            (report.hunks[0].clone(), report.requirements[0].clone(), report.sign_offs[1].clone());
        hunk.path = "@|<`".repeat(1000);
        report.hunks = vec![hunk; 500];
        report.requirements = vec![row; 500];
        report.sign_offs = vec![one; 500];
        report.notices = vec![report.notices[0].clone(); 500];
        let service = |at: usize| format!("{at}{}", "]`".repeat(200));
        report.edges =
            (0..500).map(|at| Edge { from: service(at), to: service(at + 1000), hunks: 1 }).collect();
        let length = fixture::drawn(Format::Markdown, &report).chars().count();
        assert!(length < 65_536, "{length}");
    }

    #[test]
    fn a_branch_is_quoted_for_the_shell() {
        assert_eq!(shell("main"), "main");
        assert_eq!(shell("a'$(x)"), r"'a'\''$(x)'");
    }
}
