//! One attack: what it tries, how it is built, and what gate must say to it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PRELUDE: &str = include_str!("prelude.sh");

/// What gate says, by its exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Blocked,
    Error,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Blocked => "blocked",
            Self::Error => "error",
        }
    }

    fn code(self) -> i32 {
        match self {
            Self::Pass => 0,
            Self::Blocked => 1,
            Self::Error => 2,
        }
    }
}

/// What else must hold of the answer.
enum Sign {
    Class { path: &'static str, class: &'static str },
    Reason(&'static str),
    Says(&'static str),
    Silent(&'static str),
}

pub struct Attack {
    name: &'static str,
    tries: &'static str,
    build: &'static str,
    wanted: Verdict,
    differs: Option<(Verdict, &'static str)>,
    signs: Vec<Sign>,
}

/// An attack that must be blocked.
pub fn blocked(tries: &'static str, build: &'static str) -> Attack {
    Attack::new(Verdict::Blocked, tries, build)
}

/// An attack that must end in an error.
pub fn error(tries: &'static str, build: &'static str) -> Attack {
    Attack::new(Verdict::Error, tries, build)
}

/// What looks like an attack and must pass.
pub fn pass(tries: &'static str, build: &'static str) -> Attack {
    Attack::new(Verdict::Pass, tries, build)
}

impl Attack {
    fn new(wanted: Verdict, tries: &'static str, build: &'static str) -> Self {
        Self { name: "", tries, build, wanted, differs: None, signs: Vec::new() }
    }

    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// This path has an architectural hunk.
    pub fn gated(self, path: &'static str) -> Self {
        self.with(Sign::Class { path, class: "architectural" })
    }

    /// This path has a local hunk.
    pub fn local(self, path: &'static str) -> Self {
        self.with(Sign::Class { path, class: "local" })
    }

    /// A statement is not counted, for this reason.
    pub fn reason(self, reason: &'static str) -> Self {
        self.with(Sign::Reason(reason))
    }

    /// gate says this somewhere.
    pub fn says(self, words: &'static str) -> Self {
        self.with(Sign::Says(words))
    }

    /// gate says this nowhere.
    pub fn silent(self, words: &'static str) -> Self {
        self.with(Sign::Silent(words))
    }

    /// gate says something else than was wanted, for this reason.
    pub fn but(self, verdict: Verdict, why: &'static str) -> Self {
        Self { differs: Some((verdict, why)), ..self }
    }

    fn with(mut self, sign: Sign) -> Self {
        self.signs.push(sign);
        self
    }

    /// Returns the id, as `POL-01`.
    pub fn id(&self) -> String {
        let mut parts = self.name.splitn(3, '_');
        let (family, number) = (parts.next().unwrap(), parts.next().unwrap());
        format!("{}-{number}", family.to_uppercase())
    }

    /// Returns the row of the page.
    pub fn row(&self) -> String {
        let got = match self.differs {
            None => self.wanted.name().to_owned(),
            Some((verdict, why)) => format!("{}: {why}", verdict.name()),
        };
        let tries = self.tries.replace('|', "\\|").replace('<', "&lt;");
        format!("| {} | {tries} | {} | {got} |\n", self.id(), self.wanted.name())
    }

    /// Builds it, asks gate, and panics when gate says something else than it should.
    pub fn hold(&self) {
        let dir = tempfile::Builder::new().prefix("gate-attack").tempdir().unwrap();
        let answer = Answer::to(self.build, dir.path());
        let expected = self.differs.map_or(self.wanted, |(verdict, _)| verdict);
        assert_eq!(answer.code, expected.code(), "{}: wanted {}\n{answer}", self.name, expected.name());
        for sign in &self.signs {
            assert!(answer.shows(sign), "{}: {}\n{answer}", self.name, told(sign));
        }
    }
}

fn told(sign: &Sign) -> String {
    match sign {
        Sign::Class { path, class } => format!("`{path}` is not {class}"),
        Sign::Reason(reason) => format!("nothing is rejected as `{reason}`"),
        Sign::Says(words) => format!("does not say `{words}`"),
        Sign::Silent(words) => format!("says `{words}`"),
    }
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Answer {
    fn to(build: &str, dir: &Path) -> Self {
        let script = format!(
            "{PRELUDE}\n{build}\n{{ judge > \"$W/out\" 2> \"$W/err\"; }} && echo 0 > \"$W/code\" || echo $? > \"$W/code\"\n"
        );
        let script_file = dir.join("script.sh");
        fs::write(&script_file, script).unwrap();
        let mut command = Command::new("bash");
        command.arg(&script_file).current_dir(dir).env_clear();
        for name in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("W", dir).env("GATE", env!("CARGO_BIN_EXE_gate"));
        command.env("ATTACKS", std::env::current_exe().unwrap());
        let output = command.stdin(Stdio::null()).output().unwrap();
        let read = |name: &str| {
            let bytes = fs::read(dir.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let code = read("code").trim().parse().unwrap_or_else(|_| {
            panic!("the build failed: {}", String::from_utf8_lossy(&output.stderr));
        });
        Self { code, out: read("out"), err: read("err") }
    }

    fn shows(&self, sign: &Sign) -> bool {
        match sign {
            Sign::Class { path, class } => {
                self.list("hunks").iter().any(|hunk| hunk["path"] == *path && hunk["class"] == *class)
            }
            Sign::Reason(reason) => self
                .list("sign_offs")
                .iter()
                .any(|line| line["counted"] == false && line["reason"] == *reason),
            Sign::Says(words) => self.out.contains(words) || self.err.contains(words),
            Sign::Silent(words) => !self.out.contains(words) && !self.err.contains(words),
        }
    }

    fn list(&self, name: &str) -> Vec<serde_json::Value> {
        let report: serde_json::Value = serde_json::from_str(&self.out).unwrap();
        report[name].as_array().cloned().unwrap_or_default()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short: String = self.out.chars().take(6000).collect();
        write!(f, "exit {}\n{short}\n{}", self.code, self.err)
    }
}

/// Makes a test of each attack, and the list of them.
macro_rules! attacks {
    ($($name:ident: $attack:expr;)+) => {
        pub fn all() -> Vec<crate::attack::Attack> {
            vec![$($attack.named(stringify!($name))),+]
        }

        $(#[test]
        fn $name() {
            $attack.named(stringify!($name)).hold();
        })+
    };
}
pub(crate) use attacks;
