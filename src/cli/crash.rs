//! A crash is exit 2 and no number of its own: nobody who looks for 0, 1 and 2 is surprised.

use std::panic;
use std::process::exit;

use super::ExitStatus;
use super::output::Screen;
use crate::render::escape;

/// Lets a panic on any thread end the process as what could not be told.
pub fn is_an_error() {
    panic::set_hook(Box::new(|panic| end(&panic.to_string())));
}

#[allow(clippy::exit, reason = "what is left of the command can't come to an answer")]
fn end(panic: &str) {
    let mut screen = Screen::new(clap::ColorChoice::Auto);
    screen.aside(&format!("error: gate has crashed, and nothing is judged: {}", escape::terminal(panic)));
    screen.aside("  help: check the repository with `git fsck`; if it is sound, please report this");
    exit(ExitStatus::Error.code().into());
}
