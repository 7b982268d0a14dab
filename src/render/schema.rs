//! A reader of JSON schemas, as far as the published one goes, for tests.

use regex::Regex;
use serde_json::Value;

/// Finds where `value` is not as `schema` says, and which of its fields `schema` does not describe.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "", &mut found);
    found
}

/// The keywords that [`check`] knows; any other would be passed over in silence.
const KNOWN: [&str; 16] = [
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "const",
    "enum",
    "pattern",
    "minimum",
    "required",
    "properties",
    "items",
    "oneOf",
    "format",
    "default",
];

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for keyword in schema.as_object().expect("a schema is an object").keys() {
        assert!(KNOWN.contains(&keyword.as_str()), "{keyword} is not checked");
    }
    if let Some(name) = schema["$ref"].as_str() {
        let target =
            root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} leads nowhere"));
        check(root, target, value, at, found);
    }
    let mut require = |holds: bool, keyword: &str| {
        if !holds {
            found.push(format!("{at}: {value} is not as {keyword} says"));
        }
    };
    require(schema["const"].is_null() || schema["const"] == *value, "const");
    require(schema["enum"].as_array().is_none_or(|all| all.contains(value)), "enum");
    require(is_of_type(&schema["type"], value), "type");
    require(
        schema["minimum"].as_i64().is_none_or(|least| value.as_i64().is_none_or(|n| n >= least)),
        "minimum",
    );
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        require(Regex::new(pattern).expect("a schema has readable patterns").is_match(text), "pattern");
    }
    let has_all = |schema: &Value| strings(&schema["required"]).all(|name| value.get(name).is_some());
    require(has_all(schema), "required");
    if let Some(choices) = schema["oneOf"].as_array() {
        require(choices.iter().filter(|choice| has_all(choice)).count() == 1, "oneOf");
    }
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, field) in fields {
            let at = format!("{at}/{name}");
            match properties.get(name) {
                Some(described) => check(root, described, field, &at, found),
                None => found.push(format!("{at} is not described")),
            }
        }
    }
    if let (true, Some(items)) = (schema["items"].is_object(), value.as_array()) {
        for (index, item) in items.iter().enumerate() {
            check(root, &schema["items"], item, &format!("{at}/{index}"), found);
        }
    }
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    wanted.is_null() || wanted == actual || strings(wanted).any(|name| name == actual)
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}
