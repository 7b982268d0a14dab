//! gitolite over ssh on the loopback, with gate's hook inside and gitolite's user as the pusher.
//!
//! gitolite has a home of its own, and an sshd that only this test uses; nobody else's keys, files or server are touched.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::client::{asked, command, ran, script, snippets, went_well};
use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop, has};

const RULES: &str = "pusher-is-author = true\n";

/// An sshd on the loopback, which ends with the test.
struct Sshd {
    child: Child,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        assert!(self.child.kill().is_ok() && self.child.wait().is_ok());
    }
}

impl Sshd {
    /// Starts it with gitolite's home in the place of the user's own.
    fn start(shop: &Shop, home: &str) -> Self {
        let folder = shop.repo.beside("sshd");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let key = folder.join("host");
        went_well(shop.repo.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
        let config = folder.join("config");
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nUsePAM no\nStrictModes no\n\
             PasswordAuthentication no\nAuthorizedKeysFile {home}/.ssh/authorized_keys\nSetEnv HOME={home}\n",
            key.display()
        );
        fs::write(&config, text).unwrap();
        // Root's sshd wants this folder and doesn't make it; anybody else's does not ask.
        let made = fs::create_dir_all("/run/sshd");
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let listens = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        let sshd = Self { child, port };
        assert!(listens, "{made:?} {}", fs::read_to_string(folder.join("log")).unwrap());
        sshd
    }
}

/// gitolite with the repository `shop`, which ada and grace may do anything with.
struct Server {
    shop: Shop,
    sshd: Sshd,
    home: PathBuf,
}

impl Server {
    fn new() -> Self {
        let shop = Shop::empty();
        let home = shop.repo.beside("gitolite");
        let home_name = home.display().to_string();
        let gitolite = |arguments: &[&str]| {
            went_well(command(&shop.repo, "gitolite").env("HOME", &home).args(arguments));
        };
        let admin = shop.repo.beside("keys").join("mary.pub");
        gitolite(&["setup", "-pk", &admin.display().to_string()]);
        let rc = home.join(".gitolite.rc");
        let text = fs::read_to_string(&rc).unwrap();
        let switched = text
            .replace(
                "# LOCAL_CODE                =>  \"$ENV{HOME}/local\"",
                "LOCAL_CODE => \"$ENV{HOME}/local\"",
            )
            .replace("# 'repo-specific-hooks'", "'repo-specific-hooks'");
        assert_eq!(switched.lines().zip(text.lines()).filter(|(a, b)| a != b).count(), 2, "{text}");
        fs::write(&rc, switched).unwrap();
        // The page's hook, with the binary where it is.
        let hook = snippets("docs/doors/server.md", "", "sh")[1]
            .replace("/usr/local/bin/gate", env!("CARGO_BIN_EXE_gate"));
        script(&home.join("local/hooks/repo-specific/gate"), &hook);
        let sshd = Sshd::start(&shop, &home_name);
        let server = Self { shop, sshd, home };
        server.configure();
        server
    }

    /// Adds the people and the repository as gitolite's admin does: by a push.
    fn configure(&self) {
        let folder = self.shop.repo.beside("admin");
        let git = |arguments: &[&str]| {
            went_well(self.git("mary").current_dir(&folder).args(arguments));
        };
        git(&["clone", "-q", &self.address("gitolite-admin"), "."]);
        for name in ["ada", "grace"] {
            fs::write(folder.join(format!("keydir/{name}.pub")), self.shop.public(name)).unwrap();
        }
        let conf = folder.join("conf/gitolite.conf");
        let text = fs::read_to_string(&conf).unwrap();
        let own = "\nrepo shop\n    RW+ = ada grace\n    option hook.pre-receive = gate\n";
        fs::write(&conf, text + own).unwrap();
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", "Add the shop"]);
        git(&["push", "-q", "origin", "HEAD"]);
        // gitolite leaves it to git what the default branch is called, and that is often `master`.
        let made = self.home.join("repositories/shop.git").display().to_string();
        went_well(self.shop.repo.command("git").args([
            "--git-dir",
            &made,
            "symbolic-ref",
            "HEAD",
            "refs/heads/main",
        ]));
    }

    fn address(&self, name: &str) -> String {
        let user = went_well(self.shop.repo.command("id").arg("-un"));
        format!("ssh://{}@127.0.0.1:{}/{name}", user.trim(), self.sshd.port)
    }

    /// git, with somebody's key for ssh.
    fn git(&self, name: &str) -> Command {
        let ssh = format!(
            "ssh -F /dev/null -i {} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            self.shop.key(name)
        );
        let mut command = command(&self.shop.repo, "git");
        command.env("GIT_SSH_COMMAND", ssh);
        command
    }

    fn push(&self, name: &str, arguments: &[&str]) -> (bool, String) {
        ran(self.git(name).args(["push", "origin"]).args(arguments))
    }

    fn tip(&self, name: &str) -> String {
        let folder = self.home.join("repositories/shop.git").display().to_string();
        went_well(self.shop.repo.command("git").args([
            "--git-dir",
            &folder,
            "for-each-ref",
            "--format=%(objectname)",
            name,
        ]))
    }
}

#[test]
fn gitolite_refuses_and_accepts() {
    if !asked("gitolite", &["gitolite", "sshd", "ssh"]) {
        return;
    }
    let server = Server::new();
    let (shop, repo) = (&server.shop, &server.shop.repo);
    shop.begin(&format!("{ONE_TEAM}{RULES}"));
    repo.git(&["remote", "add", "origin", &server.address("shop")]);
    let (through, text) = server.push("ada", &["main"]);
    assert!(through, "{text}");
    has(&text, &["the first push of `main`: gate judges from the next one on"]);

    let bucket = shop.rename_bucket();
    let (through, text) = server.push("ada", &["feature:main"]);
    assert!(!through, "{text}");
    has(&text, &["remote: gate, for main:", "infra/main.tf:2", "pre-receive hook declined"]);
    let (through, text) = server.push("ada", &["feature"]);
    assert!(through, "{text}");

    assert_eq!(shop.by("grace", &["sign", "main..feature"]).code, 0);
    let (through, text) = server.push("grace", &["refs/notes/gate"]);
    assert!(through, "{text}");
    let notes = server.tip("refs/notes/gate");
    // gitolite's user is who pushes: grace can't land what only grace has signed.
    let (through, text) = server.push("grace", &["feature:main"]);
    assert!(!through, "{text}");
    has(&text, &["grace"]);
    let (through, text) = server.push("ada", &["feature:main"]);
    assert!(through, "{text}");
    assert_eq!(server.tip("refs/heads/main").trim(), bucket);

    for (refused, why) in [
        (&["--delete", "refs/notes/gate"][..], "would delete every sign-off"),
        (&["--force", "main:main"], "would take commits out of it"),
        (&["--delete", "main"], "would delete it"),
    ] {
        let (through, text) = server.push("ada", refused);
        assert!(!through, "{text}");
        has(&text, &[why]);
    }
    assert_eq!(server.tip("refs/notes/gate"), notes);
    let clone = TestRepo::new();
    went_well(server.git("grace").current_dir(clone.path()).args([
        "fetch",
        "-q",
        &server.address("shop"),
        "refs/notes/gate",
    ]));
}
