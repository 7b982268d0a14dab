#![no_main]
//! Fuzzes what says who wrote a commit.

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::ai_notes(data));
