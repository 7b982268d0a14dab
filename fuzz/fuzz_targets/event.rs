#![no_main]
//! Fuzzes what a CI system says.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::event(data));
