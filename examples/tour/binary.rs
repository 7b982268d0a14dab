//! Finding the gate binary that belongs to an example.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Builds the gate binary beside this example, with the same profile, and returns its path.
pub fn build_gate() -> Result<PathBuf> {
    let example = std::env::current_exe()?;
    let profile = example.parent().and_then(Path::parent).context("the example is not in a target folder")?;
    let binary = profile.join(format!("gate{}", std::env::consts::EXE_SUFFIX));
    if let Some(cargo) = std::env::var_os("CARGO") {
        let name = match profile.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let status =
            Command::new(cargo).args(["build", "--quiet", "--bin", "gate", "--profile", name]).status()?;
        if !status.success() {
            bail!("cargo could not build the gate binary");
        }
    }
    binary
        .canonicalize()
        .with_context(|| format!("no gate binary at {}; run `cargo build` first", binary.display()))
}
