//! Key paths: a place in a structured file, such as `spec.template.spec.containers[].resources`.

use std::fmt;

/// A key path longer than this, in bytes, is refused.
const LONGEST: usize = 500;

/// A place in a YAML, JSON, TOML or HCL file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(Vec<KeyStep>);

/// One step down a key path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyStep {
    /// The value of this key.
    Key(String),
    /// `*`: the value of any key.
    AnyKey,
    /// `**`: any number of steps, or none.
    AnyDepth,
    /// `[]`: any item of a list.
    AnyItem,
}

impl KeyPath {
    /// Reads a key path: keys with dots between, `[]` after a key for the items of its list, `*` for any key,
    /// `**` for any depth. A key with other letters than `A-Z a-z 0-9 _ - / $` stands in double quotes.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (step, after) = first_step(rest)?;
            steps.push(step);
            rest = after;
            while let Some(after) = rest.strip_prefix("[]") {
                steps.push(KeyStep::AnyItem);
                rest = after;
            }
            match rest.strip_prefix('.') {
                Some(after) => rest = after,
                None if rest.is_empty() => return Ok(Self(steps)),
                None if rest.starts_with('[') => {
                    return Err("the items of a list are `[]`; one alone can't be asked for".to_owned());
                }
                None => return Err(format!("`{rest}` does not follow a key; keys have `.` between them")),
            }
        }
    }

    /// Returns the first key that may stand at any depth.
    pub fn key_anywhere(&self) -> Option<&str> {
        self.0.windows(2).find_map(|steps| match steps {
            [KeyStep::AnyDepth, KeyStep::Key(key)] => Some(key.as_str()),
            _ => None,
        })
    }

    /// Returns the steps from the top of the file.
    pub fn steps(&self) -> &[KeyStep] {
        &self.0
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            if i > 0 && *step != KeyStep::AnyItem {
                f.write_str(".")?;
            }
            match step {
                KeyStep::Key(key) if key.chars().all(is_plain) => f.write_str(key)?,
                KeyStep::Key(key) => write!(f, "\"{key}\"")?,
                KeyStep::AnyKey => f.write_str("*")?,
                KeyStep::AnyDepth => f.write_str("**")?,
                KeyStep::AnyItem => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

fn first_step(text: &str) -> Result<(KeyStep, &str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (key, after) = quoted.split_once('"').ok_or("a quote is not closed")?;
        return match key {
            "" => Err("a key is empty".to_owned()),
            key => Ok((KeyStep::Key(key.to_owned()), after)),
        };
    }
    if let Some(after) = text.strip_prefix("**") {
        return Ok((KeyStep::AnyDepth, after));
    }
    if let Some(after) = text.strip_prefix('*') {
        return Ok((KeyStep::AnyKey, after));
    }
    let end = text.find(|c| !is_plain(c)).unwrap_or(text.len());
    match text.split_at(end) {
        ("", "") => Err("a key is missing at its end".to_owned()),
        ("", rest) if rest.starts_with('.') => Err("a key is missing between two dots".to_owned()),
        ("", rest) => {
            Err(format!("`{rest}` does not start with a key; put a key with such letters in double quotes"))
        }
        (key, after) => Ok((KeyStep::Key(key.to_owned()), after)),
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_path_is_read_and_written_alike() {
        for text in [
            "spec.template.spec.containers[].resources",
            "services.*.ports[]",
            "**.replicas",
            "metadata.annotations.\"example.com/role\"",
            "on",
            "matrix[][]",
        ] {
            assert_eq!(KeyPath::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_key_path_with_a_hole_is_refused() {
        let refused = |text: &str| KeyPath::parse(text).unwrap_err();
        assert_eq!(refused(""), "a key is missing at its end");
        assert_eq!(refused("a."), "a key is missing at its end");
        assert_eq!(refused("a..b"), "a key is missing between two dots");
        assert_eq!(refused("a[0]"), "the items of a list are `[]`; one alone can't be asked for");
        assert_eq!(refused("\"a"), "a quote is not closed");
        assert_eq!(
            refused("]"),
            "`]` does not start with a key; put a key with such letters in double quotes"
        );
        assert_eq!(refused("a b"), "` b` does not follow a key; keys have `.` between them");
        assert!(KeyPath::parse(&"a".repeat(LONGEST)).is_ok());
        assert_eq!(refused(&"a".repeat(LONGEST + 1)), "it is longer than 500 bytes");
    }
}
