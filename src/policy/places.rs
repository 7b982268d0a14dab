//! Where things stand in gate.toml, kept for what is told about a policy that works.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::rule::Demand;

/// The places of what a policy names. Two policies may differ in nothing else.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `[people.ID]`, by id.
    pub people: BTreeMap<String, Range<usize>>,
    /// The name in `[teams]`, by name.
    pub teams: BTreeMap<String, Range<usize>>,
    /// `[[service]]`, by name.
    pub services: BTreeMap<String, Range<usize>>,
    /// `[[rule]]`, by id.
    pub rules: BTreeMap<String, Range<usize>>,
    /// `[rules."pack/id"]`, by id.
    pub changes: BTreeMap<String, Range<usize>>,
    /// `[[local]]`, in the order of the file: the last ones of [`Policy::locals`](super::Policy::locals).
    pub locals: Vec<Range<usize>>,
    /// Each glob over files, in rules, locals and services.
    pub globs: Vec<Spanned<String>>,
    /// Each row of a `required`.
    pub rows: Vec<(Range<usize>, Demand)>,
    /// The built-in rules that are switched off.
    pub disabled: Vec<String>,
}
