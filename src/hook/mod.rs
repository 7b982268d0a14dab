//! The git hooks: putting them in place, and what they do when git runs them.

pub mod install;

/// A hook that gate can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// On a developer's machine: says what will be asked, before it leaves.
    PrePush,
    /// On the server: refuses the push.
    PreReceive,
}

impl Hook {
    /// Every hook.
    pub const ALL: [Self; 2] = [Self::PrePush, Self::PreReceive];

    /// Returns git's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }
}
