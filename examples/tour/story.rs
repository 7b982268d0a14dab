//! The story, scene by scene.

use std::path::Path;

use anyhow::Result;

use crate::shell::Shell;
use crate::shop::{AGENT, GRACE, build, commit, edit};

/// Builds the shop in `folder` and plays every scene.
pub fn tell(folder: &Path, gate: &Path) -> Result<()> {
    let shell = Shell::new(folder, gate)?;
    say(
        "A small shop. Its gate.toml names the people who may sign, and writes down\nwhat nobody can see in the code.",
    );
    build(&shell)?;
    local_change(&shell)?;
    clean_up(&shell)?;
    assumption(&shell)?;
    signed(&shell)?;
    rebased(&shell)?;
    edited_again(&shell)
}

fn local_change(shell: &Shell) -> Result<()> {
    say("1. An agent fixes a rounding error inside the cart. Nothing beyond the cart is touched.");
    shell.git(AGENT, 6, &["switch", "--quiet", "--create", "round-totals"])?;
    edit(shell, "services/cart/cart.py", "return total", "return round(total, 2)")?;
    commit(shell, AGENT, 6, "Round the cart's total", &[])?;
    shell.gate(&["check"], 0)
}

fn clean_up(shell: &Shell) -> Result<()> {
    say("2. Asked to clean up, it finds a bucket that no code in sight reads, and deletes it.");
    shell.git(AGENT, 7, &["switch", "--quiet", "--create", "clean-up", "main"])?;
    edit(shell, "infra/storage.tf", include_str!("shop/bucket.tf"), "")?;
    commit(shell, AGENT, 7, "Remove unused bucket", &[])?;
    shell.gate(&["check"], 1)
}

fn assumption(shell: &Shell) -> Result<()> {
    say(
        "3. And it raises a timeout. The line looks harmless; the reason why it is not was\nwritten down once, in gate.toml, and is shown to whoever touches it.",
    );
    edit(shell, "services/payments/config.yaml", "timeout: 2s", "timeout: 30s")?;
    commit(shell, AGENT, 7, "Make payments more patient", &[])?;
    shell.gate(&["check"], 1)
}

fn signed(shell: &Shell) -> Result<()> {
    say(
        "4. The seniors read those two hunks, and only those. Ada has the bucket's data moved first,\nand signs; so does Linus for payments.",
    );
    shell.gate(&["sign", "--key", "../home/ada", "-m", "data moved to the archive"], 0)?;
    shell.gate(&["sign", "--key", "../home/linus", "--only", "services/payments"], 0)?;
    shell.gate(&["check"], 0)
}

fn rebased(shell: &Shell) -> Result<()> {
    say(
        "5. main moves on, and the branch is rebased. Commits change, the hunks do not: the\nsign-offs still hold.",
    );
    shell.git(GRACE, 8, &["switch", "--quiet", "main"])?;
    commit(
        shell,
        GRACE,
        8,
        "Greet the customer",
        &[("services/storefront/greeting.js", "export const greeting = \"hello\";\n")],
    )?;
    shell.git(AGENT, 9, &["switch", "--quiet", "clean-up"])?;
    shell.git(AGENT, 9, &["rebase", "--quiet", "main"])?;
    shell.gate(&["check"], 0)
}

fn edited_again(shell: &Shell) -> Result<()> {
    say("6. One more edit to a signed hunk, and it must be signed again.");
    edit(shell, "services/payments/config.yaml", "timeout: 30s", "timeout: 300s")?;
    commit(shell, AGENT, 9, "Even more patient", &[])?;
    shell.gate(&["check"], 1)
}

fn say(text: &str) {
    anstream::println!("\n\x1b[36m{text}\x1b[0m");
}
