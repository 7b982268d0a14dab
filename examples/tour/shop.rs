//! The shop: five services, their infrastructure, and the rules somebody wrote down.

use std::fs;

use anyhow::Result;

use crate::shell::{Shell, Someone};

pub const GRACE: Someone = Someone { name: "Grace", email: "grace@shop.example" };
pub const LINUS: Someone = Someone { name: "Linus", email: "linus@shop.example" };
pub const AGENT: Someone = Someone { name: "Tidy Agent", email: "agent@shop.example" };

/// Writes files, stages them all and commits.
pub fn commit(shell: &Shell, who: Someone, day: u32, message: &str, files: &[(&str, &str)]) -> Result<()> {
    for (path, text) in files {
        let path = shell.repo().join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    shell.git(who, day, &["add", "--all"])?;
    shell.git(who, day, &["commit", "--quiet", "--message", message])
}

/// Replaces a piece of a file that must be there.
pub fn edit(shell: &Shell, path: &str, from: &str, to: &str) -> Result<()> {
    let file = shell.repo().join(path);
    let text = fs::read_to_string(&file)?;
    anyhow::ensure!(text.contains(from), "{path} does not hold {from:?}");
    fs::write(file, text.replacen(from, to, 1))?;
    Ok(())
}

/// Builds the shop with its history on `main`.
pub fn build(shell: &Shell) -> Result<()> {
    shell.git(GRACE, 1, &["init", "--quiet", "--initial-branch", "main"])?;
    commit(
        shell,
        GRACE,
        1,
        "Start the shop with a storefront and a cart",
        &[
            ("services/storefront/server.js", include_str!("shop/storefront.js")),
            ("services/cart/cart.py", include_str!("shop/cart.py")),
        ],
    )?;
    commit(
        shell,
        LINUS,
        2,
        "Take money",
        &[
            ("services/payments/main.go", include_str!("shop/payments.go")),
            ("services/payments/config.yaml", include_str!("shop/payments.yaml")),
            ("protos/payments.proto", include_str!("shop/payments.proto")),
        ],
    )?;
    commit(
        shell,
        GRACE,
        3,
        "Keep orders and stock",
        &[
            ("services/orders/orders.py", include_str!("shop/orders.py")),
            ("services/inventory/stock.py", include_str!("shop/stock.py")),
        ],
    )?;
    commit(
        shell,
        GRACE,
        4,
        "Describe the infrastructure",
        &[("infra/storage.tf", include_str!("shop/storage.tf"))],
    )?;
    let ada = shell.keygen("ada")?;
    let linus = shell.keygen("linus")?;
    let policy = include_str!("shop/gate.toml").replace("ADA_KEY", &ada).replace("LINUS_KEY", &linus);
    commit(shell, GRACE, 5, "Put gate between a change and main", &[("gate.toml", &policy)])
}
