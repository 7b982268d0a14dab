//! Many signers at once, for as long as it takes, and a hostile clone among them.
//!
//! `cargo test --release --test stories -- --ignored --nocapture ten_signers`

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::support::{GRACE, TestRepo};
use crate::world::Shop;

const PEOPLE: usize = 10;
const ROUNDS: usize = 20;
const HOSTILE_ROUNDS: usize = 5;

/// A server, ten people who each have a clone, and a change for each round.
struct Crowd {
    shop: Shop,
    server: TestRepo,
    names: Vec<String>,
    clones: Vec<TestRepo>,
    rounds: usize,
}

/// What a hostile clone did.
#[derive(Default)]
struct Harm {
    tried: AtomicUsize,
    done: AtomicUsize,
}

impl Crowd {
    fn new(rounds: usize, with_hook: bool) -> Self {
        let shop = Shop::empty();
        let names: Vec<String> = (0..PEOPLE).map(|number| format!("p{number}")).collect();
        let mut policy = shop.policy("");
        for name in &names {
            shop.make_key(name);
            let key = shop.public(name);
            policy.push_str(&format!(
                "[people.{name}]\nemails = [\"{name}@example.com\"]\nkeys = [\"{key}\"]\n\n"
            ));
        }
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        policy.push_str(&format!(
            "[teams]\nall = [{}]\n\n[sign-off]\nrequired = [{{ team = \"all\", count = {PEOPLE} }}]\n",
            members.join(", ")
        ));
        let repo = &shop.repo;
        repo.write("gate.toml", policy);
        repo.write("infra/main.tf", "a = 1\n");
        repo.commit_as(GRACE, "Begin");
        let server = TestRepo::bare();
        if with_hook {
            assert_eq!(server.gate(&["hook", "install"]).code, 0);
        }
        repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
        repo.git(&["push", "-q", "origin", "main"]);
        for round in 0..rounds {
            repo.git(&["switch", "-q", "-c", &format!("feature-{round}"), "main"]);
            repo.commit_files(&[("infra/main.tf", &format!("a = {}\n", round + 2))], "Change");
        }
        repo.git(&["push", "-q", "origin", "--all"]);
        let clones: Vec<TestRepo> = names.iter().map(|_| server.cloned(&[])).collect();
        Self { shop, server, names, clones, rounds }
    }

    /// Lets everybody sign the change of a round at the same time, and returns how many could not.
    fn sign(&self, round: usize) -> usize {
        let range = format!("origin/main..origin/feature-{round}");
        let failed = AtomicUsize::new(0);
        thread::scope(|scope| {
            for (name, clone) in self.names.iter().zip(&self.clones) {
                let mut command = clone.command(env!("CARGO_BIN_EXE_gate"));
                command.args(["sign", &range, "--push", "--key", &self.shop.key(name)]);
                let failed = &failed;
                scope.spawn(move || {
                    let output = command.output().unwrap();
                    if !output.status.success() {
                        failed.fetch_add(1, Ordering::Relaxed);
                        eprintln!("{name}: {}", String::from_utf8_lossy(&output.stderr));
                    }
                });
            }
        });
        failed.into_inner()
    }

    /// Counts the sign-offs on the server that verify and count, over all rounds.
    fn found(&self) -> usize {
        let counted = |round: usize| {
            let run = self.server.gate(&["check", &format!("main..feature-{round}"), "--format", "json"]);
            assert!(run.code < 2, "{}", run.stderr);
            let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            let entries = report["sign_offs"].as_array().unwrap();
            assert!(entries.iter().all(|entry| entry["counted"] == true), "{entries:?}");
            entries
                .iter()
                .map(|entry| entry["by"].as_str().unwrap().to_owned())
                .collect::<BTreeSet<_>>()
                .len()
        };
        (0..self.rounds).map(counted).sum()
    }

    /// Lets everybody who still has lines bring them back.
    fn sync(&self) {
        for clone in &self.clones {
            assert_eq!(clone.gate(&["sync"]).code, 0);
        }
    }
}

/// Takes lines out, rewinds and deletes the notes, by turns, until it is told to stop.
fn harm(evil: &TestRepo, harm: &Harm, stop: &AtomicBool) {
    let tree = evil.git_with_input(&["mktree"], b"");
    let root = evil.git(&["commit-tree", "-m", "Gone", &tree]);
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        let fetched = evil.try_git(&["fetch", "-q", "origin", "+refs/notes/gate:refs/notes/gate"]);
        if !fetched.status.success() {
            continue; // There is nothing to harm.
        }
        turn += 1;
        let pushed = match turn % 3 {
            // A plain step forward, which every forge takes: the lines are gone all the same.
            0 => {
                let gone = evil.git(&["commit-tree", "-m", "Gone", "-p", "refs/notes/gate", &tree]);
                evil.try_git(&["push", "-q", "origin", &format!("{gone}:refs/notes/gate")])
            }
            1 => evil.try_git(&["push", "-q", "--force", "origin", &format!("{root}:refs/notes/gate")]),
            _ => evil.try_git(&["push", "-q", "origin", ":refs/notes/gate"]),
        };
        harm.tried.fetch_add(1, Ordering::Relaxed);
        harm.done.fetch_add(usize::from(pushed.status.success()), Ordering::Relaxed);
    }
}

/// Returns a row: what was signed among harm, what is found after it, and after everybody has synced.
fn among_harm(with_hook: bool) -> (usize, usize, String) {
    let crowd = Crowd::new(HOSTILE_ROUNDS, with_hook);
    let evil = crowd.server.cloned(&[]);
    let (done, stop) = (Harm::default(), AtomicBool::new(false));
    let failed: usize = thread::scope(|scope| {
        let (done, stop_now) = (&done, &stop);
        scope.spawn(move || harm(&evil, done, stop_now));
        let failed = (0..HOSTILE_ROUNDS).map(|round| crowd.sign(round)).sum();
        stop.store(true, Ordering::Relaxed);
        failed
    });
    let after = crowd.found();
    crowd.sync();
    let healed = crowd.found();
    let setting = if with_hook { "with pre-receive" } else { "without" };
    let row = format!(
        "{setting:<18} {:>6} {failed:>6} {:>8}/{:<5} {after:>6} {healed:>6}",
        PEOPLE * HOSTILE_ROUNDS,
        done.done.into_inner(),
        done.tried.into_inner(),
    );
    (after, healed, row)
}

#[test]
#[ignore = "takes minutes; docs/doors/server.md tells what it found"]
fn ten_signers_twenty_rounds() {
    let start = Instant::now();
    let crowd = Crowd::new(ROUNDS, false);
    let failed: usize = (0..ROUNDS).map(|round| crowd.sign(round)).sum();
    let found = crowd.found();
    let signed = PEOPLE * ROUNDS;
    println!("{signed} signed, {failed} failed, {found} found after {} s", start.elapsed().as_secs());
    assert_eq!((failed, found), (0, signed));
}

#[test]
#[ignore = "takes minutes; docs/doors/server.md tells what it found"]
fn ten_signers_and_a_hostile_clone() {
    let all = PEOPLE * HOSTILE_ROUNDS;
    println!(
        "{:<18} {:>6} {:>6} {:>14} {:>6} {:>6}",
        "setting", "signed", "failed", "harm done", "found", "synced"
    );
    for with_hook in [false, true] {
        let (after, healed, row) = among_harm(with_hook);
        println!("{row}");
        assert!(!with_hook || after == all, "{after} of {all} were left with gate's pre-receive");
        assert_eq!(healed, all, "somebody still has every line");
    }
}
