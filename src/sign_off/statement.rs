//! The statement: what somebody signs, and the JSON that it is written as.
//!
//! Nothing is read leniently: an unknown field could be a condition that this version
//! does not know, and a key given twice means one thing to one reader and another to the next.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Unreadable;
use crate::change::{HunkId, ObjectId};

/// The newest version of a statement.
pub const VERSION: u32 = 1;
/// The most hunks that one statement may name.
pub const MAX_HUNKS: usize = 20_000;
/// The longest text, in bytes.
pub const MAX_TEXT: usize = 65_536;
/// The longest name of a person, a project or a branch.
const MAX_NAME: usize = 1024;

/// What somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The project that it is for.
    pub project: String,
    /// The full name of the branch that the change is for.
    pub target: String,
    /// The digest of the policy it was made under: evidence, it voids nothing.
    pub policy: Option<String>,
    /// The hunks that it is about.
    pub hunks: Vec<HunkId>,
    /// The tip of the target when it was made.
    pub base: ObjectId,
    /// The last commit of the change when it was made.
    pub head: ObjectId,
    /// The person, by the policy's id.
    pub by: String,
    /// When, by the signer's clock.
    pub at: Timestamp,
    /// The digest of what the signer was shown, from a tool that shows each hunk.
    pub seen: Option<String>,
    /// What the signer had to say.
    pub text: Option<String>,
    /// For a withdrawal: the digest of the statement that it takes back.
    pub withdraws: Option<String>,
}

impl Statement {
    /// Reads the JSON of a statement.
    pub fn parse(json: &str) -> Result<Self, Unreadable> {
        Unreadable::unless_object(json)?;
        let version: Versioned = serde_json::from_str(json).map_err(|error| Unreadable::json(&error))?;
        if version.v != u64::from(VERSION) {
            return Err(Unreadable(format!(
                "its version is {}, and this gate knows version {VERSION}",
                version.v
            )));
        }
        let written: Written<'_> = serde_json::from_str(json).map_err(|error| Unreadable::json(&error))?;
        let statement = written.into_statement()?;
        statement.check()?;
        Ok(statement)
    }

    /// Writes the JSON of a statement in one line: the bytes that are signed.
    pub fn encode(&self) -> Result<String, Unreadable> {
        self.check()?;
        let written = Written {
            v: VERSION,
            kind: self.kind,
            project: Cow::Borrowed(&self.project),
            target: Cow::Borrowed(&self.target),
            policy: self.policy.as_deref().map(Cow::Borrowed),
            hunks: self.hunks.iter().map(|id| Cow::Owned(id.to_string())).collect(),
            base: Cow::Owned(self.base.to_string()),
            head: Cow::Owned(self.head.to_string()),
            by: Cow::Borrowed(&self.by),
            at: Cow::Owned(self.at.to_string()),
            seen: self.seen.as_deref().map(Cow::Borrowed),
            text: self.text.as_deref().map(Cow::Borrowed),
            withdraws: self.withdraws.as_deref().map(Cow::Borrowed),
        };
        serde_json::to_string(&written).map_err(|error| Unreadable::json(&error))
    }

    /// Checks what must hold of every statement, one that is written and one that is read.
    fn check(&self) -> Result<(), Unreadable> {
        for (field, name) in [("by", &self.by), ("project", &self.project), ("target", &self.target)] {
            if name.is_empty() || name.len() > MAX_NAME || name.contains(char::is_control) {
                return Err(Unreadable(format!("`{field}` is empty, too long or not plain text")));
            }
        }
        if !self.target.starts_with("refs/heads/") {
            return Err(Unreadable("`target` is not the full name of a branch".to_owned()));
        }
        if self.hunks.len() > MAX_HUNKS {
            return Err(Unreadable(format!(
                "it names {} hunks, and {MAX_HUNKS} is the most",
                self.hunks.len()
            )));
        }
        let digests = [("policy", &self.policy), ("seen", &self.seen), ("withdraws", &self.withdraws)];
        if let Some((field, _)) = digests.iter().find(|(_, digest)| !digest.as_deref().is_none_or(is_digest))
        {
            return Err(Unreadable(format!("`{field}` is not the SHA-256 of anything")));
        }
        let text = self.text.as_deref().unwrap_or_default();
        if text.len() > MAX_TEXT {
            return Err(Unreadable(format!("its text is longer than {MAX_TEXT} bytes")));
        }
        match (self.kind, self.withdraws.is_some()) {
            (StatementKind::Override, _) if !text.chars().any(char::is_alphanumeric) => {
                Err(Unreadable("an override needs a reason in its text".to_owned()))
            }
            (StatementKind::Withdrawal, false) => {
                Err(Unreadable("a withdrawal must name what it withdraws".to_owned()))
            }
            (StatementKind::SignOff | StatementKind::Objection | StatementKind::Override, true) => {
                Err(Unreadable("only a withdrawal can withdraw".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementKind {
    /// The hunks may be merged.
    SignOff,
    /// The hunks may not be merged until the same person withdraws.
    Objection,
    /// An earlier statement of the same person no longer holds.
    Withdrawal,
    /// The change may be merged though sign-offs are missing.
    Override,
}

impl StatementKind {
    /// Returns the word that statements and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignOff => "sign-off",
            Self::Objection => "objection",
            Self::Withdrawal => "withdrawal",
            Self::Override => "override",
        }
    }

    /// Returns the word with its article.
    pub(super) fn with_article(self) -> &'static str {
        match self {
            Self::SignOff => "a sign-off",
            Self::Objection => "an objection",
            Self::Withdrawal => "a withdrawal",
            Self::Override => "an override",
        }
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    v: u64,
}

/// A statement as version 1 writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    v: u32,
    kind: StatementKind,
    project: Cow<'a, str>,
    target: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Cow<'a, str>>,
    hunks: Vec<Cow<'a, str>>,
    base: Cow<'a, str>,
    head: Cow<'a, str>,
    by: Cow<'a, str>,
    at: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdraws: Option<Cow<'a, str>>,
}

impl Written<'_> {
    fn into_statement(self) -> Result<Statement, Unreadable> {
        let hunk =
            |hex: &Cow<'_, str>| HunkId::parse(hex).ok_or(Unreadable("a hunk id is damaged".to_owned()));
        Ok(Statement {
            kind: self.kind,
            project: self.project.into_owned(),
            target: self.target.into_owned(),
            policy: self.policy.map(Cow::into_owned),
            hunks: self.hunks.iter().map(hunk).collect::<Result<_, _>>()?,
            base: commit("base", &self.base)?,
            head: commit("head", &self.head)?,
            by: self.by.into_owned(),
            at: time(&self.at)?,
            seen: self.seen.map(Cow::into_owned),
            text: self.text.map(Cow::into_owned),
            withdraws: self.withdraws.map(Cow::into_owned),
        })
    }
}

fn commit(field: &str, hex: &str) -> Result<ObjectId, Unreadable> {
    ObjectId::parse(hex)
        .filter(|id| id.to_string() == hex)
        .ok_or_else(|| Unreadable(format!("`{field}` is not the id of a commit")))
}

/// Reads a time that is written in UTC.
fn time(text: &str) -> Result<Timestamp, Unreadable> {
    let time = if text.ends_with('Z') { text.parse().ok() } else { None };
    time.ok_or_else(|| Unreadable("`at` is not a time in UTC, such as 2026-01-31T12:00:00Z".to_owned()))
}

/// Tells whether a text is 64 lower-case hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_off::testing::statement;

    fn example() -> Statement {
        Statement {
            policy: Some("1".repeat(64)),
            text: Some("the pool has room: 12 of 20\n\"measured\"".to_owned()),
            ..statement(StatementKind::SignOff, "ada", &[1, 2])
        }
    }

    /// Changes a text of the example's JSON, and says why the result can't be read.
    fn why(from: &str, to: &str) -> String {
        let json = example().encode().unwrap();
        assert!(json.contains(from), "{json}");
        Statement::parse(&json.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn version_1_is_written_like_this() {
        let short = Statement { hunks: Vec::new(), ..example() };
        insta::assert_snapshot!(short.encode().unwrap(), @r#"{"v":1,"kind":"sign-off","project":"acme/shop","target":"refs/heads/main","policy":"1111111111111111111111111111111111111111111111111111111111111111","hunks":[],"base":"b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0","head":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","by":"ada","at":"2026-06-01T11:00:00Z","text":"the pool has room: 12 of 20\n\"measured\""}"#);
    }

    #[test]
    fn statement_round_trips() {
        assert_eq!(Statement::parse(&example().encode().unwrap()), Ok(example()));
    }

    #[test]
    fn missing_and_null_are_the_same() {
        let json = example().encode().unwrap().replace(r#","at""#, r#","seen":null,"withdraws":null,"at""#);
        assert_eq!(Statement::parse(&json), Ok(example()));
    }

    #[test]
    fn what_is_not_understood_is_not_read() {
        let said = [
            why(r#""v":1"#, r#""v":2,"new":true"#),
            why(r#""v":1,"#, ""),
            why(r#""v":1"#, r#""v":1,"unless":"friday""#),
            why(r#""v":1"#, r#""v":1,"by":"grace""#),
            why(r#""sign-off""#, r#""approval""#),
            why(&"01".repeat(32), "01"),
            why(&"02".repeat(32), &"0A".repeat(32)),
            why(&"b0".repeat(20), &"B0".repeat(20)),
            why("11:00:00Z", "11:00:00+00:00"),
            why("refs/heads/main", "main"),
            why(r#""by":"ada""#, r#""by":"""#),
            why(r#""by":"ada""#, r#""by":"ada\n""#),
            why(&"1".repeat(64), "1"),
            why(r#""hunks":["#, r#""withdraws":null,"hunks":[7,"#),
        ];
        insta::assert_snapshot!(said.join("\n"), @r#"
        its version is 2, and this gate knows version 1
        it is not a statement in JSON: missing field `v` at line 1 column 478
        it is not a statement in JSON: unknown field `unless`, expected one of `v`, `kind`, `project`, `target`, `policy`, `hunks`, `base`, `head`, `by`, `at`, `seen`, `text`, `withdraws` at line 1 column 15
        it is not a statement in JSON: duplicate field `by` at line 1 column 411
        it is not a statement in JSON: unknown variant `approval`, expected one of `sign-off`, `objection`, `withdrawal`, `override` at line 1 column 24
        a hunk id is damaged
        a hunk id is damaged
        `base` is not the id of a commit
        `at` is not a time in UTC, such as 2026-01-31T12:00:00Z
        `target` is not the full name of a branch
        `by` is empty, too long or not plain text
        `by` is empty, too long or not plain text
        `policy` is not the SHA-256 of anything
        it is not a statement in JSON: invalid type: integer `7`, expected a string at line 1 column 177
        "#);
    }

    #[test]
    fn kinds_need_what_they_are_about() {
        assert!(Statement { text: Some("x".repeat(MAX_TEXT)), ..example() }.encode().is_ok());
        assert!(Statement { hunks: vec![example().hunks[0]; MAX_HUNKS], ..example() }.encode().is_ok());
        let said = [
            Statement { kind: StatementKind::Override, text: Some(" \n".to_owned()), ..example() },
            Statement { kind: StatementKind::Withdrawal, ..example() },
            Statement { withdraws: Some("2".repeat(64)), ..example() },
            Statement { text: Some("x".repeat(MAX_TEXT + 1)), ..example() },
            Statement { hunks: vec![example().hunks[0]; MAX_HUNKS + 1], ..example() },
        ]
        .map(|statement| statement.encode().unwrap_err().to_string());
        insta::assert_snapshot!(said.join("\n"), @r#"
        an override needs a reason in its text
        a withdrawal must name what it withdraws
        only a withdrawal can withdraw
        its text is longer than 65536 bytes
        it names 20001 hunks, and 20000 is the most
        "#);
    }

    #[test]
    fn a_name_may_be_as_long_as_allowed_and_no_longer() {
        let named = |length| Statement { by: "a".repeat(length), ..example() }.encode();
        assert!(named(MAX_NAME).is_ok());
        assert!(named(MAX_NAME + 1).is_err());
        assert!(named(2 * MAX_NAME).is_err());
    }

    #[test]
    fn as_many_hunks_as_allowed_fit_in_a_line() {
        let full = Statement { hunks: vec![example().hunks[0]; MAX_HUNKS], ..example() };
        let line = crate::sign_off::Line { statement: full.encode().unwrap(), signature: "A".repeat(8192) };
        assert!(line.encode().is_ok());
    }
}
