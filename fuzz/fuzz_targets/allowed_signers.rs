#![no_main]
//! Fuzzes an allowed-signers file.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::allowed_signers(data));
