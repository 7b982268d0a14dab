//! Which files are a service's contract with the others: proto, OpenAPI, GraphQL, Avro, Thrift.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{base, canon, folder, is_inside};

/// What others may know a service by, apart from how it is written: see [`keys`].
pub(super) type Keys = BTreeSet<String>;

/// A folder of contract files with more than this many is named by a glob instead of file by file.
const MAX_SINGLE: usize = 6;

/// The contract of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contract {
    /// Globs of its files.
    pub files: BTreeSet<String>,
    /// What its proto files declare: `(package, service)`.
    pub declares: BTreeSet<(String, String)>,
}

/// Returns what a service may be called in contracts and variables, without case, signs and usual endings.
pub(super) fn keys<'a>(names: impl Iterator<Item = &'a str>) -> Keys {
    const ENDINGS: [&str; 5] = ["service", "svc", "api", "server", "grpc"];
    let mut keys = Keys::new();
    for name in names {
        let whole = canon(name);
        for ending in ENDINGS {
            if let Some(rest) = whole.strip_suffix(ending).filter(|rest| rest.len() >= 2) {
                keys.insert(rest.to_owned());
            }
        }
        keys.insert(whole);
    }
    keys.remove("");
    keys
}

/// Tells whether a path may be a contract's, by its name.
pub(super) fn is_contract(path: &str) -> bool {
    let name = base(path).to_lowercase();
    let is_spec = ["openapi", "swagger", "asyncapi"].iter().any(|word| name.contains(word));
    let is_data = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
    [".proto", ".avsc", ".avdl", ".thrift", ".graphqls", ".wsdl", ".smithy"]
        .iter()
        .any(|end| name.ends_with(end))
        || (is_spec && is_data)
        || matches!(name.as_str(), "schema.graphql" | "schema.gql")
}

/// Finds the contract of each service: `services` are their folders and keys, `texts` the proto files.
pub(super) fn contracts(
    paths: &[&str],
    texts: &BTreeMap<String, String>,
    services: &[(String, Keys)],
) -> Vec<Contract> {
    let mut found = vec![Contract::default(); services.len()];
    for path in paths.iter().copied().filter(|path| is_contract(path)) {
        let (package, declared) = texts.get(path).map(|text| declared(text)).unwrap_or_default();
        // Copies of what gRPC and Google publish are nobody's contract here.
        if package.starts_with("grpc.") || package.starts_with("google.") {
            continue;
        }
        let home = services.iter().position(|(folder, _)| is_inside(path, folder));
        for at in owners(path, &declared, home, services) {
            found[at].files.insert(globset::escape(path));
            let own = declared.iter().filter(|name| declared.len() == 1 || names(&services[at].1, name));
            found[at].declares.extend(own.map(|name| (package.clone(), name.clone())));
        }
    }
    for contract in &mut found {
        contract.files = folded(&contract.files);
    }
    found
}

/// Returns whose contract a file is: that of the services it declares, else that of the folder it is in.
fn owners(path: &str, declared: &[String], home: Option<usize>, services: &[(String, Keys)]) -> Vec<usize> {
    let by_name =
        |name: &str| (0..services.len()).filter(|at| names(&services[*at].1, name)).collect::<Vec<_>>();
    let mut named: Vec<usize> = declared.iter().flat_map(|name| by_name(name)).collect();
    named.sort_unstable();
    named.dedup();
    match home {
        // Messages that a service keeps to itself, such as its settings.
        Some(_) if declared.is_empty() && path.contains("/internal/") => Vec::new(),
        // A copy of a contract that its own service keeps beside its code.
        Some(home) if named.is_empty() || named.contains(&home) => vec![home],
        None if named.is_empty() => by_name(base(path).split('.').next().unwrap_or_default()),
        _ => named,
    }
}

fn names(service: &Keys, name: &str) -> bool {
    !keys(std::iter::once(name)).is_disjoint(service)
}

/// Returns the package and the services that a proto file declares.
fn declared(text: &str) -> (String, Vec<String>) {
    let mut package = String::new();
    let mut services = Vec::new();
    for line in text.lines().take(50_000) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("package ") {
            package = rest.split(';').next().unwrap_or_default().trim().to_owned();
        } else if let Some(rest) = line.strip_prefix("service ") {
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(100).collect();
            if !name.is_empty() && services.len() < 200 {
                services.push(name);
            }
        }
    }
    (package, services)
}

/// Writes a folder of many files as one glob.
fn folded(files: &BTreeSet<String>) -> BTreeSet<String> {
    let mut folders: BTreeMap<(&str, &str), Vec<&String>> = BTreeMap::new();
    for file in files {
        let ending = base(file).rsplit_once('.').map_or("", |(_, ending)| ending);
        folders.entry((folder(file), ending)).or_default().push(file);
    }
    let mut globs = BTreeSet::new();
    for ((folder, ending), files) in folders {
        match files.len() > MAX_SINGLE && !folder.is_empty() {
            true => globs.extend([format!("{folder}/*.{ending}")]),
            false => globs.extend(files.into_iter().cloned()),
        }
    }
    globs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(list: &[&str]) -> Vec<(String, Keys)> {
        list.iter().map(|folder| ((*folder).to_owned(), keys(std::iter::once(base(folder))))).collect()
    }

    fn files(contract: &Contract) -> Vec<&str> {
        contract.files.iter().map(String::as_str).collect()
    }

    #[test]
    fn shared_proto_is_the_contract_of_each_service_it_declares() {
        let text = "package shop.v1;\nservice CartService {}\nservice PaymentService{}\n".to_owned();
        let paths = ["protos/shop.proto", "src/cart/protos/shop.proto"];
        let texts = paths.iter().map(|path| ((*path).to_owned(), text.clone())).collect();
        let found = contracts(&paths, &texts, &services(&["src/cart", "src/payment-api", "src/email"]));
        assert_eq!(files(&found[0]), ["protos/shop.proto", "src/cart/protos/shop.proto"]);
        assert_eq!(files(&found[1]), ["protos/shop.proto"]);
        assert_eq!(files(&found[2]), Vec::<&str>::new());
        assert_eq!(found[1].declares.first(), Some(&("shop.v1".to_owned(), "PaymentService".to_owned())));
    }

    #[test]
    fn copy_of_another_services_proto_stays_that_services_contract() {
        let texts = BTreeMap::from([("src/cart/pay.proto".to_owned(), "service Payment {\n".to_owned())]);
        let found = contracts(&["src/cart/pay.proto"], &texts, &services(&["src/cart", "src/payment"]));
        assert_eq!((files(&found[0]).len(), files(&found[1])), (0, vec!["src/cart/pay.proto"]));
    }

    #[test]
    fn many_files_of_a_folder_are_one_glob() {
        let paths: Vec<String> = (0..9).map(|at| format!("src/cart/schemas/e{at}.avsc")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let found = contracts(&paths, &BTreeMap::new(), &services(&["src/cart"]));
        assert_eq!(files(&found[0]), ["src/cart/schemas/*.avsc"]);
    }
}
