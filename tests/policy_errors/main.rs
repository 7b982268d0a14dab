//! Every mistake that gate.toml can hold, as its author sees it.
//!
//! These texts are the product's face to whoever writes a policy: what is wrong,
//! where, and the way out.

mod lint;
mod people;
mod rows;
mod rules;
mod settings;
mod syntax;

use gate::diagnostic::Mistakes;
use gate::policy::Policy;
use gate::render::diagnostic::render;

const KEY_A: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAs65Xr+Z4UCaAD5iRXBTVh7d/UrnhL6vFRAfNI6bcHp ada@laptop";
const KEY_B: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBxsG3QLTLQgaSecpcRpE+wBIkJPKT6H3c2Bjnh8tkVk grace@laptop";

/// Returns what is told of a gate.toml whose first line is `version = 1`.
fn told(rest: &str) -> String {
    told_of(&format!("version = 1\n{rest}"), &|_| Ok(None))
}

/// Returns what is told of a whole gate.toml: its mistakes, or the warnings where it has none.
fn told_of(source: &str, key_files: &dyn Fn(&str) -> Result<Option<String>, String>) -> String {
    let mistakes = match Policy::parse(source, "gate.toml", key_files) {
        Ok((_, diagnostics)) if diagnostics.is_empty() => return "nothing\n".to_owned(),
        Ok((_, diagnostics)) => Mistakes { file: "gate.toml".into(), source: source.into(), diagnostics },
        Err(mistakes) => mistakes,
    };
    render(&mistakes, false, 120)
}
