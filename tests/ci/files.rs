//! The files: one in each clone, as the schemas of the services want them.

use crate::world::{CHALLENGE, Service, World};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn only_when_asked_for() {
    let world = World::new();
    let clone = world.clone_of("python", &[]);
    assert!(clone.join("README.md").exists(), "there is no clone");
    for service in [Service::Github, Service::Gitlab] {
        assert!(!clone.join(service.file()).exists(), "{} is there", service.file());
    }
}

pub fn in_every_clone(service: Service) {
    let world = World::new();
    for clone in clones(&world, service) {
        let file = parse(&clone.join(service.file()));
        assert_eq!(published(service, &file), "report.xml", "{}", clone.display());
        let text = fs::read_to_string(clone.join(service.file())).expect("it was just read");
        assert!(!text.contains("{toolchain}") && !text.contains("{image}"), "{text}");
        let readme = fs::read_to_string(clone.join("README.md")).expect("it is there");
        assert!(readme.contains(service.file()), "README.md does not tell: {readme}");
    }
}

/// Whose schema it is, and a word of the file without which that is broken.
pub fn hold_to_the_schema(service: Service) {
    let (schema, word) = match service {
        Service::Github => ("vendor.github-workflows", "runs-on:"),
        Service::Gitlab => ("vendor.gitlab-ci", "before_script:"),
    };
    let world = World::new();
    let files: Vec<PathBuf> =
        clones(&world, service).iter().map(|clone| clone.join(service.file())).collect();
    let output = check(schema, &files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    // The schema does find what is wrong.
    let text = fs::read_to_string(&files[0]).expect("it is there");
    let broken = world.path("broken.yml");
    fs::write(&broken, text.replace(word, "script: 1\n    other:")).expect("there is room");
    let output = check(schema, &[broken]);
    assert!(!output.status.success(), "without {word:?}, it passes as well");
}

fn check(schema: &str, files: &[PathBuf]) -> Output {
    let mut command = Command::new("check-jsonschema");
    command.args(["--builtin-schema", schema]).args(files);
    command.output().expect("it is installed")
}

/// A clone for each language.
fn clones(world: &World, service: Service) -> Vec<PathBuf> {
    let output = world.command(CHALLENGE, &["languages"]).output().expect("it can be run");
    let list = String::from_utf8(output.stdout).expect("text");
    // A mark stands before a language that is installed here.
    let languages = list.lines().map(|line| line.trim_start_matches(['✓', ' ']));
    let languages: Vec<&str> = languages.filter_map(|line| line.split(' ').next()).collect();
    assert!(languages.len() >= 17, "{list}");
    let arguments = ["--ci", service.name()];
    languages.iter().map(|language| world.clone_of(language, &arguments)).collect()
}

pub fn parse(file: &Path) -> Value {
    let text = fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The report that the service takes, whether the job has passed or not.
pub fn published(service: Service, file: &Value) -> String {
    let path = match service {
        Service::Github => {
            let steps = file["jobs"]["grade"]["steps"].as_array().expect("a list");
            let upload = steps.last().expect("there are steps");
            let uses = upload["uses"].as_str().expect("the last step is an action");
            assert!(uses.starts_with("actions/upload-artifact@v"), "{uses}");
            assert_eq!(upload["if"], "always()");
            &upload["with"]["path"]
        }
        Service::Gitlab => {
            let artifacts = &file["grade"]["artifacts"];
            assert_eq!(artifacts["when"], "always");
            assert_eq!(artifacts["paths"], json!([artifacts["reports"]["junit"]]));
            &artifacts["reports"]["junit"]
        }
    };
    path.as_str().expect("a path").to_owned()
}
