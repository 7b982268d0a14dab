//! The shape of gate.toml as it is written, every value with its place.
