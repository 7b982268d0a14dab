//! Prints the map of the services that discovery finds in a repository: `services REPO [REV] [FORMAT]`.

use std::collections::BTreeMap;
use std::io::Write;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let repository = git2::Repository::open(arguments.next().unwrap_or_else(|| ".".to_owned()))?;
    let revision = arguments.next().unwrap_or_else(|| "HEAD".to_owned());
    let format = arguments.next().unwrap_or_else(|| "text".to_owned());
    let format =
        gate::render::services::MapFormat::parse(&format).unwrap_or(gate::render::services::MapFormat::Text);
    let tree = repository.revparse_single(&revision)?.peel_to_tree()?;
    let mut blobs: BTreeMap<Vec<u8>, git2::Oid> = BTreeMap::new();
    tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(git2::ObjectType::Blob) {
            blobs.insert([folder.as_bytes(), entry.name_bytes()].concat(), entry.id());
        }
        git2::TreeWalkResult::Ok
    })?;
    let files: Vec<&[u8]> = blobs.keys().map(Vec::as_slice).collect();
    let read = |path: &[u8]| {
        blobs.get(path).map(|id| repository.find_blob(*id).map(|blob| blob.content().to_vec())).transpose()
    };
    let services = gate::service::discover(&files, &read)?;
    let map = gate::service::ServiceMap::new(&services)?;
    let atlas = gate::service::Atlas::draw(&map, &files, &read)?;
    let mut out = std::io::stdout().lock();
    gate::render::services::render(format, &atlas, "found in the files", &mut out)?;
    out.flush()?;
    Ok(())
}
