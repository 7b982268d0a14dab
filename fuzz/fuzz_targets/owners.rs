#![no_main]
//! Fuzzes a CODEOWNERS file.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::owners(data));
