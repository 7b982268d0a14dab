//! JSON: the report itself, and the writer that the other JSON formats share.
//!
//! JSON is read by programs and still printed to the logs of CI runners, which obey
//! orders anywhere in a line: what a reader can't see, and the mark of an order, are
//! written as `\u` escapes. Every JSON reader gives back the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::escape::is_unseen;
use crate::report::Report;

/// Writes the report as it is.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write(report, out)
}

/// Writes a value as indented JSON that is safe to print.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Printable(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Indents like serde's own, and escapes more in strings.
struct Printable(PrettyFormatter<'static>);

impl Formatter for Printable {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is plain.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !fragment.contains("##") {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|&(at, c)| must_escape(rest, at, c)) {
            let (before, after) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.strip_prefix(c).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

fn must_escape(text: &str, at: usize, c: char) -> bool {
    is_unseen(c) || c == '#' && text.as_bytes().get(at + 1) == Some(&b'#')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::schema::violations;
    use crate::render::{Format, fixture};

    #[test]
    fn the_report_is_written_field_by_field() {
        let report: serde_json::Value =
            serde_json::from_str(&fixture::drawn(Format::Json, &fixture::blocked())).unwrap();
        assert_eq!(report["schema"], "gate.report/1");
        assert_eq!(report["verdict"], "blocked");
        assert_eq!(report["hunks"][0]["path"], fixture::HOSTILE);
        assert_eq!(report["requirements"][1]["any_of"][0], "payments");
        assert!(report["requirements"][1].get("team").is_none());
        assert_eq!(report["sign_offs"][2]["kind"], "objection");
    }

    #[test]
    fn every_report_is_as_the_published_schema_says() {
        let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
        for report in [fixture::blocked(), fixture::overridden(), fixture::advisory(), fixture::local()] {
            let report = serde_json::from_str(&fixture::drawn(Format::Json, &report)).unwrap();
            assert_eq!(violations(&schema, &report), Vec::<String>::new());
        }
    }

    #[test]
    fn the_published_schema_refuses_what_is_no_report() {
        let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
        let mut report: serde_json::Value =
            serde_json::from_str(&fixture::drawn(Format::Json, &fixture::blocked())).unwrap();
        report["verdict"] = "maybe".into();
        report["change"]["head"] = "main".into();
        report["requirements"][0]["any_of"] = serde_json::json!([]);
        report["hunks"][0]["covered"] = serde_json::Value::Null;
        report["mood"] = "good".into();
        insta::assert_snapshot!(violations(&schema, &report).join("\n"), @r#"
        /change/head: "main" is not as pattern says
        /hunks/0/covered: null is not as type says
        /mood is not described
        /requirements/0: {"any_of":[],"candidates":["grace","heidi"],"count":2,"hunks":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"],"missing":1,"rules":["opaque","terraform/resource"],"signed_by":["ada"],"team":"platform"} is not as oneOf says
        /verdict: "maybe" is not as enum says
        "#);
    }

    #[test]
    fn orders_and_unseen_characters_are_escaped() {
        let mut out = Vec::new();
        write(&"##[x] # a\u{202e}b\u{e0041}\u{9b}", &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#""\u0023#[x] # a\u202eb\udb40\udc41\u009b""#);
    }

    proptest! {
        #[test]
        fn text_comes_back_as_it_was(text in any::<String>()) {
            let mut out = Vec::new();
            write(&text, &mut out).unwrap();
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
