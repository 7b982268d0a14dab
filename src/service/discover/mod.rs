//! Finds the services of a repository by what its files say, for `gate init` to write down.
//!
//! Nothing here has a say in a verdict: a human reads what was found and commits it. Three
//! things are put together: what is deployed and under which name (compose, Kubernetes, Helm,
//! skaffold), which folders hold a program (workspaces and manifests of the build tools, and
//! Dockerfiles), and which contracts and variables the others use. The content is anybody's,
//! so every size has a limit; beyond it, files are left out.

mod contract;
mod deploy;
mod image;
mod outline;
mod part;
pub(super) mod place;
mod program;
mod speech;

use std::collections::BTreeMap;

use crate::policy::Service;

use self::contract::{Keys, contracts};
use self::deploy::{Deployment, is_app_host, is_env, is_yaml};
use self::part::{Part, parts};
use self::place::{base, is_aside, speaks};
use self::program::is_dockerfile;
use self::speech::{Listener, Speaker};

/// How many paths are looked at.
const MAX_PATHS: usize = 200_000;
/// How many manifests are read.
const MAX_MANIFESTS: usize = 6_000;
/// How many files are listened to for names.
const MAX_LISTENED: usize = 20_000;
/// The largest file that is read.
const MAX_FILE: usize = 512 * 1024;
/// How many bytes are read in all, of manifests and of other files each.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many services are returned.
const MAX_SERVICES: usize = 200;

/// What returns the content of a file; `None` where there is none to read.
pub type Read<'a, E> = dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, E> + 'a;

/// Finds the services among `files`; `read` returns the content of one.
///
/// Returns them by name, with paths, contract and names, without owners.
pub fn discover<E>(files: &[&[u8]], read: &Read<'_, E>) -> Result<Vec<Service>, E> {
    let paths: Vec<&str> =
        files.iter().take(MAX_PATHS).filter_map(|path| std::str::from_utf8(path).ok()).collect();
    let texts = read_manifests(&paths, read)?;
    let deployment = Deployment::read(&texts);
    let mut parts = parts(&paths, &texts, &deployment);
    parts.truncate(MAX_SERVICES);
    let all_keys: Vec<Keys> = parts.iter().map(Part::keys).collect();
    let folders: Vec<(String, Keys)> =
        parts.iter().zip(&all_keys).map(|(part, keys)| (part.folder.clone(), keys.clone())).collect();
    let contracts = contracts(&paths, &texts, &folders);
    let speakers: Vec<Speaker> = parts
        .iter()
        .zip(contracts)
        .map(|(part, contract)| Speaker {
            folder: part.folder.clone(),
            deployed: part.deployed.clone(),
            packages: part.packages.clone(),
            contract,
        })
        .collect();
    let names = match Listener::new(&speakers, &all_keys, &deployment.settings) {
        Some(listener) => listen(listener, &paths, read)?,
        None => vec![Vec::new(); speakers.len()],
    };
    Ok(assemble(&parts, &speakers, names))
}

/// Reads every file that may tell something of programs, deployments or contracts.
fn read_manifests<E>(paths: &[&str], read: &Read<'_, E>) -> Result<BTreeMap<String, String>, E> {
    let mut texts = BTreeMap::new();
    let mut left = MAX_BYTES;
    for path in paths.iter().filter(|path| is_manifest(path) && !is_aside(path)).take(MAX_MANIFESTS) {
        if let Some(content) = read(path.as_bytes())?.filter(|content| content.len() <= MAX_FILE.min(left)) {
            left -= content.len();
            texts.insert((*path).to_owned(), String::from_utf8_lossy(&content).into_owned());
        }
    }
    Ok(texts)
}

fn is_manifest(path: &str) -> bool {
    const NAMES: &str = "package.json Cargo.toml go.mod main.go pom.xml build.gradle build.gradle.kts \
        mix.exs manage.py pyproject.toml requirements.txt composer.json Gemfile \
        setup.py";
    const ENDINGS: [&str; 3] = [".csproj", ".fsproj", ".proto"];
    let name = base(path);
    NAMES.split(' ').any(|known| known == name)
        || ENDINGS.iter().any(|end| path.ends_with(end))
        || path.ends_with("src/main.rs")
        || is_dockerfile(path)
        || is_env(path)
        || is_app_host(path)
        || is_yaml(path)
}

/// Lets the listener hear the files that may speak of a service.
fn listen<E>(mut listener: Listener<'_>, paths: &[&str], read: &Read<'_, E>) -> Result<Vec<Vec<String>>, E> {
    let mut left = MAX_BYTES;
    for path in paths.iter().filter(|path| speaks(path)).take(MAX_LISTENED) {
        if let Some(content) = read(path.as_bytes())?.filter(|content| content.len() <= MAX_FILE.min(left)) {
            left -= content.len();
            listener.hear(path, &content);
        }
    }
    Ok(listener.names())
}

fn assemble(parts: &[Part], speakers: &[Speaker], names: Vec<Vec<String>>) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for ((part, speaker), names) in parts.iter().zip(speakers).zip(names) {
        let name = part.name();
        let taken = parts.iter().filter(|other| other.name() == name).count() > 1;
        let folder = globset::escape(&part.folder);
        let manifests = part.manifests.iter().map(|path| globset::escape(path));
        services.push(Service {
            name: if taken { part.folder.replace('/', "-") } else { name },
            paths: std::iter::once(format!("{folder}/**")).chain(manifests).collect(),
            interface: speaker.contract.files.iter().cloned().collect(),
            names,
            owners: Vec::new(),
        });
    }
    services.sort_by(|one, other| one.name.cmp(&other.name));
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    type Files<'a> = &'a [(&'a str, &'a str)];

    fn found(files: Files<'_>) -> Vec<Service> {
        let paths: Vec<&[u8]> = files.iter().map(|(path, _)| path.as_bytes()).collect();
        let read = |path: &[u8]| -> Result<_, ()> {
            let content = files.iter().find(|(name, _)| name.as_bytes() == path);
            Ok(content.map(|(_, text)| text.as_bytes().to_vec()))
        };
        discover(&paths, &read).unwrap()
    }

    fn names(files: Files<'_>) -> Vec<String> {
        found(files).into_iter().map(|service| service.name).collect()
    }

    #[test]
    fn compose_build_contract_and_variable_make_one_service() {
        let services = found(&[
            (
                "compose.yaml",
                "services:\n  cart:\n    build: ./src/cart\n  web:\n    build: ./src/web\n    environment:\n      CART_ADDR: cart:80\n  db:\n    image: postgres\n",
            ),
            ("src/cart/Dockerfile", "FROM scratch\n"),
            ("src/cart/main.py", "pass\n"),
            ("src/web/Dockerfile", "FROM scratch\n"),
            ("src/web/main.py", "CartStub(channel('cart:80'))\n"),
            ("protos/shop.proto", "package shop;\nservice Cart {}\n"),
            ("k8s/cart.yaml", "kind: Deployment\nmetadata:\n  name: cart\n"),
        ]);
        assert_eq!(services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>(), ["cart", "web"]);
        assert_eq!(services[0].paths, ["src/cart/**", "k8s/cart.yaml"]);
        assert_eq!(services[0].interface, ["protos/shop.proto"]);
        assert_eq!(services[0].names, ["CART_ADDR", "CartStub", "cart:80"]);
        assert!(services[0].owners.is_empty());
    }

    #[test]
    fn libraries_tests_and_roots_are_no_services() {
        let files = [
            ("package.json", r#"{"name":"root","workspaces":["apps/*"],"scripts":{"start":"turbo"}}"#),
            ("apps/site/package.json", r#"{"name":"site","scripts":{"start":"next start"}}"#),
            (
                "packages/ui/package.json",
                r#"{"name":"@x/ui","main":"index.ts","scripts":{"build":"vite build"}}"#,
            ),
            ("packages/e2e/package.json", r#"{"name":"@x/e2e","scripts":{"start":"playwright"}}"#),
        ];
        assert_eq!(names(&files), ["site"]);
    }

    #[test]
    fn binary_of_a_workspace_that_is_put_in_an_image_is_a_service() {
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n"),
            ("crates/server/Cargo.toml", "[package]\nname = \"shop-server\"\n"),
            ("crates/server/src/main.rs", "fn main() {}"),
            ("crates/dump/Cargo.toml", "[package]\nname = \"shop-dump\"\n"),
            ("crates/dump/src/main.rs", "fn main() {}"),
            ("crates/core/Cargo.toml", "[package]\nname = \"shop-core\"\n"),
            ("Dockerfile", "RUN cargo build --release --bin shop-server\n"),
        ];
        assert_eq!(names(&files), ["server"]);
    }

    #[test]
    fn projects_of_dotnet_gradle_maven_and_go_are_told_from_libraries() {
        let files = [
            ("src/Basket.API/Basket.API.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\">"),
            ("src/EventBus/EventBus.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">"),
            ("server/build.gradle", "plugins {\n  id 'org.springframework.boot'\n}"),
            ("core/build.gradle", "plugins {\n  id 'java-library'\n}"),
            ("vets/pom.xml", "<project><artifactId>vets</artifactId>spring-boot-maven-plugin"),
            ("model/pom.xml", "<project><artifactId>model</artifactId>"),
            ("cmd/agent/main.go", "package main\n"),
            ("pkg/tool/util.go", "package tool\n"),
        ];
        assert_eq!(names(&files), ["Basket.API", "agent", "server", "vets"]);
    }

    #[test]
    fn error_of_a_read_is_returned() {
        let read = |_: &[u8]| Err("gone");
        assert_eq!(discover(&[b"compose.yaml".as_slice()], &read), Err("gone"));
    }

    #[test]
    fn paths_that_are_no_text_are_stepped_over() {
        let read = |_: &[u8]| -> Result<_, ()> { Ok(Some(b"\xff\xfe".to_vec())) };
        assert_eq!(discover(&[b"\xff/Dockerfile".as_slice(), b"a/Dockerfile"], &read), Ok(Vec::new()));
    }

    proptest::proptest! {
        #[test]
        fn no_content_panics(text in "\\PC{0,200}", lines in "[a-z:\\- \\n${}#\"/.]{0,200}") {
            for path in ["a/compose.yaml", ".env", "a/Dockerfile", "a/package.json", "a/pom.xml", "a/x.proto", "a/k.yaml"] {
                for content in [&text, &lines] {
                    let read = |_: &[u8]| -> Result<_, ()> { Ok(Some(content.clone().into_bytes())) };
                    proptest::prop_assert!(discover(&[path.as_bytes(), b"a/Dockerfile", b"a/main.py"], &read).is_ok());
                }
            }
        }
    }
}
