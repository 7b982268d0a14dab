//! Commits, parsed from their raw bytes.
//!
//! git and libgit2 read an odd commit differently: of two author lines one takes the
//! first, the other the last, and both stop reading the message at a NUL. So anything
//! odd in the header is an error here, and the whole message is searched for authors.

use bstr::{BStr, BString, ByteSlice};
use git2::ObjectType;
use unicode_normalization::UnicodeNormalization;

use super::objects::Store;
use super::{Error, Repo};
use crate::change::{Commit, CommitSignature, Contributor, ObjectId, Role};

/// The largest commit of a change that is read.
const MAX_COMMIT: usize = 4 << 20;
/// The letters of `Co-authored-by`.
const CO_AUTHOR: &str = "coauthoredby";
/// A key longer than this, in bytes, is no trailer's.
const LONGEST_KEY: usize = 80;
/// The most people that one commit may name.
const MAX_PEOPLE: usize = 1000;

/// What a walk over commits needs of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Links {
    /// The tree.
    pub(super) tree: ObjectId,
    /// The parents, in order.
    pub(super) parents: Vec<ObjectId>,
}

impl Links {
    /// Reads the first lines of a commit.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        Self::split(bytes).map(|(links, _)| links)
    }

    /// Reads the first lines of a commit and returns what follows them.
    fn split(bytes: &[u8]) -> Result<(Self, &[u8]), String> {
        let (tree, mut rest) = take_id(bytes, b"tree ")?.ok_or("it does not begin with a tree")?;
        let mut parents = Vec::new();
        while let Some((parent, after)) = take_id(rest, b"parent ")? {
            parents.push(parent);
            rest = after;
        }
        Ok((Self { tree, parents }, rest))
    }
}

impl Repo {
    /// Reads a commit's tree and parents, as stored: no graft and no replacement has a say.
    pub(super) fn links(&self, id: ObjectId) -> Result<Links, Error> {
        self.store()?.links(id)
    }
}

impl Store<'_> {
    /// Reads a commit's tree and parents, as stored.
    pub(super) fn links(&self, id: ObjectId) -> Result<Links, Error> {
        let object = self.read(ObjectType::Commit, id)?;
        Links::parse(object.data()).map_err(|why| malformed(id, &why))
    }

    /// Reads who made a commit, its message and its signature.
    pub(super) fn commit(&self, id: ObjectId) -> Result<Commit, Error> {
        let size = self.size(ObjectType::Commit, id)?;
        if size > MAX_COMMIT {
            let message =
                format!("the commit {id} has {size} bytes, more than the {MAX_COMMIT} that are read");
            return Err(Error::new(message).help("make its message shorter"));
        }
        let object = self.read(ObjectType::Commit, id)?;
        parse(id, object.data()).map_err(|why| malformed(id, &why))
    }
}

fn malformed(id: ObjectId, why: &str) -> Error {
    Error::new(format!("the commit {id} is malformed: {why}"))
        .help("git programs disagree on what such a commit says: make it anew with `git commit --amend` or a rebase")
}

/// Reads a whole commit.
fn parse(id: ObjectId, bytes: &[u8]) -> Result<Commit, String> {
    let (_, after_links) = Links::split(bytes)?;
    let header_end = after_links.find(b"\n\n").map_or(after_links.len(), |end| end + 1);
    let (header, message) = after_links.split_at(header_end);
    let message = message.strip_prefix(b"\n").unwrap_or(message);
    if header.contains(&0) {
        return Err("there is a NUL in its header".to_owned());
    }
    let mut lines = header.lines();
    let author = take_person(lines.next(), b"author ", Role::Author)?;
    let committer = take_person(lines.next(), b"committer ", Role::Committer)?;
    let mut people = vec![author, committer];
    let mut signature: Option<BString> = None;
    let mut in_signature = false;
    for line in lines {
        if let Some(more) = line.strip_prefix(b" ") {
            if let Some(signature) = signature.as_mut().filter(|_| in_signature) {
                signature.push(b'\n');
                signature.extend_from_slice(more);
            }
            continue;
        }
        in_signature = false;
        if let Some(first) = line.strip_prefix(b"gpgsig ") {
            if signature.replace(first.into()).is_some() {
                return Err("it has two signatures".to_owned());
            }
            in_signature = true;
        } else if [&b"tree "[..], b"parent ", b"author ", b"committer "]
            .iter()
            .any(|name| line.starts_with(name))
        {
            return Err(format!("its header has a line `{}` too many or out of place", beginning(line)));
        }
    }
    co_authors(message, &mut people)?;
    let signature = signature
        .filter(|armoured| armoured.starts_with(b"-----BEGIN SSH SIGNATURE-----"))
        .map(|armoured| CommitSignature { armoured, payload: unsigned(bytes) });
    Ok(Commit { id, people, message: message.into(), signature })
}

/// Reads `name` and an id off the front; `None` where the line is another.
fn take_id<'a>(bytes: &'a [u8], name: &[u8]) -> Result<Option<(ObjectId, &'a [u8])>, String> {
    let Some(rest) = bytes.strip_prefix(name) else { return Ok(None) };
    let id = rest.get(..40).and_then(|digits| digits.to_str().ok()).and_then(ObjectId::parse);
    match (id, rest.get(40)) {
        (Some(id), Some(b'\n')) => Ok(Some((id, &rest[41..]))),
        _ => Err(format!("what follows `{}` in its header is no id", name.as_bstr().trim().as_bstr())),
    }
}

fn take_person(line: Option<&[u8]>, header: &[u8], role: Role) -> Result<Contributor, String> {
    let name = header.as_bstr().trim().as_bstr();
    let person = line.and_then(|line| line.strip_prefix(header)).ok_or_else(|| match line {
        Some(line) => format!("its header has `{}` where the {name} belongs", beginning(line)),
        None => format!("it has no {name}"),
    })?;
    let (before, rest) = person.split_once_str(b"<").ok_or(format!("its {name} has no e-mail address"))?;
    let (email, after) =
        rest.split_once_str(b">").ok_or(format!("its {name} has no end of the e-mail address"))?;
    if [before, email, after].iter().any(|part| part.contains(&b'<') || part.contains(&b'>')) {
        return Err(format!("its {name} has more than one e-mail address"));
    }
    Ok(Contributor { role, name: before.trim().into(), email: email.trim().into() })
}

/// Returns enough of a header line to find it by.
fn beginning(line: &[u8]) -> String {
    line.get(..80).unwrap_or(line).escape_ascii().to_string()
}

/// Collects everyone whom a `Co-authored-by` line of the message names, wherever the line is.
fn co_authors(message: &[u8], people: &mut Vec<Contributor>) -> Result<(), String> {
    let mut lines = message.split(|byte| matches!(byte, b'\n' | b'\r' | 0)).peekable();
    while let Some(line) = lines.next() {
        // To the eye these begin a line as well.
        let is_break = |c| matches!(c, '\x0b' | '\x0c' | '\u{85}' | '\u{2028}' | '\u{2029}');
        for piece in line.to_str_lossy().split(is_break).skip(1) {
            co_author(piece.as_bytes()).into_iter().for_each(|value| named(value.as_bstr(), people));
        }
        if let Some(value) = co_author(line) {
            let mut value = value.to_vec();
            // git goes on with a trailer on lines that begin with a blank.
            let goes_on = |line: &&[u8]| line.starts_with_str(" ") || line.starts_with_str("\t");
            while let Some(more) = lines.next_if(|line| goes_on(line) && co_author(line).is_none()) {
                value.extend_from_slice(more);
            }
            named(value.as_bstr(), people);
        }
        if people.len() > MAX_PEOPLE {
            return Err(format!("its message names more than {MAX_PEOPLE} co-authors"));
        }
    }
    Ok(())
}

/// Returns what follows `Co-authored-by:` in a line, or what can only be meant for it.
///
/// Squash messages quote and list the lines of others, and people misspell it. Whoever is named so and is
/// nobody of the policy counts for nothing, so all doubt is for a name.
fn co_author(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_start_with(|c| !c.is_alphanumeric());
    let mut letters = String::new();
    for (start, end, c) in line.char_indices() {
        if end > LONGEST_KEY {
            return None;
        }
        match c {
            ':' | '=' | '\u{ff1a}' => {
                let value = line.get(end..)?;
                let is_word = !value.trim().contains(&b' ') || value.contains(&b'@');
                return (letters == CO_AUTHOR || is_word && is_like_co_author(&letters)).then_some(value);
            }
            c if c.is_alphanumeric() => letters.extend(c.nfkc().flat_map(char::to_lowercase)),
            c if (c.is_whitespace() || c == '<') && letters == CO_AUTHOR => {
                let value = line.get(start..)?;
                let before = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '\u{ff1a}');
                return Some(value.trim_start_with(before));
            }
            _ => {}
        }
    }
    None
}

/// Tells whether the letters of a key are those of a co-author trailer, more or less: `coauthor`, `co-autored-by`.
fn is_like_co_author(letters: &str) -> bool {
    let is_ended =
        letters.len() <= "coauthor".len() + 1 || letters.ends_with("by") || letters.ends_with("ed");
    let is_author = ["aut", "ath", "auh"].iter().any(|part| letters.contains(part));
    letters.starts_with("coaut") && is_ended
        || letters.starts_with('c') && is_author && letters.ends_with("oredby") && letters.len() <= 16
}

/// Adds everyone whose address is in the text, however it is set apart; without an address, the text as it is.
fn named(text: &BStr, people: &mut Vec<Contributor>) {
    let mut add = |name: &[u8], email: &[u8]| {
        let name = name.trim_with(|c| c.is_whitespace() || ",;<>()[]:".contains(c));
        let name = if name.is_empty() { email } else { name };
        people.push(Contributor { role: Role::CoAuthor, name: name.into(), email: email.into() });
    };
    let (mut rest, mut is_named): (&[u8], bool) = (text, false);
    for word in text.fields_with(|c| c.is_whitespace() || "<>()[]{},;|`".contains(c)) {
        let scheme = word.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"mailto:"));
        let address = if scheme { &word[7..] } else { word };
        if let (true, Some((name, after))) = (address.contains(&b'@'), rest.split_once_str(word)) {
            add(name, address);
            (rest, is_named) = (after, true);
        }
    }
    if !is_named {
        add(text.trim(), text.trim());
    }
}

/// Returns the commit without its signature headers: what was signed.
fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let header_end = bytes.find(b"\n\n").map_or(bytes.len(), |end| end + 1);
    let (header, message) = bytes.split_at(header_end);
    let mut payload = Vec::with_capacity(bytes.len());
    let mut skipping = false;
    for line in header.lines_with_terminator() {
        skipping = line.starts_with(b"gpgsig ")
            || line.starts_with(b"gpgsig-sha256 ")
            || (skipping && line.starts_with(b" "));
        if !skipping {
            payload.extend_from_slice(line);
        }
    }
    payload.extend_from_slice(message);
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    const PARENT: &str = "parent 1111111111111111111111111111111111111111\n";
    const PEOPLE: &str =
        "author Ada A <ada@example.com> 1700000000 +0000\ncommitter Grace G <grace@example.com> 1 -1159\n";

    fn read(text: &str) -> Result<Commit, String> {
        parse(ObjectId::ZERO, text.as_bytes())
    }

    fn emails(message: &str) -> Vec<String> {
        let commit = read(&format!("{TREE}{PARENT}{PEOPLE}\n{message}")).unwrap();
        commit.people.iter().skip(2).map(|one| format!("{} <{}>", one.name, one.email)).collect()
    }

    #[test]
    fn author_committer_message_and_links_are_read() {
        let text = format!("{TREE}{PARENT}{PARENT}{PEOPLE}encoding latin1\n\nsubject\n\nbody\n");
        let commit = read(&text).unwrap();
        let people: Vec<_> =
            commit.people.iter().map(|one| (one.role, one.name.to_string(), one.email.to_string())).collect();
        assert_eq!(
            people,
            [
                (Role::Author, "Ada A".to_owned(), "ada@example.com".to_owned()),
                (Role::Committer, "Grace G".to_owned(), "grace@example.com".to_owned()),
            ]
        );
        assert_eq!(commit.message, "subject\n\nbody\n");
        assert_eq!(Links::parse(text.as_bytes()).unwrap().parents.len(), 2);
    }

    // HIS-29
    #[test]
    fn co_authors_are_found_anywhere_in_the_message() {
        assert_eq!(
            emails("s\n\nCo-authored-by: A <a@x>\n\nnot the last paragraph\n\0\nco-AUTHORED-by : B <b@x>\n"),
            ["A <a@x>", "B <b@x>"]
        );
        assert_eq!(emails("s\n\0Co-authored-by: C <c@x>"), ["C <c@x>"]);
        assert_eq!(
            emails("Co-authored-by: D <d@x>, E <e@x>\r\n  Co-authored-by:<f@x>"),
            ["D <d@x>", "E <e@x>", "f@x <f@x>"]
        );
        assert_eq!(emails("* Co-authored-by: a@x\n > co-authored-by: b@x"), ["a@x <a@x>", "b@x <b@x>"]);
        for separator in ["\x0b", "\x0c", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(emails(&format!("x{separator}Co-authored-by: A <a@x>")), ["A <a@x>"]);
            assert_eq!(emails(&format!("Co-authored-by: A{separator}<a@x>")), ["A <a@x>"]);
        }
        assert_eq!(emails("Co-authored-by: g@x\nnot co-authored-by: h@x"), ["g@x <g@x>"]);
    }

    #[test]
    fn co_authors_are_found_however_their_address_is_set_apart() {
        for (message, wanted) in [
            ("Co-authored-by: Ada\n <ada@x>", "Ada <ada@x>"),
            ("Co-authored-by:\n\tAda <ada@x>", "Ada <ada@x>"),
            ("Co-authored-by: Ada <ada@x", "Ada <ada@x>"),
            ("Co-authored-by: Ada ada@x", "Ada <ada@x>"),
            ("Co-authored-by: Ada (ada@x)", "Ada <ada@x>"),
            ("Co-authored-by: Ada <MailTo:ada@x>", "Ada <ada@x>"),
            ("Co-authored-by: @ada", "@ada <@ada>"),
            ("Co-authored-by: ada", "ada <ada>"),
        ] {
            assert_eq!(emails(message), [wanted], "{message:?}");
        }
    }

    #[test]
    fn trailer_that_is_misspelt_names_the_co_author() {
        for key in [
            "Coauthored-by:",
            "Co-author-by:",
            "Co-Authored by:",
            "Co-author:",
            "co_authored_by:",
            "Co-authors:",
            "Co-autored-by:",
            "Co-athored-by:",
            "Co-authored-by=",
            "Co-authored-by\u{ff1a}",
            "Co-authored-by",
            "\u{ff23}o-authored-by:",
            "Co\u{2010}authored\u{2010}by:",
            "Co-authored-by :",
            "** Co-authored-by:**",
            "Co-authered by:",
        ] {
            let found = emails(&format!("m\n\n{key} Ada <ada@x>"));
            assert!(found.iter().any(|one| one.ends_with("<ada@x>")), "{key}: {found:?}");
        }
        assert_eq!(emails("m\n\nCoauthor: ada"), ["ada <ada>"]);
        for line in [
            "author: a@x",
            "Co-op: a@x",
            "Authored-by: a@x",
            "Signed-off-by: a@x",
            "Co-author flow: fix the mail",
            "Cc: a@x",
            "Co-authored",
            "Canary monitored by: a@x",
            "Change sponsored by: a@x",
            "Cache stored by: a",
            "Coautor notes: fix mail from a@x",
        ] {
            assert!(emails(&format!("m\n\n{line}")).is_empty(), "{line}");
        }
    }

    // HIS-30
    #[test]
    fn header_that_programs_read_differently_is_malformed() {
        let other = "author Other <o@x> 1 +0000\n";
        for (header, why) in [
            (
                format!("{TREE}{other}{PEOPLE}"),
                "its header has `author Ada A <ada@example.com> 1700000000 +0000` where the committer belongs",
            ),
            (
                format!("{TREE}{PEOPLE}{other}"),
                "its header has a line `author Other <o@x> 1 +0000` too many or out of place",
            ),
            (
                format!("{TREE}{PEOPLE}committer O <o@x> 1 +0000\n"),
                "its header has a line `committer O <o@x> 1 +0000` too many or out of place",
            ),
            (
                format!("{TREE}{PEOPLE}{PARENT}"),
                "its header has a line `parent 1111111111111111111111111111111111111111` too many or out of place",
            ),
            (format!("{TREE}{other}"), "it has no committer"),
            (PEOPLE.to_owned(), "it does not begin with a tree"),
            (format!("{TREE}parent 12\n{PEOPLE}"), "what follows `parent` in its header is no id"),
            (format!("{TREE}author A <a@x> <b@x> 1 +0000\n"), "its author has more than one e-mail address"),
            (format!("{TREE}author A a@x 1 +0000\n"), "its author has no e-mail address"),
            (format!("{TREE}author A <a@x 1 +0000\n"), "its author has no end of the e-mail address"),
            (format!("{TREE}{PEOPLE}x \0\n"), "there is a NUL in its header"),
            (format!("{TREE}{PEOPLE}gpgsig a\ngpgsig b\n"), "it has two signatures"),
        ] {
            assert_eq!(read(&format!("{header}\nmessage\n")).unwrap_err(), why);
        }
    }

    #[test]
    fn message_of_too_many_co_authors_is_refused() {
        let message = "Co-authored-by: a@x\n".repeat(MAX_PEOPLE);
        assert!(read(&format!("{TREE}{PEOPLE}\n{message}")).is_err());
    }

    #[test]
    fn ssh_signature_is_taken_out_of_what_it_signs() {
        let signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n -----END SSH SIGNATURE-----\n";
        let sha256 = "gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n AAAA\n";
        let text = format!("{TREE}{PARENT}{PEOPLE}{signature}{sha256}\nmessage\n gpgsig x\n");
        let found = read(&text).unwrap().signature.unwrap();
        assert_eq!(found.armoured, "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----");
        assert_eq!(found.payload.to_str().unwrap(), format!("{TREE}{PARENT}{PEOPLE}\nmessage\n gpgsig x\n"));
        let pgp = format!("{TREE}{PEOPLE}gpgsig -----BEGIN PGP SIGNATURE-----\n x\n\nmessage\n");
        assert!(read(&pgp).unwrap().signature.is_none());
    }
}
