//! Globs with braces, as the globs without that they stand for.

/// A glob that stands for more globs than this is left as it is.
const MOST: usize = 512;

/// Returns the globs that a glob with braces stands for; `None` where it has none, or is not to be taken apart:
/// braces in braces, an escape, a class, too many.
pub fn expand(glob: &str) -> Option<Vec<String>> {
    let glob = without_classes(glob)?;
    if !glob.contains('{') {
        return None;
    }
    let mut all = vec![String::new()];
    let mut rest = glob.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}')?;
        if inside.contains('{') || before.contains('}') {
            return None;
        }
        let choices: Vec<&str> = inside.split(',').collect();
        let is_plain = |choice: &&str| {
            // A slash or a star at the margin of a choice may mean more together with what stands beside the braces.
            let is_met = before.ends_with('*') && choice.starts_with('*')
                || after.starts_with('*') && choice.ends_with('*');
            let is_open = choice.is_empty() || choice.starts_with('/') || choice.ends_with('/');
            !(is_met || is_open || choice.contains("**"))
        };
        if all.len() * choices.len() > MOST || !choices.iter().all(is_plain) {
            return None;
        }
        all = all
            .iter()
            .flat_map(|start| choices.iter().map(move |choice| format!("{start}{before}{choice}")))
            .collect();
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    all.iter_mut().for_each(|start| start.push_str(rest));
    Some(all)
}

/// Writes `[.-]` as `{.,-}`; `None` where there is an escape, or a class that says more.
fn without_classes(glob: &str) -> Option<String> {
    let mut plain = String::with_capacity(glob.len());
    let mut rest = glob;
    while let Some((before, after)) = rest.split_once('[') {
        let (class, after) = after.split_once(']')?;
        let ranges = class.trim_end_matches('-').contains('-');
        if class.is_empty()
            || ranges
            || !class.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        {
            return None;
        }
        let letters: Vec<String> = class.chars().map(String::from).collect();
        plain += &format!("{before}{{{}}}", letters.join(","));
        rest = after;
    }
    plain += rest;
    (!plain.contains(['\\', ']'])).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_stand_for_each_of_their_choices() {
        assert_eq!(expand("a/{b,c}/*.{d,e}").unwrap(), ["a/b/*.d", "a/b/*.e", "a/c/*.d", "a/c/*.e"]);
        assert_eq!(expand("**/{a/b,*c}").unwrap(), ["**/a/b", "**/*c"]);
        assert_eq!(expand("*{b*,c}d*").unwrap(), ["*b*d*", "*cd*"]);
        assert_eq!(expand("a[x_]b").unwrap(), ["axb", "a_b"]);
        assert_eq!(expand("a[-]b").unwrap(), ["a-b"]);
        assert_eq!(expand(&"{a,b}".repeat(9)).unwrap().len(), MOST);
        assert_eq!(expand(&"{a,b}".repeat(10)), None);
        assert_eq!(expand(&("{a,b}".repeat(8) + "{a,b,c}")), None);
        assert_eq!(expand("*[.-]test.{a,b}").unwrap(), ["*.test.a", "*.test.b", "*-test.a", "*-test.b"]);
    }

    #[test]
    fn what_is_not_surely_understood_is_left_as_it_is() {
        for glob in [
            "a/*",
            "{a,}",
            "{a/,b}",
            "{/a,b}",
            "a}{b,c}",
            "{a,b}}",
            "[]a",
            "[a",
            "a]",
            "[a-]x[*]",
            "x/{**,b}",
            "*{*a,b}",
            "{a*,b}*",
            "{a,{b,c}}",
            "\\{a,b}",
            "[{]a",
            "[a-c]",
            "[!a]",
            "{a,[bc]}",
            "a}",
            "{a",
            &"{a,b}".repeat(12),
        ] {
            assert_eq!(expand(glob), None, "{glob}");
        }
    }
}
