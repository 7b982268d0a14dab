//! What is deployed, and under which name: compose files, Kubernetes and Helm manifests, skaffold.

use std::collections::BTreeMap;

use super::outline::{Entry, Outline};
use super::place::{base, folder, join};

/// How many services of one compose file are looked at.
const MAX_SERVICES: usize = 300;
/// How many deployed things and how many settings are kept in all.
const MAX_KEPT: usize = 20_000;
/// The kinds of Kubernetes objects that run something, and the one that others reach it by.
const WORKLOADS: [&str; 8] =
    ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Rollout", "DeploymentConfig", "Service"];

/// Something that a file deploys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deployed {
    /// How the others on the network speak of it.
    pub name: String,
    /// The names of its images, without registry and tag.
    pub images: Vec<String>,
    /// How its image is built, when the file says so.
    pub build: Option<Build>,
    /// The file that says so.
    pub file: String,
}

/// How an image is built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Build {
    /// The folder that is handed to the build.
    pub context: String,
    /// The Dockerfile.
    pub dockerfile: String,
}

/// A setting that a deployed thing is given: a variable of its environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Setting {
    /// The deployed thing; empty where the file is for all of them.
    pub of: String,
    /// The variable.
    pub key: String,
    /// What it is set to.
    pub value: String,
}

/// What the files of a repository deploy.
#[derive(Clone, Debug, Default)]
pub(super) struct Deployment {
    /// Every deployed thing, each file's by itself.
    pub things: Vec<Deployed>,
    /// Every setting, of all of them.
    pub settings: Vec<Setting>,
}

impl Deployment {
    /// Reads the files that deploy something out of `texts`, by path.
    pub fn read(texts: &BTreeMap<String, String>) -> Self {
        let mut all = Self::default();
        for (path, text) in texts.iter().filter(|(path, _)| is_env(path)) {
            let variables = variables(texts, folder(path));
            let setting = |(key, value): (String, String)| Setting {
                of: String::new(),
                key,
                value: substitute(&value, &variables),
            };
            all.settings.extend(pairs(text).map(setting));
        }
        for (path, text) in texts.iter().filter(|(path, _)| is_app_host(path)) {
            all.things.extend(hosted(path, text));
        }
        for (path, text) in texts.iter().filter(|(path, _)| is_yaml(path)) {
            if all.things.len() > MAX_KEPT || all.settings.len() > MAX_KEPT {
                break;
            }
            let outline = Outline::read(text);
            match base(path) {
                name if is_compose(name) => {
                    all.compose(path, &outline, &variables(texts, folder(path)));
                }
                name if name.starts_with("skaffold") => all.skaffold(path, &outline),
                _ => all.manifests(path, &outline),
            }
        }
        all
    }

    fn compose(&mut self, path: &str, outline: &Outline, variables: &BTreeMap<String, String>) {
        for name in outline.children(0, &["services"]).into_iter().take(MAX_SERVICES) {
            let value = |keys: &[&str]| {
                let keys: Vec<&str> = ["services", name].iter().chain(keys).copied().collect();
                outline.value(0, &keys).map(|value| substitute(value, variables))
            };
            let context = value(&["build"]).or_else(|| value(&["build", "context"]));
            let has_build = !outline.children(0, &["services", name, "build"]).is_empty();
            let build = context.or_else(|| has_build.then(String::new)).and_then(|context| {
                Build::new(folder(path), &context, value(&["build", "dockerfile"]).as_deref())
            });
            let images = value(&["image"]).and_then(|image| image_name(&image)).into_iter().collect();
            self.things.push(Deployed { name: name.to_owned(), images, build, file: path.to_owned() });
            let environment = ["services", name, "environment"];
            for entry in outline.below(0, &environment) {
                self.settings.extend(setting(name, entry, variables));
            }
        }
    }

    fn skaffold(&mut self, path: &str, outline: &Outline) {
        for document in 0..outline.documents().min(MAX_SERVICES) {
            let artifacts = ["build", "artifacts"];
            for item in outline.children(document, &artifacts).into_iter().take(MAX_SERVICES) {
                let value = |key: &[&str]| {
                    let keys: Vec<&str> = ["build", "artifacts", item].iter().chain(key).copied().collect();
                    outline.value(document, &keys)
                };
                let Some(image) = value(&["image"]).and_then(image_name) else { continue };
                let context = value(&["context"]).unwrap_or(".");
                let build = Build::new(folder(path), context, value(&["docker", "dockerfile"]));
                self.things.push(Deployed { name: image, images: Vec::new(), build, file: path.to_owned() });
            }
        }
    }

    fn manifests(&mut self, path: &str, outline: &Outline) {
        for document in 0..outline.documents().min(MAX_SERVICES) {
            if !outline.value(document, &["kind"]).is_some_and(|kind| WORKLOADS.contains(&kind)) {
                continue;
            }
            let name = outline.value(document, &["metadata", "name"]).filter(|name| !name.contains("{{"));
            let mut images = Vec::new();
            let mut variable: Option<&Entry> = None;
            for entry in outline.below(document, &[]) {
                match entry.keys.last().map(String::as_str) {
                    Some("image") => images.extend(image_name(&entry.value)),
                    Some("name") => variable = Some(entry),
                    Some("value") => {
                        let above = |entry: &Entry| entry.keys.split_last().map(|(_, above)| above.to_vec());
                        if let Some(key) = variable.filter(|key| above(key) == above(entry)) {
                            let of = name.unwrap_or_default().to_owned();
                            self.settings.push(Setting {
                                of,
                                key: key.value.clone(),
                                value: entry.value.clone(),
                            });
                        }
                    }
                    _ => {}
                }
            }
            if let Some(name) = name {
                let name = name.to_owned();
                self.things.push(Deployed { name, images, build: None, file: path.to_owned() });
            }
        }
    }
}

impl Build {
    fn new(folder: &str, context: &str, dockerfile: Option<&str>) -> Option<Self> {
        let context = join(folder, context)?;
        let dockerfile = join(&context, dockerfile.unwrap_or("Dockerfile"))?;
        Some(Self { context, dockerfile })
    }
}

/// Tells whether a file name is a compose file's.
pub(super) fn is_compose(name: &str) -> bool {
    is_yaml(name) && ["compose", "docker-compose", "docker-stack"].iter().any(|start| name.starts_with(start))
}

/// Tells whether a path is a YAML file's.
pub(super) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Tells whether a path is that of settings in the form `KEY=value`.
pub(super) fn is_env(path: &str) -> bool {
    let name = base(path);
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// Tells whether a path is that of an Aspire app host: the program that starts the others by name.
pub(super) fn is_app_host(path: &str) -> bool {
    path.ends_with("AppHost.cs") || path.ends_with("AppHost/Program.cs")
}

/// Reads what an app host starts: `AddProject<Projects.Basket_API>("basket-api"`.
fn hosted(path: &str, text: &str) -> Vec<Deployed> {
    let starts = text.split("AddProject<Projects.").skip(1).take(MAX_SERVICES);
    let thing = |rest: &str| {
        let (project, rest) = rest.split_once('>')?;
        let name = rest.strip_prefix("(\"")?.split('"').next().filter(|name| name.len() <= 100)?;
        let images = vec![project.chars().take(100).collect()];
        Some(Deployed { name: name.to_owned(), images, build: None, file: path.to_owned() })
    };
    starts.filter_map(thing).collect()
}

/// Returns `KEY=value` lines.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().take(5_000).filter(|line| !line.trim_start().starts_with('#')).filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        Some((key.trim().to_owned(), value.to_owned()))
    })
}

/// Returns the variables that compose finds in the `.env` file beside it.
fn variables(texts: &BTreeMap<String, String>, folder: &str) -> BTreeMap<String, String> {
    let path = join(folder, ".env").unwrap_or_default();
    texts.get(&path).map(|text| pairs(text).collect()).unwrap_or_default()
}

/// Puts variables in, a few levels deep: `${A}`, `${A:-default}`.
fn substitute(value: &str, variables: &BTreeMap<String, String>) -> String {
    let mut value = value.to_owned();
    for _ in 0..16 {
        let Some((before, rest)) = value.split_once("${") else { break };
        let Some((name, after)) = rest.split_once('}') else { break };
        let (name, default) = name.split_once([':', '-']).unwrap_or((name, ""));
        let known = variables.get(name).map_or(default.trim_start_matches('-'), String::as_str);
        let next = format!("{before}{known}{after}");
        if next.len() > 4_000 {
            break;
        }
        value = next;
    }
    value
}

/// Reads `KEY: value` or an item `KEY=value` below `environment`.
fn setting(of: &str, entry: &Entry, variables: &BTreeMap<String, String>) -> Option<Setting> {
    let key = entry.keys.get(3)?;
    let (key, value) = match key.starts_with('#') {
        true => entry.value.split_once('=')?,
        false => (key.as_str(), entry.value.as_str()),
    };
    Some(Setting { of: of.to_owned(), key: key.to_owned(), value: substitute(value, variables) })
}

/// Returns the name of an image without registry, tag and digest; `None` for one that a template makes up.
fn image_name(image: &str) -> Option<String> {
    let name = base(image.split('@').next()?).split(':').next()?;
    let made_up = image.contains(['{', '$']) || name.is_empty() || name.len() > 100;
    (!made_up).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Deployment {
        Deployment::read(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    fn given(of: &str, key: &str, value: &str) -> Setting {
        Setting { of: of.to_owned(), key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn compose_builds_are_resolved_with_env() {
        let all = read(&[
            ("deploy/.env", "CART_DOCKERFILE=./src/cart/Dockerfile\nHOST=cart\nCART_ADDR=${HOST}:80\n"),
            (
                "deploy/compose.yaml",
                "services:\n  cart:\n    build:\n      context: ../\n      dockerfile: ${CART_DOCKERFILE}\n    environment:\n      - PAY=${PAY:-pay:1}\n  db:\n    image: docker.io/library/postgres:15\n",
            ),
        ]);
        let build = Build { context: String::new(), dockerfile: "src/cart/Dockerfile".to_owned() };
        assert_eq!(all.things[0].build, Some(build));
        assert_eq!(
            (all.things[1].images.as_slice(), &all.things[1].build),
            (["postgres".to_owned()].as_slice(), &None)
        );
        assert!(all.settings.contains(&given("", "CART_ADDR", "cart:80")));
        assert!(all.settings.contains(&given("cart", "PAY", "pay:1")));
    }

    #[test]
    fn kubernetes_workloads_and_their_variables_are_read() {
        let all = read(&[(
            "k8s/cart.yaml",
            "kind: Deployment\nmetadata:\n  name: cart\nspec:\n  containers:\n  - name: server\n    image: gcr.io/x/cart-img:v1\n    env:\n    - name: PAY_ADDR\n      value: \"pay:80\"\n---\nkind: ConfigMap\nmetadata:\n  name: other\n",
        )]);
        assert_eq!(all.things.len(), 1);
        assert_eq!(
            (all.things[0].name.as_str(), all.things[0].images.as_slice()),
            ("cart", ["cart-img".to_owned()].as_slice())
        );
        assert_eq!(all.settings, [given("cart", "PAY_ADDR", "pay:80")]);
    }

    #[test]
    fn app_host_tells_the_names_of_projects() {
        let all = read(&[(
            "src/X.AppHost/Program.cs",
            "var a = b.AddProject<Projects.Basket_API>(\"basket-api\", x);",
        )]);
        assert_eq!(
            (all.things[0].name.as_str(), all.things[0].images[0].as_str()),
            ("basket-api", "Basket_API")
        );
    }

    #[test]
    fn substitution_that_feeds_itself_ends() {
        let all = read(&[(".env", "A=${A}${A}\nB=${A}\n")]);
        assert_eq!(all.settings.len(), 2);
    }
}
