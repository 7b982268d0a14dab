#![no_main]
//! Fuzzes lines of notes.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::notes(data));
