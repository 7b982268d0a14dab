//! Which statements count, and why the others do not.
