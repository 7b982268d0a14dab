//! The service map, drawn as text, JSON or Mermaid.

use std::io::{self, Write};

use bstr::ByteSlice;
use serde::Serialize;

use super::{escape, json};
use crate::change::path;
use crate::service::{Atlas, Dependency};

/// The name and version of the JSON form.
pub const SCHEMA: &str = "gate.services/1";
/// How many values of one kind are shown of a service as text.
const MOST: usize = 8;

/// A way to draw the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapFormat {
    /// For a person.
    Text,
    /// For a program.
    Json,
    /// A diagram, for a page that can show one.
    Mermaid,
}

impl MapFormat {
    /// Every format, with the name that `--format` takes.
    pub const ALL: [(&'static str, Self); 3] =
        [("text", Self::Text), ("json", Self::Json), ("mermaid", Self::Mermaid)];

    /// Returns the format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, format)| format)
    }
}

/// Draws the map; `source` says where the services were read, for a person.
pub fn render(format: MapFormat, atlas: &Atlas, source: &str, out: &mut dyn Write) -> io::Result<()> {
    match format {
        MapFormat::Text => text(atlas, source, out),
        MapFormat::Json => json::write(&document(atlas, source), out),
        MapFormat::Mermaid => mermaid(atlas, out),
    }
}

fn text(atlas: &Atlas, source: &str, out: &mut dyn Write) -> io::Result<()> {
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    let services = count(atlas.services.len(), "service", "services");
    let dependencies = count(atlas.dependencies.len(), "dependency", "dependencies");
    writeln!(out, "{services}, {dependencies} ({})", escape::terminal(source))?;
    for (at, service) in atlas.services.iter().enumerate() {
        writeln!(out, "\n{}", escape::terminal(&service.name))?;
        row(out, "paths", &service.paths)?;
        row(out, "interface", &service.interface)?;
        row(out, "names", &service.names)?;
        row(out, "owners", &service.owners)?;
        let uses: Vec<String> =
            atlas.uses(at).map(|one| format!("{} ({})", name(atlas, one.to), place(one))).collect();
        row(out, "uses", &uses)?;
        let users: Vec<String> =
            atlas.users(at).into_iter().map(|user| name(atlas, user).to_owned()).collect();
        row(out, "used by", &users)?;
    }
    if atlas.is_partial {
        writeln!(out, "\nnot every file was searched: there are too many, or they are too large")?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, label: &str, values: &[String]) -> io::Result<()> {
    for (at, value) in values.iter().take(MOST).enumerate() {
        writeln!(out, "  {:<9} {}", if at == 0 { label } else { "" }, escape::terminal(value))?;
    }
    match values.len().checked_sub(MOST) {
        Some(more @ 1..) => writeln!(out, "  {:<9} and {more} more", ""),
        _ => Ok(()),
    }
}

fn name(atlas: &Atlas, service: usize) -> &str {
    atlas.services.get(service).map_or("?", |service| service.name.as_str())
}

fn place(dependency: &Dependency) -> String {
    let path = path::quoted(dependency.path.as_bstr());
    let place = dependency.line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"));
    match dependency.files {
        1 => place,
        files => format!("{place} and {} more", files - 1),
    }
}

fn mermaid(atlas: &Atlas, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (at, service) in atlas.services.iter().enumerate() {
        writeln!(out, "  s{at}[\"{}\"]", escape::mermaid(&service.name))?;
    }
    for one in &atlas.dependencies {
        writeln!(out, "  s{} --> s{}", one.from, one.to)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'a str,
    services: Vec<ServiceRow<'a>>,
    dependencies: Vec<DependencyRow<'a>>,
    partial: bool,
}

#[derive(Serialize)]
struct ServiceRow<'a> {
    name: &'a str,
    paths: &'a [String],
    interface: &'a [String],
    names: &'a [String],
    owners: &'a [String],
}

#[derive(Serialize)]
struct DependencyRow<'a> {
    from: &'a str,
    to: &'a str,
    files: usize,
    path: String,
    line: Option<u32>,
}

fn document<'a>(atlas: &'a Atlas, source: &'a str) -> Document<'a> {
    let services = atlas.services.iter().map(|service| ServiceRow {
        name: &service.name,
        paths: &service.paths,
        interface: &service.interface,
        names: &service.names,
        owners: &service.owners,
    });
    let dependencies = atlas.dependencies.iter().map(|one| DependencyRow {
        from: name(atlas, one.from),
        to: name(atlas, one.to),
        files: one.files,
        path: path::quoted(one.path.as_bstr()),
        line: one.line,
    });
    Document {
        schema: SCHEMA,
        source,
        services: services.collect(),
        dependencies: dependencies.collect(),
        partial: atlas.is_partial,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Service;

    fn atlas() -> Atlas {
        let service = |name: &str| Service {
            name: name.to_owned(),
            paths: vec![format!("src/{name}/**")],
            names: vec![format!("{name}-service")],
            ..Service::default()
        };
        let mut services: Vec<Service> = ["cart", "pay\"]--\u{1b}[2J"].map(service).into();
        services[0].interface = (0..10).map(|at| format!("protos/{at}.proto")).collect();
        services[1].owners = vec!["payments".to_owned()];
        let path = "src/cart/a.go".into();
        let dependencies = vec![Dependency { from: 0, to: 1, files: 3, path, line: Some(2) }];
        Atlas { services, dependencies, is_partial: false }
    }

    fn drawn(format: MapFormat) -> String {
        let mut out = Vec::new();
        render(format, &atlas(), "gate.toml", &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_tells_each_service_and_who_depends_on_it() {
        insta::assert_snapshot!(drawn(MapFormat::Text), @r#"
        2 services, 1 dependency (gate.toml)

        cart
          paths     src/cart/**
          interface protos/0.proto
                    protos/1.proto
                    protos/2.proto
                    protos/3.proto
                    protos/4.proto
                    protos/5.proto
                    protos/6.proto
                    protos/7.proto
                    and 2 more
          names     cart-service
          uses      pay"]--<U+001B>[2J (src/cart/a.go:2 and 2 more)

        pay"]--<U+001B>[2J
          paths     src/pay"]--<U+001B>[2J/**
          names     pay"]--<U+001B>[2J-service
          owners    payments
          used by   cart
        "#);
    }

    #[test]
    fn mermaid_takes_no_markup_from_names() {
        insta::assert_snapshot!(drawn(MapFormat::Mermaid), @r#"
        flowchart LR
          s0["cart"]
          s1["pay#34;#93;--#60;U#43;001B#62;#91;2J"]
          s0 --> s1
        "#);
    }

    #[test]
    fn json_names_services_and_places() {
        let value: serde_json::Value = serde_json::from_str(&drawn(MapFormat::Json)).unwrap();
        assert_eq!(value["schema"], SCHEMA);
        assert_eq!(value["services"][0]["interface"][9], "protos/9.proto");
        assert_eq!(value["dependencies"][0]["path"], "src/cart/a.go");
        assert_eq!(value["dependencies"][0]["line"], 2);
    }
}
