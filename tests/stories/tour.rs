//! The tour of the README, played with the binary under test.

use std::path::Path;
use std::process::Command;

use crate::world::has;

#[test]
fn the_tour_tells_its_story() {
    let gate = Path::new(env!("CARGO_BIN_EXE_gate"));
    let tour = gate.parent().unwrap().join(format!("examples/tour{}", std::env::consts::EXE_SUFFIX));
    assert!(tour.exists(), "build it first: cargo build --examples");
    let output = Command::new(tour).arg("--gate").arg(gate).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let scenes: Vec<&str> = text.split("$ gate ").skip(1).collect();
    let verdict = |scene: &str| {
        let line = scene.lines().nth(1).unwrap_or_default();
        line.split([':', ' ']).next().unwrap_or_default().to_owned()
    };
    let verdicts: Vec<String> = scenes.iter().map(|scene| verdict(scene)).collect();
    assert_eq!(verdicts, ["pass", "blocked", "blocked", "ada", "linus", "pass", "pass", "blocked"], "{text}");
    has(scenes[1], &["infra/storage.tf", "[exit 1]"]);
    has(scenes[2], &["services/payments/config.yaml", "timeout: 30s"]);
    has(scenes[7], &["timeout: 300s", "services/payments/config.yaml"]);
}
