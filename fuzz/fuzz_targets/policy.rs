#![no_main]
//! Fuzzes gate.toml.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::policy(data));
