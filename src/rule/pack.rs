//! The built-in packs: TOML files embedded in the binary, and the one table of them.
