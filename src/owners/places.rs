//! Where a CODEOWNERS file stands, and in whose dialect it is written.

use std::fmt;

/// Whose dialect a CODEOWNERS file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// GitHub: one list, the last line that matches decides.
    GitHub,
    /// GitLab: sections, of each of which somebody is needed.
    GitLab,
    /// Gitea and Forgejo: regexes, all of whose lines count.
    Gitea,
}

/// The name of the file.
const NAME: &str = "CODEOWNERS";

/// Each place that a forge reads such a file from, with the forge where its folder tells.
pub const PLACES: [(&str, Option<Forge>); 6] = [
    (".forgejo/CODEOWNERS", Some(Forge::Gitea)),
    (".gitea/CODEOWNERS", Some(Forge::Gitea)),
    (".github/CODEOWNERS", Some(Forge::GitHub)),
    (".gitlab/CODEOWNERS", Some(Forge::GitLab)),
    ("CODEOWNERS", None),
    ("docs/CODEOWNERS", None),
];

impl Forge {
    const ALL: [(&'static str, Self); 3] =
        [("github", Self::GitHub), ("gitlab", Self::GitLab), ("gitea", Self::Gitea)];

    /// Returns the places that the forge looks at: it takes the first file that is there.
    fn places(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::GitLab => &["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
            Self::Gitea => &["CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"],
        }
    }

    /// Returns the dialect of a file by its folder; GitHub's where that does not tell.
    fn of(path: &str) -> Self {
        PLACES.iter().find(|(place, _)| *place == path).and_then(|(_, forge)| *forge).unwrap_or(Self::GitHub)
    }
}

impl fmt::Display for Forge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Gitea => "Gitea",
        })
    }
}

/// What `owners-from` in gate.toml names: `CODEOWNERS`, a path, or either behind `github:`, `gitlab:` or `gitea:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    forge: Option<Forge>,
    /// The path, unless the file is to be found.
    path: Option<String>,
}

impl Source {
    /// Reads what stands in gate.toml; `None` where it names no such file.
    pub fn parse(text: &str) -> Option<Self> {
        let named = text.split_once(':').map(|(name, path)| {
            let forge = Forge::ALL.iter().find(|(known, _)| *known == name);
            forge.map(|(_, forge)| (Some(*forge), path))
        });
        let (forge, path) = named.unwrap_or(Some((None, text)))?;
        if path == NAME {
            return Some(Self { forge, path: None });
        }
        let is_path = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let is_file = path.rsplit('/').next() == Some(NAME);
        (is_path && is_file).then(|| Self { forge, path: Some(path.to_owned()) })
    }

    /// Returns the paths at which the file may stand, in the order in which they are looked at.
    pub fn places(&self) -> Vec<&str> {
        match (&self.path, self.forge) {
            (Some(path), _) => vec![path],
            (None, Some(forge)) => forge.places().to_vec(),
            (None, None) => PLACES.iter().map(|(place, _)| *place).collect(),
        }
    }

    /// Picks the file and its dialect out of those that are there; `Err` with all of them where it is not told which.
    pub fn pick<'a>(&self, there: &[&'a str]) -> Result<Option<(&'a str, Forge)>, Vec<&'a str>> {
        let forge = |path: &str| self.forge.unwrap_or_else(|| Forge::of(path));
        match there {
            [] => Ok(None),
            [several @ .., _] if !several.is_empty() && self.forge.is_none() => Err(there.to_vec()),
            [first, ..] => Ok(Some((*first, forge(first)))),
        }
    }
}

/// Tells what to write after `owners-from` in a repository with these files; `None` where none is such a file.
pub fn is_at(files: &[&str]) -> Option<&'static str> {
    let there: Vec<&str> =
        PLACES.iter().map(|(place, _)| *place).filter(|place| files.contains(place)).collect();
    match there.as_slice() {
        [] => None,
        [_] => Some(NAME),
        [first, ..] => Some(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(text: &str, files: &[&str]) -> String {
        let source = Source::parse(text).unwrap();
        let there: Vec<&str> = source.places().into_iter().filter(|place| files.contains(place)).collect();
        match source.pick(&there) {
            Ok(Some((path, forge))) => format!("{path} {forge}"),
            Ok(None) => "none".to_owned(),
            Err(several) => several.join(" or "),
        }
    }

    #[test]
    fn folder_tells_the_dialect() {
        assert_eq!(picked("CODEOWNERS", &[".github/CODEOWNERS"]), ".github/CODEOWNERS GitHub");
        assert_eq!(picked("CODEOWNERS", &[".gitlab/CODEOWNERS"]), ".gitlab/CODEOWNERS GitLab");
        assert_eq!(picked("CODEOWNERS", &[".forgejo/CODEOWNERS"]), ".forgejo/CODEOWNERS Gitea");
        assert_eq!(picked("CODEOWNERS", &["docs/CODEOWNERS"]), "docs/CODEOWNERS GitHub");
        assert_eq!(picked("gitlab:CODEOWNERS", &["CODEOWNERS"]), "CODEOWNERS GitLab");
        assert_eq!(picked("gitea:owners/CODEOWNERS", &["owners/CODEOWNERS"]), "owners/CODEOWNERS Gitea");
        assert_eq!(picked("CODEOWNERS", &["README.md"]), "none");
    }

    #[test]
    fn of_several_files_a_forge_takes_its_first() {
        let both = ["CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"];
        assert_eq!(picked("CODEOWNERS", &both), ".github/CODEOWNERS or .gitlab/CODEOWNERS or CODEOWNERS");
        assert_eq!(picked("github:CODEOWNERS", &both), ".github/CODEOWNERS GitHub");
        assert_eq!(picked("gitlab:CODEOWNERS", &both), "CODEOWNERS GitLab");
        assert_eq!(picked(".gitlab/CODEOWNERS", &both), ".gitlab/CODEOWNERS GitLab");
    }

    #[test]
    fn other_names_are_none() {
        for text in ["", "OWNERS", "../CODEOWNERS", "/CODEOWNERS", "bitbucket:CODEOWNERS", "docs/codeowners"]
        {
            assert_eq!(Source::parse(text), None, "{text}");
        }
    }

    #[test]
    fn init_offers_what_can_be_read() {
        assert_eq!(is_at(&["a", ".github/CODEOWNERS"]), Some("CODEOWNERS"));
        assert_eq!(is_at(&["CODEOWNERS", ".github/CODEOWNERS"]), Some(".github/CODEOWNERS"));
        assert_eq!(is_at(&["a"]), None);
    }
}
