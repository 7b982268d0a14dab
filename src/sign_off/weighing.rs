//! Weighs one verified statement against the change.

use std::collections::HashMap;

use bstr::ByteSlice;
use jiff::{SignedDuration, Timestamp};

use super::standing::{Circumstances, History, Standing};
use super::verified::{Refusal, Verified};
use super::words::{day, length, named, told};
use super::{Reason, Statement, StatementKind};
use crate::change::{HunkId, ObjectId};
use crate::classify::{Class, Judged};

/// How far a signer's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// All that a statement is weighed against, and what was already asked of the history.
pub(super) struct Weighing<'a, H> {
    with: &'a Circumstances<'a>,
    history: &'a H,
    hunks: HashMap<HunkId, &'a Judged>,
    /// Every statement, by its digest.
    statements: HashMap<&'a str, &'a Verified>,
    /// When a statement was taken back, by its digest.
    withdrawn: HashMap<&'a str, Timestamp>,
    merged: HashMap<ObjectId, bool>,
    landed: HashMap<(ObjectId, HunkId), bool>,
}

impl<'a, H: History> Weighing<'a, H> {
    pub fn new(with: &'a Circumstances<'a>, verified: &'a [Verified], history: &'a H) -> Self {
        let mut weighing = Self {
            with,
            history,
            hunks: with.hunks.iter().map(|hunk| (hunk.id, hunk)).collect(),
            statements: verified.iter().map(|it| (it.recorded.digest.as_str(), it)).collect(),
            withdrawn: HashMap::new(),
            merged: HashMap::new(),
            landed: HashMap::new(),
        };
        for withdrawal in verified {
            if weighing.void(withdrawal).is_ok()
                && let Ok(taken_back) = weighing.taken_back(withdrawal)
            {
                let at = withdrawal.recorded.statement.at;
                weighing.withdrawn.entry(&taken_back.recorded.digest).or_insert(at);
            }
        }
        weighing
    }

    /// Returns what the statement is worth.
    pub fn weigh(&mut self, verified: &Verified) -> Result<Standing, H::Error> {
        let standing = Standing::of(verified);
        if let Err(refusal) = &verified.signer {
            return Ok(standing.refused(refusal.clone()));
        }
        let statement = &verified.recorded.statement;
        if statement.kind == StatementKind::Withdrawal {
            return Ok(match self.void(verified).and_then(|()| self.taken_back(verified)) {
                Ok(taken_back) => {
                    let taken_back = &taken_back.recorded.statement;
                    let detail = format!(
                        "{} took back the {} of {}",
                        statement.by,
                        taken_back.kind.name(),
                        day(taken_back.at)
                    );
                    Standing { counted: true, detail, ..standing }
                }
                Err(refusal) => standing.refused(refusal),
            });
        }
        if let Err(refusal) = self.stands(verified) {
            return Ok(standing.refused(refusal));
        }
        self.cover(standing, statement)
    }

    /// Checks what does not depend on a hunk.
    fn stands(&self, verified: &Verified) -> Result<(), Refusal> {
        let statement = &verified.recorded.statement;
        self.void(verified)?;
        if let Some(at) = self.withdrawn.get(verified.recorded.digest.as_str()) {
            let detail = format!("{} took the {} back on {}", statement.by, statement.kind.name(), day(*at));
            return Err(Refusal::new(Reason::Withdrawn, detail));
        }
        self.project(statement)?;
        self.target(statement)?;
        match statement.kind {
            // An objection holds until it is withdrawn.
            StatementKind::Objection | StatementKind::Withdrawal => Ok(()),
            StatementKind::SignOff => self.time(statement, self.with.policy.sign_off.max_age),
            StatementKind::Override => self.overrides(statement),
        }
    }

    fn void(&self, verified: &Verified) -> Result<(), Refusal> {
        if self.with.policy.sign_off.void.contains(&verified.recorded.digest) {
            let detail =
                format!("the policy lists {} under `[sign-off] void`", named(&verified.recorded.statement));
            return Err(Refusal::new(Reason::Void, detail));
        }
        Ok(())
    }

    /// Returns what a withdrawal takes back: a statement of the same person, and no withdrawal.
    fn taken_back(&self, verified: &Verified) -> Result<&'a Verified, Refusal> {
        let statement = &verified.recorded.statement;
        let refuse =
            |what: &str| Refusal::new(Reason::Withdrawal, format!("{} takes back {what}", named(statement)));
        let (Some(digest), StatementKind::Withdrawal) = (&statement.withdraws, statement.kind) else {
            return Err(refuse("nothing"));
        };
        let Some(target) = self.statements.get(digest.as_str()) else {
            return Err(refuse("what is not recorded for this change"));
        };
        if target.recorded.statement.kind == StatementKind::Withdrawal {
            return Err(refuse("a withdrawal, which can't be taken back"));
        }
        if target.person().is_none() || target.person() != verified.person() {
            return Err(refuse("what somebody else said"));
        }
        Ok(target)
    }

    fn project(&self, statement: &Statement) -> Result<(), Refusal> {
        let Some(project) = &self.with.policy.project else {
            if statement.kind == StatementKind::Objection {
                return Ok(());
            }
            let detail = "gate.toml does not name its `project`, which sign-offs are bound to";
            return Err(Refusal::new(Reason::Project, detail));
        };
        if *project == statement.project {
            return Ok(());
        }
        let detail =
            format!("{} is for the project `{}`, not `{project}`", named(statement), statement.project);
        Err(Refusal::new(Reason::Project, detail))
    }

    fn target(&self, statement: &Statement) -> Result<(), Refusal> {
        match self.with.target {
            Some(target) if target == statement.target => Ok(()),
            None if statement.kind == StatementKind::Objection => Ok(()),
            Some(target) => {
                let detail = format!("{} is for `{}`, not `{target}`", named(statement), statement.target);
                Err(Refusal::new(Reason::Target, detail))
            }
            None => {
                let detail = format!(
                    "{} is for `{}`, and which branch this change is for is not known: pass `--target`",
                    named(statement),
                    statement.target
                );
                Err(Refusal::new(Reason::Target, detail))
            }
        }
    }

    fn time(&self, statement: &Statement, max_age: Option<SignedDuration>) -> Result<(), Refusal> {
        let age = self.with.now.duration_since(statement.at);
        if age < -AHEAD {
            let detail = format!("{} is dated {}, which is yet to come", named(statement), day(statement.at));
            return Err(Refusal::new(Reason::Future, detail));
        }
        match max_age {
            Some(max_age) if age > max_age => {
                let (age, max_age) = (length(age), length(max_age));
                let detail = format!("{} is {age} old, and {max_age} is the most", named(statement));
                Err(Refusal::new(Reason::Expired, detail))
            }
            _ => Ok(()),
        }
    }

    fn overrides(&self, statement: &Statement) -> Result<(), Refusal> {
        let policy = self.with.policy;
        let Some(rules) = &policy.overrides else {
            return Err(Refusal::new(Reason::Team, "the policy has no `[override]`: nobody may override"));
        };
        if !policy.teams.get(&rules.team).is_some_and(|team| team.contains(&statement.by)) {
            let detail =
                format!("only team `{}` may override, and {} is not in it", rules.team, statement.by);
            return Err(Refusal::new(Reason::Team, detail));
        }
        self.time(statement, Some(rules.max_age))
    }

    /// Finds the hunks of the change that the statement counts for.
    fn cover(&mut self, mut standing: Standing, statement: &Statement) -> Result<Standing, H::Error> {
        for id in &statement.hunks {
            let Some(hunk) = self.hunks.get(id).copied() else {
                standing.gone.push(*id);
                continue;
            };
            match self.refusal(hunk, statement)? {
                Some(reason) => {
                    standing.refused.insert(*id, reason);
                }
                None => {
                    standing.covers.insert(*id);
                    if hunk.class == Class::Architectural && self.with.authors.contains(*id, &statement.by) {
                        standing.own.insert(*id);
                    }
                }
            }
        }
        Ok(told(standing, statement))
    }

    /// Returns why the statement does not count for a hunk that it names.
    fn refusal(&mut self, hunk: &Judged, statement: &Statement) -> Result<Option<Reason>, H::Error> {
        // Objections need nobody's leave, and local hunks need no sign-off.
        if statement.kind == StatementKind::Objection || hunk.class == Class::Local {
            return Ok(None);
        }
        let allow_author = self.with.policy.sign_off.allow_author;
        if !allow_author && self.with.authors.contains(hunk.id, &statement.by) {
            return Ok(Some(Reason::Author));
        }
        let is_spent = self.is_merged(statement.head)? || self.has_landed(statement.base, hunk)?;
        Ok(is_spent.then_some(Reason::Spent))
    }

    fn is_merged(&mut self, head: ObjectId) -> Result<bool, H::Error> {
        if let Some(known) = self.merged.get(&head) {
            return Ok(*known);
        }
        let answer = self.history.is_merged(head)?;
        self.merged.insert(head, answer);
        Ok(answer)
    }

    fn has_landed(&mut self, base: ObjectId, hunk: &Judged) -> Result<bool, H::Error> {
        if let Some(known) = self.landed.get(&(base, hunk.id)) {
            return Ok(*known);
        }
        let old_path = hunk.old_path.as_ref().map(|path| path.as_bstr());
        let answer = self.history.landed(base, hunk.id, hunk.path.as_bstr(), old_path)?;
        self.landed.insert((base, hunk.id), answer);
        Ok(answer)
    }
}
