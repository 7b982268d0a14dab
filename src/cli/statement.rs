//! Recording a signed statement about a change: what sign, object, withdraw and override share.

use super::Moment;
use super::output::Screen;
use super::place::{Here, is_at};
use super::{recheck, sync};
use crate::change::{HunkId, ObjectId};
use crate::classify::Class;
use crate::git::Writer;
use crate::policy::Policy;
use crate::render::escape;
use crate::report::{HunkReport, Report};
use crate::session::{Error, Session};
use crate::sign_off::{Line, NAMESPACE, Statement, StatementKind, digest};
use crate::signer::{self, OpenSsh, SigningKey};

/// How a statement is signed and what it says.
#[derive(clap::Args, Clone, Debug)]
pub struct StatementArgs {
    /// What to say with it
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Only the hunks of this rule, of this path or below it, or with an id that begins like this
    #[arg(long, value_name = "RULE, PATH or HUNK")]
    pub only: Vec<String>,
    /// The key to sign with; else git's `user.signingkey`, else the agent's key that the policy knows
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// Push it at once, joined with what others have signed
    #[arg(long)]
    pub push: bool,
    /// Where to push it
    #[arg(long, value_name = "NAME", default_value = "origin", requires = "push")]
    pub remote: String,
    /// Then have the forge check the change again, through `gh` or `glab`
    #[arg(long, requires = "push")]
    pub recheck: bool,
}

impl StatementArgs {
    /// Pushes what was recorded, where that was asked for; else says how.
    pub fn publish(&self, session: &Session, moment: &Moment, screen: &mut Screen) -> Result<(), Error> {
        if self.push {
            sync::with_remote(&session.repo, &self.remote, moment)?;
            screen.line(&format!("pushed to {}", escape::terminal(&self.remote)));
            self.tell_forge(session, screen)?;
        } else if session.repo.has_remote()? {
            screen.line("nobody else sees it before you push it: gate sync");
        }
        Ok(())
    }

    /// Has the forge check the change again, where that was asked for; else says how.
    fn tell_forge(&self, session: &Session, screen: &mut Screen) -> Result<(), Error> {
        let head = session.range.head;
        let branch = session.repo.remote_branch_at(&self.remote, head)?;
        let folder = session.repo.git_dir();
        let waiting = recheck::Waiting { head, branch: branch.as_deref(), folder: &folder };
        let address = session.repo.address_of(&self.remote)?.unwrap_or_else(|| self.remote.clone());
        match recheck::Place::of(&address) {
            Some(place) if self.recheck => screen.line(&place.recheck(&waiting)?),
            Some(place) => screen.line(&place.advice(&waiting)),
            None if self.recheck => {
                return Err(Error::asked(
                    format!(
                        "what was signed is recorded and pushed, but `{}` is no forge that gate knows",
                        escape::terminal(&self.remote)
                    ),
                    "start the check by hand, where it runs",
                ));
            }
            None => {}
        }
        Ok(())
    }
}

/// Who signs, with what.
pub struct Signer {
    ssh: OpenSsh,
    key: SigningKey,
    /// The person, by the policy's id.
    pub person: String,
}

/// What a statement says besides its kind.
pub struct Said {
    /// The hunks it is about.
    pub hunks: Vec<HunkId>,
    /// The text.
    pub text: Option<String>,
    /// The digest that a withdrawal takes back.
    pub withdraws: Option<String>,
}

/// Chooses the key and finds its person: before anything is written, so that nothing is written in vain.
pub fn signer(session: &Session, args: &StatementArgs) -> Result<Signer, Error> {
    let policy = &session.ruling.policy;
    let ssh = OpenSsh::default();
    let configured = signer::configured(&session.repo.git_dir()).map_err(failed)?;
    let whose = |key: &crate::key::PublicKey| policy.person_with(key).map(str::to_owned);
    let notices = &mut std::io::stderr();
    let key = ssh.choose(args.key.as_deref(), configured.as_deref(), &whose, notices).map_err(failed)?;
    let Some(person) = whose(key.public()) else {
        let fingerprint = key.public().fingerprint();
        return Err(Error::asked(
            format!("the key {fingerprint} belongs to nobody in the policy"),
            "add it under [people] in gate.toml on the target, or sign with another: --key FILE",
        ));
    };
    Ok(Signer { ssh, key, person })
}

/// Signs the statement, writes it into the notes, and returns its digest.
pub fn record(
    session: &Session,
    report: &Report,
    signer: &Signer,
    kind: StatementKind,
    said: Said,
) -> Result<String, Error> {
    let policy = &session.ruling.policy;
    let statement = Statement {
        kind,
        project: project(policy)?,
        target: target(report)?,
        policy: Some(policy.digest.clone()),
        hunks: said.hunks,
        base: oid(&report.change.base)?,
        head: oid(&report.change.head)?,
        by: signer.person.clone(),
        at: session.now().round(jiff::Unit::Second).unwrap_or(session.now()),
        seen: None,
        text: said.text,
        withdraws: said.withdraws,
    };
    let unfit = |error: crate::sign_off::Unreadable| {
        Error::asked(format!("can't sign this: {}", error.0), "say it shorter, or sign in parts: --only")
    };
    let bytes = statement.encode().map_err(unfit)?;
    let notices = &mut std::io::stderr();
    let signature = signer.ssh.sign(&signer.key, bytes.as_bytes(), NAMESPACE, notices).map_err(failed)?;
    let digest = digest(bytes.as_bytes());
    let line = Line { statement: bytes, signature }.encode().map_err(unfit)?;
    let keys = statement.hunks.iter().map(HunkId::note_key).chain([statement.head]);
    let lines: Vec<_> = keys.map(|key| (key, line.as_bytes())).collect();
    let email = policy.people.get(&signer.person).and_then(|person| person.emails.first());
    let writer = Writer {
        name: &signer.person,
        email: email.map_or("", String::as_str),
        seconds: session.now().as_second(),
    };
    session.repo.append_notes(&lines, writer)?;
    Ok(digest)
}

/// Picks the hunks that a sign-off is about: those that `--only` names, of the architectural ones.
pub fn pick<'r>(report: &'r Report, only: &[String], here: &Here) -> Result<Vec<&'r HunkReport>, Error> {
    named(report.hunks.iter().filter(|hunk| hunk.class == Class::Architectural).collect(), only, here)
}

/// Picks the hunks that an objection or an override is about: of all of them.
pub fn pick_any<'r>(report: &'r Report, only: &[String], here: &Here) -> Result<Vec<&'r HunkReport>, Error> {
    named(report.hunks.iter().collect(), only, here)
}

/// Returns the text, which some statements need.
pub fn reason(args: &StatementArgs, what: &str) -> Result<String, Error> {
    let text = args.message.clone().filter(|text| text.chars().any(char::is_alphanumeric));
    text.ok_or_else(|| Error::asked(format!("{what} needs a reason"), "give it: -m \"why\""))
}

fn named<'r>(asked: Vec<&'r HunkReport>, only: &[String], here: &Here) -> Result<Vec<&'r HunkReport>, Error> {
    let mut chosen = Vec::new();
    for name in only {
        let path = here.path(name, &mut asked.iter().copied());
        if path.is_none() && !asked.iter().any(|hunk| is_named(hunk, name)) {
            return Err(Error::asked(
                format!("`--only {name}` names no rule, path or hunk of this change that could be meant"),
                "see what there is: gate status",
            ));
        }
        chosen.push((name, path));
    }
    let named = |hunk: &&HunkReport| {
        let is_it = |(name, path): &(&String, Option<String>)| {
            path.as_ref().is_some_and(|path| is_at(hunk, path)) || is_named(hunk, name)
        };
        chosen.is_empty() || chosen.iter().any(is_it)
    };
    Ok(asked.into_iter().filter(named).collect())
}

/// Reads the ids of hunks back from a report: all of them, or what is signed would be less than what was asked.
pub fn ids(hunks: &[&HunkReport]) -> Result<Vec<HunkId>, Error> {
    hunks.iter().map(|hunk| hunk_id(&hunk.id)).collect()
}

/// Reads the id of a hunk back from a report.
pub fn hunk_id(hex: &str) -> Result<HunkId, Error> {
    HunkId::parse(hex)
        .ok_or_else(|| Error::asked(format!("`{hex}` is no id of a hunk"), "this is a mistake in gate"))
}

/// Tells whether a name is the beginning of the hunk's id, or a rule that matched it.
fn is_named(hunk: &HunkReport, name: &str) -> bool {
    let is_id = name.len() >= 4 && hunk.id.starts_with(name);
    is_id || hunk.findings.iter().any(|finding| finding.rule == name)
}

fn project(policy: &Policy) -> Result<String, Error> {
    policy.project.clone().ok_or_else(|| {
        Error::asked(
            "the policy has no `project`, which a statement is bound to",
            "add one at the top of gate.toml on the target: project = \"github.com/you/this\"",
        )
    })
}

fn target(report: &Report) -> Result<String, Error> {
    report.change.target.clone().ok_or_else(|| {
        Error::asked("the branch that this change is for is not known", "name it: --target main")
    })
}

fn oid(hex: &str) -> Result<ObjectId, Error> {
    ObjectId::parse(hex)
        .ok_or_else(|| Error::asked(format!("`{hex}` is no object id"), "this is a mistake in gate"))
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands over the error itself")]
fn failed(error: signer::Error) -> Error {
    let help = error.help();
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        message.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    Error::asked(message, help)
}
