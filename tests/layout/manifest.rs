//! The rules of `stages/Cargo.toml`: which crates a stage may use, and that every stage is built.

use super::problem::Problem;
use super::tree::Tree;
use toml::{Table, Value};

const MANIFEST: &str = "stages/Cargo.toml";

fn manifest(tree: &Tree) -> Table {
    tree.manifest.parse().expect("stages/Cargo.toml is valid TOML")
}

/// A crate over the system calls would hide what there is to learn.
pub fn libc_and_nix_are_the_only_dependencies(tree: &Tree) -> Vec<Problem> {
    let manifest = manifest(tree);
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let dependencies = targets.chain([&manifest]).flat_map(|table| {
        let kinds = ["dependencies", "build-dependencies"].map(|kind| table.get(kind));
        kinds.into_iter().flatten().filter_map(Value::as_table).flat_map(Table::keys)
    });
    dependencies
        .filter(|name| !["libc", "nix"].contains(&name.as_str()))
        .map(|name| {
            let wrong = format!("{MANIFEST} depends on {name}, not on libc and nix alone");
            Problem::new(wrong, format!("cargo remove --package stages {name}"))
        })
        .collect()
}

/// The programs of the package are the stages, numbered in their order.
pub fn every_stage_is_a_program(tree: &Tree) -> Vec<Problem> {
    let manifest = manifest(tree);
    let programs = manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let text = |program: &Value, key| program.get(key)?.as_str().map(str::to_string);
    let programs: Vec<_> =
        programs.map(|program| (text(program, "name"), text(program, "path"))).collect();
    let mut problems = Vec::new();
    for stage in &tree.stages {
        let (name, path) = (format!("stage{}", stage.number), format!("{}/main.rs", stage.name));
        let mend = format!("give it a [[bin]] with name = \"{name}\" and path = \"{path}\"");
        let wrong = format!("{MANIFEST} does not make {name} of {path}");
        if !programs.contains(&(Some(name), Some(path))) {
            problems.push(Problem::new(wrong, mend));
        }
    }
    for name in programs.into_iter().filter_map(|(name, _)| name) {
        if !tree.stages.iter().any(|stage| name == format!("stage{}", stage.number)) {
            let wrong = format!("{MANIFEST} makes {name}, which is no stage");
            problems.push(Problem::new(wrong, "remove its [[bin]]"));
        }
    }
    problems
}
