//! The JSON schema of gate.toml, for editors: it completes keys and says what they mean.
//!
//! What only gate can know, such as whether a team is there, is left to `gate lint`.

/// Returns the JSON schema of gate.toml (draft 7, which editors of TOML read).
pub fn schema() -> &'static str {
    include_str!("../../docs/gate.schema.json")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::policy::Policy;

    /// Each table of gate.toml with a key that is in none, and the place of the same table in the schema.
    const TABLES: [(&str, &str); 11] = [
        ("zz = 1", ""),
        ("[people.ada]\nzz = 1", "/definitions/person"),
        ("[gate]\nzz = 1", "/properties/gate"),
        ("[gate]\nrequired = [{ zz = 1 }]", "/definitions/row"),
        ("[sign-off]\nzz = 1", "/properties/sign-off"),
        ("[override]\nzz = 1", "/properties/override"),
        ("[[service]]\nzz = 1", "/definitions/service"),
        ("[[rule]]\nzz = 1", "/definitions/rule"),
        ("[[rule]]\n[[rule.example]]\nzz = 1", "/definitions/rule/properties/example/items"),
        ("[rules.\"a/b\"]\nzz = 1", "/definitions/change"),
        ("[[local]]\nzz = 1", "/definitions/local"),
    ];

    /// Returns the keys that the reader says there are.
    fn keys_of_reader(table: &str) -> BTreeSet<String> {
        let mistakes = Policy::parse(table, "gate.toml", &|_| Ok(None)).unwrap_err();
        let mistake =
            mistakes.diagnostics.iter().find(|mistake| mistake.message.starts_with("unknown key `zz`"));
        let help = mistake.unwrap().help.as_deref().unwrap();
        help.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read_and_no_others() {
        let schema: Value = serde_json::from_str(schema()).unwrap();
        for (table, place) in TABLES {
            let table_schema = schema.pointer(place).unwrap();
            let properties = table_schema["properties"].as_object().unwrap();
            assert_eq!(properties.keys().cloned().collect::<BTreeSet<_>>(), keys_of_reader(table), "{place}");
            assert_eq!(table_schema["additionalProperties"], Value::Bool(false), "{place}");
        }
    }

    #[test]
    fn every_reference_of_the_schema_leads_somewhere() {
        let schema: Value = serde_json::from_str(schema()).unwrap();
        let text = schema.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let place = reference.split('"').next().unwrap();
            assert!(schema.pointer(place).is_some(), "{place}");
        }
    }
}
