#![no_main]
//! Fuzzes structured files and key paths.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::structure(data));
