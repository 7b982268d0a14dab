//! From gate.toml as written to a [`Policy`](super::Policy), or to every mistake at once.
