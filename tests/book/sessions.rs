//! Every terminal session that the book shows is typed again, and what it prints is compared.

use crate::page::{Block, Page};
use crate::scene::Scene;
use crate::shell::NOTHING_MORE;
use regex_lite::Regex;
use test_support::{Need, Suite};

/// What the words of a session need.
const NEEDS: [(&str, Need); 9] = [
    ("strace ", Need::STRACE),
    ("nc -", Need::NETCAT),
    ("redis-cli", Need::REDIS_CLI),
    ("redis-server -", Need::REDIS_SERVER),
    ("git ", Need::GIT),
    ("patch ", Need::PATCH),
    ("python", Need::PYTHON),
    ("pkill ", Need::PKILL),
    ("", Need::PRIVATE_NETWORK),
];

pub fn add_to(mut suite: Suite) -> Suite {
    for page in Page::all() {
        for block in page.blocks_of("console") {
            let place = page.place(block);
            let steps = steps(block);
            // What a learner does by hand, the book does with its own server.
            let server = page.stage.filter(|_| block.heading == "Try it by hand");
            let needs = needs_of(&block.text);
            suite = suite.test_with(&needs, &format!("the_session_of_{place}"), move || {
                let mut scene = Scene::set();
                server.into_iter().for_each(|stage| scene.serve(stage));
                prints_what_it_shows(&mut scene, &place, &steps);
                let leaves_a_server = steps.iter().any(|step| is_server(&step.command));
                if server.is_none() && !leaves_a_server {
                    leaves_nothing_behind(&mut scene, &place);
                }
            });
        }
    }
    suite
}

pub fn needs_of(commands: &str) -> Vec<Need> {
    NEEDS.iter().filter(|(word, _)| commands.contains(word)).map(|(_, need)| *need).collect()
}

/// A command, and what it prints.
pub struct Step {
    pub command: String,
    pub shown: String,
}

/// `$ ` is before a command and `> ` before each further line of it, as shells have it.
pub fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), shown: String::new() });
            continue;
        }
        let Some(step) = steps.last_mut() else {
            panic!("a session begins with a command, and not with {line:?}");
        };
        match line.strip_prefix("> ").filter(|_| step.shown.is_empty()) {
            Some(more) => step.command += &format!("\n{more}"),
            None => step.shown += &format!("{line}\n"),
        }
    }
    steps
}

/// A server that the book starts in a terminal of its own.
pub fn is_server(command: &str) -> bool {
    command.starts_with("cargo run ") && command.contains("--bin ")
}

pub fn prints_what_it_shows(scene: &mut Scene, place: &str, steps: &[Step]) {
    for Step { command, shown } in steps {
        let lives_on = command.ends_with('&') || is_server(command);
        let lines = if lives_on { shown.lines().count() } else { 0 };
        let printed = scene.run(command, lines);
        assert!(
            is_like(&normal(shown), &normal(&printed)),
            "{place}\n$ {command}\n--- the book shows\n{shown}--- this came\n{printed}---"
        );
    }
}

/// A server that goes on has the port that the next session wants.
fn leaves_nothing_behind(scene: &mut Scene, place: &str) {
    let waited = scene.run("wait", 0);
    assert!(!waited.contains(NOTHING_MORE), "{place}: what it started has not ended with it");
}

/// The lines, without colours and what is different each time: seconds, random seeds, names of commits,
/// how busy the processor was, what a program has inherited, how much the kernel was to take at once, and
/// the number of stages.
fn normal(text: &str) -> Vec<String> {
    let colours = Regex::new("\x1b\\[[0-9;]*m").expect("it is one");
    let changing = Regex::new(
        r#"\d+\.\d{2,}|\d+\.\d+ s\b|tv_nsec=\d+|"milliseconds": \d+|seed \d+|\d+ %|\d+ open|\.\.\., \d+$"#,
    );
    let changing = changing.expect("it is one");
    // The book does not follow the number of stages, nor that of the stage that comes next.
    let stages = Regex::new(r"\[[■□]+\] (\d+) of \d+ stages|stages/\d\d_next").expect("it is one");
    let commits = Regex::new(r"(^\[main |Grading |^   |\.\.)[0-9a-f]{7,8}\b").expect("it is one");
    let plain = colours.replace_all(text, "");
    let lines = plain.lines().map(|line| changing.replace_all(line.trim_end(), "~"));
    let lines = lines.map(|line| stages.replace_all(&line, "$1 of all stages").into_owned());
    lines.map(|line| commits.replace_all(&line, "$1~").into_owned()).collect()
}

/// A line `…` in the book stands for any number of lines.
fn is_like(shown: &[String], printed: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [dots, rest @ ..] if dots == "…" => {
            (0..=printed.len()).any(|skipped| is_like(rest, &printed[skipped..]))
        }
        [line, rest @ ..] => printed.first() == Some(line) && is_like(rest, &printed[1..]),
    }
}
