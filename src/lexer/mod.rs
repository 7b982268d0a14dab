//! Tells comments from code, for the whole file and line by line.
