//! A report, drawn in one of the formats.

pub mod escape;
