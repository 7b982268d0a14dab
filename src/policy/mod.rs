//! The policy: gate.toml, parsed, and right by construction.
//!
//! [`Policy::parse`] returns a policy in which every team exists, every count is
//! reachable, every glob and regex compiles, or every mistake at once.

mod file;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::key::PublicKey;
use crate::rule::{Conditions, Demand, Rule};

/// The parsed policy. Nothing changes it once it is made.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What a sign-off is bound to; needed to sign, not to check.
    pub project: Option<String>,
    /// The people, by their id.
    pub people: BTreeMap<String, Person>,
    /// The teams: the ids of their people, by name.
    pub teams: BTreeMap<String, BTreeSet<String>>,
    /// `[gate]`.
    pub gate: Gate,
    /// `[sign-off]`.
    pub sign_off: SignOffRules,
    /// `[override]`, when there is one.
    pub overrides: Option<OverrideRules>,
    /// The services.
    pub services: Vec<Service>,
    /// The rules of all packs and of gate.toml, the switched-off ones left out.
    pub rules: Vec<Rule>,
    /// What is never architectural.
    pub locals: Vec<Local>,
    /// The key files that gate.toml names, always architectural like itself.
    pub key_files: Vec<String>,
    /// SHA-256 of gate.toml, in lower-case hexadecimal digits.
    pub digest: String,
}

/// Somebody who may sign, or whose commits are told apart.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The e-mail addresses of their commits.
    pub emails: Vec<String>,
    /// The keys they sign with. Two keys of one person are one person.
    pub keys: Vec<PublicKey>,
    /// Their GitHub login.
    pub github: Option<String>,
}

/// `[gate]`: what is enforced, and where.
#[derive(Clone, Debug)]
pub struct Gate {
    /// `false`: everything is reported and nothing blocked.
    pub enforce: bool,
    /// Globs of the protected branches, without `refs/heads/`; empty for the default branch.
    pub protected: Vec<String>,
    /// Who must sign a change to the policy itself; empty for the default of `[sign-off]`.
    pub required: Vec<Demand>,
    /// Whether a hunk that no rule covers is architectural.
    pub unmatched_is_architectural: bool,
}

/// `[sign-off]`: what a sign-off must be to count.
#[derive(Clone, Debug)]
pub struct SignOffRules {
    /// Who must sign where a rule asks for nobody in particular.
    pub required: Vec<Demand>,
    /// How old it may be.
    pub max_age: Option<SignedDuration>,
    /// Whether an author may sign their own hunks.
    pub allow_author: bool,
    /// Whether the pusher counts as an author of every hunk.
    pub pusher_is_author: bool,
    /// Digests of statements that no longer count.
    pub void: BTreeSet<String>,
}

/// `[override]`: who may let a blocked change through, and for how long.
#[derive(Clone, Debug)]
pub struct OverrideRules {
    /// The team.
    pub team: String,
    /// How long an override lasts.
    pub max_age: SignedDuration,
}

/// `[[service]]`: a part of the system that others depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Globs of its files.
    pub paths: Vec<String>,
    /// Globs of the files that are its contract with the others.
    pub interface: Vec<String>,
    /// How others speak of it.
    pub names: Vec<String>,
    /// The teams that own it.
    pub owners: Vec<String>,
}

/// `[[local]]`: what is never architectural.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// When it matches.
    pub when: Conditions,
    /// Why, when it was said.
    pub why: String,
    /// The line in gate.toml, counted from 1; 0 for one of a pack.
    pub line: u32,
}
