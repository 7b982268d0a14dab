//! TOML, whose tables may be written in pieces.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{DEEPEST, Entry, Format, Structure, Unreadable, Value};

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Structure, Unreadable> {
    let Ok(table) = DeTable::parse(text) else { return Err(Unreadable::Malformed(Format::Toml)) };
    let mut structure = Structure { is_scattered: true, ..Structure::default() };
    let top = DeValue::Table(table.into_inner());
    let root = Spanned::new(0..0, top);
    structure.add(0..0, Value::Scalar)?;
    structure.roots.push(0);
    let mut waiting: Vec<(usize, &Spanned<DeValue<'_>>, usize)> = vec![(0, &root, 0)];
    while let Some((number, value, depth)) = waiting.pop() {
        if depth > DEEPEST {
            return Err(Unreadable::TooDeep);
        }
        let value = match value.get_ref() {
            DeValue::Table(table) => {
                let mut entries = Vec::new();
                for (key, below) in table {
                    let node = structure.add(below.span(), Value::Scalar)?;
                    entries.push(Entry {
                        key: Some(key.get_ref().to_string()),
                        place: key.span(),
                        value: node,
                    });
                    waiting.push((node, below, depth + 1));
                }
                Value::Map(entries)
            }
            DeValue::Array(array) => {
                let mut items = Vec::new();
                for below in array {
                    let node = structure.add(below.span(), Value::Scalar)?;
                    items.push(node);
                    waiting.push((node, below, depth + 1));
                }
                Value::List(items)
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => Value::Scalar,
        };
        structure.nodes[number].value = value;
    }
    Ok(structure)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::tests::drawn;

    #[test]
    fn keys_lists_and_values_have_their_places() {
        let text =
            "a = 1\nb.c = 'x'\n[d]\ne = [1, { f = 2 }]\n[[g]]\nh = 1\n[[g]]\nh = 2\n[d.\"i.j\"]\nk = 3\n";
        assert_snapshot!(drawn("a.toml", text), @r#"
        a = "a"
          "1"
        b = "b"
          c = "c"
            "'x'"
        d = "d"
          e = "e"
            list
              "1"
              f = "f"
                "2"
          i.j = "\"i.j\""
            k = "k"
              "3"
        g = "g"
          list
            h = "h"
              "1"
            h = "h"
              "2"
        "#);
        assert_eq!(drawn("a.toml", "a = \n"), "it is not well-formed TOML");
    }
}
