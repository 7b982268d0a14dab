//! A reader of XML that takes no more of it than gate writes: elements, attributes, text, character references.

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    /// Returns an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a document; panics at the first thing that is not well-formed, or that gate has no reason to write.
pub fn parse(document: &str) -> Element {
    let forbidden = |c: char| (c < ' ' && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!document.contains(forbidden), "a character that XML does not have");
    let body = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    let mut open = vec![Element::default()];
    let mut rest = body;
    while let Some((text, tail)) = rest.split_once('<') {
        open.last_mut().unwrap().text.push_str(&plain(text));
        let (tag, tail) = tail.split_once('>').expect("a tag ends");
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().unwrap();
            assert_eq!(closed.name, name);
            open.last_mut().expect("one root").children.push(closed);
        } else if let Some(tag) = tag.strip_suffix('/') {
            open.last_mut().unwrap().children.push(element(tag));
        } else {
            open.push(element(tag));
        }
    }
    open.last_mut().unwrap().text.push_str(&plain(rest));
    let outside = open.pop().unwrap();
    assert!(open.is_empty() && outside.text.trim().is_empty() && outside.children.len() == 1);
    outside.children.into_iter().next().unwrap()
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.trim().is_empty() {
        let (name, tail) = rest.trim_start().split_once("=\"").expect("an attribute");
        let (value, tail) = tail.split_once('"').expect("a value ends");
        assert!(!value.contains('\n'), "a line end in a value becomes a blank");
        assert!(attributes.iter().all(|(known, _)| known != name), "{name} twice");
        attributes.push((name.to_owned(), plain(value)));
        rest = tail;
    }
    Element { name: name.to_owned(), attributes, ..Element::default() }
}

/// Resolves references by number, the only kind there may be.
fn plain(text: &str) -> String {
    assert!(!text.contains("]]>"), "the end of a section that never began");
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, tail) =
            part.strip_prefix('#').and_then(|part| part.split_once(';')).expect("a reference");
        plain.push(char::from_u32(number.parse().unwrap()).unwrap());
        plain.push_str(tail);
    }
    plain
}
