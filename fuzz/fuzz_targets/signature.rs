#![no_main]
//! Fuzzes signatures.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::signature(data));
