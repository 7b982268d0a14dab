//! The git hooks.
