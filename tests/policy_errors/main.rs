//! Every mistake that gate.toml can hold, as its author sees it.
//!
//! These texts are the product's face to whoever writes a policy: what is wrong,
//! where, and the way out.

mod lint;
mod owners;
mod people;
mod rows;
mod rules;
mod settings;
mod syntax;

use gate::diagnostic::{Mistakes, Severity};
use gate::policy::Policy;
use gate::render::diagnostic::render;
use proptest::prelude::*;

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

/// Pieces of which a gate.toml is made, whole and broken.
const PIECES: [&str; 40] = [
    "version = 1\n",
    "[people.ada]\n",
    "[teams]\n",
    "a = [\"ada\"]\n",
    "[gate]\n",
    "[sign-off]\n",
    "[override]\n",
    "[[rule]]\n",
    "[[rule.example]]\n",
    "[[local]]\n",
    "[[service]]\n",
    "[rules.\"terraform/resource\"]\n",
    "id = ",
    "paths = ",
    "changed = ",
    "required = ",
    "[{ team = \"a\", count = 1 }]\n",
    "[{ any-of = [\"a\"], count = 9 }]\n",
    "[\"**\"]\n",
    "[\"{a,\"]\n",
    "['(x{99}){99}']\n",
    "\"x\"\n",
    "'''",
    "\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    "\n",
    "\r\n",
    "\u{feff}",
    "\u{202e}",
    "\0",
    "é",
    "extends = [\"gate:recommended\"]\n",
    "0x99\n",
    "1979-05-27\n",
    "# c",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A policy comes from the repository: whatever it holds, there is an answer, and it can be drawn.
    #[test]
    fn no_text_makes_the_reader_panic(pieces in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let source: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        let told = told_of(&source, &|_| Ok(Some(String::new())));
        prop_assert!(!told.is_empty());
        if let Err(mistakes) = Policy::parse(&source, "gate.toml", &|_| Ok(None)) {
            prop_assert!(mistakes.diagnostics.iter().any(|mistake| mistake.severity == Severity::Error));
        }
    }
}
