//! The hook on a server: the real lock.
//!
//! Every protected ref that the push moves is judged from its old tip to its new one, by
//! the policy at the old tip. The notes only ever grow. What is protected is read from
//! the branch that the server's HEAD names, as it is before the push.

use std::collections::BTreeMap;
use std::path::Path;

use super::lines::{self, Update};
use super::{Judged, malformed};
use crate::change::ObjectId;
use crate::git::{NOTES_REF, Range, Repo};
use crate::policy::FILE_NAME;
use crate::session::ruling::{self, Protected};
use crate::session::{Error, Request, Session};

/// Judges a push. `quarantine` is where git keeps its objects until the hook has agreed.
pub fn run(input: &[u8], request: &Request, quarantine: Option<&Path>) -> Result<Vec<Judged>, Error> {
    let updates = lines::received(input).map_err(malformed)?;
    if updates.is_empty() {
        return Err(Error::asked(
            "git told the hook of no ref",
            "run it as a pre-receive hook: gate hook install",
        ));
    }
    let server = Server { request, quarantine, notes: pushed_notes(&updates) };
    let repo = server.open()?;
    let default = repo.served_branch()?;
    let Some(tip) = repo.find_ref(&default)?.map(|found| found.commit) else {
        return first_push(&repo, &updates, &default);
    };
    let protected = Protected::of_head(&repo, tip, &default)?;
    let mut judged = Vec::new();
    for update in &updates {
        judged.extend(server.judge(update, &protected, &default, tip)?);
    }
    Ok(judged)
}

struct Server<'a> {
    request: &'a Request,
    quarantine: Option<&'a Path>,
    /// Where the same push leaves the notes.
    notes: Option<ObjectId>,
}

impl Server<'_> {
    fn open(&self) -> Result<Repo, Error> {
        let mut repo = Repo::open_exactly(&self.request.repo)?;
        if let Some(folder) = self.quarantine {
            repo.add_objects(folder)?;
        }
        Ok(repo)
    }

    /// Judges one ref; nothing is said of those that nobody protects.
    fn judge(
        &self,
        update: &Update,
        protected: &Protected,
        default: &str,
        tip: ObjectId,
    ) -> Result<Option<Judged>, Error> {
        let name = update.name.as_str();
        if name == NOTES_REF {
            return self.notes(update);
        }
        let folded = ruling::folded(name);
        if folded == NOTES_REF {
            return Ok(Some(Judged::refused(name, "it differs from the sign-offs' ref in nothing but case")));
        }
        if folded.strip_prefix(NOTES_REF).is_some_and(|rest| rest.starts_with('/')) {
            return Ok(Some(Judged::refused(name, "it stands in the way of the sign-offs' ref")));
        }
        if folded.starts_with("refs/replace/") {
            return Ok(Some(Judged::refused(
                name,
                "replaced objects make git show something else than there is",
            )));
        }
        if !protected.holds(name) {
            let alias = protected.alias(name);
            return Ok(alias.map(|of| {
                Judged::refused(name, &format!("it differs from the protected {of} in nothing but case"))
            }));
        }
        let Some(new) = update.new else {
            return Ok(Some(Judged::refused(name, "it is protected, and this would delete it")));
        };
        let repo = self.open()?;
        if !name.starts_with("refs/heads/") {
            return self.point(update, new, default, tip);
        }
        let Some(old) = update.old else {
            let range = Range::branch(tip, new, Some(name.to_owned()));
            let ruling = ruling::at_branch(&repo, tip)?;
            return self.report(repo, range, name, Some(ruling)).map(Some);
        };
        if !repo.is_ancestor(old, new)? {
            return Ok(Some(Judged::refused(name, "it is protected, and this would take commits out of it")));
        }
        let ruling = if name == default { None } else { Some(ruling::at_branch_or(&repo, old, tip)?) };
        self.report(repo, Range::push(old, new, name.to_owned()), name, ruling).map(Some)
    }

    /// Judges a protected tag: it may name what has landed, and what would be let in.
    fn point(
        &self,
        update: &Update,
        new: ObjectId,
        default: &str,
        tip: ObjectId,
    ) -> Result<Option<Judged>, Error> {
        let repo = self.open()?;
        let name = update.name.as_str();
        let commit = repo.revision(&new.to_string())?.commit;
        if update.old.is_some() {
            return Ok(Some(Judged::refused(name, "it is protected, and this would move it")));
        }
        if repo.is_ancestor(commit, tip)? {
            return Ok(None);
        }
        let ruling = ruling::at_branch(&repo, tip)?;
        let range = Range::branch(tip, commit, Some(default.to_owned()));
        self.report(repo, range, name, Some(ruling)).map(Some)
    }

    fn report(
        &self,
        repo: Repo,
        range: Range,
        name: &str,
        ruling: Option<ruling::Ruling>,
    ) -> Result<Judged, Error> {
        let mut session = match ruling {
            Some(ruling) => Session::by(repo, range, self.request.clone(), ruling),
            None => Session::of(repo, range, self.request.clone())?,
        };
        session.notes = self.notes;
        let report = session.report()?;
        let told = self.notes.map(|_| {
            "sign-offs of this push are counted; push with --atomic, so that they land with it".to_owned()
        });
        Ok(Judged { name: name.to_owned(), is_protected: true, refused: None, told, report: Some(report) })
    }

    /// The notes may grow, and nothing else: no line is ever lost.
    fn notes(&self, update: &Update) -> Result<Option<Judged>, Error> {
        let refused = |why: &str| Ok(Some(Judged::refused(NOTES_REF, why)));
        let Some(new) = update.new else { return refused("this would delete every sign-off") };
        let repo = self.open()?;
        let pushed = repo.notes_at(Some(new))?;
        // What is added must be readable: it can never be taken out again.
        repo.notes_at(update.old)?.missing_from(&pushed)?;
        let Some(old) = update.old else { return Ok(None) };
        if !repo.is_ancestor(old, new)? {
            return refused("this would rewind it; fetch and join first: gate sync");
        }
        let lost = pushed.missing_from(&repo.notes_at(Some(old))?)?;
        let lines: usize = lost.values().map(Vec::len).sum();
        match lines {
            0 => Ok(None),
            1 => refused("this would take a line out of it"),
            lines => refused(&format!("this would take {lines} lines out of it")),
        }
    }
}

/// Returns where a push leaves the notes, unless it says two things.
fn pushed_notes(updates: &[Update]) -> Option<ObjectId> {
    let mut tips: BTreeMap<ObjectId, ()> = BTreeMap::new();
    tips.extend(
        updates.iter().filter(|update| update.name == NOTES_REF).filter_map(|update| Some((update.new?, ()))),
    );
    let mut tips = tips.into_keys();
    let first = tips.next();
    first.filter(|_| tips.next().is_none())
}

/// Into an empty server anything may go: there is nothing to judge it by. Where there is something, a HEAD that names
/// no branch is a mistake, and letting anything through would undo every sign-off.
fn first_push(repo: &Repo, updates: &[Update], head: &str) -> Result<Vec<Judged>, Error> {
    let branch = head.strip_prefix("refs/heads/").unwrap_or(head);
    if let Some(governed) = repo.governed_ref(FILE_NAME.into())? {
        return Err(Error::asked(
            format!(
                "HEAD names `{branch}`, which does not exist, so nobody knows what `{governed}` is protected by"
            ),
            "on the server: git symbolic-ref HEAD refs/heads/main",
        ));
    }
    let brings = updates.iter().any(|update| update.name == head && update.new.is_some());
    let told = if brings {
        format!("the first push of `{branch}`: gate judges from the next one on")
    } else {
        format!(
            "nothing is judged before there is a `{branch}`, which HEAD names here: git symbolic-ref HEAD names another"
        )
    };
    Ok(vec![Judged::told(head, &told)])
}
