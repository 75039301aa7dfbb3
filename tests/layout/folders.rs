//! The rules of what a stage's folder holds: a whole program, in which what did not change is a link.

use super::problem::Problem;
use super::tree::{Kind, Stage, Tree};
use std::collections::BTreeSet;

/// The name of a folder is the stage's number, in two digits, and its slug: 05_expiry.
pub fn every_folder_has_the_number_of_its_place(tree: &Tree) -> Vec<Problem> {
    let misnamed = tree.stages.iter().filter(|stage| stage.name != stage.numbered_name());
    misnamed
        .map(|Stage { number, name, .. }| {
            let wrong = format!("stages/{name} is in the place of stage {number}");
            Problem::new(wrong, format!("name the folders in order, this one {number:02}_…"))
        })
        .collect()
}

/// A stage is flat, and its files are exactly main.rs and the modules that main.rs names.
pub fn every_stage_is_flat_and_whole(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, stage) in tree.stages.iter().enumerate() {
        match stage.files.get("main.rs") {
            Some(main) if main.kind == Kind::Real => {}
            Some(_) => continue, // it names another stage's modules, and has a rule of its own
            None => {
                let wrong = format!("{} is missing", stage.path("main.rs"));
                problems.push(Problem::new(wrong, "write it: it names the files of the stage"));
                continue;
            }
        }
        let mut missing = modules(stage);
        for (name, file) in &stage.files {
            let path = stage.path(name);
            if file.kind == Kind::Folder {
                let wrong = format!("{path} is a folder, and a stage is flat");
                problems.push(Problem::new(wrong, "move its files into the stage, and remove it"));
            } else if !missing.remove(name) {
                let wrong =
                    format!("{path} is no part of the program: main.rs has no `mod` for it");
                problems.push(Problem::new(wrong, format!("rm {path}")));
            }
        }
        for name in missing {
            let mend = match tree.source(number, &name) {
                Some(source) if name != "main.rs" => stage.link_command(&name, source),
                _ => "write it, or remove what asks for it".to_string(),
            };
            problems.push(Problem::new(format!("{} is missing", stage.path(&name)), mend));
        }
    }
    problems
}

/// The files that a stage needs: main.rs, and the modules that it names.
fn modules(stage: &Stage) -> BTreeSet<String> {
    let main = stage.files.get("main.rs").map_or("", |main| &main.text);
    let modules = main.lines().filter_map(|line| line.strip_prefix("mod ")?.split_once(';'));
    modules.map(|(name, _)| format!("{name}.rs")).chain(["main.rs".to_string()]).collect()
}

/// main.rs is the stage's table of contents. A linked one would make `cargo fmt` skip the folder.
pub fn every_main_is_real_and_has_a_head(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for stage in &tree.stages {
        let Some(main) = stage.files.get("main.rs") else { continue };
        let path = stage.path("main.rs");
        let head = format!("//! Stage {}, {}: ", stage.number, stage.slug());
        if let Kind::Link(target) = &main.kind {
            let fork = fork_command(stage, "main.rs", target);
            let mend = format!("{fork}, and say in its head what the stage adds");
            problems.push(Problem::new(format!("{path} is a link"), mend));
        } else if !main.text.starts_with(&head) {
            let wrong = format!("{path} does not begin with `{head}`");
            problems.push(Problem::new(wrong, "begin it so, and say what the stage adds"));
        }
    }
    problems
}

/// A link leads straight to the latest real file before it.
pub fn every_link_leads_to_the_latest_real_file(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, stage) in tree.stages.iter().enumerate() {
        for (name, file) in stage.files.iter().filter(|(name, _)| *name != "main.rs") {
            let Kind::Link(target) = &file.kind else { continue };
            let wrong = format!("{} leads to {target}", stage.path(name));
            let Some(source) = tree.source(number, name) else {
                let wrong = format!("{wrong}, but no stage before has a real {name}");
                problems.push(Problem::new(wrong, fork_command(stage, name, target)));
                continue;
            };
            if *target != format!("../{}/{name}", source.name) {
                let wrong = format!("{wrong}, {}", what_is_at(tree, target));
                problems.push(Problem::new(wrong, stage.link_command(name, source)));
            }
        }
    }
    problems
}

fn what_is_at(tree: &Tree, target: &str) -> &'static str {
    let parts: Vec<&str> = target.split('/').collect();
    let ["..", stage, name] = parts[..] else { return "not to ../STAGE/FILE" };
    let stage = tree.stages.iter().find(|other| other.name == stage);
    match stage.and_then(|stage| stage.files.get(name)).map(|file| &file.kind) {
        Some(Kind::Link(_)) => "which is a link itself",
        Some(Kind::Real) => "which is not the latest real one",
        Some(Kind::Folder) | None => "where there is no file",
    }
}

/// The command that makes a link a real file with the same text.
fn fork_command(stage: &Stage, name: &str, target: &str) -> String {
    let path = stage.path(name);
    let source = target.replacen("..", "stages", 1);
    format!("rm {path} && cp {source} {path}")
}

/// What did not change is a link, so that a fix in one place reaches every stage. A main.rs is no copy
/// when its head is right.
pub fn no_file_is_a_copy(tree: &Tree) -> Vec<Problem> {
    let files: Vec<_> = tree.real_files().filter(|file| file.name != "main.rs").collect();
    let mut problems = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let stage = &tree.stages[file.stage];
        let source = tree.source(file.stage, file.name);
        for other in files[..index].iter().filter(|other| other.text == file.text) {
            let wrong = format!("{} is a copy of {}", file.path, other.path);
            if other.name != file.name {
                let mend = "use one name, and a link where the stages differ";
                problems.push(Problem::new(wrong, mend));
            } else if source.is_some_and(|source| source.path(file.name) == other.path) {
                let mend = stage.link_command(file.name, &tree.stages[other.stage]);
                problems.push(Problem::new(wrong, mend));
            }
        }
    }
    problems
}
