//! Every language that the challenge offers is tried with its own tools: a starter builds, and is a
//! few lines from passing stage 0; a solution passes its stages, and answers as a real Redis does.
//!
//! `tests/toolchains.sh` installs the tools; without them, the tests of a language are skipped. So are
//! the languages whose compilers take long, unless REQUIRE_ALL=1 asks for everything.

#[path = "languages/pushed.rs"]
mod pushed;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};
use tempfile::TempDir;
use test_support::{Need, Suite};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const STARTERS: &str = "src/starters";
const SOLUTIONS: &str = "tests/solutions";

/// A language by the name of its folders, and a command that succeeds where its tools are.
macro_rules! language {
    ($name:literal, $($proof:literal)+) => {
        Need { name: $name, proof: &[$($proof),+], install: concat!("tests/toolchains.sh ", $name) }
    };
}

const LANGUAGES: [Need; 17] = [
    language!("c", "make" "--version"),
    language!("cpp", "g++" "--version"),
    language!("csharp", "mcs" "--version"),
    language!("elixir", "elixir" "--version"),
    language!("go", "go" "version"),
    language!("haskell", "ghc-pkg" "describe" "network"),
    language!("java", "javac" "--version"),
    language!("javascript", "node" "--version"),
    language!("kotlin", "kotlinc" "-version"),
    language!("ocaml", "dune" "--version"),
    language!("php", "php" "--version"),
    language!("python", "python3" "--version"),
    language!("ruby", "ruby" "--version"),
    language!("rust", "cargo" "--version"),
    language!("swift", "swift" "--version"),
    language!("typescript", "node" "-p" "process.features.typescript || process.exit(1)"),
    language!("zig", "zig" "version"),
];

/// The languages that are always tried: they build in no time.
const QUICK: [&str; 3] = ["python", "javascript", "c"];

/// The languages whose solutions grow with the course.
const GROWING: [&str; 2] = ["python", "go"];

/// Where the solutions in other languages end. They show that the course can be taken in their languages,
/// and by then they have met all that depends on one: sockets, bytes, many clients and the clock.
const LAST_OF_THE_OTHERS: &str = "5";

const TIME: Need = Need {
    name: "time for all compilers",
    proof: &["sh", "-c", "[ \"$REQUIRE_ALL\" = 1 ]"],
    install: "REQUIRE_ALL=1 cargo test --test languages",
};

fn main() {
    // SAFETY: there is no other thread yet.
    unsafe { env::set_var("PATH", path_with_toolchains()) };
    let mut suite = Suite::default()
        .test("starters_and_solutions_are_of_languages_that_are_tried", every_folder_is_tried);
    for language in LANGUAGES {
        let name = language.name;
        let time = if QUICK.contains(&name) { language } else { TIME };
        if Path::new(ROOT).join(SOLUTIONS).join(name).exists() {
            let needs = [Need::PRIVATE_NETWORK, Need::REDIS_SERVER, language, time];
            suite = suite
                .test_with(&needs[2..], &format!("the_{name}_solution_passes_its_stages"), || {
                    passes(&copy(SOLUTIONS, name), stages_of_solution(name))
                })
                .test_with(&needs, &format!("the_{name}_solution_answers_as_redis_does"), || {
                    answers_as_redis_does(name)
                });
        }
        suite = suite.test_with(
            &[language, time],
            &format!("the_{name}_starter_is_a_few_lines_from_passing_stage_0"),
            || starter_is_a_few_lines_from_passing(&copy(STARTERS, name)),
        );
        suite = suite.test_with(
            &[Need::GIT, Need::BUBBLEWRAP, language, time],
            &format!("the_{name}_starter_is_graded_in_a_sandbox"),
            || {
                let project = copy(STARTERS, name);
                uncomment_all(&project);
                pushed::is_graded_in_a_sandbox(name, &toolchains(), &project);
            },
        );
    }
    suite.run()
}

fn stages_of_solution(name: &str) -> &'static [&'static str] {
    if GROWING.contains(&name) { &["--all"] } else { &["--up-to", LAST_OF_THE_OTHERS] }
}

/// The folder that the script installs into.
fn toolchains() -> PathBuf {
    let script = Path::new(ROOT).join("tests/toolchains.sh");
    let output = Command::new(script).arg("--path").output().expect("the script is executable");
    let bin = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    bin.parent().expect("it is a folder of the folder").to_owned()
}

fn path_with_toolchains() -> OsString {
    let mut path = toolchains().join("bin").into_os_string();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    path
}

fn every_folder_is_tried() {
    for folder in [STARTERS, SOLUTIONS] {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder is there") {
            let entry = entry.expect("it can be read");
            let is_tried = LANGUAGES.iter().any(|language| entry.file_name() == language.name);
            assert!(is_tried || entry.path().is_file(), "nobody tries {}", entry.path().display());
        }
    }
}

fn starter_is_a_few_lines_from_passing(project: &TempDir) {
    let (status, report) = grade(project, &["--stage", "0"]);
    assert_eq!(status, Some(1), "as it is, it fails no check of stage 0:\n{report}");
    for part in ["The program exited with status 0", "Hello! What your server prints appears here."]
    {
        assert!(report.contains(part), "there is no \"{part}\" in the report:\n{report}");
    }
    let uncommented = uncomment_all(project);
    assert!((1..=20).contains(&uncommented), "{uncommented} lines are a comment to uncomment");
    passes(project, &["--stage", "0"]);
}

/// How many lines became code.
fn uncomment_all(project: &TempDir) -> usize {
    files(project.path()).iter().map(|file| uncomment(file)).sum()
}

fn answers_as_redis_does(name: &str) {
    let script = Path::new(ROOT).join(SOLUTIONS).join("compare.py");
    let output = Command::new(script).arg(name).output().expect("the script is executable");
    assert!(output.status.success(), "{}", text(&output));
}

fn passes(project: &TempDir, arguments: &[&str]) {
    let (status, report) = grade(project, arguments);
    assert_eq!(status, Some(0), "it does not pass:\n{report}");
}

fn grade(project: &TempDir, arguments: &[&str]) -> (Option<i32>, String) {
    let mut challenge = Command::new(env!("CARGO_BIN_EXE_challenge"));
    challenge.arg("test").args(arguments).current_dir(project.path());
    let output = challenge.output().expect("the challenge starts");
    (output.status.code(), text(&output))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// A copy to build in, without what an earlier build left in the folder.
fn copy(folder: &str, name: &str) -> TempDir {
    let source = Path::new(ROOT).join(folder).join(name);
    let target = tempfile::tempdir().expect("there is room for it");
    let files = "git ls-files --cached --others --exclude-standard";
    let status = Command::new("sh")
        .args(["-c", &format!("cp --parents $({files}) \"$0\""), target.path().to_str().unwrap()])
        .current_dir(source)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{folder}/{name} is not copied");
    target
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Makes code of the comment lines that follow a line with the word `Uncomment`, and counts them.
fn uncomment(file: &Path) -> usize {
    let Ok(text) = fs::read_to_string(file) else { return 0 }; // a program that was built
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut count = 0;
    let mut inside = false;
    for line in &mut lines {
        match commented_out(line).filter(|_| inside) {
            Some(code) => {
                *line = code;
                count += 1;
            }
            None => inside = line.contains("Uncomment"),
        }
    }
    if count > 0 {
        fs::write(file, lines.join("\n") + "\n").expect("the copy can be written");
    }
    count
}

/// The code in a line that is nothing but a comment: in its place, without the comment's signs.
fn commented_out(line: &str) -> Option<String> {
    let comment = line.trim_start();
    let indentation = &line[..line.len() - comment.len()];
    let rest = ["//", "#", "--", "(*"].iter().find_map(|sign| comment.strip_prefix(sign))?;
    let code = rest.strip_prefix(' ').unwrap_or(rest);
    Some(format!("{indentation}{}", code.strip_suffix(" *)").unwrap_or(code)))
}
