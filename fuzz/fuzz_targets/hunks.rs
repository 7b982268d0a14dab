#![no_main]
//! Fuzzes two sides of a file.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::hunks(data));
