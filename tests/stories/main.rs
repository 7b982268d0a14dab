//! gate from end to end: the real binary, the real `git` and the real `ssh-keygen`, one story a test.

#![cfg(unix)]
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test may panic, and a table may be long"
)]

#[path = "../support/mod.rs"]
mod support;

mod bootstrap;
mod check;
mod hook;
mod owners;
mod provenance;
mod reading;
mod recheck;
mod refusal;
mod server;
mod sign;
mod signers;
mod sync;
mod tour;
mod unsigned;
mod world;
