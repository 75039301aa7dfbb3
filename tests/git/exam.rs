//! An exam: what is asked is shown, and which checks fail; not what would have been right.

use crate::world::World;

/// What only a card has.
const TELLING: [&str; 7] =
    ["expected", "received", "What happened", "X-ray", "Likely cause", "Try it by hand", "hint"];

pub fn names_are_shown_and_answers_are_not(world: &World) {
    for exam in [true, false] {
        let repository = if exam { "exam.git" } else { "open.git" };
        let mut arguments = vec!["host", repository, "--language", "python"];
        arguments.extend(exam.then_some("--exam"));
        world.challenge(&arguments);
        let clone = world.clone_of(repository, repository.trim_end_matches(".git"));
        clone.copy("broken/stage2_ends_at_zero_byte.py", "server.py");
        clone.copy("broken/right.py", "right.py");
        clone.commit();
        let pushed = clone.push(&[]);
        pushed.expect(&["✗ zero bytes and bytes that are not UTF-8"]);
        pushed.expect(&["What is asked: challenge task 2.", "Parse requests, and ECHO"]);
        assert!(pushed.text.contains("This is an exam") == exam, "{}", pushed.text);
        let (report, task) = pushed.text.split_once("Push 1,").expect("it ends");
        assert!(task.contains("### The bytes on the wire"), "the task is shown:\n{task}");
        clone.git(&["fetch", "-q"]);
        let record = clone.git(&["log", "-p", "--format=", "origin/results"]);
        for text in TELLING {
            assert!(report.contains(text) != exam, "in an exam: {exam}; {text:?}:\n{report}");
        }
        assert!(record.contains("What happened") != exam, "{record}");
        assert!(record.contains("\"explanation\":\"A reply was wrong.\"") == exam, "{record}");
        let readme = clone.read("README.md");
        assert!(readme.contains("challenge hint") != exam, "{readme}");
    }
}

pub fn a_limit_is_no_secret(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--exam"]);
    let clone = world.clone_of("ada.git", "ada");
    clone.write("challenge.toml", "language = \"x\"\nrun = \"sh -c 'kill -KILL $$'\"\n");
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["The program was killed by SIGKILL.", "too much memory or CPU time"]);
    pushed.expect_not("Likely cause");
}
