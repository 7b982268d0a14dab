//! The hook on a developer's machine: it says what will be asked before anything leaves.
//!
//! A push to a protected branch is judged as the server would judge it. Any other push
//! goes through, since the seniors must be able to fetch it; what will be asked is told.

use super::{Judged, lines};
use crate::git::{Range, Repo};
use crate::session::ruling::Protected;
use crate::session::{Error, Request, Session};

/// Judges every branch that is pushed.
pub fn run(input: &[u8], request: &Request) -> Result<Vec<Judged>, Error> {
    let updates = lines::pushed(input).map_err(super::malformed)?;
    let mut judged = Vec::new();
    for update in updates.iter().filter(|update| update.name.starts_with("refs/heads/")) {
        let repo = Repo::open(&request.repo)?;
        let Some(new) = update.new else {
            judged.extend(deletion(&repo, &update.name)?);
            continue;
        };
        let default = repo.default_branch()?;
        let push = update.old.map(|old| Range::push(old, new, update.name.clone()));
        let is_protected = match (&push, &default) {
            (Some(range), _) => Protected::read(&repo, range)?.holds(&update.name),
            (None, Some((name, tip))) => {
                Protected::read(&repo, &Range::branch(tip.commit, new, Some(name.clone())))?
                    .holds(&update.name)
            }
            (None, None) => false,
        };
        let range = match (push.filter(|_| is_protected), default) {
            (Some(range), _) => range,
            (None, Some((name, tip))) => Range::branch(tip.commit, new, Some(name)),
            (None, None) => {
                judged.push(Judged::told(
                    &update.name,
                    "the first push: there is no default branch to judge it by yet",
                ));
                continue;
            }
        };
        let report = Session::of(repo, range, request.clone())?.report()?;
        judged.push(Judged {
            name: update.name.clone(),
            is_protected,
            refused: None,
            told: None,
            report: Some(report),
        });
    }
    Ok(judged)
}

fn deletion(repo: &Repo, name: &str) -> Result<Option<Judged>, Error> {
    let Some((default, tip)) = repo.default_branch()? else { return Ok(None) };
    let range = Range::branch(tip.commit, tip.commit, Some(default));
    let is_protected = Protected::read(repo, &range)?.holds(name);
    Ok(is_protected.then(|| Judged::refused(name, "it is protected, and this would delete it")))
}
