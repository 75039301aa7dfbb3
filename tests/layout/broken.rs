//! The guard is guarded: each rule is broken in a small repository, has to be the only one that
//! speaks, and where it names a command, that command has to mend it.

use crate::layout::{Exception, Problem, problems};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use tempfile::TempDir;

const MANIFEST: &str = r#"
[dependencies]
libc = "0.2"
nix = "0.31"

[dev-dependencies]
anything = "1"

[[bin]]
name = "stage0"
path = "00_one/main.rs"

[[bin]]
name = "stage1"
path = "01_two/main.rs"

[[bin]]
name = "stage2"
path = "02_three/main.rs"
"#;

const SLUGS: [&str; 3] = ["one", "two", "three"];

/// A repository of three stages that keep every rule.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Repository {
        let folder = TempDir::new().expect("there is a place for temporary files");
        let repository = Repository { folder };
        for (number, slug) in SLUGS.into_iter().enumerate() {
            repository.teach(number, slug);
            let main = format!("//! Stage {number}, {slug}: adds.\n\nmod a;\nmod b; // two\n");
            repository.write(&format!("{number:02}_{slug}/main.rs"), &main);
        }
        repository.write("Cargo.toml", MANIFEST);
        repository.write("00_one/a.rs", "fn a() {}\n");
        repository.link("01_two/a.rs", "../00_one/a.rs");
        repository.link("02_three/a.rs", "../00_one/a.rs");
        repository.write("00_one/b.rs", "fn b() {}\n");
        repository.write("01_two/b.rs", "fn b() { 1 }\n");
        repository.link("02_three/b.rs", "../01_two/b.rs");
        assert_eq!(repository.problems(), []);
        repository
    }

    /// What a stage has besides its folder's files.
    fn teach(&self, number: usize, slug: &str) {
        self.run(&format!(
            "mkdir -p stages/{number:02}_{slug} src/stages docs tests/broken
             echo 'pub const CHECKS: &[Check] = &[ONE, TWO];' > src/stages/{slug}.rs
             echo 'mod {slug};' >> src/stages/mod.rs
             echo '# Stage {number}: A title' > docs/{number:02}_{slug}.md
             echo '[chapter](docs/{number:02}_{slug}.md)' >> README.md
             echo '[A title]({number:02}_{slug}.md)' | tee -a docs/introduction.md >> docs/SUMMARY.md
             for name in a b c d e f; do touch tests/broken/stage{number}_$name.py; done"
        ));
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join("stages").join(file), text).expect("the folder is ours");
    }

    fn link(&self, file: &str, target: &str) {
        let file = self.folder.path().join("stages").join(file);
        symlink(target, file).expect("the folder is ours");
    }

    /// Runs a command where a maintainer would.
    fn run(&self, command: &str) {
        let status = Command::new("sh").args(["-ec", command]).current_dir(&self.folder).status();
        assert!(status.expect("there is a shell").success(), "{command}");
    }

    fn problems(&self) -> Vec<Problem> {
        problems(self.folder.path(), &[])
    }
}

/// A command that breaks a rule, and what the guard then says: what is wrong, and what mends it.
type Case = (&'static str, &'static str, &'static str);

/// In each case the guard says this and nothing else.
fn is_found(cases: &[Case]) {
    for &(break_it, wrong, mend) in cases {
        let repository = Repository::new();
        repository.run(break_it);
        assert_eq!(repository.problems(), [Problem::new(wrong, mend)], "{break_it}");
    }
}

/// And after the command that it names, nothing.
fn is_found_and_mended(cases: &[Case]) {
    is_found(cases);
    for (break_it, _, mend) in cases {
        let repository = Repository::new();
        repository.run(break_it);
        repository.run(mend);
        assert_eq!(repository.problems(), [], "{break_it}; {mend}");
    }
}

#[test]
fn a_stage_is_main_and_its_modules() {
    is_found_and_mended(&[
        (
            "echo 'fn c() {}' > stages/02_three/c.rs",
            "stages/02_three/c.rs is no part of the program: main.rs has no `mod` for it",
            "rm stages/02_three/c.rs",
        ),
        (
            "echo later > stages/02_three/notes.txt",
            "stages/02_three/notes.txt is no part of the program: main.rs has no `mod` for it",
            "rm stages/02_three/notes.txt",
        ),
        (
            "rm stages/02_three/b.rs",
            "stages/02_three/b.rs is missing",
            "ln -sf ../01_two/b.rs stages/02_three/b.rs",
        ),
    ]);
    is_found(&[
        (
            "echo 'mod c;' >> stages/02_three/main.rs",
            "stages/02_three/c.rs is missing",
            "write it, or remove what asks for it",
        ),
        (
            "rm stages/02_three/main.rs",
            "stages/02_three/main.rs is missing",
            "write it: it names the files of the stage",
        ),
        (
            "mkdir stages/02_three/parts",
            "stages/02_three/parts is a folder, and a stage is flat",
            "move its files into the stage, and remove it",
        ),
    ]);
}

#[test]
fn a_stage_has_a_main_of_its_own() {
    is_found(&[
        (
            "echo 'fn c() {}' > stages/02_three/c.rs
             ln -sf ../01_two/main.rs stages/02_three/main.rs",
            "stages/02_three/main.rs is a link",
            "rm stages/02_three/main.rs && cp stages/01_two/main.rs stages/02_three/main.rs, \
             and say in its head what the stage adds",
        ),
        (
            "cp stages/01_two/main.rs stages/02_three/main.rs",
            "stages/02_three/main.rs does not begin with `//! Stage 2, three: `",
            "begin it so, and say what the stage adds",
        ),
        (
            "printf 'mod a;\nmod b;\n' > stages/02_three/main.rs",
            "stages/02_three/main.rs does not begin with `//! Stage 2, three: `",
            "begin it so, and say what the stage adds",
        ),
    ]);
}

#[test]
fn a_link_leads_to_the_latest_real_file() {
    is_found_and_mended(&[
        (
            "ln -sf ../01_two/a.rs stages/02_three/a.rs",
            "stages/02_three/a.rs leads to ../01_two/a.rs, which is a link itself",
            "ln -sf ../00_one/a.rs stages/02_three/a.rs",
        ),
        (
            "ln -sf ../00_one/b.rs stages/02_three/b.rs",
            "stages/02_three/b.rs leads to ../00_one/b.rs, which is not the latest real one",
            "ln -sf ../01_two/b.rs stages/02_three/b.rs",
        ),
        (
            "ln -sf ../00_none/b.rs stages/02_three/b.rs",
            "stages/02_three/b.rs leads to ../00_none/b.rs, where there is no file",
            "ln -sf ../01_two/b.rs stages/02_three/b.rs",
        ),
        (
            "ln -sf /dev/null stages/02_three/b.rs",
            "stages/02_three/b.rs leads to /dev/null, not to ../STAGE/FILE",
            "ln -sf ../01_two/b.rs stages/02_three/b.rs",
        ),
    ]);
    is_found(&[(
        "cd stages; for stage in 01_two 02_three; do echo 'mod c;' >> $stage/main.rs; done
         echo 'fn c() {}' > 02_three/c.rs; ln -s ../02_three/c.rs 01_two/c.rs",
        "stages/01_two/c.rs leads to ../02_three/c.rs, but no stage before has a real c.rs",
        "rm stages/01_two/c.rs && cp stages/02_three/c.rs stages/01_two/c.rs",
    )]);
}

#[test]
fn what_did_not_change_is_not_copied() {
    is_found_and_mended(&[(
        "rm stages/02_three/b.rs; cp stages/01_two/b.rs stages/02_three/b.rs",
        "stages/02_three/b.rs is a copy of stages/01_two/b.rs",
        "ln -sf ../01_two/b.rs stages/02_three/b.rs",
    )]);
    is_found(&[(
        "cp stages/00_one/a.rs stages/02_three/c.rs; echo 'mod c;' >> stages/02_three/main.rs",
        "stages/02_three/c.rs is a copy of stages/00_one/a.rs",
        "use one name, and a link where the stages differ",
    )]);
}

#[test]
fn a_stage_depends_on_libc_and_nix_alone() {
    for table in ["dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
        let repository = Repository::new();
        repository.write("Cargo.toml", &format!("{MANIFEST}\n[{table}.rand]\nversion = \"1\"\n"));
        let problem = Problem::new(
            "stages/Cargo.toml depends on rand, not on libc and nix alone",
            "cargo remove --package stages rand",
        );
        assert_eq!(repository.problems(), [problem], "{table}");
    }
}

#[test]
fn every_stage_is_a_program_of_the_package() {
    let repository = Repository::new();
    repository.write("Cargo.toml", &MANIFEST.replace("stage2", "stage3"));
    let problem = Problem::new(
        "stages/Cargo.toml does not make stage2 of 02_three/main.rs",
        "give it a [[bin]] with name = \"stage2\" and path = \"02_three/main.rs\"",
    );
    let other =
        Problem::new("stages/Cargo.toml makes stage3, which is no stage", "remove its [[bin]]");
    assert_eq!(repository.problems(), [problem, other]);
}

/// What is wrong when `01_two/b.rs` has these lines too, from its second line on.
fn problems_with(lines: &str) -> Vec<Problem> {
    let repository = Repository::new();
    repository.write("01_two/b.rs", &format!("fn b() {{ 1 }}\n{lines}\n"));
    repository.problems()
}

#[test]
fn nothing_hides_the_system_calls_or_dead_code() {
    for (line, unwanted, mend) in [
        ("use std::net::TcpStream;", "net::", "make sockets with the system calls, through nix"),
        (
            "use std::{io, net::Ipv4Addr};",
            "net::",
            "make sockets with the system calls, through nix",
        ),
        ("fn c() { std::thread::yield_now() }", "thread::", "serve all clients with one thread"),
        ("async fn c() {}", "async", "show the event loop"),
        ("use std::net as c;", "net as", "make sockets with the system calls, through nix"),
        ("use std::thread as c;", "thread as", "serve all clients with one thread"),
        ("#[allow(dead_code)]", "allow(", "fix what the compiler reports"),
        ("#![allow(clippy::all, unused)]", "allow(", "fix what the compiler reports"),
        ("#![expect(dead_code)]", "expect(dead_code", "remove what is not used"),
        ("#[expect(unused_imports)]", "expect(unused", "remove what is not used"),
    ] {
        let problem = Problem::new(format!("stages/01_two/b.rs:2 has `{unwanted}`"), mend);
        assert_eq!(problems_with(line), [problem], "{line}");
    }
    for line in ["// no async runtime and no std::net::TcpStream", "fn c() { subnet::mask() }"] {
        assert_eq!(problems_with(line), [], "{line}");
    }
}

#[test]
fn unsafe_is_one_line_below_its_reason() {
    for (lines, wrong, mend) in [
        (
            "// SAFETY: it only reads.\nunsafe {\n    c()\n}",
            "stages/01_two/b.rs:3 has `unsafe` for more than its line",
            "one line for one call: `unsafe { call() }`",
        ),
        (
            "// It only reads.\nunsafe { c() }",
            "stages/01_two/b.rs:3 does not say why its `unsafe` is sound",
            "a comment above: `// SAFETY: …`",
        ),
        (
            "// SAFETY: it only reads.\nc();\nunsafe { c() }",
            "stages/01_two/b.rs:4 does not say why its `unsafe` is sound",
            "a comment above: `// SAFETY: …`",
        ),
    ] {
        assert_eq!(problems_with(lines), [Problem::new(wrong, mend)], "{lines}");
    }
    let sound = "// SAFETY: it only reads,\n// and keeps nothing.\nc(unsafe { c() })";
    assert_eq!(problems_with(sound), []);
}

/// So many different lines of code.
fn lines(count: usize) -> String {
    (0..count).map(|number| format!("c{number}();\n")).collect()
}

const SMALLER: &str = "find a smaller step with `diff -ruN stages/00_one stages/01_two`, \
                       or make it one of the EXCEPTIONS in tests/layout/mod.rs";

#[test]
fn a_step_is_small_besides_blank_lines_and_comments() {
    // Two lines are those of b() before and after.
    let comments = format!("\n// That is why.\n    // And that.\n{}", "// So.\n".repeat(99));
    assert_eq!(problems_with(&(lines(148) + &comments)), []);
    let problem = Problem::new("stages/01_two changes 151 lines, and 150 at most", SMALLER);
    assert_eq!(problems_with(&lines(149)), [problem]);
}

#[test]
fn a_step_counts_new_and_removed_files_but_not_links() {
    let repository = Repository::new();
    // Removed: a.rs (1 line), b.rs (1), their two lines in main.rs. New: c.rs (150) and its line.
    repository.write("02_three/main.rs", "//! Stage 2, three: adds.\n\nmod c;\n");
    repository.write("02_three/c.rs", &lines(150));
    repository.run("rm stages/02_three/[ab].rs");
    let mend = SMALLER.replace("01_two", "02_three").replace("00_one", "01_two");
    let problem = Problem::new("stages/02_three changes 155 lines, and 150 at most", mend);
    assert_eq!(repository.problems(), [problem]);
}

#[test]
fn an_exception_is_needed_and_has_a_reason() {
    let repository = Repository::new();
    repository.write("01_two/b.rs", &format!("fn b() {{ 1 }}\n{}", lines(149)));
    let two = |lines, reason| Exception { slug: "two", lines, reason };
    let no_stage = Exception { slug: "four", lines: 200, reason: "it is large" };
    let no_need = Exception { slug: "three", lines: 200, reason: "it is large" };
    let small = Problem::new("stages/01_two changes 151 lines, and 150 at most", SMALLER);
    for (exceptions, expected) in [
        (vec![two(151, "it is large")], vec![]),
        (vec![two(150, "it is large")], vec![small]),
        (
            vec![two(151, "")],
            vec![Problem::new(
                "tests/layout/mod.rs makes an exception for two, and does not say why",
                "give the reason",
            )],
        ),
        (
            vec![two(151, "it is large"), no_stage],
            vec![Problem::new(
                "tests/layout/mod.rs makes an exception for four, which is no stage",
                "take it off",
            )],
        ),
        (
            vec![two(151, "it is large"), no_need],
            vec![Problem::new(
                "stages/02_three changes 0 lines, and needs no exception",
                "take it off the EXCEPTIONS in tests/layout/mod.rs",
            )],
        ),
    ] {
        assert_eq!(problems(repository.folder.path(), &exceptions), expected);
    }
}

#[test]
fn the_folders_are_numbered_in_order() {
    let repository = Repository::new();
    repository.run(
        "mv stages/02_three stages/03_three; mv docs/02_three.md docs/03_three.md
         sed -i s/02_three/03_three/ stages/Cargo.toml README.md docs/*.md",
    );
    let problem = Problem::new(
        "stages/03_three is in the place of stage 2",
        "name the folders in order, this one 02_…",
    );
    assert_eq!(repository.problems(), [problem]);
}

#[test]
fn every_stage_is_in_the_course() {
    is_found(&[
        (
            "rm src/stages/three.rs",
            "src/stages/three.rs is missing, so that the course has no such stage",
            "begin it with `use crate::check::Check;` and `pub const CHECKS: &[Check] = &[];`",
        ),
        (
            "sed -i '/mod three;/d' src/stages/mod.rs",
            "src/stages/mod.rs has no module three",
            "add `mod three;`",
        ),
    ]);
}

#[test]
fn every_stage_is_in_the_book() {
    const RECORD: &str = "RECORD=1 cargo test --test book";
    is_found(&[
        (
            "rm docs/02_three.md",
            "docs/02_three.md is missing",
            "write it: `# Stage 2: ` and its title, and the sections of docs/00_bind.md",
        ),
        (
            "sed -i 's/Stage 2/Stage 1/' docs/02_three.md",
            "docs/02_three.md does not begin with `# Stage 2: `",
            "begin it so, and then with the stage's title",
        ),
        ("sed -i /02/d README.md", "README.md does not list docs/02_three.md", RECORD),
        (
            "sed -i /02/d docs/introduction.md",
            "docs/introduction.md does not list docs/02_three.md",
            RECORD,
        ),
        ("sed -i /02/d docs/SUMMARY.md", "docs/SUMMARY.md does not list docs/02_three.md", RECORD),
    ]);
}

#[test]
fn nothing_is_of_no_stage() {
    let left = |file: &'static str| {
        let remove = format!("rm {file}");
        (format!("touch {file}"), format!("{file} is of no stage"), remove)
    };
    for (command, wrong, mend) in [
        left("stages/dead.rs"),
        left("src/stages/ghost.rs"),
        left("docs/06_ghost.md"),
        left("tests/broken/stage9_sleeps.py"),
    ] {
        let repository = Repository::new();
        repository.run(&command);
        assert_eq!(repository.problems(), [Problem::new(wrong, mend)]);
    }
}

#[test]
fn every_stage_with_checks_has_broken_servers() {
    let repository = Repository::new();
    repository.run("rm tests/broken/stage2_a.py; touch tests/broken/stage2_a.txt");
    let problem = Problem::new(
        "tests/broken/stage2_*.py are 5 broken servers, and 6 at least",
        "add servers with the mistakes that people make in this stage",
    );
    assert_eq!(repository.problems(), [problem]);
    repository.run("echo 'pub const CHECKS: &[Check] = &[];' > src/stages/three.rs");
    assert_eq!(repository.problems(), []);
}
