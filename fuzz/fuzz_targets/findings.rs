#![no_main]
//! Fuzzes what is found in a file.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::findings(data));
