//! Hexadecimal digits, written without the formatter: a report has thousands of ids.

/// The digits.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Returns the two lower-case digits of each byte.
pub fn digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_two_digits() {
        assert_eq!(digits(&[]), "");
        assert_eq!(digits(&[0, 1, 0x0f, 0x10, 0x9a, 0xff]), "00010f109aff");
    }
}
