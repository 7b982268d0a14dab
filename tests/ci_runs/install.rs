//! A release and the action that installs it: packed as the release workflow packs, with its checksums, and taken
//! from there by the action's script. Only the download is somebody else's: a program that copies.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::TestRepo;

const TARGET: &str = "x86_64-unknown-linux-musl";

/// Returns what a step of the release workflow runs.
fn step(name: &str) -> String {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/release.yml"))
            .unwrap();
    let step = text.split_once(&format!("      - name: {name}\n")).unwrap().1;
    let script = step.split_once("        run: |\n").unwrap().1;
    let lines = script.lines().take_while(|line| line.starts_with("          ")).map(str::trim_start);
    lines.collect::<Vec<_>>().join("\n")
}

/// A release of the binary under test, and the folder of a run that installs it.
struct Release {
    repo: TestRepo,
    dist: PathBuf,
}

impl Release {
    fn new() -> Self {
        let repo = TestRepo::new();
        let dist = repo.path().join("dist");
        let built = repo.path().join(format!("target/{TARGET}/release"));
        fs::create_dir_all(&built).unwrap();
        fs::create_dir_all(&dist).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_gate"), built.join("gate")).unwrap();
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(license), repo.path().join(license)).unwrap();
        }
        let release = Self { repo, dist };
        release.run(&step("Pack"));
        let archive = format!("gate-v0.1.0-{TARGET}.tar.gz");
        fs::rename(release.repo.path().join(&archive), release.dist.join(&archive)).unwrap();
        let publish = step("Publish the archives with their checksums");
        release.run(publish.split_once("\ngh release").unwrap().0);
        release
    }

    fn run(&self, script: &str) {
        let mut command = self.repo.command("bash");
        command.args(["-e", "-c", script]).env("TARGET", TARGET).env("GITHUB_REF_NAME", "v0.1.0");
        let output = command.env("RUNNER_OS", "Linux").output().unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
    }

    /// Installs it with this checksum given, and returns the status, what was said and what was told to later steps.
    fn install(&self, sha256: &str) -> (i32, String, String) {
        let temp = self.repo.beside("temp with a blank");
        let bin = self.repo.beside("bin");
        let curl = format!(
            "#!/bin/sh\nfor a; do last=$a; done\nwhile [ \"$1\" != --output ]; do shift; done\ncp '{}'/\"${{last##*/}}\" \"$2\"\n",
            self.dist.display()
        );
        fs::write(bin.join("curl"), curl).unwrap();
        self.repo.command("chmod").arg("+x").arg(bin.join("curl")).status().unwrap();
        let told = temp.join("output");
        fs::write(&told, "").unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let output = self
            .repo
            .command("bash")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/action/install.sh"))
            .envs([("INSTALL", "release"), ("VERSION", "v0.1.0"), ("SHA256", sha256), ("PATH", &path)])
            .envs([
                ("RUNNER_OS", "Linux"),
                ("RUNNER_ARCH", "X64"),
                ("GITHUB_SERVER_URL", "https://github.com"),
            ])
            .env("GITHUB_ACTION_REPOSITORY", "acme/gate")
            .env("RUNNER_TEMP", &temp)
            .env("GITHUB_OUTPUT", &told)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.code().unwrap(), said, fs::read_to_string(&told).unwrap())
    }

    fn archive(&self) -> PathBuf {
        self.dist.join(format!("gate-v0.1.0-{TARGET}.tar.gz"))
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_release_is_installed_by_its_checksum_and_not_without() {
    let release = Release::new();
    let (code, said, told) = release.install("");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("gate 0.1.0"), "{said}");
    assert!(told.starts_with("gate=") && told.ends_with("/gate-bin/gate\n"), "{told}");

    let sums = fs::read_to_string(release.dist.join("SHA256SUMS")).unwrap();
    let sum = sums.split_whitespace().next().unwrap();
    assert_eq!(release.install(sum).0, 0, "the checksum that was given");
    let refused = |release: &Release, sha256: &str| {
        let (code, said, told) = release.install(sha256);
        assert_eq!((code, told.as_str()), (2, ""), "{said}");
        assert!(said.contains("the checksum of gate-v0.1.0"), "{said}");
    };
    refused(&release, &"0".repeat(64));
    fs::write(release.archive(), "something else").unwrap();
    refused(&release, "");
    refused(&release, sum);
    fs::write(release.dist.join("SHA256SUMS"), "").unwrap();
    refused(&release, "");
}
