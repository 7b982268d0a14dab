//! gate reads a git change, tells each hunk apart as local or architectural, and
//! blocks the merge until the right seniors have signed.
//!
//! # The data's way
//!
//! | step | module |
//! |---|---|
//! | a repository is read into a change and its hunks | [`git`], [`change`] |
//! | gate.toml becomes a policy, or every mistake at once | [`policy`], [`rule`], [`diagnostic`] |
//! | a CODEOWNERS file tells whose a path is | [`owners`] |
//! | the services of the policy become a map of who reaches whom | [`service`] |
//! | each hunk gets its class and its findings | [`classify`], with [`lexer`] telling comments from code |
//! | the findings' demands become rows of who must sign what | [`requirement`] |
//! | recorded statements are verified and get their standing | [`sign_off`], [`key`] |
//! | the rows and the standing statements give the verdict | [`verdict`] |
//! | all there is to show is one value | [`report`] |
//! | … drawn in one of the formats | [`render`] |
//!
//! Before all that, [`init`] drafts the first gate.toml from what a repository holds.
//!
//! [`review`] tells this whole way in one function: read it first. Everything
//! above [`git`] in the table of `tests/architecture.rs` is the core: it knows no
//! git, clock, terminal, environment or file. [`signer`], [`ci`], [`hook`] and
//! [`cli`] are the other things that gate touches.

pub mod change;
pub mod ci;
pub mod classify;
pub mod cli;
pub mod diagnostic;
pub mod document;
pub mod git;
pub mod hook;
pub mod init;
pub mod key;
pub mod lexer;
pub mod owners;
pub mod policy;
pub mod provenance;
pub mod render;
pub mod report;
pub mod requirement;
pub mod review;
pub mod rule;
pub mod service;
pub mod session;
pub mod sign_off;
pub mod signer;
pub mod structure;
pub mod sync;
pub mod syntax;
pub mod verdict;

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
