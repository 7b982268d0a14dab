//! Values from the environment, checked before anything is done with them.

use std::io;

use super::Error;
use crate::change::ObjectId;

/// How much of a bad value a message shows.
const SHOWN: usize = 80;
/// How long a value may be; git's own limit for a ref is lower.
const LENGTH: usize = 1024;

/// The variables and files that a provider may ask for.
pub struct Variables<'a> {
    /// Returns a variable's value.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Returns a file's content.
    pub read_file: &'a dyn Fn(&str) -> io::Result<Vec<u8>>,
}

impl Variables<'_> {
    /// Returns a variable; `None` where it is empty, as some systems set what does not apply.
    pub fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// Returns a variable that names a branch.
    pub fn branch(&self, name: &str) -> Result<Option<Branch>, Error> {
        self.text(name).map(|value| Branch::parse(name, &value)).transpose()
    }

    /// Returns a variable that names a commit; `None` where it is all zeros, which stands for no commit.
    pub fn commit(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        let id = self.text(name).map(|value| commit(name, &value)).transpose()?;
        Ok(id.filter(|id| *id != ObjectId::ZERO))
    }

    /// Returns a variable that somebody wrote by hand to name a commit in git's own way.
    pub fn revision(&self, name: &str) -> Result<Option<String>, Error> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let plain = |c: char| c != '\u{fffd}' && !c.is_control() && !c.is_whitespace();
        if value.starts_with('-') || value.len() > LENGTH || value.contains("..") || !value.chars().all(plain)
        {
            return Err(invalid(name, "a revision", &value));
        }
        Ok(Some(value))
    }

    /// Returns a variable that names a person.
    pub fn name(&self, name: &str) -> Result<Option<String>, Error> {
        self.text(name).map(|value| person(name, value)).transpose()
    }
}

/// The name of a branch, without `refs/heads/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch(String);

impl Branch {
    /// Reads a branch's short or full name, by git's rules for names.
    pub fn parse(origin: &str, value: &str) -> Result<Self, Error> {
        let name = value.strip_prefix("refs/heads/").unwrap_or(value);
        let bad = |c: char| {
            c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\' | '\u{fffd}')
        };
        let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
        let well_formed = !name.starts_with('-')
            && !name.starts_with("refs/")
            && !name.ends_with('.')
            && !name.contains("..")
            && !name.contains("@{")
            && name != "@"
            && name.len() <= LENGTH
            && !name.contains(bad)
            && name.split('/').all(part);
        if well_formed { Ok(Self(name.to_owned())) } else { Err(invalid(origin, "a branch", value)) }
    }

    /// Returns the full name.
    pub fn full(&self) -> String {
        format!("refs/heads/{}", self.0)
    }

    /// Returns the full name of what a clone knows of the branch.
    pub fn remote(&self) -> String {
        format!("refs/remotes/origin/{}", self.0)
    }
}

/// Reads a commit's full id.
pub fn commit(origin: &str, value: &str) -> Result<ObjectId, Error> {
    ObjectId::parse(value).ok_or_else(|| invalid(origin, "a commit's full id", value))
}

/// Reads a login or an address: one line, of a length that names have.
pub fn person(origin: &str, value: String) -> Result<String, Error> {
    if value.len() > LENGTH || value.contains(char::is_control) || value.trim().is_empty() {
        return Err(invalid(origin, "a login or an address", &value));
    }
    Ok(value)
}

fn invalid(name: &str, expected: &'static str, value: &str) -> Error {
    Error::Invalid { name: name.to_owned(), expected, value: value.chars().take(SHOWN).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_named_by_gits_rules() {
        for good in ["main", "refs/heads/main", "release/1.0", "a-b", "feature/@x", "renovate/x+y=z"] {
            assert!(Branch::parse("B", good).is_ok(), "{good}");
        }
        let long = "x".repeat(LENGTH + 1);
        for bad in [
            "",
            "-x",
            "--output=x",
            "a..b",
            "a b",
            "a\nb",
            "a:b",
            "a~1",
            "a^",
            "@{u}",
            "@",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "refs/tags/v1",
            "a\\b",
            "a\u{fffd}",
            "a*",
            &long,
        ] {
            assert!(Branch::parse("B", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_revision_is_no_option_and_no_range() {
        for (value, good) in [
            ("main", true),
            ("HEAD~1", true),
            ("refs/remotes/origin/main", true),
            ("--output=x", false),
            ("a..b", false),
            ("a b", false),
            ("a\nb", false),
        ] {
            let variable = |_: &str| Some(value.to_owned());
            let variables = Variables { variable: &variable, read_file: &|_| Ok(Vec::new()) };
            assert_eq!(variables.revision("GATE_BASE").is_ok(), good, "{value}");
        }
    }

    #[test]
    fn a_bad_value_is_shown_escaped_and_short() {
        insta::assert_snapshot!(
            Branch::parse("GITHUB_BASE_REF", &format!("a\u{1b}[2J{}", "x".repeat(200))).unwrap_err(),
            @r#"`GITHUB_BASE_REF` is not a branch: "a\u{1b}[2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""#
        );
    }
}
