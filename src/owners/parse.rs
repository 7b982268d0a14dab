//! The lines of a CODEOWNERS file, read in the dialect of its forge.

use std::num::NonZeroU32;
use std::ops::Range;

use super::pattern::Pattern;
use super::{Forge, Index, Line, Mistake, Problem, Section};

/// The longest line that is read, in bytes.
pub const LONGEST: usize = 4_000;
/// The most lines with a pattern that are read.
pub const MOST: usize = 20_000;

/// Reads all lines; every mistake is told.
pub fn parse(text: &str, forge: Forge) -> Result<Vec<Section>, Vec<Mistake>> {
    let mut sections = vec![Section::default()];
    let (mut current, mut defaults, mut count) = (0, Vec::new(), 0);
    let mut mistakes = Vec::new();
    for (number, place) in lines(text) {
        let line = text.get(place.clone()).unwrap_or_default();
        let outcome = match read(line, place.start, number, forge) {
            Ok(Read::Nothing) => Ok(()),
            Ok(Read::Heading(section, owners)) => {
                (current, defaults) = (open(&mut sections, section), owners);
                Ok(())
            }
            Ok(Read::Line(_)) if count == MOST => Err(Problem::TooMany),
            Ok(Read::Line(mut line)) => {
                count += 1;
                if line.owners.is_empty() {
                    line.owners.clone_from(&defaults);
                }
                sections[current].lines.push(line);
                Ok(())
            }
            Err(problem) => Err(problem),
        };
        if let Err(problem) = outcome {
            let is_end = problem == Problem::TooMany;
            mistakes.push(Mistake { line: number, problem });
            if is_end {
                break;
            }
        }
    }
    if mistakes.is_empty() { Ok(sections) } else { Err(mistakes) }
}

/// What a line says.
enum Read {
    Nothing,
    /// A heading, with the owners for the lines below it that name nobody.
    Heading(Section, Vec<String>),
    Line(Line),
}

impl Default for Section {
    fn default() -> Self {
        Self {
            name: None,
            is_optional: false,
            count: NonZeroU32::MIN,
            lines: Vec::new(),
            index: Index::default(),
        }
    }
}

/// Returns each line with its number and its bytes, without line end, mark of order and blanks around it.
fn lines(text: &str) -> impl Iterator<Item = (u32, Range<usize>)> {
    let mut start = 0;
    text.split('\n').zip(1..).map(move |(line, number)| {
        let at = start;
        start += line.len() + 1;
        let bare = if number == 1 { line.trim_start_matches('\u{feff}') } else { line };
        let trimmed = bare.trim_start();
        let from = at + line.len() - trimmed.len();
        (number, from..from + trimmed.strip_suffix('\r').unwrap_or(trimmed).len())
    })
}

fn read(line: &str, start: usize, number: u32, forge: Forge) -> Result<Read, Problem> {
    // In a comment too: behind a lone carriage return a forge may see a line of its own.
    if line.chars().any(|c| c.is_control() && c != '\t') {
        return Err(Problem::Control);
    }
    if line.trim_end().is_empty() || line.starts_with('#') {
        return Ok(Read::Nothing);
    }
    if line.len() > LONGEST {
        return Err(Problem::TooLong);
    }
    let is_heading = line.starts_with('[') || line.starts_with("^[");
    match (forge, is_heading) {
        (Forge::GitLab, true) => {
            return heading(line).map(|(section, owners)| Read::Heading(section, owners));
        }
        // A path may begin so; a whole heading is no path.
        (Forge::GitHub, true) if heading(line).is_ok() => return Err(Problem::Section),
        _ => {}
    }
    let (pattern, rest) = line.split_at(end_of_pattern(line));
    let owners = match forge {
        Forge::GitHub => owners(before_comment(rest), forge)?,
        Forge::GitLab => owners(rest, forge)?,
        Forge::Gitea => owners(rest.split('#').next().unwrap_or_default(), forge)?,
    };
    let (is_negated, body) = match (pattern.strip_prefix('!'), forge) {
        (Some(_), Forge::GitHub) => return Err(Problem::Negation),
        (Some(body), _) => (true, body),
        (None, _) => (false, pattern),
    };
    let written = match forge {
        Forge::GitHub if body.starts_with("\\#") => return Err(Problem::EscapedHash),
        Forge::Gitea if owners.is_empty() => return Err(Problem::NoOwner),
        Forge::Gitea => unescaped(body)?,
        Forge::GitHub | Forge::GitLab => body.to_owned(),
    };
    Ok(Read::Line(Line {
        number,
        place: start..start + pattern.len(),
        owners,
        is_exclusion: is_negated && forge == Forge::GitLab,
        pattern: Pattern::parse(&written, forge, is_negated)?,
    }))
}

/// Returns where the first blank is that no `\` stands before.
fn end_of_pattern(line: &str) -> usize {
    let mut is_escaped = false;
    let end = line.char_indices().find(|&(_, c)| {
        let ends = !is_escaped && c.is_whitespace();
        is_escaped = !is_escaped && c == '\\';
        ends
    });
    end.map_or(line.len(), |(at, _)| at)
}

/// Cuts a comment off: a `#` behind a blank.
fn before_comment(text: &str) -> &str {
    let is_comment =
        |(at, _): &(usize, &str)| text.get(..*at).is_some_and(|text| text.ends_with(char::is_whitespace));
    let end = text.match_indices('#').find(is_comment).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// Takes one layer of `\` away, as Gitea does before it reads the regex.
fn unescaped(text: &str) -> Result<String, Problem> {
    let mut chars = text.chars();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => chars.next().ok_or(Problem::Open('\\'))?,
            // All behind it is a comment.
            '#' => return Err(Problem::NoOwner),
            c => c,
        });
    }
    Ok(out)
}

fn owners(text: &str, forge: Forge) -> Result<Vec<String>, Problem> {
    let owner = |word: &str| match is_owner(word, forge) {
        true => Ok(word.to_owned()),
        false => Err(Problem::NotAnOwner(word.to_owned())),
    };
    text.split_whitespace().map(owner).collect()
}

/// Tells whether a word is `@login`, `@org/team`, an address or, for GitLab, `@@role`.
fn is_owner(word: &str, forge: Forge) -> bool {
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match word.strip_prefix('@') {
        Some(name) => {
            let role = name.strip_prefix('@').filter(|_| forge == Forge::GitLab);
            role.map_or_else(|| name.split('/').all(is_plain), is_plain)
        }
        None => word.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && is_plain(host) && !local.contains(['#', '<', '>', ',', ';'])
        }),
    }
}

/// Reads `^[Name][2] @owner`.
fn heading(line: &str) -> Result<(Section, Vec<String>), Problem> {
    let (is_optional, rest) = line.strip_prefix('^').map_or((false, line), |rest| (true, rest));
    let rest = rest.strip_prefix('[').ok_or(Problem::Heading)?;
    let (name, rest) = rest.split_once(']').ok_or(Problem::Heading)?;
    let (count, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (digits, rest) = rest.split_once(']').ok_or(Problem::Heading)?;
            (digits.parse::<NonZeroU32>().map_err(|_error| Problem::Count)?, rest)
        }
        None => (NonZeroU32::MIN, rest),
    };
    if name.trim().is_empty() || !(rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return Err(Problem::Heading);
    }
    let name = Some(name.trim().to_owned());
    Ok((
        Section { name, is_optional, count, lines: Vec::new(), index: Index::default() },
        owners(rest, Forge::GitLab)?,
    ))
}

/// Opens a section; one that is there already, in whatever case, goes on, and is asked for what either heading asks.
fn open(sections: &mut Vec<Section>, section: Section) -> usize {
    let is_same = |one: &Section| {
        let names = one.name.as_ref().zip(section.name.as_ref());
        names.is_some_and(|(one, other)| one.to_lowercase() == other.to_lowercase())
    };
    match sections.iter().position(is_same) {
        Some(at) => {
            let known = &mut sections[at];
            known.is_optional &= section.is_optional;
            known.count = known.count.max(section.count);
            at
        }
        None => {
            sections.push(section);
            sections.len() - 1
        }
    }
}
