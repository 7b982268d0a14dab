//! Globs of the everyday kind, matched part by part between the slashes: `*`, `**` and plain text.
//!
//! Such a glob is matched as it is written, so that nothing has to be made ready.

/// What of a path tells quickest that a glob does not match it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key<'a> {
    /// The file's name.
    Name(&'a [u8]),
    /// The first folder.
    Folder(&'a [u8]),
    /// A folder on the way.
    InnerFolder(&'a [u8]),
    /// What follows the last dot.
    Extension(&'a [u8]),
    /// Nothing.
    None,
}

/// Tells whether a glob is of this kind.
pub fn is_plain(glob: &str) -> bool {
    glob.split('/')
        .all(|part| part == "**" || !part.contains("**") && !part.contains(['?', '[', ']', '{', '}', '\\']))
}

/// Returns what to look for first; for plain globs only.
pub fn key(glob: &str) -> Key<'_> {
    let parts: Vec<&str> = glob.split('/').collect();
    let is_text = |part: &str| !part.contains('*');
    let name = parts.last().copied().unwrap_or_default();
    match parts.as_slice() {
        _ if is_text(name) => Key::Name(name.as_bytes()),
        [folder, _, ..] if is_text(folder) => Key::Folder(folder.as_bytes()),
        ["**", folder, _, ..] if is_text(folder) => Key::InnerFolder(folder.as_bytes()),
        _ => {
            let end = name.rsplit('*').next().unwrap_or_default();
            end.rsplit_once('.').map_or(Key::None, |(_, extension)| Key::Extension(extension.as_bytes()))
        }
    }
}

/// Returns the keys of the globs that a path may have.
pub fn keys(path: &[u8]) -> impl Iterator<Item = Key<'_>> {
    let slash = path.iter().rposition(|&byte| byte == b'/');
    let (way, name) = slash.map_or((None, path), |slash| (Some(&path[..slash]), &path[slash + 1..]));
    let folders = way.into_iter().flat_map(|way| way.split(|&byte| byte == b'/'));
    let dot = path.iter().rposition(|&byte| byte == b'.');
    let first = folders.clone().next().map(Key::Folder);
    let extension = dot.map(|dot| Key::Extension(&path[dot + 1..]));
    [Some(Key::Name(name)), first, extension, Some(Key::None)]
        .into_iter()
        .flatten()
        .chain(folders.map(Key::InnerFolder))
}

/// Matches a plain glob against a path. After a mismatch the last `**` takes one part more: going back to an earlier
/// one could not help.
pub fn matches(glob: &[u8], path: &[u8]) -> bool {
    let end = glob.iter().rposition(|byte| matches!(byte, b'*' | b'/')).map_or(glob, |at| &glob[at + 1..]);
    if !path.ends_with(end) {
        return false;
    }
    if let Some(name) = glob.strip_prefix(b"**/").filter(|name| !name.contains(&b'/')) {
        return is_name(name, path.rsplit(|&byte| byte == b'/').next().unwrap_or(path));
    }
    let (mut glob, mut path) = (Some(glob), Some(path));
    let mut retry = None;
    while let Some(names) = path {
        let (name, behind) = cut(names);
        match glob.map(cut) {
            // At the end it stands for one part at least: with no glob left, the rest is passed by.
            Some((b"**", rest)) => {
                retry = Some((rest, behind));
                glob = rest;
                continue;
            }
            Some((part, rest)) if is_name(part, name) => {
                (glob, path) = (rest, behind);
                continue;
            }
            _ => {}
        }
        let Some((part, from)) = retry else { return false };
        (glob, path) = (part, from);
        retry = Some((part, from.and_then(|from| cut(from).1)));
    }
    glob.is_none()
}

/// Cuts off what stands before the first slash.
fn cut(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == b'/') {
        Some(slash) => (&text[..slash], Some(&text[slash + 1..])),
        None => (text, None),
    }
}

/// Matches plain text and stars against a name, likewise.
fn is_name(glob: &[u8], name: &[u8]) -> bool {
    let (mut at, mut byte) = (0, 0);
    let mut retry = None;
    while byte < name.len() {
        match (glob.get(at), retry) {
            (Some(b'*'), _) => {
                at += 1;
                retry = Some((at, byte));
            }
            (Some(&wanted), _) if wanted == name[byte] => (at, byte) = (at + 1, byte + 1),
            (_, Some((behind, from))) => {
                (at, byte) = (behind, from + 1);
                retry = Some((at, byte));
            }
            (_, None) => return false,
        }
    }
    glob[at..].iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stars_and_text_are_plain() {
        for glob in ["a", "a/b", "**", "a/**/b*c", "*", "**/*.tf"] {
            assert!(is_plain(glob), "{glob}");
        }
        for glob in ["{a,b}", "a?", "[a]", "a/b**", "**b/a", r"a\*", "a}"] {
            assert!(!is_plain(glob), "{glob}");
        }
    }

    #[test]
    fn plain_globs_match_part_by_part() {
        for (glob, path) in [
            ("a", "a"),
            ("a*", "a"),
            ("a**", "a"),
            ("*a*b", "aab"),
            ("*ab*ab", "abxabab"),
            ("*/b", "a/b"),
            ("**", "a/b/c"),
            ("a/**", "a/b"),
            ("a/**", "a/b/c"),
            ("**/c", "c"),
            ("**/b/c", "b/b/c"),
            ("a/**/c", "a/c"),
            ("a/**/b/c", "a/b/b/b/c"),
            ("a/**/b/**/c", "a/b/b/x/c"),
            ("**/a/**", "x/a/a"),
            ("**/**", "a"),
            ("**/*a", "b/ba"),
        ] {
            assert!(matches(glob.as_bytes(), path.as_bytes()), "{glob} {path}");
        }
        for (glob, path) in [
            ("a", "b"),
            ("a", "a/a"),
            ("a", "ba"),
            ("a*", "b"),
            ("a*b", "a"),
            ("*a*b", "ab/b"),
            ("*/b", "b"),
            ("a/**", "a"),
            ("**/c", "cc"),
            ("**/c", "c/d"),
            ("a/**/c", "b/c"),
            ("a/**/b/c", "a/b/b"),
            ("a/**/b", "a/b/c"),
            ("a/b", "a/b/c"),
            ("a/b/c", "a/b"),
        ] {
            assert!(!matches(glob.as_bytes(), path.as_bytes()), "{glob} {path}");
        }
    }

    #[test]
    fn a_path_has_the_key_of_each_glob_that_matches_it() {
        let keys: Vec<_> = keys(b"a/b.d/c.tar.gz").collect();
        let expected = [
            Key::Name(b"c.tar.gz"),
            Key::Folder(b"a"),
            Key::Extension(b"gz"),
            Key::None,
            Key::InnerFolder(b"a"),
            Key::InnerFolder(b"b.d"),
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn the_key_is_what_a_path_must_have() {
        for (glob, expected) in [
            ("gate.toml", Key::Name(b"gate.toml")),
            ("**/Dockerfile", Key::Name(b"Dockerfile")),
            ("infra/**", Key::Folder(b"infra")),
            ("**/test/**", Key::InnerFolder(b"test")),
            ("**/*.tf", Key::Extension(b"tf")),
            ("**/*_test.go", Key::Extension(b"go")),
            ("**/*file", Key::None),
            ("*/a*", Key::None),
            ("a*/*b", Key::None),
            ("**/*/b*", Key::None),
            ("*/*.tf", Key::Extension(b"tf")),
            ("**", Key::None),
        ] {
            assert_eq!(key(glob), expected, "{glob}");
        }
    }
}
