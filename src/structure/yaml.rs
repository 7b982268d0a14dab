//! YAML, as far as it is not rendered from a template.
//!
//! A template's `{{ … }}` may bring in lines with keys of their own. In a Helm chart's
//! templates every one of them may; elsewhere one within quotes is a text, as in alerting
//! rules and playbooks, which are rendered after they have been read. `${{ … }}` is a text too.

use std::collections::HashMap;
use std::ops::Range;

use bstr::ByteSlice;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::builder::Builder;
use super::{Format, Structure, Unreadable, Value};

const MALFORMED: Unreadable = Unreadable::Malformed(Format::Yaml);
const TEMPLATE: Unreadable = Unreadable::Template(Format::Yaml);
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Tells of a path that its file is rendered before it is read.
pub(super) fn is_rendered(path: &[u8]) -> bool {
    let mut parts = path.split_str(b"/");
    parts.any(|part| {
        part.eq_ignore_ascii_case(b"templates") || part.to_ascii_lowercase().starts_with(b"helmfile")
    })
}

/// Reads all documents of a file.
pub(super) fn read(text: &str, is_rendered: bool) -> Result<Structure, Unreadable> {
    if is_rendered && text.contains("{{") {
        return Err(TEMPLATE);
    }
    if text.contains("{%") || text.contains("<%") {
        return Err(TEMPLATE);
    }
    // A line ends there for YAML, but not for git.
    if text.replace("\r\n", "").contains('\r') {
        return Err(MALFORMED);
    }
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let places = Places::new(body, text.len() - body.len());
    let mut builder = Builder::default();
    let mut anchors = HashMap::new();
    for event in Parser::new_from_str(body) {
        let Ok((event, span)) = event else { return Err(MALFORMED) };
        let place = places.of(span)?;
        match event {
            Event::Alias(anchor) => builder.alias(*anchors.get(&anchor).ok_or(MALFORMED)?, place)?,
            Event::Scalar(value, style, anchor, _) => {
                check_scalar(&value, style, text.get(place.clone()).ok_or(MALFORMED)?)?;
                let node = builder.scalar(&value, place)?;
                anchors.insert(anchor, node);
            }
            Event::SequenceStart(anchor, _) => {
                let node = builder.open_list(place)?;
                anchors.insert(anchor, node);
            }
            Event::MappingStart(anchor, _) => {
                let node = builder.open_map(place)?;
                anchors.insert(anchor, node);
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(&place),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }
    let structure = builder.finish();
    if has_map_for_key(text, &structure) { Err(TEMPLATE) } else { Ok(structure) }
}

/// Makes sure that the parser's places are ours, and that a plain text is no template.
fn check_scalar(value: &str, style: ScalarStyle, written: &str) -> Result<(), Unreadable> {
    if style != ScalarStyle::Plain {
        return Ok(());
    }
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("{{") {
        if !before.ends_with('$') {
            return Err(TEMPLATE);
        }
        rest = after;
    }
    let is_elsewhere =
        !written.is_empty() && !written.contains('\n') && without_properties(written).trim() != value;
    if is_elsewhere { Err(MALFORMED) } else { Ok(()) }
}

/// Takes the anchor and the tag off a plain text, which begins with neither `&` nor `!` itself.
fn without_properties(mut written: &str) -> &str {
    while written.starts_with(['&', '!']) {
        written = written.split_once([' ', '\t']).map_or("", |(_, rest)| rest.trim_start());
    }
    written
}

/// Tells whether there is a `{{ x }}`, which is a map whose key is a map unless it is a template.
fn has_map_for_key(text: &str, structure: &Structure) -> bool {
    structure.nodes.iter().any(|node| match &node.value {
        Value::Map(entries) => entries
            .iter()
            .any(|entry| entry.key.is_none() && text.as_bytes().get(entry.place.start) == Some(&b'{')),
        Value::Scalar | Value::List(_) | Value::Alias(_) | Value::Expression(_) => false,
    })
}

/// Turns the parser's places, which count characters, into bytes.
struct Places {
    /// The first byte of each character; empty where each has one.
    bytes: Vec<usize>,
    length: usize,
    offset: usize,
}

impl Places {
    fn new(text: &str, offset: usize) -> Self {
        let bytes =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { bytes, length: text.len(), offset }
    }

    fn of(&self, span: Span) -> Result<Range<usize>, Unreadable> {
        let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
        if start > end { Err(MALFORMED) } else { Ok(start..end) }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = if self.bytes.is_empty() { index } else { *self.bytes.get(index).unwrap_or(&self.length) };
        byte.min(self.length) + self.offset
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::tests::drawn;
    use super::*;

    #[test]
    fn keys_lists_and_values_have_their_places() {
        let text = "a: 1\nb:\n- c: x y  # why\n  d: \"é\"\n- [1, {e: f}]\n'g': |\n  {{ text }}\n\n  more\nh:\n---\ni: j\n";
        assert_snapshot!(drawn("a.yaml", text), @r#"
        a = "a"
          "1"
        b = "b"
          list
            c = "c"
              "x y"
            d = "d"
              "\"é\""
            list
              "1"
              e = "e"
                "f"
        g = "'g'"
          "{{ text }}\n\n  more\n"
        h = "h"
          ""
        i = "i"
          "j"
        "#);
        assert_eq!(drawn("a.yaml", &format!("\u{feff}{text}")), drawn("a.yaml", text));
        assert_eq!(drawn("a.yaml", &text.replace('\n', "\r\n")).replace("\\r", ""), drawn("a.yaml", text));
    }

    #[test]
    fn alias_leads_to_what_it_stands_for() {
        assert_snapshot!(drawn("a.yaml", "a: &x {b: 1}\nc: *x\n<<: *x\n"), @r#"
        a = "a"
          b = "b"
            "1"
        c = "c"
          *"&x {b: 1}"
        << = "<<"
          *"&x {b: 1}"
        "#);
    }

    #[test]
    fn anchors_and_tags_stand_before_what_they_are_of() {
        assert_snapshot!(drawn("a.yaml", "a: &x 1\nb: !!str 2\nc: &y !t d e\n&z f: *x\ng: &e\nh: &l\n  i\n"), @r#"
        a = "a"
          "&x 1"
        b = "b"
          "!!str 2"
        c = "c"
          "&y !t d e"
        f = "&z f"
          *"&x 1"
        g = "g"
          "&e"
        h = "h"
          "&l\n  i"
        "#);
    }

    #[test]
    fn value_that_holds_itself_has_no_end() {
        for text in ["a: &x [*x]\n", "b: &y\n  c:\n  - *y\n"] {
            assert_eq!(drawn("a.yaml", text), "its values are nested too deep", "{text}");
        }
        assert_eq!(drawn("a.yaml", "a: &x 1\nb: &x [*x]\n"), "its values are nested too deep");
        assert!(drawn("a.yaml", "&x a: *x\n").starts_with('a'), "a key is over before its value begins");
    }

    #[test]
    fn template_is_not_guessed_at() {
        let template = "it is a template, and not YAML before it is rendered";
        for text in ["a: {{ .x }}\n", "a: b-{{ .x }}\n", "{{- if x }}\na: 1\n{{- end }}\n", "a: 1\n<% x %>\n"]
        {
            let told = drawn("a.yaml", text);
            assert!(told == template || told == "it is not well-formed YAML", "{text} {told}");
        }
        for text in ["a: ${{ x }}\n", "a: \"{{ x }}\"\n", "a: |\n  {{ x }}\n"] {
            assert_ne!(drawn("a.yaml", text), template, "{text}");
            assert_eq!(drawn("chart/templates/a.yaml", text), template, "{text}");
            assert_eq!(drawn("helmfile.d/a.yaml", text), template, "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_told() {
        for text in ["a: [1\n", "a: *b\n", "a: 1\n  b: 2\n", "a: 1\rb: 2\n", "a: 'x\n"] {
            assert_eq!(drawn("a.yaml", text), "it is not well-formed YAML", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ab:\\-?&*#|>{}\\[\\],'\"!%@\\\\ \\n\\té<0-9.]{0,60}") {
            let read = Structure::read(b"a.yaml", text.as_bytes());
            if let Ok(structure) = read {
                for node in &structure.nodes {
                    prop_assert!(text.get(node.place.clone()).is_some());
                }
            }
        }
    }
}
