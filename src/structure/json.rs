//! JSON, with comments and trailing commas where there are some.

use super::builder::Builder;
use super::{Format, Structure, Unreadable, Value, blocks};

const MALFORMED: Unreadable = Unreadable::Malformed(Format::Json);

/// What may stand next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value; right after a `[` or a `,` of a list its end, too.
    Value,
    /// A value and nothing else.
    OnlyValue,
    /// A key, or the end of the map.
    Key,
    /// The `:` behind a key.
    Colon,
    /// A comma or the end of the list or map; at the top another value.
    Comma,
}

/// Reads all values of a file.
pub(super) fn read(text: &str) -> Result<Structure, Unreadable> {
    let bytes = text.as_bytes();
    let mut builder = Builder::default();
    let mut next = Next::OnlyValue;
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        at = skip(bytes, at)?;
        let Some(&byte) = bytes.get(at) else { break };
        let end = end_of(bytes, at)?;
        let place = at..end;
        let may_be_value = matches!(next, Next::Value | Next::OnlyValue)
            || next == Next::Comma && builder.is_in_map().is_none();
        let is_empty_or_over = matches!(next, Next::Value | Next::Comma);
        next = match byte {
            b'{' if may_be_value => {
                builder.open_map(place)?;
                Next::Key
            }
            b'[' if may_be_value => {
                builder.open_list(place)?;
                Next::Value
            }
            b'}' if matches!(next, Next::Key | Next::Comma) && builder.is_in_map() == Some(true) => {
                builder.close(&place);
                Next::Comma
            }
            b']' if is_empty_or_over && builder.is_in_map() == Some(false) => {
                builder.close(&place);
                Next::Comma
            }
            b',' if next == Next::Comma => match builder.is_in_map() {
                Some(true) => Next::Key,
                Some(false) => Next::Value,
                None => return Err(MALFORMED),
            },
            b':' if next == Next::Colon => Next::OnlyValue,
            b'"' if may_be_value || next == Next::Key => {
                let written = text.get(place.clone()).ok_or(MALFORMED)?;
                let Ok(value) = serde_json::from_str::<String>(written) else { return Err(MALFORMED) };
                builder.scalar(&value, place)?;
                if next == Next::Key { Next::Colon } else { Next::Comma }
            }
            _ if may_be_value && is_word(byte) => {
                builder.scalar(text.get(place.clone()).ok_or(MALFORMED)?, place)?;
                Next::Comma
            }
            _ => return Err(MALFORMED),
        };
        at = end;
    }
    let is_whole = builder.is_in_map().is_none() && next == Next::Comma;
    // A file of nothing but blanks has no values; what opens or waits is not whole.
    let structure = builder.finish();
    if is_whole || structure.roots.is_empty() && structure.nodes.is_empty() {
        Ok(structure)
    } else {
        Err(MALFORMED)
    }
}

/// Takes texts with templates for the expressions that they are where blocks are written as JSON.
pub(super) fn with_expressions(mut structure: Structure, text: &str) -> Structure {
    for node in &mut structure.nodes {
        let written = text.get(node.place.clone()).unwrap_or_default();
        let is_template = ["${", "%{", "\\u"].iter().any(|sign| written.contains(sign));
        if matches!(node.value, Value::Scalar) && is_template {
            node.value = Value::Expression(Vec::new());
        }
    }
    blocks::unfold(&mut structure);
    structure
}

/// Returns where the next token begins: behind blanks and comments.
fn skip(bytes: &[u8], mut at: usize) -> Result<usize, Unreadable> {
    loop {
        match bytes.get(at..).unwrap_or_default() {
            [b' ' | b'\t' | b'\r' | b'\n', ..] => at += 1,
            [b'/', b'/', rest @ ..] => {
                at += 2 + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            }
            [b'/', b'*', rest @ ..] => {
                let end = rest.windows(2).position(|pair| pair == b"*/").ok_or(MALFORMED)?;
                at += 2 + end + 2;
            }
            _ => return Ok(at),
        }
    }
}

/// Returns where the token that begins at `at` ends.
fn end_of(bytes: &[u8], at: usize) -> Result<usize, Unreadable> {
    let rest = &bytes[at..];
    match rest[0] {
        b'"' => {
            let mut end = 1;
            loop {
                match rest.get(end).ok_or(MALFORMED)? {
                    b'"' => return Ok(at + end + 1),
                    b'\\' => end += 2,
                    _ => end += 1,
                }
            }
        }
        byte if is_word(byte) => Ok(at + rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len())),
        _ => Ok(at + 1),
    }
}

/// A letter of `true`, `null` or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::tests::drawn;
    use super::*;

    #[test]
    fn keys_lists_and_values_have_their_places() {
        let text =
            "{ // why\n  \"a\": 1, \"\\u0062\": [true, {\"c\": \"}\"}, [],],\n  /* { */ \"d\": {}\n}\n";
        assert_snapshot!(drawn("a.json", text), @r#"
        a = "\"a\""
          "1"
        b = "\"\\u0062\""
          list
            "true"
            c = "\"c\""
              "\"}\""
            list
        d = "\"d\""
        "#);
        assert_eq!(
            drawn("a.json", "{\"a\":1}\n{\"a\":2}\n"),
            "a = \"\\\"a\\\"\"\n  \"1\"\na = \"\\\"a\\\"\"\n  \"2\"\n"
        );
        assert_eq!(drawn("a.json", " \n"), "");
    }

    #[test]
    fn what_is_no_json_is_told() {
        for text in [
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "[1 2]",
            "[,]",
            "}",
            "[}",
            "{]",
            "{a: 1}",
            "{'a': 1}",
            "\"a",
            "/*",
            "{\"a\":1,,}",
            "\"\\x\"",
            "{} ,",
        ] {
            assert_eq!(drawn("a.json", text), "it is not well-formed JSON", "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_serde_reads_is_read(text in "[\\[\\]{}\",:a1 \\\\]{0,30}") {
            let read = Structure::read(b"a.json", text.as_bytes());
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert!(read.is_ok(), "{}", text);
            }
        }
    }
}
