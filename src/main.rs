//! The `gate` command.

use gate::cli::{self, ExitStatus};

fn main() -> ExitStatus {
    cli::run(std::env::args_os())
}
