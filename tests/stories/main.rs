//! gate from end to end: the real binary, the real `git` and the real `ssh-keygen`, one story a test.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod bootstrap;
mod check;
mod hook;
mod refusal;
mod server;
mod sign;
mod sync;
mod tour;
mod world;
