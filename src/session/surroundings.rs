//! What the CI system knows of the clone, and what to tell its users.

use super::Error;
use crate::ci::Run;
use crate::git::{Range, Repo, Shape};

/// Refuses a run that is about nothing, and a clone whose target is older than the system says.
///
/// A runner that keeps its clone may have last week's target in it, and last week's policy. A base
/// that is the head itself would pass whatever is in it.
pub fn must_be_current(repo: &Repo, range: &Range, run: &Run) -> Result<(), Error> {
    let names_base = run.base.is_some() || run.target.is_some();
    if let (true, Some(who)) = (range.base == range.head, run.provider.or(names_base.then_some("`GATE_…`")))
    {
        return Err(Error::asked(
            format!("{who} names {} both as the target's tip and as the change", range.head.short()),
            "there is nothing to check; set `GATE_BASE` and `GATE_HEAD` if that is not so",
        ));
    }
    let (Some(base), Some(known)) = (&run.base, run.base_contains) else { return Ok(()) };
    if range.shape != Shape::Branch || repo.revision(base)?.commit != range.base {
        return Ok(());
    }
    match repo.is_ancestor(known, range.base) {
        Ok(true) => Ok(()),
        // A commit that is not here is one that was never fetched.
        Ok(false) | Err(_) => Err(Error::asked(
            format!("`{base}` lacks the commit {} that the target had when this run began", known.short()),
            "fetch the target first; if it was rewound, push to the change again",
        )),
    }
}

/// Says the way out in the words of the system, where the clone lacks something.
pub fn with_remedy(error: Error, run: Option<&Run>) -> Error {
    let Some((provider, deepen)) = run.and_then(|run| run.provider.zip(run.deepen)) else { return error };
    match error {
        Error::Git(git) if git.is_about_clone() => {
            let help = git.help.clone().unwrap_or_default();
            Error::Git(git.help(format!("{help}; on {provider}: {deepen}")))
        }
        Error::Git(_) | Error::Mistakes(_) | Error::Asked { .. } => error,
    }
}
