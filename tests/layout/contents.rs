//! The rules of what a stage's files say: the code that is not for stages.

use super::problem::Problem;
use super::tree::Tree;

/// How code begins that no stage has, and what to do instead.
const UNWANTED: [(&str, &str); 8] = [
    ("net::", "make sockets with the system calls, through nix"),
    ("net as", "make sockets with the system calls, through nix"),
    ("thread::", "serve all clients with one thread"),
    ("thread as", "serve all clients with one thread"),
    ("async ", "show the event loop"),
    ("allow(", "fix what the compiler reports"),
    ("expect(dead_code", "remove what is not used"),
    ("expect(unused", "remove what is not used"),
];

pub fn nothing_hides_system_calls_or_dead_code(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.real_files() {
        for (line, code) in lines_of_code(file.text) {
            for (unwanted, mend) in UNWANTED.iter().filter(|(word, _)| has_word(code, word)) {
                let wrong = format!("{}:{line} has `{}`", file.path, unwanted.trim());
                problems.push(Problem::new(wrong, *mend));
            }
        }
    }
    problems
}

/// `unsafe` stands on one line, below a comment that says why it is sound.
pub fn unsafe_is_one_line_with_its_reason(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.real_files() {
        let lines = lines_of_code(file.text).filter(|(_, code)| has_word(code, "unsafe "));
        for (line, code) in lines {
            let place = format!("{}:{line}", file.path);
            if !code.contains('{') || code.matches('{').count() != code.matches('}').count() {
                let wrong = format!("{place} has `unsafe` for more than its line");
                problems.push(Problem::new(wrong, "one line for one call: `unsafe { call() }`"));
            } else if !has_reason_above(file.text, line) {
                let wrong = format!("{place} does not say why its `unsafe` is sound");
                problems.push(Problem::new(wrong, "a comment above: `// SAFETY: …`"));
            }
        }
    }
    problems
}

fn has_reason_above(text: &str, line: usize) -> bool {
    let above: Vec<&str> = text.lines().take(line - 1).map(str::trim_start).collect();
    let mut comment = above.into_iter().rev().take_while(|line| line.starts_with("//"));
    comment.any(|line| line.starts_with("// SAFETY: "))
}

/// The code of each line, without its comment, and the line's number from 1.
fn lines_of_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    (1..).zip(code)
}

/// Whether a word of this code, or a path of words, begins like this.
fn has_word(code: &str, beginning: &str) -> bool {
    let is_inside_word = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    code.match_indices(beginning).any(|(place, _)| !is_inside_word(&code[..place]))
}
