//! CODEOWNERS: whom the forge would ask for a file.
//!
//! One file is read, in the dialect of one [`Forge`]; lines that the forge would skip in
//! silence are mistakes here, each with its line. [`CodeOwners::of`] answers for a path;
//! who the owners are in gate.toml is for the policy to say.

mod parse;
mod pattern;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::ops::Range;

use bstr::{BStr, ByteSlice as _};

use self::pattern::Pattern;
pub use self::places::{Forge, PLACES, Source, is_at};
use crate::change::path;

/// A CODEOWNERS file, parsed.
#[derive(Clone, Debug)]
pub struct CodeOwners {
    forge: Forge,
    sections: Vec<Section>,
}

/// The lines under one heading; what stands before the first heading, or all of a file without any, is one too.
#[derive(Clone, Debug)]
struct Section {
    name: Option<String>,
    /// `^[Name]`: its owners are not needed.
    is_optional: bool,
    /// `[Name][2]`.
    count: NonZeroU32,
    lines: Vec<Line>,
    index: Index,
}

/// The lines of a section by what a path must begin with, so that few of many are tried on each.
#[derive(Clone, Debug, Default)]
struct Index {
    by_head: BTreeMap<Vec<u8>, Vec<usize>>,
    others: Vec<usize>,
    /// Folding makes no difference to any of them.
    is_folded: bool,
}

/// One line with a pattern.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, counted from 1.
    pub number: u32,
    /// The bytes of its pattern in the file.
    pub place: Range<usize>,
    /// The owners that it names, as they are written, else those of its heading.
    pub owners: Vec<String>,
    /// `!pattern`, in a GitLab file: its section is not for such files.
    is_exclusion: bool,
    pattern: Pattern,
}

/// Whom a file is owned by; of each of several, somebody is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned<'a> {
    /// The line that says so.
    pub line: u32,
    /// The owners, as they are written: any of them will do.
    pub owners: &'a [String],
    /// How many of them are needed.
    pub count: NonZeroU32,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: u32,
    /// What it is.
    pub problem: Problem,
}

/// What can be wrong with a line. A forge skips most of these lines in silence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Problem {
    /// It is longer than anything a person would write.
    #[error("the line is longer than {} bytes", parse::LONGEST)]
    TooLong,
    /// There are more lines than are read.
    #[error("there are more than {} lines with a pattern", parse::MOST)]
    TooMany,
    /// It holds a character that no editor shows.
    #[error("the line holds a control character")]
    Control,
    /// A word that names nobody.
    #[error("`{0}` is no owner: `@login`, `@org/team` or an address")]
    NotAnOwner(String),
    /// A line of a Gitea file without owners.
    #[error("the line names no owner")]
    NoOwner,
    /// `!` in a dialect that has none.
    #[error("GitHub knows no `!`")]
    Negation,
    /// `\#` at the beginning of a GitHub pattern.
    #[error("GitHub knows no `\\#`")]
    EscapedHash,
    /// `***`.
    #[error("three `*` in a row mean nothing")]
    Stars,
    /// `//`.
    #[error("no path has `//` in it")]
    EmptyName,
    /// `\` with nothing behind it, or `[` without its end.
    #[error("`{0}` is not closed")]
    Open(char),
    /// A heading in a GitHub file.
    #[error("GitHub knows no sections; for a GitLab file: `owners-from = \"gitlab:…\"`")]
    Section,
    /// A heading that GitLab would take for a path.
    #[error("this is no heading: `[Name]`, `^[Name]`, `[Name][2]`, then owners")]
    Heading,
    /// `[Name][0]`.
    #[error("a section asks for at least one person")]
    Count,
    /// A pattern of a Gitea file that is no regex.
    #[error("bad regex: {0}")]
    Regex(String),
}

impl CodeOwners {
    /// Reads a file, or tells all that is wrong with it in the order of the lines.
    pub fn parse(text: &str, forge: Forge) -> Result<Self, Vec<Mistake>> {
        let mut sections = parse::parse(text, forge)?;
        sections.iter_mut().for_each(|section| section.index = Index::new(&section.lines));
        Ok(Self { forge, sections })
    }

    /// Returns whose dialect it is written in.
    pub fn forge(&self) -> Forge {
        self.forge
    }

    /// Returns whom the path is owned by: nobody, one line's owners or, where the dialect asks for several, each of them.
    ///
    /// In GitHub's dialect the last line that matches decides, in GitLab's the last of each section that is not
    /// optional, and in Gitea's each line does. The path is matched as it is and, since a disk may not tell
    /// spellings apart, folded: another spelling of an owned path is owned as well.
    pub fn of(&self, path: &BStr) -> Vec<Owned<'_>> {
        let mut found = Vec::new();
        let folded = path::folded(path);
        for section in self.sections.iter().filter(|section| !section.is_optional) {
            let mut lines: BTreeSet<usize> = section.matching(path, self.forge, false).into_iter().collect();
            if !section.index.is_folded || folded != path {
                lines.extend(section.matching(folded.as_bstr(), self.forge, true));
            }
            found.extend(lines.into_iter().filter_map(|at| section.owned(at)));
        }
        found
    }

    /// Returns every owner that the file names, each once.
    pub fn owners(&self) -> BTreeSet<&str> {
        let lines = self.sections.iter().flat_map(|section| &section.lines);
        lines.flat_map(|line| &line.owners).map(String::as_str).collect()
    }

    /// Returns the lines with a pattern, in their order, each with what it does in a repository of these files.
    pub fn uses(&self, files: &[&BStr]) -> Vec<(&Line, Use)> {
        let mut uses = Vec::new();
        for section in &self.sections {
            // For each line, the later ones that match all that it matches.
            let mut hidden_by: Vec<Option<Vec<usize>>> = vec![None; section.lines.len()];
            for file in files {
                let parts = pattern::parts(file);
                let lines = section.lines.iter().enumerate();
                let matching = lines.filter(|(_, line)| line.pattern.matches(file, &parts, false));
                let matching: Vec<usize> = matching.map(|(at, _)| at).collect();
                for (behind, at) in (1..).zip(&matching) {
                    let later = &matching[behind..];
                    match &mut hidden_by[*at] {
                        Some(known) => known.retain(|line| later.contains(line)),
                        none => *none = Some(later.to_vec()),
                    }
                }
            }
            let usage = |(line, hidden_by): (_, Option<Vec<usize>>)| {
                let usage = match hidden_by {
                    None => Use::Dead,
                    Some(by) if by.is_empty() || self.is_asked(line) => Use::Decides,
                    Some(_) => Use::Hidden,
                };
                (line, usage)
            };
            uses.extend(section.lines.iter().zip(hidden_by).map(usage));
        }
        uses.sort_by_key(|(line, _)| line.number);
        uses
    }

    /// Tells whether a line counts whatever lines come after it.
    fn is_asked(&self, line: &Line) -> bool {
        line.is_exclusion || self.forge == Forge::Gitea
    }
}

impl Index {
    fn new(lines: &[Line]) -> Self {
        let mut index =
            Self { is_folded: lines.iter().all(|line| line.pattern.is_folded()), ..Self::default() };
        for (at, line) in lines.iter().enumerate() {
            match line.pattern.head() {
                Some(head) => index.by_head.entry(head.to_vec()).or_default().push(at),
                None => index.others.push(at),
            }
        }
        index
    }

    /// Returns the lines that may match a path with this first name, the last first.
    fn candidates(&self, first: &[u8]) -> Vec<usize> {
        let with_head = self.by_head.get(&path::fold_text(first)).into_iter().flatten();
        let mut candidates: Vec<usize> = with_head.chain(&self.others).copied().collect();
        candidates.sort_unstable_by(|one, other| other.cmp(one));
        candidates
    }
}

/// What a line does in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// It matches no file.
    Dead,
    /// A later line matches all that it matches.
    Hidden,
    /// It decides about a file at least.
    Decides,
}

impl Section {
    /// Returns the lines that decide about a path, by index.
    fn matching(&self, path: &BStr, forge: Forge, is_folded: bool) -> Vec<usize> {
        let parts = pattern::parts(path);
        let candidates = self.index.candidates(parts.first().copied().unwrap_or_default());
        let matches = |at: &usize| self.lines[*at].pattern.matches(path, &parts, is_folded);
        if forge == Forge::Gitea {
            return candidates.into_iter().filter(matches).collect();
        }
        // An exclusion further up takes the file out of the section too: GitLab lets nothing bring it back.
        let is_excluded = candidates.iter().any(|at| self.lines[*at].is_exclusion && matches(at));
        let last = candidates.into_iter().find(matches);
        last.filter(|_| !is_excluded).into_iter().collect()
    }

    /// Returns the owners of a line; `None` where it says that there are none.
    fn owned(&self, at: usize) -> Option<Owned<'_>> {
        let line = self.lines.get(at).filter(|line| !line.owners.is_empty())?;
        Some(Owned { line: line.number, owners: &line.owners, count: self.count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes whom each path is owned by: `2: @a @b` for line 2, `*N` where N people are needed.
    fn owned(forge: Forge, text: &str, path: &str) -> String {
        let file = CodeOwners::parse(text, forge).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        let one = |owned: &Owned<'_>| {
            let count = if owned.count.get() > 1 { format!("*{}", owned.count) } else { String::new() };
            format!("{}{count}: {}", owned.line, owned.owners.join(" "))
        };
        file.of(path.into()).iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn mistakes(forge: Forge, text: &str) -> String {
        let mistakes = CodeOwners::parse(text, forge).unwrap_err();
        mistakes.iter().map(|mistake| format!("{}: {}\n", mistake.line, mistake.problem)).collect()
    }

    const GITHUB: &str = "# Who owns what.\n\n*  @ada\n/infra/\t@acme/ops ops@acme.dev # on call\n\
        /infra/docs/\n*.sql @linus   #the-db @nobody\n";

    #[test]
    fn last_line_that_matches_decides() {
        assert_eq!(owned(Forge::GitHub, GITHUB, "README.md"), "3: @ada");
        assert_eq!(owned(Forge::GitHub, GITHUB, "infra/main.tf"), "4: @acme/ops ops@acme.dev");
        assert_eq!(owned(Forge::GitHub, GITHUB, "infra/db.sql"), "6: @linus");
        assert_eq!(owned(Forge::GitHub, "/docs/ @ada\n", "src/a"), "");
    }

    #[test]
    fn line_without_owners_disowns() {
        assert_eq!(owned(Forge::GitHub, GITHUB, "infra/docs/a.md"), "");
    }

    #[test]
    fn another_spelling_of_an_owned_path_is_owned_too() {
        assert_eq!(owned(Forge::GitHub, GITHUB, "Infra/main.tf"), "3: @ada, 4: @acme/ops ops@acme.dev");
        assert_eq!(owned(Forge::GitHub, "/Infra/ @ada\n", "infra/main.tf"), "1: @ada");
        assert_eq!(owned(Forge::GitHub, "/Infra/ @ada\n", "Infra/main.tf"), "1: @ada");
    }

    const GITLAB: &str = "* @ada\n\n[Database][2] @acme/db\nmodel/\nmodel/README.md @docs\n!model/vendor/\n\n\
        ^[Style] @style\n*.css\n\n[Docs] @docs\n*.md\n\n[database] @linus\nmigrations/\n";

    #[test]
    fn each_section_asks() {
        assert_eq!(owned(Forge::GitLab, GITLAB, "model/a.rb"), "1: @ada, 4*2: @acme/db");
        assert_eq!(owned(Forge::GitLab, GITLAB, "model/README.md"), "1: @ada, 5*2: @docs, 12: @docs");
        assert_eq!(owned(Forge::GitLab, GITLAB, "migrations/1.sql"), "1: @ada, 15*2: @linus");
    }

    #[test]
    fn optional_section_and_exclusion_ask_for_nobody() {
        assert_eq!(owned(Forge::GitLab, GITLAB, "a.css"), "1: @ada");
        assert_eq!(owned(Forge::GitLab, GITLAB, "model/vendor/a.rb"), "1: @ada");
        let brought_back = "[A]\n!a/\na/ @ada\n";
        assert_eq!(owned(Forge::GitLab, brought_back, "a/b"), "");
    }

    #[test]
    fn section_that_is_required_once_is_required() {
        let both = "^[A] @ada\na\n[a][3] @linus\nb\n";
        assert_eq!(owned(Forge::GitLab, both, "a"), "2*3: @ada");
        assert_eq!(owned(Forge::GitLab, both, "b"), "4*3: @linus");
    }

    #[test]
    fn every_line_of_a_gitea_file_asks() {
        let text =
            ".*\\\\.go @ada # all of it\nsrc/.* @acme/core\n!docs/.* @linus\npath\\ with\\ space @mary\n";
        assert_eq!(owned(Forge::Gitea, text, "src/a.go"), "1: @ada, 2: @acme/core, 3: @linus");
        assert_eq!(owned(Forge::Gitea, text, "docs/a.md"), "");
        assert_eq!(owned(Forge::Gitea, text, "path with space"), "3: @linus, 4: @mary");
    }

    #[test]
    fn line_ends_and_the_mark_of_order_are_no_part_of_a_line() {
        let text = "\u{feff}*.rs @ada\r\n\r\n# a\r\n  /docs/ @linus  \r\n";
        assert_eq!(owned(Forge::GitHub, text, "a.rs"), "1: @ada");
        assert_eq!(owned(Forge::GitHub, text, "docs/a"), "4: @linus");
        let file = CodeOwners::parse(text, Forge::GitHub).unwrap();
        let places: Vec<&str> =
            file.uses(&[]).iter().map(|(line, _)| text.get(line.place.clone()).unwrap()).collect();
        assert_eq!(places, ["*.rs", "/docs/"]);
    }

    #[test]
    fn what_github_would_skip_is_a_mistake() {
        let text = "!docs/ @ada\n\\#a @ada\na @ada, linus\nb ada\nc @@maintainer\n[Section] @ada\n^[Section]\n\
            [id]/page.ts @ada\na***b @ada\nd @\na\u{1}b @ada\n# a\r* @ada\n";
        insta::assert_snapshot!(mistakes(Forge::GitHub, text), @r#"
        1: GitHub knows no `!`
        2: GitHub knows no `\#`
        3: `@ada,` is no owner: `@login`, `@org/team` or an address
        4: `ada` is no owner: `@login`, `@org/team` or an address
        5: `@@maintainer` is no owner: `@login`, `@org/team` or an address
        6: GitHub knows no sections; for a GitLab file: `owners-from = "gitlab:…"`
        7: GitHub knows no sections; for a GitLab file: `owners-from = "gitlab:…"`
        9: three `*` in a row mean nothing
        10: `@` is no owner: `@login`, `@org/team` or an address
        11: the line holds a control character
        12: the line holds a control character
        "#);
    }

    #[test]
    fn what_gitlab_would_take_for_something_else_is_a_mistake() {
        let text = "[Section @ada\n[]\n[A][0]\n[A][x]\n[A]b @ada\n^[A][2]\na @ada # not @linus\n[B] linus\nb @@owner\n";
        insta::assert_snapshot!(mistakes(Forge::GitLab, text), @r"
        1: this is no heading: `[Name]`, `^[Name]`, `[Name][2]`, then owners
        2: this is no heading: `[Name]`, `^[Name]`, `[Name][2]`, then owners
        3: a section asks for at least one person
        4: a section asks for at least one person
        5: this is no heading: `[Name]`, `^[Name]`, `[Name][2]`, then owners
        7: `#` is no owner: `@login`, `@org/team` or an address
        8: `linus` is no owner: `@login`, `@org/team` or an address
        ");
    }

    #[test]
    fn what_gitea_would_skip_is_a_mistake() {
        insta::assert_snapshot!(mistakes(Forge::Gitea, "a\nb# @ada\n( @ada\nc\\"), @r"
        1: the line names no owner
        2: the line names no owner
        3: bad regex: unclosed group
        4: the line names no owner
        ");
    }

    #[test]
    fn address_of_an_owner_has_both_its_parts_and_plain_letters() {
        for word in ["@", "ada@", "a@b/c", "a#b@acme.dev", "<ada@acme.dev", "a;b@acme.dev", "@a/", "@a b@"] {
            assert!(CodeOwners::parse(&format!("x {word}\n"), Forge::GitHub).is_err(), "{word}");
        }
        assert!(CodeOwners::parse("x ada@acme.dev @a/b @a-b_c.d\n", Forge::GitHub).is_ok());
    }

    #[test]
    fn sizes_are_limited() {
        let long = format!("{} @ada\n", "a".repeat(4_000));
        assert_eq!(mistakes(Forge::GitHub, &long), "1: the line is longer than 4000 bytes\n");
        assert!(CodeOwners::parse(&format!("{} @ada\n", "a".repeat(3_995)), Forge::GitHub).is_ok());
        let many = "a @ada\n".repeat(20_003);
        assert_eq!(mistakes(Forge::GitHub, &many), "20001: there are more than 20000 lines with a pattern\n");
    }

    #[test]
    fn lines_that_decide_nothing_are_told() {
        let file =
            CodeOwners::parse("/src/ @ada\n/old/ @ada\n* @linus\n/docs/ @ada\n", Forge::GitHub).unwrap();
        let uses = file.uses(&["src/a".into(), "docs/b".into()]);
        let uses: Vec<Use> = uses.into_iter().map(|(_, usage)| usage).collect();
        assert_eq!(uses, [Use::Hidden, Use::Dead, Use::Decides, Use::Decides]);
        let uses = |text: &str, forge| {
            let file = CodeOwners::parse(text, forge).unwrap();
            file.uses(&["src/a".into()]).into_iter().map(|(_, usage)| usage).collect::<Vec<_>>()
        };
        assert_eq!(uses("src/.* @ada\n.* @linus\n", Forge::Gitea), [Use::Decides, Use::Decides]);
        let excluded = "src/a @ada\n!src/a\n* @linus\n";
        assert_eq!(uses(excluded, Forge::GitLab), [Use::Hidden, Use::Decides, Use::Decides]);
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_missed_for_its_beginning(lines in proptest::collection::vec("/?[ab*]{1,2}(/[ab*]{1,2}){0,2}/?", 1..8), path in "[abA](/[ab]{1,2}){0,3}") {
            let text: String = lines.iter().map(|line| format!("{line} @ada\n")).collect();
            if let Ok(file) = CodeOwners::parse(&text, Forge::GitHub) {
                let path = BStr::new(&path);
                let parts = pattern::parts(path);
                let mut all = file.sections[0].lines.iter().rev();
                let last = all.find(|line| line.pattern.matches(path, &parts, false)).map(|line| line.number);
                let found = file.sections[0].matching(path, Forge::GitHub, false);
                proptest::prop_assert_eq!(found.first().map(|at| file.sections[0].lines[*at].number), last);
            }
        }

        #[test]
        fn no_file_panics(text in "[\\[\\]^!*?/\\\\#@a-b \t\r\n\u{feff}é-]{0,60}", path in "[ab/*é. ]{0,20}") {
            for forge in [Forge::GitHub, Forge::GitLab, Forge::Gitea] {
                if let Ok(file) = CodeOwners::parse(&text, forge) {
                    file.of(path.as_str().into());
                    file.uses(&[path.as_str().into()]);
                }
            }
        }
    }
}
