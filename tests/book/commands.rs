//! Every command that the book names outside of a session is typed, too, and has to succeed: those in
//! blocks of `sh`, and those within a sentence or a table. Of `challenge`, which would grade and make
//! things, it is enough that it takes the words.

use crate::not_typed::NOT_TYPED;
use crate::page::Page;
use crate::scene::{Scene, last_stage};
use crate::sessions::{Step, is_server, needs_of, prints_what_it_shows, steps};
use std::collections::BTreeSet;
use test_support::{Need, Suite};

pub fn add_to(mut suite: Suite) -> Suite {
    for page in Page::all() {
        let (commands, spans) = (commands_of_blocks(&page), page.spans.clone());
        let needs = needs_of(&[commands.as_slice(), &spans].concat().join("\n"));
        let name = format!("the_commands_of_{}", page.path.display());
        suite = suite.test_with(&needs, &name, move || {
            let mut scene = Scene::set();
            scene.serve(last_stage());
            let mut problems = Vec::new();
            for command in commands.into_iter().chain(commands_among(&mut scene, spans)) {
                let problem = problem_of(&mut scene, &command);
                problems.extend(problem.map(|problem| format!("{command}: {problem}")));
            }
            assert!(problems.is_empty(), "\n{}", problems.join("\n"));
        });
    }
    suite
        .test("what_is_not_typed_is_in_the_book", what_is_not_typed_is_in_the_book)
        .test_with(
            &[Need::PRIVATE_NETWORK],
            "no_command_changes_the_machine",
            no_command_changes_the_machine,
        )
        .test_with(
            &[Need::PRIVATE_NETWORK],
            "no_other_block_holds_a_command",
            no_other_block_holds_a_command,
        )
}

fn commands_of_blocks(page: &Page) -> Vec<String> {
    page.blocks_of("sh").flat_map(|block| block.text.lines()).map(str::to_owned).collect()
}

/// A span is a command when it is an option, or several words of which the first is a program.
fn commands_among(scene: &mut Scene, spans: Vec<String>) -> BTreeSet<String> {
    let mut is_command = |span: &String| {
        let mut words = span.split(' ').skip_while(|word| is_setting(word));
        let first = words.next().unwrap_or_default();
        span.starts_with("--") || (words.next().is_some() && is_program(scene, first))
    };
    spans.into_iter().filter(|span| is_command(span)).collect()
}

/// `RECORD=1`
fn is_setting(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}

/// In capitals, it is a command of Redis, though some machines have programs called GET and POST.
fn is_program(scene: &mut Scene, word: &str) -> bool {
    if word.chars().all(|c| c.is_ascii_uppercase()) {
        return false;
    }
    let quoted = word.replace('\'', r"'\''");
    succeeds(scene, &format!("command -v -- '{quoted}'")).is_ok()
}

fn problem_of(scene: &mut Scene, command: &str) -> Option<String> {
    if NOT_TYPED.iter().any(|(other, _)| *other == command) {
        return None;
    }
    // What is started says so. It keeps the port, and has a scene for itself.
    if let (true, Some((_, server))) = (is_server(command), command.split_once("--bin ")) {
        let shown = format!("{server}: listening on 127.0.0.1:6379\n");
        let step = Step { command: command.to_owned(), shown };
        prints_what_it_shows(&mut Scene::set(), "a table", &[step]);
        return None;
    }
    match command.split(' ').next() {
        Some("challenge") => succeeds(scene, &asking_for_help(command)).err(),
        Some("--") => succeeds(scene, &asking_for_help("challenge test")).err(),
        Some(option) if option.starts_with("--") => problem_of_option(scene, command),
        // They differ; and with `N`, a folder that is not there would be an empty one.
        Some("diff") => {
            let strict = command.replace("-ruN", "-ru");
            succeeds(scene, &format!("{command}; [ $? = 1 ] && {strict}; [ $? = 1 ]")).err()
        }
        _ => succeeds(scene, command).err(),
    }
}

/// With `--help`, it refuses what it does not know, and otherwise does nothing. `N` is a number.
fn asking_for_help(command: &str) -> String {
    let own = command.split(" -- ").next().unwrap_or(command);
    let words = own.split(' ').map(|word| if word == "N" { "1" } else { word });
    words.chain(["--help"]).collect::<Vec<_>>().join(" ")
}

/// An option is one of `challenge`, or of a stage. Without its value, help names it.
fn problem_of_option(scene: &mut Scene, option: &str) -> Option<String> {
    let commands = succeeds(scene, "challenge --help").expect("it has help");
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let mut programs: Vec<String> = names
        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(|name| format!("challenge {name}"))
        .collect();
    programs.push(format!("target/release/stage{}", last_stage()));
    let has_it = |program: &String| match option.contains(' ') {
        true => succeeds(scene, &asking_for_help(&format!("{program} {option}"))).is_ok(),
        false => succeeds(scene, &asking_for_help(program)).is_ok_and(|help| {
            help.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == option)
        }),
    };
    (!programs.iter().any(has_it)).then(|| format!("it is no option of {programs:?}"))
}

/// What the command printed, as an error when it has failed.
fn succeeds(scene: &mut Scene, command: &str) -> Result<String, String> {
    let printed = scene.run(&format!("({command}) </dev/null && echo '(succeeds)'"), 0);
    match printed.strip_suffix("(succeeds)\n") {
        Some(printed) => Ok(printed.to_owned()),
        None => Err(format!("it fails:\n{printed}")),
    }
}

/// Some commands are meant for root, and the tests may be root.
fn no_command_changes_the_machine() {
    let mut scene = Scene::set();
    for folder in ["/", "/etc", "/usr/local/bin", "/var", "/root", env!("CARGO_MANIFEST_DIR")] {
        let can_write = succeeds(&mut scene, &format!("[ -w '{folder}' ]")).is_ok();
        assert!(!can_write, "a command of the book can write to {folder}");
    }
}

fn what_is_not_typed_is_in_the_book() {
    let pages = Page::all();
    let named: BTreeSet<String> = pages
        .iter()
        .flat_map(|page| {
            [commands_of_blocks(page), page.spans.clone(), shown_in_text(page)].concat()
        })
        .collect();
    for (command, _) in NOT_TYPED {
        assert!(named.contains(*command), "{command} stands nowhere any more; NOT_TYPED has it");
    }
}

/// The commands in front of what another test compares.
fn shown_in_text(page: &Page) -> Vec<String> {
    let lines = page.blocks_of("text").flat_map(|block| block.text.lines());
    lines.filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
}

/// Sessions and blocks of `sh` hold commands, and blocks of another kind do not, unless it is said who
/// types them: nobody would.
fn no_other_block_holds_a_command() {
    let pages = Page::all();
    let blocks =
        || pages.iter().flat_map(|page| page.blocks.iter().map(move |block| (page, block)));
    let is_session = |info: &str| matches!(info, "console" | "sh");
    let typed: Vec<String> = blocks()
        .filter(|(_, block)| block.info == "console")
        .flat_map(|(_, block)| steps(block))
        .map(|step| step.command)
        .chain(NOT_TYPED.iter().map(|(command, _)| (*command).to_owned()))
        .collect();
    let words: BTreeSet<&str> = typed.iter().filter_map(|line| line.split(' ').next()).collect();
    let mut scene = Scene::set();
    let mut is_file = |word: &&str| succeeds(&mut scene, &format!("type -P -- '{word}'")).is_ok();
    let programs: BTreeSet<&str> = words.into_iter().filter(|word| is_file(word)).collect();
    for (page, block) in blocks().filter(|(_, block)| !is_session(&block.info)) {
        for line in block.text.lines() {
            let is_command =
                line.split(' ').next().is_some_and(|word| word == "$" || programs.contains(word));
            let command = line.strip_prefix("$ ").unwrap_or(line);
            let is_known = NOT_TYPED.iter().any(|(other, _)| *other == command);
            assert!(!is_command || is_known, "{}: nobody types {line}", page.place(block));
        }
    }
}
