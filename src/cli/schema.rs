//! `gate schema`: the JSON schema of gate.toml.

use super::ExitStatus;
use super::output::Screen;
use crate::policy::schema;

/// Print the JSON schema of gate.toml, for editors
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Prints the schema.
pub fn run(screen: &mut Screen) -> ExitStatus {
    screen.write(|out| out.write_all(schema().as_bytes()));
    ExitStatus::Pass
}
