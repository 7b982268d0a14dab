//! Requirements and standing sign-offs, decided.
