//! OpenSSH's allowed-signers file, which names the keys of people.
//!
//! Whatever in it would make a key count less than a plain line does is an error and
//! no line that is skipped: a policy must not mean less than it seems to.

use std::ops::Range;

use super::PublicKey;

/// The largest file that is read.
const MAX_BYTES: usize = 4_194_304;
/// The namespace that a line must allow for its key to count.
const NAMESPACE: &str = "gate.signoff";

/// One line of an allowed-signers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedSigner {
    /// The principals: e-mail addresses, as a rule.
    pub principals: Vec<String>,
    /// The key.
    pub key: PublicKey,
    /// Where the line is, in bytes.
    pub span: Range<usize>,
}

/// Reads an allowed-signers file, or says every mistake with its place.
///
/// A line whose `namespaces` leave out gate's own is no mistake: its key is for something else.
pub fn allowed_signers(text: &str) -> Result<Vec<AllowedSigner>, Vec<(Range<usize>, String)>> {
    if text.len() > MAX_BYTES {
        return Err(vec![(0..0, format!("the file is larger than {MAX_BYTES} bytes"))]);
    }
    let mut signers = Vec::new();
    let mut mistakes = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let span = start..start + line.trim_end().len();
        start += line.len() + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match signer(line, &span) {
            Ok(found) => signers.extend(found),
            Err(mistake) => mistakes.push((span, mistake)),
        }
    }
    if mistakes.is_empty() { Ok(signers) } else { Err(mistakes) }
}

/// Reads one line; `None` where its key is for another namespace.
fn signer(line: &str, span: &Range<usize>) -> Result<Option<AllowedSigner>, String> {
    let (principals, rest) = word(line)?;
    let principals = patterns(principals, "principal")?;
    if let Some(pattern) = principals.iter().find(|principal| principal.contains(['*', '?'])) {
        return Err(format!(
            "`{}` could be anybody; gate needs each person's address",
            super::shown(pattern)
        ));
    }
    let (next, after) = word(rest)?;
    let (options, key) = if is_key_type(next) { ("", rest) } else { (next, after) };
    let counts = allows_gate(options)?;
    let key = PublicKey::parse(key).map_err(|error| error.to_string())?;
    Ok(counts.then(|| AllowedSigner { principals, key, span: span.clone() }))
}

/// Splits the first word off, which may have blanks between double quotes.
fn word(line: &str) -> Result<(&str, &str), String> {
    let line = line.trim_start_matches([' ', '\t']);
    let mut quoted = false;
    let end = line.find(|c| {
        quoted ^= c == '"';
        !quoted && (c == ' ' || c == '\t')
    });
    match end {
        _ if quoted => Err("a quotation mark is not closed".to_owned()),
        Some(end) => Ok(line.split_at(end)),
        None => Ok((line, "")),
    }
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "webauthn-"].iter().any(|start| word.starts_with(start))
}

/// Reads the options, and tells whether they let the key sign off.
fn allows_gate(options: &str) -> Result<bool, String> {
    let mut counts = true;
    for option in split_outside_quotes(options) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => {
                let namespaces = patterns(value, "namespace")?;
                counts &= namespaces.iter().any(|pattern| namespace_matches(pattern));
            }
            "cert-authority" => {
                return Err(
                    "`cert-authority` is for certificates, and gate verifies with keys alone".to_owned()
                );
            }
            "valid-after" | "valid-before" => {
                return Err(format!(
                    "gate does not read `{name}`: keys count as long as the policy names them, \
                     so take the line out when its time is over"
                ));
            }
            "" => {}
            _ => return Err(format!("`{}` is not an option that gate knows", super::shown(name))),
        }
    }
    Ok(counts)
}

/// Splits at the commas that are not between double quotes.
fn split_outside_quotes(options: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    options.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
}

/// Reads a list with commas, in quotes or not. Negated entries and empty lists are mistakes.
fn patterns(list: &str, what: &str) -> Result<Vec<String>, String> {
    let plain = list.trim_matches('"');
    let entries: Vec<String> = plain.split(',').map(str::to_owned).collect();
    if entries.iter().any(String::is_empty) || plain.contains('"') {
        return Err(format!("the list of {what}s has an empty or damaged entry"));
    }
    match entries.iter().find(|entry| entry.starts_with('!')) {
        Some(entry) => Err(format!("gate does not read the negated {what} `{}`", super::shown(entry))),
        None => Ok(entries),
    }
}

/// Matches gate's namespace with a pattern of OpenSSH's: `*` for anything, `?` for one character.
fn namespace_matches(pattern: &str) -> bool {
    let name = NAMESPACE.as_bytes();
    // `reached[i]`: the pattern so far can match the first i bytes.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for byte in pattern.bytes() {
        let mut next = vec![false; name.len() + 1];
        for i in 0..=name.len() {
            next[i] = match byte {
                b'*' => reached[i] || (i > 0 && next[i - 1]),
                b'?' => i > 0 && reached[i - 1],
                _ => i > 0 && reached[i - 1] && name[i - 1] == byte,
            };
        }
        reached = next;
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::testing::TestKey;

    fn only_mistake(line: &str) -> String {
        let mistakes = allowed_signers(line).unwrap_err();
        assert_eq!(mistakes.len(), 1);
        mistakes[0].1.clone()
    }

    #[test]
    fn lines_are_read_as_openssh_reads_them() {
        let (ada, grace) = (TestKey::new(1).public(), TestKey::new(2).public());
        let text = format!(
            "# people\n\nada@acme.dev,ada@home.dev {ada} laptop\r\n\"grace@acme.dev\" \
             namespaces=\"git,gate.*\" {grace} two words\n"
        );
        let signers = allowed_signers(&text).unwrap();
        assert_eq!(signers.len(), 2);
        assert_eq!(signers[0].principals, ["ada@acme.dev", "ada@home.dev"]);
        assert_eq!(signers[0].key, ada);
        assert_eq!(signers[1].principals, ["grace@acme.dev"]);
        assert_eq!(signers[1].key, grace);
        let line = text.get(signers[0].span.clone()).unwrap();
        assert!(line.starts_with("ada@") && line.ends_with("laptop"), "{line:?}");
    }

    #[test]
    fn key_for_another_namespace_does_not_count() {
        let ada = TestKey::new(1).public();
        for namespaces in ["git", "\"git,file\"", "gate.signof?f", "gate"] {
            let text = format!("ada@acme.dev namespaces={namespaces} {ada}");
            assert_eq!(allowed_signers(&text), Ok(Vec::new()), "{namespaces}");
        }
        for namespaces in ["gate.signoff", "*", "\"git,gate.*\"", "gate?sign*"] {
            let text = format!("ada@acme.dev namespaces={namespaces} {ada}");
            assert_eq!(allowed_signers(&text).map(|signers| signers.len()), Ok(1), "{namespaces}");
        }
    }

    #[test]
    fn a_file_may_be_as_large_as_allowed_and_no_larger() {
        let remark = |bytes: usize| allowed_signers(&"#".repeat(bytes));
        assert_eq!(remark(MAX_BYTES), Ok(Vec::new()));
        assert!(remark(MAX_BYTES + 1).is_err());
    }

    #[test]
    fn every_mistake_is_said_at_once_with_its_place() {
        let ada = TestKey::new(1).public();
        let text = format!("a@b cert-authority {ada}\nb@c {ada}\nc@d ssh-dss AAAA\n");
        let mistakes = allowed_signers(&text).unwrap_err();
        let places: Vec<&str> = mistakes.iter().map(|(span, _)| text.get(span.clone()).unwrap()).collect();
        assert_eq!(places, [&format!("a@b cert-authority {ada}"), "c@d ssh-dss AAAA"]);
    }

    #[test]
    fn options_that_would_narrow_a_key_are_refused() {
        let ada = TestKey::new(1).public();
        let said = [
            format!("a@b cert-authority {ada}"),
            format!("a@b valid-after=\"20260101\" {ada}"),
            format!("a@b namespaces=\"git\",valid-before=20260101Z {ada}"),
            format!("a@b octopus {ada}"),
            format!("a@b namespaces=\"!git,*\" {ada}"),
            format!("*@b {ada}"),
            format!("a@b namespaces=\"git {ada}"),
            format!("a@b,, {ada}"),
            "a@b".to_owned(),
        ]
        .map(|line| only_mistake(&line));
        insta::assert_snapshot!(said.join("\n"), @r#"
        `cert-authority` is for certificates, and gate verifies with keys alone
        gate does not read `valid-after`: keys count as long as the policy names them, so take the line out when its time is over
        gate does not read `valid-before`: keys count as long as the policy names them, so take the line out when its time is over
        `octopus` is not an option that gate knows
        gate does not read the negated namespace `!git`
        `*@b` could be anybody; gate needs each person's address
        a quotation mark is not closed
        the list of principals has an empty or damaged entry
        this is not a public key: it is empty
        "#);
    }
}
