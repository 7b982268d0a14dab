//! All there is to show of a review: serialisable, versioned.
//!
//! Every format is drawn from this one value. What `serde` writes of it is the JSON
//! report, whose fields are only ever added to; the fields that it skips serve the
//! formats for people.

mod compose;
mod provenance;
mod unblock;

use serde::{Serialize, Serializer};

use crate::change::ObjectId;
use crate::classify::{Class, ExcerptLine};
use crate::service::{Edge, Share};
use crate::sign_off::StatementKind;
use crate::verdict::Verdict;

pub use self::compose::{Parts, compose};
pub use self::provenance::ProvenanceReport;

/// The name and version of the JSON report.
pub const SCHEMA: &str = "gate.report/1";

/// What a review found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whether the change may be merged.
    pub verdict: Verdict,
    /// Whether the verdict is enforced; `false` in advisory mode.
    pub enforced: bool,
    /// What was judged.
    pub change: ChangeReport,
    /// What it was judged by.
    pub policy: PolicyReport,
    /// Every hunk of the change, in the order of the paths.
    pub hunks: Vec<HunkReport>,
    /// Who must sign what.
    pub requirements: Vec<RequirementReport>,
    /// Every recorded statement that was found, counted or not, with the reason.
    pub sign_offs: Vec<SignOffReport>,
    /// Who says that a program wrote some of it; nobody signs that, and what is not here is unknown.
    pub provenance: Vec<ProvenanceReport>,
    /// What a reader should know besides: an unknown target, an override, an author who signs alone.
    pub notices: Vec<Notice>,
    /// The services that the change touches, in the order of the policy.
    pub services: Vec<Share>,
    /// Who of them reaches whom, by hunks that name another service.
    pub edges: Vec<Edge>,
    /// The figures.
    pub summary: Summary,
    /// Whether sign-offs can be pushed somewhere, for the command that people are told.
    #[serde(skip)]
    pub has_remote: bool,
}

/// What was judged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChangeReport {
    /// The tip that the change is to be merged into.
    pub base: String,
    /// Where the change left the base.
    pub merge_base: String,
    /// The last commit of the change.
    pub head: String,
    /// The full name of the branch that the change is for.
    pub target: Option<String>,
    /// Whether head merges into base.
    pub merges: bool,
    /// How many commits the change has.
    pub commits: usize,
    /// The e-mail addresses of its authors, sorted.
    pub authors: Vec<String>,
}

/// What a change was judged by.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PolicyReport {
    /// The path of the file, in the repository or, with `--policy`, outside.
    pub source: String,
    /// The commit that it was read at; `None` with `--policy`.
    pub commit: Option<String>,
    /// SHA-256 of its bytes.
    pub digest: String,
}

/// A hunk, and why it has its class.
#[derive(Clone, Debug, Serialize)]
pub struct HunkReport {
    /// The id that a sign-off holds on to.
    pub id: String,
    /// The path, quoted as git quotes it where it is not UTF-8 or has control characters.
    pub path: String,
    /// The other end of a rename.
    pub old_path: Option<String>,
    /// What sort of difference it is: `text`, `binary`, `mode` …
    pub kind: &'static str,
    /// The first line before.
    pub old_start: u32,
    /// How many lines before.
    pub old_lines: u32,
    /// The first line after.
    pub new_start: u32,
    /// How many lines after.
    pub new_lines: u32,
    /// Its class.
    pub class: Class,
    /// The rules that matched.
    pub findings: Vec<FindingReport>,
    /// Of its changed lines those that somebody has to read: none where it is local; all where it is architectural;
    /// of more than 20, where lines say why, only those, two on each side of each and what stands in their place
    /// on the other side; and of a generated file one.
    pub lines_to_review: u32,
    /// Whether every requirement that asks for it is met; `true` for a local hunk.
    pub covered: bool,
    /// Why it is local though a rule might have matched, for people.
    #[serde(skip)]
    pub local_because: Option<String>,
    /// Its lines, for people.
    #[serde(skip)]
    pub excerpt: Vec<ExcerptLine>,
    /// How many lines changed.
    #[serde(skip)]
    pub changed_lines: u32,
}

/// A rule that matched a hunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingReport {
    /// The rule's id.
    pub rule: String,
    /// The rule's category.
    pub category: String,
    /// The assumption behind the rule.
    pub why: String,
    /// The line that matched; `null` where the path decided.
    pub line: Option<u32>,
    /// Which condition on the parsed file was met, for people.
    #[serde(skip)]
    pub by: Option<String>,
}

/// A row of who must sign what.
#[derive(Clone, Debug, Serialize)]
pub struct RequirementReport {
    /// The team, unless any of several will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The teams of which any will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any_of: Option<Vec<String>>,
    /// How many people.
    pub count: u32,
    /// The rules that ask.
    pub rules: Vec<String>,
    /// The hunks that they must sign.
    pub hunks: Vec<String>,
    /// Who signed all of them.
    pub signed_by: Vec<String>,
    /// The most signatures that any hunk lacks.
    pub missing: u32,
    /// Who may still sign.
    pub candidates: Vec<String>,
}

impl RequirementReport {
    /// Returns the team or the teams, for a human.
    pub fn who(&self) -> String {
        match (&self.team, &self.any_of) {
            (Some(team), _) => team.clone(),
            (None, Some(teams)) if !teams.is_empty() => teams.join(" or "),
            (None, _) => "nobody".to_owned(),
        }
    }
}

/// A recorded statement and its standing.
#[derive(Clone, Debug, Serialize)]
pub struct SignOffReport {
    /// What it does; `sign-off` for a line that can't be read.
    #[serde(serialize_with = "kind_name")]
    pub kind: StatementKind,
    /// The person; empty where the line can't be read.
    pub by: String,
    /// When, by the signer's clock; empty where the line can't be read.
    pub at: String,
    /// The hunks that it is about.
    pub hunks: Vec<String>,
    /// Whether it counts for at least one hunk of this change.
    pub counted: bool,
    /// Why it does not count, as a word; `null` where it does.
    pub reason: Option<String>,
    /// The same for a human, and what its author said.
    pub detail: String,
    /// The digest that a withdrawal or `[sign-off] void` names.
    pub digest: String,
    /// What the person had to say.
    pub text: Option<String>,
    /// The base and the head that it was made for, for what is told of an older version.
    #[serde(skip)]
    pub range: Option<(ObjectId, ObjectId)>,
}

/// Something a reader should know, apart from hunks and rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// How loud to say it.
    pub level: Level,
    /// What.
    pub message: String,
    /// The way out, when there is one.
    pub help: Option<String>,
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// Something is not as it should be.
    Warning,
    /// An override or an advisory run: nobody may miss it.
    Alert,
}

/// The figures of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many files differ.
    pub files: usize,
    /// How many hunks there are.
    pub hunks: usize,
    /// How many of them are architectural.
    pub architectural: usize,
    /// How many lines changed.
    pub lines: u64,
    /// How many of them somebody has to read: the sum of the hunks' own.
    pub lines_to_review: u64,
}

fn kind_name<S: Serializer>(kind: &StatementKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}
