//! What git tells a hook on its standard input.

use crate::change::ObjectId;

/// The most input that is read: git writes some hundred bytes for each ref.
pub const LARGEST: usize = 64 << 20;

/// A ref that a push moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The full name of the ref on the other side.
    pub name: String,
    /// Where it is; `None` where it is not there yet.
    pub old: Option<ObjectId>,
    /// Where it is to be; `None` where it is to be deleted.
    pub new: Option<ObjectId>,
}

/// A line that git does not write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {number} of the hook's input is not what git writes")]
pub struct Malformed {
    /// The line, counted from 1.
    pub number: usize,
}

/// Reads the lines of pre-receive: `old new ref`.
pub fn received(input: &[u8]) -> Result<Vec<Update>, Malformed> {
    each(input, |words| match words {
        [old, new, name] => update(name, old, new),
        _ => None,
    })
}

/// Reads the lines of pre-push: `local-ref local remote-ref remote`.
pub fn pushed(input: &[u8]) -> Result<Vec<Update>, Malformed> {
    each(input, |words| match words {
        [_, local, name, remote] => update(name, remote, local),
        _ => None,
    })
}

fn each(input: &[u8], read: impl Fn(&[&str]) -> Option<Update>) -> Result<Vec<Update>, Malformed> {
    let lines = input.strip_suffix(b"\n").unwrap_or(input).split(|byte| *byte == b'\n');
    let lines = lines.enumerate().filter(|_| !input.is_empty());
    lines
        .map(|(index, line)| {
            let words: Option<Vec<&str>> =
                std::str::from_utf8(line).ok().map(|line| line.split(' ').collect());
            words.and_then(|words| read(&words)).ok_or(Malformed { number: index + 1 })
        })
        .collect()
}

fn update(name: &str, old: &str, new: &str) -> Option<Update> {
    let id = |hex: &str| ObjectId::parse(hex).map(|id| (id != ObjectId::ZERO).then_some(id));
    let plain = name.starts_with("refs/") && !name.chars().any(char::is_control);
    plain.then_some(Update { name: name.to_owned(), old: id(old)?, new: id(new)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn a_new_branch_and_a_deletion_are_told_apart() {
        let input = format!("{ZERO} {ONE} refs/heads/new\n{ONE} {ZERO} refs/heads/gone\n");
        let updates = received(input.as_bytes()).unwrap();
        assert_eq!((updates[0].old, updates[0].new), (None, ObjectId::parse(ONE)));
        assert_eq!((updates[1].old, updates[1].new), (ObjectId::parse(ONE), None));
        let input = format!("refs/heads/a {ONE} refs/heads/b {ZERO}\n");
        assert_eq!(pushed(input.as_bytes()).unwrap()[0].name, "refs/heads/b");
    }

    #[test]
    fn what_git_does_not_write_is_an_error() {
        for bad in [
            "garbage\n",
            "\n",
            " \n",
            &format!("{ONE} {ONE} main\n"),
            &format!("{ONE} {ONE}  refs/heads/a\n"),
        ] {
            assert_eq!(received(bad.as_bytes()), Err(Malformed { number: 1 }), "{bad:?}");
        }
        let second = format!("{ONE} {ZERO} refs/heads/a\n{ONE}\n");
        assert_eq!(received(second.as_bytes()), Err(Malformed { number: 2 }));
    }
}
