//! Paths as rules and people see them.
