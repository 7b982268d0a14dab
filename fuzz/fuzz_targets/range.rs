#![no_main]
//! Fuzzes range arguments.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::range(data));
