//! What blocks have in common, whether they are written as HCL or as JSON.

use super::{Entry, Structure, Value};

/// Adds to each map the blocks that a `dynamic` one in it stands for, whatever their number.
pub(super) fn unfold(structure: &mut Structure) {
    // Of what is written, and not of what was made before: else nested ones would be copied at each level.
    let made: Vec<Vec<Entry>> = (0..structure.nodes.len()).map(|at| made_in(structure, at)).collect();
    for (node, made) in structure.nodes.iter_mut().zip(made) {
        if let Value::Map(entries) = &mut node.value {
            entries.extend(made);
        }
    }
    structure.has_blocks = true;
}

fn made_in(structure: &Structure, at: usize) -> Vec<Entry> {
    let mut made = Vec::new();
    for dynamic in entries(structure, at).iter().filter(|entry| is_called(entry, "dynamic")) {
        let labels = maps(structure, dynamic.value).into_iter().flat_map(|map| entries(structure, map));
        for label in labels {
            for body in maps(structure, label.value) {
                let place = label.place.start..structure.nodes[body].place.end;
                let value = content_of(structure, body);
                made.push(Entry { key: label.key.clone(), place, value });
            }
        }
    }
    made
}

/// Returns the body of the `content` block, where there is just one.
fn content_of(structure: &Structure, body: usize) -> usize {
    let mut contents = entries(structure, body).iter().filter(|entry| is_called(entry, "content"));
    match (contents.next(), contents.next()) {
        (Some(content), None) => content.value,
        _ => body,
    }
}

/// Returns the maps that a value is, or is a list of.
fn maps(structure: &Structure, at: usize) -> Vec<usize> {
    match &structure.nodes[at].value {
        Value::Map(_) => vec![at],
        Value::List(items) => {
            let is_map = |item: &usize| matches!(structure.nodes[*item].value, Value::Map(_));
            items.iter().copied().filter(is_map).collect()
        }
        Value::Scalar | Value::Alias(_) | Value::Expression(_) => Vec::new(),
    }
}

fn entries(structure: &Structure, at: usize) -> &[Entry] {
    match &structure.nodes[at].value {
        Value::Map(entries) => entries,
        Value::Scalar | Value::List(_) | Value::Alias(_) | Value::Expression(_) => &[],
    }
}

fn is_called(entry: &Entry, key: &str) -> bool {
    entry.key.as_deref() == Some(key)
}

#[cfg(test)]
mod tests {
    use super::super::tests::drawn;
    use super::super::{Structure, Value};

    #[test]
    fn nested_dynamic_blocks_are_not_copied_at_each_level() {
        let (depth, many) = (40, 1_000);
        let [open, close] = ["{ dynamic = ", "}"].map(|part| part.repeat(depth));
        let text = format!("x = {open}{{{}}}{close}\n", "a = {}, ".repeat(many));
        let structure = Structure::read(b"x.tf", text.as_bytes()).unwrap();
        let entries = structure.values().map(|value| match value {
            Value::Map(entries) => entries.len(),
            Value::Scalar | Value::List(_) | Value::Alias(_) | Value::Expression(_) => 0,
        });
        assert!(entries.sum::<usize>() < 3 * many);
    }

    #[test]
    fn dynamic_block_stands_for_the_blocks_that_it_makes() {
        let hcl = "dynamic \"a\" {\n  for_each = []\n  content {\n    b = 1\n  }\n}\ndynamic \"c\" {\n}\n";
        insta::assert_snapshot!(drawn("x.tf", hcl), @r#"
        dynamic = "dynamic"
          a = "\"a\""
            for_each = "for_each"
              list
            content = "content"
              b = "b"
                "1"
        dynamic = "dynamic"
          c = "\"c\""
        a = "\"a\" {\n  for_each = []\n  content {\n    b = 1\n  }\n}"
          b = "b"
            "1"
        c = "\"c\" {\n}"
        "#);
        let json = r#"{"dynamic": [{"a": [{"content": {"b": 1}}, 2], "c": 3}]}"#;
        let block = "a = \"\\\"a\\\": [{\\\"content\\\": {\\\"b\\\": 1}}\"\n  b = \"\\\"b\\\"\"\n    \"1\"\n";
        assert_eq!(drawn("x.tf.json", json), format!("{}{block}", drawn("x.json", json)));
    }
}
